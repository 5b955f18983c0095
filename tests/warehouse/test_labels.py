"""Labels stand where codes stood; names stand beside references; both follow renames."""

from decimal import Decimal

from isthmus.warehouse.ports import ColumnType, Origin, PicklistEntry, TableShape
from tests.warehouse.building import Desk, column, looked_up, number, picklist, shape

STATUS = (
    PicklistEntry("status", "1", "New"),
    PicklistEntry("status", "5", "Complete"),
    PicklistEntry("status", "9", "Waiting O'Brien", is_active=False),
)
TICKETS = shape("Tickets", *picklist("status"))
COMPANIES = shape(
    "Companies",
    column("companyName"),
    number("parentCompanyID"),
    looked_up("parentCompanyName", "parentCompanyID", "Companies", "companyName"),
)
RESOURCES = shape("Resources", column("userName"), column("firstName"), column("lastName"))
CONTRACTS = shape(
    "Contracts",
    number("companyID"),
    looked_up("companyName", "companyID", "Companies", "companyName"),
)
TASKS = shape(
    "Tasks",
    column("title"),
    number("assignedResourceID"),
    looked_up("assignedResourceUserName", "assignedResourceID", "Resources", "userName"),
    looked_up(
        "assignedResourceFullName", "assignedResourceID", "Resources", "firstName", "lastName"
    ),
)
CALLS = shape(
    "ServiceCallTasks",
    number("taskID"),
    looked_up(
        "assignedResourceID", "taskID", "Tasks", "assignedResourceID", kind=ColumnType.INTEGER
    ),
    looked_up("assignedResourceUserName", "taskID", "Tasks", "assignedResourceUserName"),
)


def company(number: int, name: str | None, parent: int | None = None) -> dict[str, object]:
    return {"id": number, "companyName": name, "parentCompanyID": parent}


def test_a_picklist_column_holds_the_label_and_its_code_stands_beside(desk: Desk) -> None:
    desk.publish(
        TICKETS,
        {"id": 1, "status": 1},
        {"id": 2, "status": 9},
        {"id": 3, "status": None},
        labels=STATUS,
    )

    assert desk.table("Tickets") == [(1, "New", 1), (2, "Waiting O'Brien", 9), (3, None, None)]
    assert desk.rows("select code, label, is_active from isthmus.picklists order by code") == [
        ("1", "New", True),
        ("5", "Complete", True),
        ("9", "Waiting O'Brien", False),
    ]


def test_an_unknown_code_stays_as_its_text_is_counted_and_named(desk: Desk) -> None:
    rows = [{"id": n, "status": 77 if n % 2 else 1} for n in range(6)]

    done = desk.publish(TICKETS, *rows, labels=STATUS)

    assert [(u.column, u.code, u.rows) for u in done.unknown_codes] == [("status", "77", 3)]
    assert any("77" in warning.text and "3 rows" in warning.text for warning in done.warnings)
    assert desk.table("Tickets", "status")[1] == ("77",)
    assert desk.publish(TICKETS, *rows, labels=STATUS).unknown_codes == ()


def test_codes_may_be_texts(desk: Desk) -> None:
    table = shape("Resources", *picklist("gender", ColumnType.TEXT))

    desk.publish(
        table,
        {"id": 1, "gender": "F"},
        {"id": 2, "gender": "Z"},
        labels=[PicklistEntry("gender", "F", "Female")],
    )

    assert desk.table("Resources") == [(1, "Female", "F"), (2, "Z", "Z")]


def test_a_list_of_a_user_defined_field_has_label_and_code(desk: Desk) -> None:
    table = shape(
        "Tickets",
        column("udf_site", ColumnType.TEXT, Origin.UDF_LABEL, "Site"),
        column("udf_site_code", ColumnType.TEXT, Origin.UDF_CODE, "Site"),
    )
    labels = [PicklistEntry("Site", "10", "North")]
    values = ["10", "North", "99", None]

    done = desk.publish(
        table,
        *(
            {"id": n, "userDefinedFields": [{"name": "Site", "value": value}]}
            for n, value in enumerate(values)
        ),
        labels=labels,
    )

    assert desk.table("Tickets") == [
        (0, "North", "10"),
        (1, "North", "North"),
        (2, "99", "99"),
        (3, None, None),
    ]
    assert [u.code for u in done.unknown_codes] == ["99"]


ROLES = shape(
    "ConfigurationItems",
    column("udf_roles", ColumnType.TEXT, Origin.UDF_LABEL, "Roles"),
    column("udf_roles_code", ColumnType.TEXT, Origin.UDF_CODE, "Roles"),
)
ROLE_LABELS = (
    PicklistEntry("Roles", "1", "Server"),
    PicklistEntry("Roles", "3", "Cloud"),
    PicklistEntry("Roles", "3,1", "Both"),
)


def roles(*values: str | None) -> list[dict[str, object]]:
    return [
        {"id": n, "userDefinedFields": [{"name": "Roles", "value": value}]}
        for n, value in enumerate(values)
    ]


def test_several_values_of_a_list_are_labelled_one_by_one(desk: Desk) -> None:
    values = ("1,3", " 3 , 1 ", "1", "3,1", "1,9", "Cloud,3", "1,,3", "", None)

    done = desk.publish(ROLES, *roles(*values), labels=ROLE_LABELS)

    assert desk.table("ConfigurationItems", "udf_roles", "udf_roles_code") == [
        ("Server, Cloud", "1,3"),
        ("Cloud, Server", " 3 , 1 "),
        ("Server", "1"),
        ("Both", "3,1"),
        ("Server, 9", "1,9"),
        ("Cloud, Cloud", "Cloud,3"),
        ("Server, , Cloud", "1,,3"),
        ("", ""),
        (None, None),
    ]
    assert [(u.column, u.code, u.rows) for u in done.unknown_codes] == [("udf_roles", "9", 1)]
    assert any("9 has no label" in told.text and "(1 row)" in told.text for told in done.warnings)


def test_an_unknown_part_counts_once_a_row(desk: Desk) -> None:
    done = desk.publish(ROLES, *roles("1,8", "8,8", "7,3,8"), labels=ROLE_LABELS)

    assert sorted((u.code, u.rows) for u in done.unknown_codes) == [("7", 1), ("8", 3)]
    assert any("(3 rows)" in told.text for told in done.warnings)


def test_a_reworded_label_reaches_the_rows_that_have_it_among_others(desk: Desk) -> None:
    desk.publish(ROLES, *roles("1,3", "1", "3,7"), labels=ROLE_LABELS)
    desk.publish(ROLES, labels=[ROLE_LABELS[0], PicklistEntry("Roles", "3", "Hosted")])

    assert desk.warehouse.rehydrate(ROLES) == 2
    assert desk.table("ConfigurationItems", "udf_roles") == [
        ("Server, Hosted",),
        ("Server",),
        ("Hosted, 7",),
    ]
    assert desk.warehouse.rehydrate(ROLES) == 0


def test_a_picklist_of_the_vendor_holds_one_value_and_is_never_taken_apart(desk: Desk) -> None:
    table = shape("Tickets", *picklist("kind", ColumnType.TEXT))
    labels = [PicklistEntry("kind", "a", "A")]

    done = desk.publish(table, {"id": 1, "kind": "a,a"}, labels=labels)

    assert desk.table("Tickets", "kind") == [("a,a",)]
    assert [u.code for u in done.unknown_codes] == ["a,a"]


def test_a_reworded_label_reaches_rows_that_did_not_change(desk: Desk) -> None:
    desk.publish(TICKETS, {"id": 1, "status": 1}, {"id": 2, "status": 5}, labels=STATUS)
    reworded = [PicklistEntry("status", "1", "Brand new"), *STATUS[1:]]
    desk.publish(TICKETS, labels=reworded)

    assert desk.warehouse.rehydrate(TICKETS) == 1
    assert desk.table("Tickets", "status") == [("Brand new",), ("Complete",)]
    assert desk.warehouse.rehydrate(TICKETS) == 0


def test_a_code_that_gets_a_label_later_is_labelled_then(desk: Desk) -> None:
    desk.publish(TICKETS, {"id": 1, "status": 12}, labels=STATUS)
    desk.publish(TICKETS, labels=[*STATUS, PicklistEntry("status", "12", "Parked")])

    desk.warehouse.rehydrate(TICKETS)

    assert desk.table("Tickets") == [(1, "Parked", 12)]


def test_names_stand_beside_references_and_dangling_ones_are_null(desk: Desk) -> None:
    desk.publish(COMPANIES, company(0, "Own"), company(5, None))

    desk.publish(CONTRACTS, *({"id": n, "companyID": c} for n, c in enumerate([0, 5, 404, None])))

    assert desk.table("Contracts") == [
        (0, 0, "Own"),
        (1, 5, None),
        (2, 404, None),
        (3, None, None),
    ]


def test_a_table_that_is_not_there_leaves_names_null_until_it_is(desk: Desk) -> None:
    desk.publish(CONTRACTS, {"id": 1, "companyID": 7})
    assert desk.table("Contracts") == [(1, 7, None)]

    desk.publish(COMPANIES, company(7, "Late Ltd"))

    assert desk.warehouse.rehydrate(CONTRACTS) == 1
    assert desk.table("Contracts") == [(1, 7, "Late Ltd")]


def test_a_rename_reaches_only_the_rows_that_refer(desk: Desk) -> None:
    desk.publish(COMPANIES, company(1, "Old"), company(2, "Same"))
    desk.publish(CONTRACTS, *({"id": n, "companyID": 1 + n % 2} for n in range(10)))

    desk.publish(COMPANIES, company(1, "New"))

    assert desk.warehouse.rehydrate(CONTRACTS) == 5
    assert desk.warehouse.rehydrate(CONTRACTS) == 0
    assert desk.rows("select distinct companyName from autotask.Contracts order by 1") == [
        ("New",),
        ("Same",),
    ]


def test_a_row_that_goes_takes_its_name_with_it(desk: Desk) -> None:
    desk.publish(COMPANIES, company(1, "Gone soon"))
    desk.publish(CONTRACTS, {"id": 1, "companyID": 1})

    desk.publish(COMPANIES, deleted=[1])

    assert desk.warehouse.rehydrate(CONTRACTS) == 1
    assert desk.table("Contracts", "companyName") == [(None,)]


def test_a_table_that_refers_to_itself_is_right_at_once(desk: Desk) -> None:
    desk.publish(COMPANIES, company(1, "Child", 2), company(2, "Parent"))
    assert desk.table("Companies", "parentCompanyName") == [("Parent",), (None,)]

    desk.publish(COMPANIES, company(2, "Mother"))

    assert desk.table("Companies", "parentCompanyName") == [("Mother",), (None,)]


def test_full_names_leave_out_what_is_missing(desk: Desk) -> None:
    people = [("Ada", "Lovelace"), ("Cher", None), (None, "Prince"), (None, None)]
    desk.publish(
        RESOURCES,
        *(
            {"id": n, "userName": f"u{n}", "firstName": first, "lastName": last}
            for n, (first, last) in enumerate(people)
        ),
    )

    desk.publish(TASKS, *({"id": n, "assignedResourceID": n} for n in range(4)))

    assert desk.table("Tasks", "assignedResourceUserName", "assignedResourceFullName") == [
        ("u0", "Ada Lovelace"),
        ("u1", "Cher"),
        ("u2", "Prince"),
        ("u3", None),
    ]


def test_what_is_two_references_away_follows_too(desk: Desk) -> None:
    desk.publish(RESOURCES, {"id": 4, "userName": "ada"}, {"id": 5, "userName": "bob"})
    desk.publish(TASKS, {"id": 70, "title": "t", "assignedResourceID": 4})
    desk.publish(CALLS, {"id": 1, "taskID": 70}, {"id": 2, "taskID": 71})
    assert desk.table("ServiceCallTasks") == [(1, 70, 4, "ada"), (2, 71, None, None)]

    desk.publish(RESOURCES, {"id": 4, "userName": "ada.l"})
    assert desk.warehouse.rehydrate(TASKS) == 1
    assert desk.warehouse.rehydrate(CALLS) == 1
    assert desk.table("ServiceCallTasks")[0] == (1, 70, 4, "ada.l")

    desk.publish(TASKS, {"id": 70, "title": "t", "assignedResourceID": 5})
    desk.warehouse.rehydrate(CALLS)
    assert desk.table("ServiceCallTasks")[0] == (1, 70, 5, "bob")


def test_a_hydrated_column_takes_the_type_of_what_it_is_taken_from(desk: Desk) -> None:
    services = shape("Services", column("unitPrice", ColumnType.DECIMAL))
    desk.publish(services, {"id": 1, "unitPrice": 2.5})
    units = shape(
        "Units", number("serviceID"), looked_up("unitPrice", "serviceID", "Services", "unitPrice")
    )
    desk.publish(units, {"id": 1, "serviceID": 1})
    assert desk.table("Units", "unitPrice") == [(Decimal("2.5"),)]

    desk.publish(services, {"id": 1, "unitPrice": "on request"})
    desk.warehouse.rehydrate(TableShape("Units", desk.warehouse.known_columns("Units")))

    assert desk.table("Units", "unitPrice") == [("on request",)]


def test_a_field_that_becomes_a_picklist_keeps_its_codes_and_gets_labels(desk: Desk) -> None:
    plain = shape("Tickets", number("status"))
    desk.publish(plain, {"id": 1, "status": 5}, {"id": 2, "status": None})

    desk.publish(
        TableShape("Tickets", (plain.columns[0], *picklist("status"))),
        {"id": 3, "status": 1},
        labels=STATUS,
    )
    desk.warehouse.rehydrate(TICKETS)

    assert desk.table("Tickets") == [(1, "Complete", 5), (2, None, None), (3, "New", 1)]
