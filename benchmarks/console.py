"""
What the console asks, timed at size: 1,000,000 lines of the trail and calls, 100,000 links.

Run it with `python benchmarks/console.py`; `--postgres` also measures PostgreSQL. Each figure is
the median and the worst of some looks, in milliseconds. Aims: the board under 20 ms, a search of
what went on under 100 ms.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import text  # noqa: E402

from benchmarks.filling import NOW, fill  # noqa: E402
from chaos.engine import postgres  # noqa: E402
from isthmus.dispatch import board  # noqa: E402
from isthmus.dispatch.queries import timeline  # noqa: E402
from isthmus.wiring.build import House  # noqa: E402
from isthmus.wiring.dispatch.stores import Stores  # noqa: E402
from isthmus.wiring.environment.config import load_config  # noqa: E402
from isthmus.wiring.sync.syncing import Syncing  # noqa: E402
from isthmus.wiring.tending import activity as act  # noqa: E402
from isthmus.wiring.tending.markers import markers  # noqa: E402

LOOKS = 9


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
