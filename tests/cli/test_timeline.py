"""The drawing of one link's story."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from isthmus.cli.timeline import render_timeline
from isthmus.dispatch.queries import Timeline
from isthmus.state.dispatch import DeadLetter, Entry, Intent, Link, Message

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
LINK = Link(
    id="isth-1",
    key="Tickets/7601",
    entity="Tickets",
    record_id=7601,
    record_number="T20260615.0001",
    title="Printer offline",
    work_order_id=10401,
    state="linked",
    order_status="Assigned",
    inbound="ticket_inbound@1",
)
AT_CALL = "POST https://ws5.autotask.net/ATServicesRest/V1.0/Tickets/7601/Notes"


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.cli.timeline.here", lambda at: at)


def entry(seconds: float, kind: str, what: str, **detail: object) -> Entry:
    return Entry(NOON + timedelta(seconds=seconds), LINK.key, kind, what, detail)


def drawn(
    *entries: Entry, width: int = 80, calls: bool = False, bodies: bool = False, **more: object
) -> list[str]:
    told = Timeline(link=LINK, intents=(), letters=(), entries=entries, messages=())
    console = Console(width=width, force_terminal=False, highlight=False)
    with console.capture() as captured:
        shown = replace(told, **more)  # type: ignore[arg-type]
        console.print(render_timeline(shown, calls=calls, bodies=bodies))
    return [line.rstrip() for line in captured.get().splitlines()]


def story(lines: list[str]) -> list[str]:
    (first,) = (n for n, line in enumerate(lines) if line.endswith("Ticket Work order"))
    return lines[first + 1 :]


def test_arrows_lead_from_who_acted_to_whom_it_reached() -> None:
    lines = drawn(
        entry(0, "message", "autotask: Tickets.Update", message=1),
        entry(0, "decision", "Rule r dispatches it by m@1"),
        entry(1, "call", AT_CALL, status=200, ms=12),
        entry(1, "write", "Made the note", id="5"),
        entry(2, "decision", "workorder.status.assigned happened"),
        entry(2, "error", "The mapping does not fit", remedy="Mend it."),
        calls=True,
    )

    assert story(lines) == [
        "          │       │       │  Monday, 15 June 2026 (UTC)",
        "12:00:00  ●──────▸│       │  Autotask told  Tickets Update",
        "          │       ◆       │  Rule r dispatches it by m@1",
        "12:00:01  │◂╌╌╌╌╌╌·       │  POST Tickets/7601/Notes  200  12 ms",
        "          │◂──────●       │  Made the note 5",
        "12:00:02  │       │◂──────●  Assigned",
        "          │       ✗       │  The mapping does not fit",
    ]


def test_what_was_sent_and_answered_stands_below_its_call_without_secrets() -> None:
    sent = '{"title":"Printer","password":"hunter22"}'
    refused = entry(
        0, "call", AT_CALL, status=400, ms=12, sent=sent, answered="no … (cut; 9 bytes)"
    )
    lines = story(drawn(refused, bodies=True))

    assert [line[29:].rstrip() for line in lines[1:]] == [
        "POST Tickets/7601/Notes  400  12 ms",
        "sent:",
        "{",
        '  "title": "Printer",',
        '  "password": "[redacted]"',
        "}",
        "answered (of 9 bytes only the beginning):",
        "no",
    ]
    assert lines[2].startswith("          │       │       │  ")
    assert story(drawn(refused)) == ["          │       │       │  Nothing was kept of it."]


def test_time_that_passed_and_a_new_day_are_told() -> None:
    first, second, third = (entry(at, "person", "ana looked") for at in (0, 4_800, 86_400))
    lines = story(drawn(first, second, third))

    assert "          ┊       ┊       ┊  1 h 20 min later" in lines
    assert "          │       │       │  Tuesday, 16 June 2026 (UTC)" in lines


def test_calls_are_drawn_only_where_they_are_wanted() -> None:
    assert len(story(drawn(entry(0, "call", AT_CALL, status=200, ms=1)))) == 1
    assert len(story(drawn(entry(0, "call", AT_CALL, status=200, ms=1), calls=True))) == 2


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(width: int) -> None:
    what = "a long sentence about many things that happened at once " * 6
    lines = drawn(entry(0, "decision", what, fields=["a" * 30, "b" * 30]), width=width)

    assert max(map(len, lines)) <= width
    text = " ".join(line[27:].strip() for line in story(lines)[1:])
    assert text.split() == [*what.split(), f"{'a' * 30},", "b" * 30]


def test_the_head_names_both_sides_what_was_made_and_what_it_waits_for() -> None:
    made = (
        Intent(LINK.id, "order", "order", "m", "done", "10401"),
        Intent(LINK.id, "time", "1", "m", "done", "31"),
        Intent(LINK.id, "time", "2", "m"),
    )
    text = "\n".join(drawn(intents=made))

    assert "T20260615.0001  ⇄  work order 10401" in text
    assert "Waits for  the technician's work" in text
    assert "work order 10401; 2 time entries 31, still to be made" in text
    assert "Nothing was kept of it." in text


def test_what_needs_a_person_stands_above_the_story_with_what_to_do() -> None:
    letter = DeadLetter(
        "dl-1", LINK.key, "validation", "It does not fit", "mapping m", "Mend it.", NOON, 2
    )
    stuck = replace(LINK, state="stuck", waits_for="It does not fit")
    text = "\n".join(drawn(letters=(letter,), link=stuck))

    assert text.count("It does not fit") == 1
    assert "tried 2 times" in text
    assert "What to do    Mend it." in text
    assert "isthmus deadletters replay dl-1" in text


def test_messages_still_to_be_worked_on_end_the_story() -> None:
    late = Message(
        9, "fieldnation", "m", "workorder.status.approved", "WorkOrders/1", LINK.key, b"", NOON,
        None, "work",
    )  # fmt: skip
    (_, line) = story(drawn(messages=(late,)))

    assert line == "12:00:00  │       │◂┄┄┄┄┄┄○  Field Nation told  approved  not worked on yet"


def test_signs_that_would_steer_the_terminal_are_not_passed_on() -> None:
    lines = drawn(entry(0, "person", "ana parked it: \x1b[2Jboo\x07\nhidden"))

    assert "ana parked it:  [2Jboo  hidden" in "\n".join(lines) or "\x1b" not in "\n".join(lines)
    assert all(char.isprintable() for line in lines for char in line)
