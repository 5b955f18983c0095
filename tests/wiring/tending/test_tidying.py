"""What is older than the settings keep it is forgotten, and nothing else."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from isthmus.base.clock import utc_now
from isthmus.state import RunDataset
from isthmus.state.dispatch import Arrival, Entry
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.tending.preferences import KEEP, Preferences
from isthmus.wiring.tending.tidying import Tidy

if TYPE_CHECKING:
    from isthmus.engine import Run

NO_RUN = cast("Run", None)


def _told(file: Path, sql: str, *values: object) -> list[str]:
    """Say something to a database of a home; return the first column."""
    with closing(sqlite3.connect(file)) as found, found:
        return [str(row[0]) for row in found.execute(sql, values)]


async def test_messages_trails_and_runs_go_when_their_time_is_over(tmp_path: Path) -> None:
    home = tmp_path / "home"
    house = House(load_config({"ISTHMUS_HOME": str(home)}))
    with house, Stores.open(house) as stores:
        inbox, state = stores.inbox, stores.state
        keys = ("Tickets/1", "Tickets/2", "Tickets/3")
        kept = inbox.keep([Arrival("sweep", key, "record", key) for key in keys])
        numbers = [one.number for one in kept if one.number is not None]
        inbox.relayed(numbers)
        inbox.settle(numbers[:2])
        state.add_entries(
            [Entry(utc_now(), "Tickets/1", "decision", what) for what in ("old", "new")]
        )
        for run_id in ("run-old", "run-new"):
            house.state.start_run(run_id, ["Tickets"])
            house.state.finish_run(run_id, [RunDataset("Tickets", "full", "ok")])
        preferences = Preferences.of(house, stores)
        then = utc_now() - preferences.get(KEEP) - timedelta(days=1)
        long_ago = then.replace(tzinfo=None).isoformat(sep=" ")
        old = "subject IN ('Tickets/1', 'Tickets/3')"
        _told(home / "inbox.db", f"UPDATE inbox SET received_at = ? WHERE {old}", long_ago)
        _told(home / "dispatch.db", "UPDATE trail SET at = ? WHERE what = 'old'", long_ago)
        _told(home / "state.db", "UPDATE runs SET started_at = ? WHERE id = 'run-old'", long_ago)

        await Tidy(house, stores, preferences)(NO_RUN)

        left = _told(home / "inbox.db", "SELECT subject FROM inbox ORDER BY number")
        assert left == ["Tickets/2", "Tickets/3"], "what waits to be looked at stays, however old"
        assert [one.what for one in state.entries("Tickets/1")] == ["new"]
        assert [run.id for run in house.state.runs()] == ["run-new"]
