"""
Both halves, end to end, between two simulated vendors. Run it with `make demo`.

A simulated Autotask into DuckDB, and three reports; then one of its tickets to a simulated Field
Nation and back, with Isthmus killed on the way.
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.field import cross
from demo.stage import BIN, FOLDER, HOME, DemoFailed, Stage, call

REPORTS = (
    (
        "Open tickets by queue and status",
        """select queueID as queue, status, count(*) as tickets,
                  round(avg(date_diff('hour', createDate, now_)) / 24, 1) as "days open",
                  count(*) filter (where dueDateTime < now_) as overdue
             from autotask.Tickets, (select max(createDate) as now_ from autotask.Tickets)
            where status <> 'Complete'
            group by all order by tickets desc, queue limit 14""",
    ),
    (
        "Hours by technician, last 90 days of the tenant",
        """select resourceFullName as technician, count(*) as entries,
                  round(sum(hoursWorked), 2) as hours,
                  round(sum(hoursWorked) filter (where not coalesce(isNonBillable, false)), 2)
                    as billable
             from autotask.TimeEntries
            where dateWorked >= (select max(dateWorked) from autotask.TimeEntries) - interval 90 day
              and resourceFullName is not null
            group by 1 order by hours desc limit 10""",
    ),
    (
        "Contract units over time: the five largest services",
        """with months as (
             select date_trunc('month', startDate) as month, serviceName, sum(units) as units
               from autotask.ContractServiceUnits where serviceName is not null group by 1, 2),
           large as (
             select serviceName from months group by 1 order by max(units) desc limit 5)
           select serviceName as service,
                  arg_min(units, month) as earliest,
                  max(units) as peak,
                  arg_max(units, month) as latest,
                  strftime(max(month), '%Y-%m') as "latest month"
             from months where serviceName in (select serviceName from large)
            group by 1 order by peak desc""",
    ),
)


def start_simulators(stage: Stage) -> dict[str, dict[str, Any]]:
    """Start both simulated vendors; returns by name what a client needs of each."""
    file = FOLDER / "ready.json"
    stage.start("simulators", "isthmus-sim", "up", "--port", "0", "--ready-file", file)
    stage.wait_for("That the simulators are ready", file.exists)
    ready: dict[str, dict[str, Any]] = json.loads(file.read_text())
    return ready


def copy(stage: Stage, autotask: dict[str, Any]) -> None:
    """Bring the tables up to date twice: with everything, and with what changed."""
    stage.say("2. Connect and test")
    stage.isthmus(
        *("connect", "autotask", "--title", "Demo MSP", "--url", autotask["url"], "--username"),
        *(autotask["username"], "--integration-code", autotask["integration_code"]),
        "--secret-stdin",
        stdin=autotask["secret"],
    )
    stage.isthmus("test")
    stage.say("3. Everything, for the first time")
    stage.isthmus("sync", "--no-json")
    stage.say("4. The tenant lives", "new tickets, edits, notes, time, renames, a deletion")
    happened = call(autotask["admin_url"] + "activity", {"steps": 200})
    kinds = Counter(action["action"] for action in happened["actions"])
    shown = ", ".join(f"{number} x {kind}" for kind, number in kinds.most_common(6))
    stage.tell(f"{shown} and more".replace("_", " "))
    stage.say("5. Only what changed")
    stage.isthmus("sync", "--no-json")


def report(console: Console, title: str, sql: str) -> None:
    """Print one report from the DuckDB file."""
    import duckdb  # noqa: PLC0415 - only now, when no other process holds the file

    with duckdb.connect(str(HOME / "warehouse.duckdb"), read_only=True) as file:
        file.execute("set timezone = 'UTC'")
        answer = file.execute(sql)
        table = Table(title=title, title_style="bold", title_justify="left", header_style="cyan")
        for column in answer.description or []:
            table.add_column(column[0], justify="left" if column[1] == "VARCHAR" else "right")
        for row in answer.fetchall():
            table.add_row(*("" if value is None else str(value) for value in row))
    console.print()
    console.print(table)


def farewell(stage: Stage, ticket: str, seconds: float) -> None:
    """Say what is left to look at."""
    isthmus = f"ISTHMUS_HOME={os.path.relpath(HOME)} {os.path.relpath(BIN / 'isthmus')}"
    query = "select status, count(*) from autotask.Tickets group by 1"
    stage.console.print(
        f"\n[bold green]Done[/] in {seconds:.0f} s. The tables are yours, in"
        f" [bold]{os.path.relpath(HOME / 'warehouse.duckdb')}[/], and so is the story:"
    )
    for words in (f'query "{query}"', f"dispatch show {ticket} --calls"):
        stage.console.print(f"  [bold]{isthmus} {words}[/]", soft_wrap=True)
    stage.console.print("In a browser, on the same data; or with both vendors alive:")
    for words in (f"{isthmus} serve", "make up"):
        stage.console.print(f"  [bold]{words}[/]", soft_wrap=True)


def play(stage: Stage) -> None:
    """Run the whole crossing. Raises: DemoFailed."""
    started = time.monotonic()
    stage.say("1. Two vendors to stand between", "simulated Autotask and Field Nation, from seed 1")
    ready = start_simulators(stage)
    for name, told in zip(("Autotask", "Field Nation"), ready.values(), strict=True):
        stage.tell(f"{name:12}  {told['url']}")
    copy(stage, ready["autotask"])
    stage.say("6. What it is good for")
    for title, sql in REPORTS:
        report(stage.console, title, sql)
    ticket = cross(stage, ready)
    farewell(stage, ticket, time.monotonic() - started)


def main() -> int:
    """Run the demo; returns the exit code."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    console = Console(highlight=False)
    stage = Stage(console)
    try:
        with stage:
            play(stage)
    except DemoFailed as why:
        console.print(f"\n[bold red]The demo failed.[/] {escape(str(why))}", soft_wrap=True)
        console.print(f"What the processes said is in {os.path.relpath(FOLDER)}/*.log", style="dim")
        with suppress(DemoFailed):  # what there is to say about it was said
            if stage.asked("deadletters", "list")["dead_letters"]:
                stage.isthmus("deadletters")
        return 1
    except KeyboardInterrupt:
        console.print("\nStopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
