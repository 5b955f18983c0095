"""People are told of every dead letter, however many there are, and of each once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from isthmus.alerts import Tried
from isthmus.base.clock import utc_now
from isthmus.base.ids import new_ordered_id
from isthmus.dispatch.alert import SWEEPS_BEGUN, Alert, Told, read_told
from isthmus.engine.database import open_database
from isthmus.state.dispatch import DeadLetter, DispatchState, Inbox

HOUR = timedelta(hours=1)
NO_RUN: Any = None
"""Of which the handler asks nothing."""


class Heard:
    """Channels that lead to a list."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    async def send(self, title: str, text: str) -> Tried:
        self.said.append((title, text))
        return {"chat": None}


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    opened = open_database(tmp_path / "state.db")
    yield opened
    opened.dispose()


@pytest.fixture
def state(engine: Engine) -> DispatchState:
    return DispatchState.open(engine)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def alert(state: DispatchState, engine: Engine, heard: Heard) -> Alert:
    channels: Any = heard
    return Alert(state, Inbox.open(engine), channels, HOUR)


def bury(state: DispatchState, number: int) -> str:
    letter = f"dl-{new_ordered_id()}"
    state.save_dead_letter(
        DeadLetter(letter, f"Tickets/{number}", "validation", "Too long.", "", "Cut it.", utc_now())
    )
    return letter


async def test_every_letter_counts_however_many_came_since_the_last_alarm(
    alert: Alert, state: DispatchState, heard: Heard
) -> None:
    for number in range(1_100):
        bury(state, number)
    await alert(NO_RUN)
    await alert(NO_RUN)
    assert [title for title, _ in heard.said] == ["Isthmus: 1100 dead letters"]

    bury(state, 5_000)
    await alert(NO_RUN)
    assert heard.said[-1][0] == "Isthmus: 1 dead letter"


async def test_a_letter_that_comes_into_view_after_a_later_one_is_told_too(
    alert: Alert, state: DispatchState, heard: Heard
) -> None:
    early = f"dl-{new_ordered_id()}"  # its transaction is still under way
    bury(state, 1)
    await alert(NO_RUN)
    state.save_dead_letter(
        DeadLetter(early, "Tickets/9", "validation", "Late.", "", "Look.", utc_now())
    )
    await alert(NO_RUN)
    assert "Late." in heard.said[-1][1]
    assert len(heard.said) == 2


async def test_a_side_that_was_never_swept_is_told(
    alert: Alert, state: DispatchState, heard: Heard
) -> None:
    await alert(NO_RUN)
    assert heard.said == []  # nobody dispatches here
    state.save_mark(SWEEPS_BEGUN, (utc_now() - 2 * HOUR).isoformat())
    await alert(NO_RUN)
    await alert(NO_RUN)
    ((_, text),) = heard.said
    assert "autotask was never asked for changes" in text
    assert "fieldnation was never asked for changes" in text


def test_what_is_kept_of_letters_does_not_grow_for_ever() -> None:
    told = Told("", frozenset())
    for _ in range(3):
        about = [f"dl-{new_ordered_id()}" for _ in range(100)]
        told = told.with_more(about, utc_now())  # all of them are older than that
    assert told.names == frozenset()
    assert read_told(told.as_text()) == told


def test_what_an_earlier_isthmus_told_is_not_told_again() -> None:
    assert read_told('["dl-1", "silence/x"]').names == {"dl-1", "silence/x"}
