"""
What the console asks, timed at size: 1,000,000 lines of the trail and calls, 100,000 links.

Run it with `python benchmarks/console.py`; `--postgres` also measures PostgreSQL. Each figure is
the median and the worst of some looks, in milliseconds. Aims: the board under 20 ms, a search of
what went on under 100 ms.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import text  # noqa: E402

from chaos.engine import postgres  # noqa: E402
from isthmus.dispatch import board  # noqa: E402
from isthmus.dispatch.queries import timeline  # noqa: E402
from isthmus.state import RunDataset  # noqa: E402
from isthmus.state.calls.tables import calls  # noqa: E402
from isthmus.state.dispatch.session import writing  # noqa: E402
from isthmus.state.dispatch.tables import link_texts, links, trail  # noqa: E402
from isthmus.wiring.build import House  # noqa: E402
from isthmus.wiring.dispatch.stores import Stores  # noqa: E402
from isthmus.wiring.environment.config import load_config  # noqa: E402
from isthmus.wiring.sync.syncing import Syncing  # noqa: E402
from isthmus.wiring.tending import activity as act  # noqa: E402
from isthmus.wiring.tending.markers import markers  # noqa: E402

NOW = datetime.now(UTC)
WORDS = ("printer", "switch", "server", "door", "reader", "cable", "camera", "phone", "router")
STATES = ["linked"] * 60 + ["closed"] * 35 + ["waiting"] * 4 + ["stuck"]
KINDS = ["call"] * 50 + ["message"] * 15 + ["decision"] * 20 + ["write"] * 14 + ["person"]
LOOKS = 9


def link_rows(count: int) -> Iterator[dict[str, Any]]:
    """Yield rows of links, as wide as real ones."""
    some = random.Random(7)
    written = json.dumps({f"order:field{n}": f"{n:032x}" for n in range(30)})
    for n in range(count):
        at = NOW - timedelta(seconds=some.randrange(90 * 86_400))
        state = some.choice(STATES)
        yield {
            "id": f"isth-{n:014x}-00000000", "key": f"Tickets/{n}", "entity": "Tickets",
            "record_id": n, "record_number": f"T20260101.{n:06d}",
            "title": f"{some.choice(WORDS)} {some.choice(WORDS)} at desk {n % 997}",
            "work_order_id": 5_000_000 + n, "state": state, "waits_for": "", "rule": f"rule{n % 5}",
            "inbound": "m@1", "outbound": "o@1", "order_status": "Assigned", "record_mark": "",
            "order_mark": "", "written": written, "told": "[]", "recent_writes": "[]",
            "created_at": at, "updated_at": at, "company": f"Company {n % 400}", "since": at,
        }  # fmt: skip


def text_rows(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return what those links are searched by."""
    return [
        {
            "link_id": r["id"],
            "state": r["state"],
            "entity": r["entity"],
            "rule": r["rule"],
            "text": f"{r['record_number']}\n{r['title']}\n{r['company']}".lower(),
        }
        for r in rows
    ]


def trail_rows(count: int, link_count: int) -> Iterator[dict[str, Any]]:
    """Yield lines of the trail, some hundred of them errors."""
    some = random.Random(8)
    detail = json.dumps({"status": 200, "ms": 120, "fields": ["title", "schedule"]})
    for n in range(count):
        of = some.randrange(link_count)
        yield {
            "at": NOW - timedelta(seconds=(count - n) * 7), "key": f"Tickets/{of}",
            "link_id": f"isth-{of:014x}-00000000", "record_number": f"T20260101.{of:06d}",
            "kind": "error" if n % 5_000 == 0 else some.choice(KINDS),
            "what": "GET http://vendor/V1.0/Tickets/query", "detail": detail,
        }  # fmt: skip


def call_rows(count: int, link_count: int) -> Iterator[dict[str, Any]]:
    """Yield calls, half of them of sync."""
    some = random.Random(9)
    for n in range(count):
        of = some.randrange(link_count)
        failed = n % 5_000 == 0
        yield {
            "at": NOW - timedelta(seconds=count - n), "vendor": "autotask", "method": "POST",
            "entity": "Tickets" if n % 3 else "Companies", "path": "Tickets/query",
            "status": 500 if failed else 200, "ms": 210, "size": 80_000, "rows": 500,
            "run": f"run-{n // 400}", "key": f"Tickets/{of}" if n % 2 else "", "attempt": 1,
            "failed": failed,
        }  # fmt: skip


def fill(house: House, stores: Stores, lines: int, pairs: int) -> None:
    """Fill a home."""
    made = list(link_rows(pairs))
    engine, log = stores.state.engine, stores.calls._engine
    with writing(engine) as session:
        for part in parts(made):
            session.execute(links.insert(), part)
            session.execute(link_texts.insert(), text_rows(part))
    for table, rows, where in (
        (trail, trail_rows(lines, pairs), engine),
        (calls, call_rows(lines, pairs), log),
    ):
        for part in parts(rows, 20_000):
            with writing(where) as session:
                session.execute(table.insert(), part)
    for n in range(300):
        house.state.start_run(f"run-{n}", ["Tickets", "Companies"])
        results = [
            RunDataset("Tickets", "incremental", "ok"),
            RunDataset("Companies", "full", "ok"),
        ]
        house.state.finish_run(f"run-{n}", results, calls=4)


def parts(rows: Any, size: int = 2_000) -> Iterator[list[Any]]:
    """Yield rows some at a time."""
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def timed(name: str, look: Callable[[], object]) -> None:
    """Print how long a look takes."""
    took = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        look()
        took.append((time.perf_counter() - begun) * 1000)
    print(f"  {name:<46}{statistics.median(took):8.1f} ms   worst {max(took):8.1f}", flush=True)


def measure(house: House, stores: Stores, pairs: int) -> None:
    """Time what the pages ask."""
    state, some, syncing = stores.state, pairs // 2, Syncing.of(stores)
    first = board.board(state)
    number = f"T20260101.{some:06d}"
    looks: dict[str, board.LinkFilter] = {
        "board, all links": board.LinkFilter(),
        "board, one state that many have": board.LinkFilter(states=("linked",)),
        "board, two states that few have": board.LinkFilter(states=("stuck", "parked")),
        "board, one rule": board.LinkFilter(rule="rule3"),
        "board, a number": board.LinkFilter(text=number),
        "board, a work order's number": board.LinkFilter(text=str(5_000_000 + some)),
        "board, a company": board.LinkFilter(text="company 399"),
        "board, a word that many have": board.LinkFilter(text="printer"),
        "board, a word that none has": board.LinkFilter(text="nothing like it"),
    }
    for name, wanted in looks.items():
        timed(name, partial(board.board, state, wanted))
    timed("board, second page", lambda: board.board(state, page=first.following))
    timed("board, waiting longest", lambda: board.board(state, sort="oldest"))
    timed("markers of all pages", lambda: markers(house, stores, syncing))
    link = state.find_links(number)[0]
    timed("a link's story", lambda: timeline(state, stores.inbox, link))
    for name, asked in {
        "activity, the newest": act.ActivityFilter(),
        "activity, only failures": act.ActivityFilter(failed=True),
        "activity, failures of the last hour": act.ActivityFilter(
            failed=True, since=NOW - timedelta(hours=1)
        ),
        "activity, what people did": act.ActivityFilter(kinds=("person",)),
        "activity, a ticket's number": act.ActivityFilter(text=number),
        "activity, a work order's number": act.ActivityFilter(text=str(5_000_000 + some)),
        "activity, a correlation id": act.ActivityFilter(text=link.id),
        "activity, a dataset": act.ActivityFilter(text="Tickets"),
        "activity, a run": act.ActivityFilter(text="run-77"),
        "activity, a text that nothing has": act.ActivityFilter(text="nothing"),
    }.items():
        timed(name, partial(act.activity, house, stores, asked))
    page = act.activity(house, stores).following
    timed("activity, second page", lambda: act.activity(house, stores, page=page))


def run(folder: Path, address: str, lines: int, pairs: int) -> None:
    """Fill a home and time it."""
    told = {"ISTHMUS_HOME": str(folder)} | ({"ISTHMUS_STATE": address} if address else {})
    with House(load_config(told)) as house, Stores.open(house) as stores:
        begun = time.perf_counter()
        fill(house, stores, lines, pairs)
        if stores.is_shared:  # as it does by itself a while later
            stores.state.engine.execution_options(isolation_level="AUTOCOMMIT").connect().execute(
                text("VACUUM ANALYZE")
            )
        print(f"  filled in {time.perf_counter() - begun:.0f} s", flush=True)
        measure(house, stores, pairs)


def main() -> None:
    """Measure SQLite, and PostgreSQL where wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--links", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        print(f"SQLite, {given.lines:,} lines, {given.links:,} links")
        run(Path(name), "", given.lines, given.links)
    if given.postgres:
        with tempfile.TemporaryDirectory() as name, postgres(Path(name)) as address:
            print(f"PostgreSQL, {given.lines:,} lines, {given.links:,} links")
            run(Path(name) / "home", address, given.lines, given.links)


if __name__ == "__main__":
    main()
