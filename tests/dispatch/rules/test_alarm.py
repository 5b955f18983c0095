"""People are told of each thing once, the urgent first."""

from datetime import UTC, datetime, timedelta

from isthmus.dispatch.rules.alarm import MOST_LINES, Watched, Wrong, decide_alarm

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOBODY: frozenset[str] = frozenset()


def wrong(number: int, kind: str = "validation") -> Wrong:
    return Wrong(f"dl-{number}", f"T{number}", kind, "It is too long.", "Shorten it.", NOW)


def test_nothing_wrong_is_no_alarm() -> None:
    seen = Watched([], {"autotask": NOW, "fieldnation": None})
    assert decide_alarm(seen, NOBODY, NOW, HOUR) is None


def test_each_dead_letter_is_told_once_with_its_remedy() -> None:
    seen = Watched([wrong(1), wrong(2, "credentials")], {})
    alarm = decide_alarm(seen, NOBODY, NOW, HOUR)
    assert alarm is not None
    assert alarm.lines[0].startswith("T2 (credentials)")
    assert "Shorten it." in alarm.text
    assert decide_alarm(seen, frozenset(alarm.about), NOW, HOUR) is None
    more = Watched([wrong(1), wrong(3)], {})
    again = decide_alarm(more, frozenset(alarm.about), NOW, HOUR)
    assert again is not None
    assert again.about == ("dl-3",)


def test_many_letters_are_counted_and_none_is_told_twice() -> None:
    seen = Watched([wrong(number) for number in range(MOST_LINES + 5)], {})
    alarm = decide_alarm(seen, NOBODY, NOW, HOUR)
    assert alarm is not None
    assert "5 more" in alarm.lines[-1]
    assert len(alarm.about) == MOST_LINES + 5


def test_silence_is_told_once_until_it_is_broken() -> None:
    late = Watched([], {"autotask": NOW - 2 * HOUR}, unrelayed_since=NOW - 2 * HOUR)
    alarm = decide_alarm(late, NOBODY, NOW, HOUR)
    assert alarm is not None
    assert len(alarm.lines) == 2
    assert decide_alarm(late, frozenset(alarm.about), NOW + HOUR, HOUR) is None
    later = Watched([], {"autotask": NOW - HOUR}, unrelayed_since=None)
    assert decide_alarm(later, frozenset(alarm.about), NOW + HOUR, HOUR) is not None


def test_a_side_that_was_never_swept_is_told_once_where_it_is_to_be_swept() -> None:
    never = Watched([], {"autotask": NOW, "fieldnation": None}, begun=NOW - 2 * HOUR)
    alarm = decide_alarm(never, NOBODY, NOW, HOUR)
    assert alarm is not None
    (line,) = alarm.lines
    assert (
        line == "fieldnation was never asked for changes, although dispatch began at"
        " 2026-11-28 10:00:00 UTC."
    )
    assert decide_alarm(never, frozenset(alarm.about), NOW + HOUR, HOUR) is None
    young = Watched([], {"autotask": NOW, "fieldnation": None}, begun=NOW)
    assert decide_alarm(young, NOBODY, NOW, HOUR) is None
