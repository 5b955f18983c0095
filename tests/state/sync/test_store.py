"""What is kept of copying."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from isthmus.base.clock import utc_now
from isthmus.state import ErrorNote, RunDataset
from isthmus.state.sync import (
    Ask,
    DatasetChoice,
    Kept,
    Pace,
    Permission,
    Progress,
    QuotaSample,
    SyncState,
)

NOW = utc_now()


def line(dataset: str, run: str = "run-1", **more: object) -> Progress:
    made = Progress(dataset, run, "reading", "full", 5, 900, 2, NOW, NOW)
    return replace(made, **more)  # type: ignore[arg-type]


def test_progress_comes_back_as_it_was_noted_until_the_run_ends(kept: SyncState) -> None:
    until = NOW + timedelta(seconds=90)
    kept.note_progress("run-1", [line("Tickets", waiting_until=until), line("Tasks")])
    kept.note_progress("run-1", [], ["Tasks"])
    found = kept.progress()
    assert [one.dataset for one in found] == ["Tickets"]
    assert found[0].waiting_until == until
    assert found[0].at >= NOW
    kept.end_progress("run-2")
    assert kept.progress()
    kept.end_progress("run-1")
    assert kept.progress() == ()


def test_a_run_that_shows_no_life_is_not_told_of(kept: SyncState) -> None:
    kept.note_progress("another", [line("Tickets", at=NOW - timedelta(minutes=1))])
    assert kept.progress() == ()


def test_where_a_dataset_stands_comes_back_as_it_was(kept: SyncState) -> None:
    error = ErrorNote("PermissionDenied", "It may not.", "Autotask", "Let it.")
    result = RunDataset("Tickets", "full", "failed", 7, calls=3, warnings=("Ä \0odd",), error=error)
    whole = Kept("Tickets", "r", "ann", NOW, result, 9, NOW, NOW, "ab12", Pace(9, 3, 1.5))
    kept.keep(whole)
    shown = replace(result, warnings=("Ä \0odd",))
    assert kept.kept()["Tickets"] == replace(whole, result=shown)
    kept.save_scope("Tickets", "?")
    kept.save_scope("Unknown", "?")
    assert {name: one.scope for name, one in kept.kept().items()} == {"Tickets": "?"}
    kept.keep(replace(whole, pace=None, rows=None))
    assert kept.kept()["Tickets"].pace is None


def test_the_same_thing_asked_for_while_it_waits_is_one(kept: SyncState) -> None:
    first = kept.ask(Ask("ask/1", ("Tickets",), full=False, by="ann", at=NOW))
    assert kept.ask(Ask("ask/2", ("Tickets",), full=False, by="bob", at=NOW)) == first
    assert kept.ask(Ask("ask/3", ("Tickets",), full=True, by="bob", at=NOW)).key == "ask/3"
    kept.save_ask(replace(first, state="running"))
    assert kept.ask(Ask("ask/4", ("Tickets",), full=False, by="bob", at=NOW)).key == "ask/4"
    kept.save_ask(replace(first, state="done", run_id="r", error="No."))
    assert [one.key for one in kept.open_asks()] == ["ask/3", "ask/4"]
    assert kept.find_ask("ask/1") == replace(first, state="done", run_id="r", error="No.")
    old = NOW - timedelta(days=8)
    kept.save_ask(replace(first, state="done", at=old))
    kept.save_ask(replace(first, key="ask/5", at=NOW))
    assert kept.find_ask("ask/1") is None


def test_a_stop_counts_for_what_runs_and_is_forgotten_when_it_is_asked_for_anew(
    kept: SyncState,
) -> None:
    kept.stop(["Tickets"], "ann")
    kept.stop([], "ann")
    assert kept.stops(NOW) == {"Tickets", ""}
    assert kept.stops(utc_now() + timedelta(seconds=1)) == frozenset()
    kept.ask(Ask("ask/1", ("Tickets",), full=False, by="ann", at=NOW))
    assert kept.stops(NOW) == frozenset()


def test_samples_are_a_minute_apart_and_thinned_when_they_are_old(kept: SyncState) -> None:
    begin = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(days=33)
    for minute in range(0, 180, 5):
        at = begin + timedelta(minutes=minute)
        assert kept.add_sample(QuotaSample(at, minute, 1, 10_000, 7, 100))
        assert not kept.add_sample(QuotaSample(at + timedelta(seconds=30), 0, 0, 0))
    assert len(kept.samples(begin)) == 36
    assert len(kept.samples(begin, most=10)) == 9
    assert kept.add_sample(QuotaSample(NOW, None, None, None))
    left = kept.samples(begin)
    assert [one.used for one in left] == [0, 60, 120, None]
    assert kept.last_sample() == left[-1]


def test_of_many_samples_only_those_that_are_drawn_leave_the_database(
    kept: SyncState, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=5)
    for minute in range(100):
        kept.add_sample(QuotaSample(begin + timedelta(minutes=minute), minute, 1, 10_000))
    made: list[QuotaSample] = []

    def make(**values: Any) -> QuotaSample:
        made.append(QuotaSample(**values))
        return made[-1]

    monkeypatch.setattr("isthmus.state.sync.quota.QuotaSample", make)
    found = kept.samples(begin + timedelta(minutes=10), most=7)

    assert [sample.used for sample in found] == list(range(10, 100, 13))
    assert made == list(found)
    assert kept.samples(NOW) == ()


def test_choices_and_permissions_come_back_as_they_were(kept: SyncState) -> None:
    choice = DatasetChoice("Tickets", False, ("title",), '{"op":"eq"}', "ann")
    kept.choose(choice)
    found = kept.choices()["Tickets"]
    assert replace(found, at=None) == choice
    assert found.at is not None
    told = Permission("Tickets", "part", False, 5, "5 rows; others are hidden", "Admin > …", NOW)
    kept.save_permissions([told])
    kept.save_permissions([replace(told, dataset="Tasks", sees_deletions=None, rows=None)])
    assert kept.permissions()["Tickets"] == told
    assert kept.permissions()["Tasks"].sees_deletions is None


def test_several_threads_note_at_once(kept: SyncState) -> None:
    def note(number: int) -> None:
        for _ in range(5):
            kept.note_progress(f"run-{number}", [line(f"D{number}", f"run-{number}")])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, range(6)))
    assert len(kept.progress()) == 6
