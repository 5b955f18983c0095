"""How an installation is: facts that are there, and a sentence for each that is not well."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from isthmus import __version__
from isthmus.alerts import AlertNotSent
from isthmus.base.clock import utc_now
from isthmus.state.dispatch import DeadLetter
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.tending.health import Pulse, Verdict, health, health_as_json
from isthmus.wiring.tending.preferences import CHAT, Preferences
from isthmus.wiring.tending.verdict import Database, Facts, WorkerSign, reasons_of
from isthmus.worker import Duties, working

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
AGO = timedelta(minutes=1)
WELL = Facts(
    version="1",
    python="3",
    databases=(Database("tables", "/srv/warehouse.duckdb", 0),),
    free=10**11,
    workers=(WorkerSign("1-a", 12, False),),
    doors="127.0.0.1:8484",
    public_url="https://isthmus.example.com",
    swept={"autotask": NOW - AGO, "fieldnation": NOW - AGO},
    needs=("autotask", "fieldnation"),
    begun=NOW - timedelta(days=9),
    sweep=timedelta(minutes=5),
    hooks_at=NOW - timedelta(minutes=50),
    dead_letters=0,
    unrelayed_since=NOW - AGO,
    is_connected=True,
)


@contextmanager
def opened(folder: Path, **more: str) -> Iterator[tuple[House, Stores, Preferences]]:
    with (
        House(load_config({"ISTHMUS_HOME": str(folder), **more})) as house,
        Stores.open(house) as stores,
    ):
        yield house, stores, Preferences.of(house, stores)


def test_nothing_is_said_of_what_is_well() -> None:
    assert reasons_of(WELL, NOW) == []
    lone = replace(WELL, needs=(), swept={"autotask": None, "fieldnation": None}, hooks_at=None)
    assert reasons_of(lone, NOW) == []
    young = replace(WELL, swept={"autotask": None, "fieldnation": None}, begun=NOW - AGO)
    assert reasons_of(young, NOW) == []


@pytest.mark.parametrize(
    ("facts", "verdict", "words"),
    [
        (replace(WELL, workers=()), "bad", "No worker runs"),
        (replace(WELL, workers=(WorkerSign("1-a", 12, True),)), "bad", "No worker runs"),
        (
            replace(WELL, workers=(*WELL.workers, WorkerSign("2-b", 3, True))),
            "warning",
            "1 worker has fallen silent",
        ),
        (replace(WELL, free=10**9), "warning", "1,000 MB are left"),
        (replace(WELL, free=10**7), "bad", "10 MB are left"),
        (
            replace(WELL, databases=(Database("tables", "postgresql://db/dw", None),)),
            "bad",
            "tables cannot be reached",
        ),
        (
            replace(WELL, swept={"autotask": NOW - 20 * AGO, "fieldnation": NOW}),
            "bad",
            "Autotask was last asked for changes 20 min ago; that is due every 5 min",
        ),
        (
            replace(WELL, swept={"autotask": NOW, "fieldnation": None}),
            "bad",
            "Field Nation was never asked for changes",
        ),
        (replace(WELL, unrelayed_since=NOW - 130 * AGO), "bad", "came in 2 h ago was not taken up"),
        (replace(WELL, dead_letters=1), "warning", "1 dead letter waits"),
        (replace(WELL, dead_letters=1200), "warning", "1,200 dead letters wait"),
        (replace(WELL, hooks_at=NOW - timedelta(hours=9)), "warning", "looked at 9 h ago"),
        (replace(WELL, is_connected=False), "warning", "Autotask is not connected"),
        (replace(WELL, locked="Another key."), "bad", "alerts cannot be read"),
    ],
    ids=lambda one: one.replace(" ", "_") if isinstance(one, str) else "",
)
def test_each_thing_that_is_not_well_is_said_in_a_sentence_with_its_remedy(
    facts: Facts, verdict: str, words: str
) -> None:
    [reason] = reasons_of(facts, NOW)
    assert reason.verdict == verdict
    assert words in reason.text
    assert reason.text.endswith(".")
    assert reason.remedy.endswith(".")


def test_a_new_home_says_that_nothing_runs_and_nothing_is_connected(tmp_path: Path) -> None:
    with opened(tmp_path) as (house, stores, preferences):
        found = health(house, stores, preferences)
    assert found.verdict is Verdict.BAD
    assert [one.verdict for one in found.reasons] == ["bad", "warning"]
    facts = found.facts
    assert facts.version == __version__
    sizes = {Path(one.place).name: one.size for one in facts.databases}
    assert sizes.pop("warehouse.duckdb") == 0
    assert set(sizes) == {"state.db", "dispatch.db", "inbox.db", "calls.db"}
    assert all(sizes.values())


async def test_a_home_that_is_worked_knows_its_worker(tmp_path: Path) -> None:
    with opened(tmp_path) as (house, stores, preferences):
        stores.state.save_dead_letter(
            DeadLetter("letter", "Tickets/7", "vendor", "Refused", "there", "Mend it", utc_now())
        )
        duties = Duties(dispatch=False, refresh=False)
        async with working(house, stores, duties, lambda: House(house.config)):
            found = health(house, stores, preferences)
        after = health(house, stores, preferences)
    [worker] = found.facts.workers
    assert not worker.is_silent
    assert worker.beats > 0
    assert found.verdict is Verdict.WARNING
    assert after.facts.workers == ()
    told = health_as_json(found)
    assert told["dead_letters"] == 1
    assert told["verdict"] == "warning"


def test_secrets_that_cannot_be_unlocked_are_told(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, _, preferences):
        preferences.set(CHAT, "https://chat.example.com/hook")
    (tmp_path / "key").unlink()
    with opened(tmp_path) as (house, stores, preferences):
        texts = [one.text for one in health(house, stores, preferences).reasons]
    assert "The channels for alerts cannot be read." in texts


def test_a_channel_that_fails_is_told_until_it_works_or_is_another(tmp_path: Path) -> None:
    def unheard() -> list[str]:
        found = health(house, stores, preferences).reasons
        return [one.text for one in found if one.text.startswith("Alerts do not go out by chat")]

    failed = AlertNotSent("An alert could not be sent: the chat: it answered 404", where="alerts")
    with opened(tmp_path) as (house, stores, preferences):
        preferences.note_tried({"chat": failed})
        assert unheard() == [], "nobody set one"
        preferences.set(CHAT, "https://chat.example.com/hook")
        preferences.note_tried({"chat": failed, "mail": None})
        preferences.note_tried({"chat": failed, "mail": None})
        [told] = unheard()
        assert "it answered 404." in told
        preferences.note_tried({"chat": None})
        assert unheard() == []
        preferences.note_tried({"chat": failed})
        preferences.set(CHAT, "https://chat.example.com/another")
        assert unheard() == []


def test_a_worker_that_was_killed_is_known_by_its_silence(
    tmp_path: Path, postgres_url: str
) -> None:
    more = {"ISTHMUS_STATE": postgres_url, "ISTHMUS_WAREHOUSE": postgres_url}
    with opened(tmp_path, **more) as (house, stores, preferences):
        for name in ("killed", "alive"):
            stores.agenda.enter(name)
        pulse = Pulse(timedelta(0))
        found = health(house, stores, preferences, pulse)
        assert {one.is_silent for one in found.facts.workers} == {True}
        calm = Pulse()
        calm.feel(stores)
        stores.agenda.beat("alive")
        assert {one.name: one.is_silent for one in calm.feel(stores)} == {
            "killed": False,
            "alive": False,
        }
    sizes = {one.name: one.size for one in found.facts.databases}
    assert sizes["dispatch, what arrives, calls"]
    assert sizes["tables"]
    assert "password" not in str(found.facts.databases)
