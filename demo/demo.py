"""
The main job, end to end: a simulated Autotask into DuckDB, and what that is good for.

Starts the simulator, connects, tests, syncs all 22 datasets, lets the tenant live a little, syncs
what changed, and prints three reports. Run it with `make demo`.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".demo"
BIN = Path(sys.executable).parent
console = Console()

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


def say(step: str, more: str = "") -> None:
    """Print a heading for the next step."""
    console.print(f"\n[bold cyan]{step}[/] [dim]{more}[/]")


def isthmus(*words: str, stdin: str | None = None) -> None:
    """Run one command as a user would, on the demo's own home."""
    shown = " ".join(word if " " not in word else f'"{word}"' for word in words)
    console.print(f"[dim]$ isthmus {shown}[/]")
    env = {**os.environ, "ISTHMUS_HOME": str(FOLDER / "home")}
    done = subprocess.run([BIN / "isthmus", *words], input=stdin, text=True, env=env, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def call(url: str, body: object) -> Any:
    """Speak to the simulator's own door."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def start_simulator() -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    """Start the simulated Autotask and wait for its ready file."""
    ready = FOLDER / "ready.json"
    process = subprocess.Popen(
        [BIN / "isthmus-sim", "autotask", "--port", "0", "--ready-file", ready],
        stdout=subprocess.DEVNULL,
    )
    while not ready.exists():
        if process.poll() is not None:
            raise SystemExit("the simulator did not start")
        time.sleep(0.05)
    return process, json.loads(ready.read_text())


def report(title: str, sql: str) -> None:
    """Print one report from the DuckDB file."""
    import duckdb  # noqa: PLC0415 - only now, when no other process holds the file

    with duckdb.connect(str(FOLDER / "home/warehouse.duckdb"), read_only=True) as file:
        file.execute("set timezone = 'UTC'")
        answer = file.execute(sql)
        table = Table(title=title, title_style="bold", title_justify="left", header_style="cyan")
        for column in answer.description or []:
            table.add_column(column[0], justify="left" if column[1] == "VARCHAR" else "right")
        for row in answer.fetchall():
            table.add_row(*("" if value is None else str(value) for value in row))
    console.print()
    console.print(table)


def main() -> None:
    """Run the whole crossing."""
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    say("1. An Autotask to read from", "the simulator, a tenant made from seed 1")
    process, ready = start_simulator()
    try:
        console.print(f"   listening at {ready['url']}")
        say("2. Connect and test")
        isthmus(
            *("connect", "autotask", "--title", "Demo MSP", "--url", ready["url"]),
            *("--username", ready["username"], "--integration-code", ready["integration_code"]),
            "--secret-stdin",
            stdin=ready["secret"],
        )
        isthmus("test")
        say("3. Everything, for the first time")
        isthmus("sync", "--no-json")
        say("4. The tenant lives", "new tickets, edits, notes, time, renames, a deletion")
        happened = call(ready["admin_url"] + "activity", {"steps": 200})
        kinds = Counter(action["action"] for action in happened["actions"])
        shown = ", ".join(f"{number} x {kind}" for kind, number in kinds.most_common(6))
        console.print(f"   {shown} and more".replace("_", " "))
        say("5. Only what changed")
        isthmus("sync", "--no-json")
    finally:
        process.terminate()
        process.wait()
    say("6. What it is good for")
    for title, sql in REPORTS:
        report(title, sql)
    file = os.path.relpath(FOLDER / "home/warehouse.duckdb")
    console.print(
        f"\n[bold green]Done[/] in {time.monotonic() - started:.0f} s. The tables are yours: "
        f"[bold]{file}[/]\nOpen them with any DuckDB client, or here:"
    )
    console.print(
        f"[bold]ISTHMUS_HOME={FOLDER / 'home'} {BIN / 'isthmus'} query "
        f'"select status, count(*) from autotask.Tickets group by 1"[/]',
        soft_wrap=True,
    )


if __name__ == "__main__":
    main()
