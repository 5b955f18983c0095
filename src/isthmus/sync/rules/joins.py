"""The join map as a person wants it: a diagram, and views that have the join in them."""

from collections.abc import Iterable, Mapping, Sequence

from isthmus.sync.catalog import Join

VIEW_SCHEMA = "autotask_joined"
"""Where the ready-made views are; dropping the schema loses nothing."""


def diagram(joins: Iterable[Join]) -> str:
    """Draw the joins as a Mermaid entity-relationship diagram."""
    lines = [f"    {join.one} ||--o{{ {join.many} : {join.column}" for join in joins]
    return "\n".join(["erDiagram", *lines])


def view_name(join: Join) -> str:
    """Name a join's view; two joins between the same tables differ by their column."""
    return f"{join.many}_{join.column.removesuffix('ID')}"


def view_sql(join: Join, columns: Mapping[str, Sequence[str]]) -> str:
    """
    Write the statement that makes a join's view.

    Args: columns: table -> its columns, in order. The many side keeps its names; those of the one
    side get its name in front.
    """
    own = [f'm."{name}"' for name in columns[join.many]]
    taken = [f'o."{name}" as "{join.one}_{name}"' for name in columns[join.one]]
    selected = ",\n  ".join([*own, *taken])
    return (
        f'create or replace view {VIEW_SCHEMA}."{view_name(join)}" as\nselect\n  {selected}\n'
        f'from autotask."{join.many}" m\n'
        f'left join autotask."{join.one}" o on o."id" = m."{join.column}"'
    )


def views_sql(
    joins: Iterable[Join], columns: Mapping[str, Sequence[str]], *, folded: bool = False
) -> str:
    """
    Write the script that makes the views of all joins whose tables are both there.

    Args: folded: for a database that keeps names in lower case (PostgreSQL).
    """
    made = [view_sql(j, columns) for j in joins if j.one in columns and j.many in columns]
    script = ";\n\n".join([f"create schema if not exists {VIEW_SCHEMA}", *made]) + ";"
    return script.lower() if folded else script
