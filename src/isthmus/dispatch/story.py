"""The trail of one link told as a story: who acted, toward which side, in plain words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from isthmus.dispatch.bodies import Body, readable
from isthmus.state.dispatch import Entry, Message

AUTOTASK: Final = "autotask"
FIELDNATION: Final = "fieldnation"
NEWS: Final = "news"
WAITING: Final = "waiting"
IN: Final = "in"
OUT: Final = "out"
NOUNS: Final = {"Tickets": "ticket", "Tasks": "task", "ServiceCalls": "service call"}
KINDS: Final = {
    "order": "work order", "time": "time entry", "file_in": "file", "file_out": "file",
}  # fmt: skip
"""What is made, where people call it otherwise."""
FEW: Final = 6
"""So many fields are named; of more than that the rest is counted."""
UNWANTED: Final = "No rule dispatches it as it is now"
"""The line of the trail that answers a person who wants a record dispatched that no rule wants."""
TOO_EARLY: Final = (
    "That its order is over was not known yet when it was to be dispatched, so no other was made;"
    " dispatch it once more"
)
"""The same where it has an order that was found to be over only after the person had asked."""
_HAPPENED: Final = " happened"
_REFUSED: Final = 400
_VERSION: Final = re.compile(r"^.*?/v?\d+\.?\d*/", re.IGNORECASE)
_SOURCES: Final = {
    "autotask": ("Autotask told", AUTOTASK),
    "fieldnation": ("Field Nation told", FIELDNATION),
    "callout": ("A callout named it", AUTOTASK),
    "sync": ("A refresh of the tables saw it change", AUTOTASK),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """
    One thing that happened.

    `kind` is an entry's, or news (something that happened to the work order), or waiting (a message
    that no run has taken into account). `side` is autotask, fieldnation or "". `way`: in, it came
    from that side; out, it was done there; "" neither. `what` is a sentence without a full stop,
    `more` are details in words. `happened_at` is when it was on that side, where that is known.
    Of a call: `sent` and `answered` are its bodies, None where they are not kept, as of what was
    read; `is_refused`: the other side said no, or nothing. `number` is of the line in the trail.
    """

    at: datetime
    kind: str
    what: str
    side: str = ""
    way: str = ""
    more: tuple[str, ...] = ()
    happened_at: datetime | None = None
    sent: Body | None = None
    answered: Body | None = None
    is_refused: bool = False
    number: int = 0


def tell(entries: Sequence[Entry], entity: str, *, bodies: bool = True) -> tuple[Moment, ...]:
    """
    Return the lines of a trail as moments, in their order.

    A message that several tries had before them is told once, and so is what a rule says of it
    each time. A write is on the side of the last call before it. Args: entity: the collection of
    the link's record. bodies: also what calls sent and were answered, which costs some time.
    """
    noun = NOUNS.get(entity, "record")
    told: list[Moment] = []
    met: set[object] = set()
    mappings: set[object] = set()
    side, decided = "", None
    for entry in entries:
        if entry.kind == "call":
            side = side_of(entry.what)
        elif entry.kind == "message":
            if entry.detail.get("message") in met:
                continue
            met.add(entry.detail.get("message"))
        elif entry.detail.get("rule"):
            if decided == (entry.what, entry.detail):
                continue
            decided = (entry.what, entry.detail)
        moment = _moment(entry, side, mappings, bodies=bodies)
        if moment is not None:
            told.append(replace(moment, what=_named(moment.what, noun)))
    return tuple(told)


def tell_waiting(messages: Sequence[Message], earlier: int = 0) -> tuple[Moment, ...]:
    """
    Return messages that no run has taken into account yet.

    Args: earlier: how many others came before them; these are counted in one line.
    """
    found = (
        _message(Entry(one.received_at, one.key or "", "message", f"{one.source}: {one.event}"))
        for one in messages
    )
    told = tuple(replace(one, kind=WAITING) for one in found if one is not None)
    if not earlier or not messages:
        return told
    noun = "message waits" if earlier == 1 else "messages wait"
    return (Moment(messages[0].received_at, WAITING, f"{earlier:,} earlier {noun} too"), *told)


def side_of(call: str) -> str:
    """Return whose side a call went to, by its address."""
    return AUTOTASK if "/atservices" in call.lower() else FIELDNATION


def event_in_words(event: str) -> str:
    """Write an event as people say it: workorder.status.checked_in is checked in."""
    name = event.removeprefix("workorder.").removeprefix("status.")
    return name.replace("_", " ").replace(".", " ")


def _moment(entry: Entry, side: str, mappings: set[object], *, bodies: bool) -> Moment | None:
    if entry.kind == "message":
        return _message(entry)
    if entry.kind == "call":
        return _call(entry, side, bodies=bodies)
    more = _more(entry.detail, mappings)
    if entry.kind == "write":
        return Moment(entry.at, entry.kind, _what_was_made(entry), side, OUT, more)
    if entry.kind == "decision" and entry.what.endswith(_HAPPENED):
        words = event_in_words(entry.what.removesuffix(_HAPPENED))
        at = _time(entry.detail.get("at"))
        return Moment(entry.at, NEWS, words.capitalize(), FIELDNATION, IN, more, at)
    return Moment(entry.at, entry.kind, entry.what, more=more)


def _message(entry: Entry) -> Moment | None:
    """Return a message as a moment; what a person asked for has a line of its own."""
    source, _, event = entry.what.partition(": ")
    if source == "person":
        return None
    if source == "sweep":
        side = FIELDNATION if event == "order" else AUTOTASK
        name = "work order" if side == FIELDNATION else "record"
        return Moment(entry.at, entry.kind, f"A sweep found that the {name} changed", side, IN)
    what, side = _SOURCES.get(source, (entry.what, ""))
    more = () if source in {"callout", "sync"} or not side else (event_in_words(event),)
    return Moment(entry.at, entry.kind, what, side, IN if side else "", more)


def _call(entry: Entry, side: str, *, bodies: bool) -> Moment:
    method, _, url = entry.what.partition(" ")
    path = _VERSION.sub("", urlsplit(url).path) or url
    status = entry.detail.get("status") or "no answer"
    more = (f"{status}", f"{entry.detail.get('ms', '?')} ms")
    return Moment(
        entry.at,
        entry.kind,
        f"{method} {path}",
        side,
        OUT,
        more,
        sent=_body(entry.detail.get("sent")) if bodies else None,
        answered=_body(entry.detail.get("answered")) if bodies else None,
        is_refused=not isinstance(status, int) or status >= _REFUSED,
        number=entry.number,
    )


def _body(text: object) -> Body | None:
    return readable(text) if isinstance(text, str) and text else None


def _what_was_made(entry: Entry) -> str:
    number = entry.detail.get("id")
    before, _, kind = entry.what.rpartition(" ")
    is_ours = kind in KINDS and before.endswith("the")
    what = f"{before} {KINDS[kind]}" if is_ours else entry.what
    return f"{what} {number}" if number else what


def _more(detail: Mapping[str, object], mappings: set[object]) -> tuple[str, ...]:
    """Return details in words; a mapping's version only where it is another than before."""
    more: list[str] = []
    fields = detail.get("fields")
    if isinstance(fields, list | tuple):
        more.append(_some(fields))
    source = str(detail.get("source") or "")
    if source and source not in {"order", "record"}:
        more.append(event_in_words(source.partition("@")[0]))
    if detail.get("rule"):
        more.append(f"version {detail['rule']}")
    mapping = detail.get("mapping")
    if mapping and mapping not in mappings:
        mappings.add(mapping)
        more.append(f"by {mapping}")
    more += [str(detail[name]) for name in ("reason", "where") if detail.get(name)]
    return tuple(more)


def _some(fields: Sequence[object]) -> str:
    """Name fields; of many the first, and how many more there are."""
    shown = fields if len(fields) <= FEW else fields[: FEW - 1]
    left = len(fields) - len(shown)
    return ", ".join(map(str, shown)) + (f" and {left} more" if left else "")


def _named(what: str, noun: str) -> str:
    return what.replace("the record", f"the {noun}").replace("The record", f"The {noun}")


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None
