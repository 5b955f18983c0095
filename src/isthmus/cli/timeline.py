"""
The timeline of one link, drawn for a terminal.

Three lines run down the page: the ticket on the left, the work order on the right, Isthmus between
them. A dot is who acted, an arrow leads to whom it reached.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.look_of_links import needs_person, state_badge
from isthmus.dispatch.board import waits_for
from isthmus.dispatch.queries import Timeline
from isthmus.dispatch.story import (
    AUTOTASK,
    FIELDNATION,
    IN,
    KINDS,
    NEWS,
    NOUNS,
    WAITING,
    Moment,
    tell,
    tell_waiting,
)
from isthmus.wiring.dispatch.stores import GIVEN_UP, Intent, Link

SPAN: Final = 7
"""Columns between two of the lines that run down."""
NARROWEST_TEXT: Final = 24
QUIET: Final = timedelta(minutes=1)
"""So long a time without anything is told."""

STYLES: Final = {
    "person": "blue",
    "message": "cyan",
    NEWS: "magenta",
    "decision": "",
    "write": "bold green",
    "call": "dim",
    "error": "bold red",
    WAITING: "yellow",
}
SIGNS: Final = {"person": "◇", "error": "✗"}


def render_timeline(timeline: Timeline, *, calls: bool, bodies: bool = False) -> RenderableType:
    """
    Return the head, what is wrong, and everything that happened; calls only where wanted.

    Args: bodies: every call, with what was sent and what was answered.
    """
    link = timeline.link
    told = (
        *tell(timeline.entries, link.entity, bodies=bodies),
        *tell_waiting(timeline.messages, timeline.more_messages),
    )
    moments = [one for one in told if calls or bodies or one.kind != "call"]
    parts: list[RenderableType] = [_title(link), Text(), _facts(timeline)]
    for letter in timeline.letters:
        parts += [Text(), needs_person(letter, utc_now())]
    parts.append(Text())
    if not timeline.is_whole:
        parts.append(Text("Earlier lines are left out; --limit shows more.", style="yellow"))
    return Group(*parts, Rails(moments, NOUNS.get(link.entity, "record"), bodies=bodies))


def here(at: datetime) -> datetime:
    """Return a time on the clocks of this machine's place."""
    return at.astimezone()


def _title(link: Link) -> Table:
    order = f"work order {link.work_order_id}" if link.work_order_id else "no work order yet"
    number = link.record_number or link.key
    head = Text.assemble((words.one_line(number), "bold"), ("  ⇄  ", "dim"), (order, "bold"))
    if link.title:
        head.append(f"\n{words.one_line(link.title)}")
    grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(head, state_badge(link.state))
    return grid


def _facts(timeline: Timeline) -> Table:
    link = timeline.link
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    known = {letter.what[:500] for letter in timeline.letters}
    rows = (
        ("Waits for", "" if link.waits_for in known else waits_for(link)),
        ("Rule", link.rule),
        ("Mappings", ", ".join(name for name in (link.inbound, link.outbound) if name)),
        ("Made", _made(timeline.intents)),
        ("Ids", ", ".join((link.key, link.id))),
    )
    for label, text in rows:
        if text:
            grid.add_row(label, Text(words.one_line(text)))
    return grid


def _made(intents: Sequence[Intent]) -> str:
    """Return what was made on either side with its ids, and what is still to be."""
    ids: dict[str, list[str]] = {}
    for one in intents:
        ids.setdefault(KINDS.get(one.kind, one.kind), []).append(one.target or _unmade(one))
    return "; ".join(f"{_plural(kind, found)} {', '.join(found)}" for kind, found in ids.items())


def _unmade(intent: Intent) -> str:
    return "given up" if intent.state == GIVEN_UP else "still to be made"


def _plural(kind: str, found: Sequence[str]) -> str:
    if len(found) == 1:
        return kind
    return f"{len(found)} {kind.removesuffix('y')}{'ies' if kind.endswith('y') else 's'}"


class Rails:
    """What happened, below one another, with three lines that run down beside it."""

    def __init__(self, moments: Sequence[Moment], noun: str, *, bodies: bool = False) -> None:
        self._moments = moments
        self._noun = noun
        self._bodies = bodies

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as wide as there is room."""
        for line in self._lines(console, options.max_width):
            yield from line.render(console)
            yield Segment.line()

    def _lines(self, console: Console, width: int) -> Iterator[Text]:
        rest = max(NARROWEST_TEXT, width - 2 * SPAN - 15)
        names = self._noun.capitalize()
        yield Text(f"{'':10}{names}{'Work order':>{2 * SPAN + 3 - len(names)}}", style="dim")
        before: datetime | None = None
        for moment in self._moments:
            at = here(moment.at)
            yield from _passing(before, at)
            is_same = before is not None and f"{before:%X}" == f"{at:%X}"
            clock = Text(f"{'' if is_same else f'{at:%H:%M:%S}':10}", style="dim")
            lines = _said(moment, rest).wrap(console, rest)
            for number, line in enumerate(lines):
                rail = _rail(moment) if number == 0 else _plain()
                head = clock if number == 0 else Text(" " * 10)
                line.rstrip()
                yield Text.assemble(head, rail, "  ", line)
            for line in _bodies(moment) if self._bodies else ():
                for part in line.wrap(console, rest):
                    yield Text.assemble(" " * 10, _plain(), "  ", part)
            before = at
        if not self._moments:
            yield Text.assemble(" " * 10, _plain(), ("  Nothing was kept of it.", "dim"))


def _bodies(moment: Moment) -> Iterator[Text]:
    """Yield what was sent with a call and what was answered, line by line."""
    for name, body in (("sent", moment.sent), ("answered", moment.answered)):
        if body is not None:
            size = "" if body.size is None else f" (of {body.size:,} bytes only the beginning)"
            yield Text(f"{name}{size}:", style="dim bold")
            for line in body.text.splitlines():
                indent = " " * (len(line) - len(line.lstrip()))
                yield Text(indent + words.one_line(line.strip()), style="dim")


def _passing(before: datetime | None, at: datetime) -> Iterator[Text]:
    """Yield a heading where a day begins, and a line where nothing happened for a while."""
    if before is None or before.date() != at.date():
        yield Text.assemble(" " * 10, _plain(), (f"  {at:%A, %d %B %Y} ({at:%Z})", "bold dim"))
    elif at - before >= QUIET:
        passed = words.span((at - before).total_seconds())
        yield Text.assemble(" " * 10, (_columns("┊"), "dim"), (f"  {passed} later", "dim"))


def _columns(sign: str) -> str:
    return (" " * SPAN).join(sign * 3)


def _plain() -> Text:
    return Text(_columns("│"), style="dim")


def _rail(moment: Moment) -> Text:
    """Return the three lines with what the moment draws between them."""
    style = STYLES.get(moment.kind, "")
    if not moment.side:
        sign = SIGNS.get(moment.kind, "◆")
        return Text.assemble(
            ("│", "dim"), " " * SPAN, (sign, style or "bold"), " " * SPAN, ("│", "dim")
        )
    stroke = {"call": "╌", WAITING: "┄"}.get(moment.kind, "─")
    dot = {"call": "·", WAITING: "○"}.get(moment.kind, "●")
    is_left_to_right = (moment.side == AUTOTASK) == (moment.way == IN)
    shaft = stroke * (SPAN - 1)
    arrow = f"{dot}{shaft}▸" if is_left_to_right else f"◂{shaft}{dot}"
    half = Text.assemble((arrow, style), ("│", "dim"))
    if not is_left_to_right:
        half = Text.assemble(("│", "dim"), (arrow, style))
    blank = Text.assemble(" " * SPAN, ("│", "dim"))
    if moment.side == FIELDNATION:
        return Text.assemble(("│", "dim"), " " * SPAN, half)
    return Text.assemble(half, blank)


def _said(moment: Moment, width: int) -> Text:
    """Return the sentence with its details, which begin a line where all do not fit in one."""
    text = Text(words.one_line(moment.what), style=STYLES.get(moment.kind, ""))
    more = [words.one_line(one) for one in moment.more]
    if moment.kind == WAITING:
        more.append("not worked on yet")
    if moment.happened_at is not None and abs(moment.at - moment.happened_at) >= QUIET:
        more.append(f"at {here(moment.happened_at):%H:%M:%S}")
    if more:
        told = "  ".join(more)
        apart = "  " if len(text) + 2 + len(told) <= width else "\n"
        text.append(f"{apart}{told}", style="default dim not bold")
    return text
