"""The join map as a diagram and as views."""

import duckdb

from isthmus.sync.catalog import DATASETS, JOINS, Join
from isthmus.sync.rules.joins import diagram, view_name, views_sql


def test_every_join_is_between_datasets_and_has_a_view_of_its_own() -> None:
    names = {dataset.name for dataset in DATASETS}

    assert len(JOINS) == 36
    assert {join.one for join in JOINS} | {join.many for join in JOINS} <= names
    assert len({view_name(join) for join in JOINS}) == len(JOINS)


def test_the_diagram_names_both_ends_and_the_column() -> None:
    assert "    Companies ||--o{ Tickets : companyID" in diagram(JOINS).splitlines()


def test_the_views_keep_rows_whose_reference_points_nowhere() -> None:
    with duckdb.connect() as file:
        file.execute("create schema autotask")
        file.execute("create table autotask.Companies as select 0 as id, 'We' as companyName")
        file.execute(
            "create table autotask.Tickets as from (values (1, 0), (2, 9)) t(id, companyID)"
        )
        columns = {"Companies": ("id", "companyName"), "Tickets": ("id", "companyID")}

        file.execute(views_sql(JOINS, columns))

        found = file.execute(
            "select id, Companies_companyName from autotask_joined.Tickets_company order by id"
        ).fetchall()
    assert found == [(1, "We"), (2, None)]


def test_a_join_is_left_out_while_a_table_is_missing() -> None:
    join = Join("Companies", "Tickets", "companyID")

    assert "Tickets_company" not in views_sql([join], {"Tickets": ("id",)})
