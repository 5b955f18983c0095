"""`isthmus datasets` and `isthmus joins`: what there is, without asking anyone."""

from rich.table import Table
from rich.text import Text

from isthmus.cli.screen import answer_json, out, say
from isthmus.sync.catalog import DATASETS, JOINS, Dataset, Refresh
from isthmus.sync.rules.joins import diagram, views_sql
from isthmus.wiring.build import House
from isthmus.wiring.environment.settings import SettingWrong

REFRESH_WORDS = {
    Refresh.INCREMENTAL: "what changed",
    Refresh.REREAD: "read whole",
}


def datasets(*, json: bool = False) -> None:
    """
    List the datasets: group, refresh, what is looked up.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    if json:
        answer_json({"datasets": [_as_json(dataset) for dataset in DATASETS]})
        return
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Dataset", "Group", "Refresh", "Needs the right to query"):
        table.add_column(title, no_wrap=title == "Dataset")
    for dataset in sorted(DATASETS, key=_by_group):
        table.add_row(
            Text(dataset.name, style="bold"),
            dataset.group,
            REFRESH_WORDS[dataset.refresh],
            dataset.grant,
        )
    out().print(table)
    say()
    say("Tables: autotask.<Dataset>. isthmus joins shows how they belong together.")


def _by_group(dataset: Dataset) -> int:
    groups = list(dict.fromkeys(known.group for known in DATASETS))
    return groups.index(dataset.group)


def _as_json(dataset: Dataset) -> dict[str, object]:
    return {
        "dataset": dataset.name,
        "table": f"autotask.{dataset.name}",
        "group": dataset.group,
        "refresh": str(dataset.refresh),
        "change_fields": list(dataset.change_fields),
        "created_field": dataset.created_field,
        "grant": dataset.grant,
        "looked_up": [
            {
                "column": lookup.column,
                "by": lookup.via,
                "from": f"{lookup.dataset}.{lookup.source}",
            }
            for lookup in dataset.lookups
        ],
    }


def joins(
    *,
    mermaid: bool = False,
    sql: bool = False,
    json: bool = False,
) -> None:
    """
    Show which column leads from which table to which.

    Parameters
    ----------
    mermaid
        Answer with a Mermaid entity diagram, for a wiki or a README.
    sql
        Answer with a script of views, one per join, for the tables there are.
    json
        Answer with one JSON object.
    """
    if mermaid + sql + json > 1:
        raise SettingWrong(
            "--mermaid, --sql and --json exclude each other.",
            where="the options on the command line",
            remedy="Give one of them, or none.",
        )
    if mermaid:
        say(diagram(JOINS))
    elif sql:
        with House.from_environment() as house:
            folded = not house.config.warehouse.is_file
            say(views_sql(JOINS, house.columns(), folded=folded))
    elif json:
        answer_json({"joins": [{"one": j.one, "many": j.many, "column": j.column} for j in JOINS]})
    else:
        _show_joins()


def _show_joins() -> None:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("One row of", no_wrap=True)
    table.add_column("is meant by", no_wrap=True)
    table.add_column("in")
    for one, column in dict.fromkeys((j.one, j.column) for j in JOINS):
        many = [j.many for j in JOINS if (j.one, j.column) == (one, column)]
        table.add_row(Text(f"{one}.id", style="bold"), column, ", ".join(many))
    out().print(table)
    say()
    say("A column whose name ends in ID and that is not listed may be a label: see its _code.")
