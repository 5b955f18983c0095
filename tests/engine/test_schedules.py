"""When a schedule is due, and what one turn of the clock enqueues."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from isthmus.engine import Agenda, Cron, Every, Schedule, ScheduleWrong
from isthmus.engine.schedules import next_after

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NO_SPREAD = timedelta(0)
LATE = timedelta(seconds=10)
ROOM = {"sync": 1000}
Move = Callable[[timedelta], None]


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Give what moves the agenda's clock, which stands at noon of the first of March."""
    now = [START]
    monkeypatch.setattr("isthmus.engine.agenda.utc_now", lambda: now[0])

    def by(step: timedelta) -> None:
        now[0] += step

    return by


def hourly(name: str) -> Schedule:
    return Schedule(name, "sync", name, Every(timedelta(hours=1)))


def test_beats_keep_their_distance_from_the_first() -> None:
    every = Every(timedelta(minutes=15))
    assert next_after(every, START, START) == START + timedelta(minutes=15)
    late = START + timedelta(minutes=47, seconds=3)
    assert next_after(every, START, late) == START + timedelta(minutes=60)


@pytest.mark.parametrize(
    ("line", "now", "due"),
    [
        ("0 6 * * 1-5", "2026-03-27T05:00+00:00", "2026-03-30T04:00+00:00"),  # Friday, summer time
        ("30 2 * * *", "2026-03-28T12:00+00:00", "2026-03-29T01:00+00:00"),  # 02:30 does not exist
        ("30 2 * * *", "2026-03-29T01:00+00:00", "2026-03-30T00:30+00:00"),
        ("30 2 * * *", "2026-10-24T12:00+00:00", "2026-10-25T00:30+00:00"),  # 02:30 comes twice
        ("30 2 * * *", "2026-10-25T00:30+00:00", "2026-10-26T01:30+00:00"),  # and is run once
    ],
)
def test_cron_lines_mean_the_time_on_the_wall(line: str, now: str, due: str) -> None:
    found = next_after(Cron(line, "Europe/Berlin"), START, datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    "when",
    [Every(timedelta(0)), Cron("* * * *"), Cron("61 * * * *"), Cron("0 0 * * *", "Mars/Base")],
)
def test_what_no_clock_could_keep_is_refused(agenda: Agenda, when: Every | Cron) -> None:
    with pytest.raises(ScheduleWrong):
        agenda.schedule(Schedule("bad", "sync", "bad", when))
    assert agenda.scheduled() == ()


def test_a_schedule_enqueues_when_its_time_has_come(agenda: Agenda, move: Move) -> None:
    agenda.schedule(hourly("tickets"))
    assert agenda.fire(NO_SPREAD, LATE) == 0
    move(timedelta(hours=1))
    assert agenda.fire(NO_SPREAD, LATE) == 1
    assert agenda.fire(NO_SPREAD, LATE) == 0
    assert [claim.item.key for claim in agenda.claim("w", ROOM, 9)] == ["tickets"]


def test_a_night_of_downtime_is_caught_up_once(agenda: Agenda, move: Move) -> None:
    agenda.schedule(hourly("tickets"))
    move(timedelta(hours=9, minutes=30))
    assert agenda.fire(NO_SPREAD, LATE) == 1
    assert agenda.fire(NO_SPREAD, LATE) == 0
    ((_, due),) = agenda.scheduled()
    assert due == START + timedelta(hours=10), "and the beat is the old one"


def test_what_is_caught_up_together_is_no_stampede(agenda: Agenda, move: Move) -> None:
    for number in range(22):
        agenda.schedule(hourly(f"dataset-{number:02}"))
    move(timedelta(days=2))
    assert agenda.fire(timedelta(seconds=2), LATE) == 22
    assert len(agenda.claim("w", ROOM, 99)) == 1
    move(timedelta(seconds=2))
    assert len(agenda.claim("w", ROOM, 99)) == 1
    move(timedelta(seconds=40))
    assert len(agenda.claim("w", ROOM, 99)) == 20


def test_a_schedule_never_overlaps_itself(agenda: Agenda, move: Move) -> None:
    agenda.schedule(hourly("tickets"))
    move(timedelta(hours=1))
    agenda.fire(NO_SPREAD, LATE)
    (slow,) = agenda.claim("w", ROOM, 9)
    for _ in range(3):
        move(timedelta(hours=1))
        agenda.fire(NO_SPREAD, LATE)
        assert agenda.claim("w", ROOM, 9) == ()
    agenda.end(slow.item, slow.run_id, "w", again_at=None, failed=False)
    assert len(agenda.claim("w", ROOM, 9)) == 1


def test_a_schedule_survives_a_restart_with_its_beat(
    agenda: Agenda, where: str, move: Move
) -> None:
    agenda.schedule(hourly("tickets"))
    move(timedelta(minutes=40))
    other = Agenda.open(where)
    other.schedule(hourly("tickets"))
    ((kept, due),) = other.scheduled()
    other.close()
    assert (kept, due) == (hourly("tickets"), START + timedelta(hours=1))


def test_a_changed_schedule_begins_anew_and_a_removed_one_is_silent(
    agenda: Agenda, move: Move
) -> None:
    agenda.schedule(hourly("tickets"))
    agenda.schedule(Schedule("tickets", "sync", "tickets", Cron("0 0 * * *")))
    ((_, due),) = agenda.scheduled()
    assert due == datetime(2026, 3, 2, tzinfo=UTC)
    assert agenda.unschedule("tickets")
    assert not agenda.unschedule("tickets")
    move(timedelta(days=3))
    assert agenda.fire(NO_SPREAD, LATE) == 0
