"""The shapes of dispatch that cross from the state to the rest. Times are aware, in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

WAITING: Final = "waiting"
LINKED: Final = "linked"
PARKED: Final = "parked"
STUCK: Final = "stuck"
CLOSED: Final = "closed"
STATES: Final = (WAITING, LINKED, PARKED, STUCK, CLOSED)

INTENDED: Final = "intended"
DONE: Final = "done"
GIVEN_UP: Final = "given up"


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    Something that came in, before it is kept.

    `source` is autotask, fieldnation, callout, sweep, sync or person. `message_id` is the
    sender's: of two arrivals with one source and id the second is dropped. `event` is what
    happened in the sender's word. `subject` is what it is about: `Tickets/123`, `WorkOrders/77`,
    `TicketNumbers/T20260527.0006`, `Webhooks/<guid>`; what sweep, sync and person tell has its key
    for a subject. `is_echo`: our own write coming back; kept, and no work. `is_broken`: the
    vendor's beyond doubt, and not understood. `sequence` is the sender's count for one `webhook`,
    None where it sends none.
    """

    source: str
    message_id: str
    event: str
    subject: str
    body: bytes = field(default=b"", repr=False)
    is_echo: bool = False
    is_broken: bool = False
    webhook: str = ""
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    What became of an arrival. `number` is None for a repeat, of which nothing was kept.

    `missed`: how many numbers of its webhook between the last that came and this one did not.
    """

    number: int | None
    missed: int = 0

    @property
    def is_new(self) -> bool:
        """Tell whether it was kept."""
        return self.number is not None


@dataclass(frozen=True, slots=True)
class Message:
    """
    What arrived, as it is kept.

    `number` is in order of arrival, but on a server not within the few milliseconds that make one
    transaction.

    `key` is whose work it is: "" nobody's, None as long as that is not known. `missed` is the
    receipt's. `outcome`: new, work (handed on), echo, nobody (nothing of ours is concerned), done
    (a run took it into account), broken.
    """

    number: int
    source: str
    message_id: str
    event: str
    subject: str
    key: str | None
    body: bytes = field(repr=False)
    received_at: datetime
    done_at: datetime | None
    outcome: str
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """
    A record of Autotask and its work order: the pair that is kept in step.

    `id` is the correlation id that both sides carry. `key` is `<entity>/<record_id>`, or
    `WorkOrders/<id>` while an order born at Field Nation has no ticket yet. `state` is waiting (an
    order is wanted and not there yet), linked, parked (a person or the breaker stopped it), stuck
    (a dead letter says why) or closed; `waits_for` says it in a sentence. `inbound` and `outbound`
    are the mappings' names with the version that was last used, `name@version`. `record_mark` and
    `order_mark` stand for what was last seen of both sides. `written` holds by path a hash of what
    we last wrote there (`order:title`), and what was last seen. `told` are the occurrences already
    dealt with.
    `recent_writes` are the times of our latest writes, for the breaker. `company` is the customer's
    name, where the mapping read it. `since` is when the state last changed.
    """

    id: str
    key: str
    entity: str
    record_id: int
    record_number: str = ""
    title: str = ""
    work_order_id: int | None = None
    state: str = WAITING
    waits_for: str = ""
    rule: str = ""
    inbound: str = ""
    outbound: str = ""
    order_status: str = ""
    record_mark: str = ""
    order_mark: str = ""
    written: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    recent_writes: tuple[datetime, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    company: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """
    Which links are meant; what is empty narrows nothing.

    `text` is looked for in number, title and company, each word anywhere, in any case; the id of
    the link, of its record or of its work order, or its key, as a whole.
    """

    states: tuple[str, ...] = ()
    entity: str = ""
    rule: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the time it is sorted by, and the id of the last one on it."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """
    Which dead letters are meant; what is empty narrows nothing.

    `text` is the id of one, a record's number, a key or a link's id, as a whole; else it is looked
    for in what is wrong, where, and the remedy, in any case.
    """

    state: str = "open"
    kinds: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """
    Something that is to be created on the other side exactly once, saved before the call.

    `kind` is order, record, note, time, charge, message, file_in or file_out. `source` is what it
    stands for, such as a time log's id. `marker` is a text in what is created, by which it is found
    again. `target` is its id there once `state` is done; given up is what the other side refused
    for good. `content` is a hash of what was written, after the id of a letter and a space where
    that was refused.
    `tries` counts calls that create, `looks` those that searched for what a lost answer made.
    `at` is when it was last saved.
    """

    link_id: str
    kind: str
    source: str
    marker: str
    state: str = INTENDED
    target: str = ""
    content: str = ""
    tries: int = 0
    looks: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One line of the audit trail. `number` is 0 before it is kept.

    `kind` is message, decision, call, write, error or person. `detail` is plain data without
    secrets; of bodies it holds at most 2,000 characters and says when it was cut.
    """

    at: datetime
    key: str
    kind: str
    what: str
    detail: Mapping[str, object] = field(default_factory=dict)
    link_id: str = ""
    record_number: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """
    Work that needs a person.

    `kind` is credentials, validation, refused (one thing beside the order, or a rule that a person
    named), vendor, script, conflict, breaker or double (something was made twice). `key` is that of
    the work, or `connection/<vendor>` for a vendor as a whole. `state` is open, replayed, dismissed
    (a person closed it) or settled (what was wrong went away by itself).
    """

    id: str
    key: str
    kind: str
    what: str
    where: str
    remedy: str
    at: datetime
    tries: int = 1
    state: str = "open"
    link_id: str = ""
    record_number: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """
    One published version of a mapping or a rule.

    `content` is its file. `number` counts the publications of this name; a version that is
    published again gets a new number and is the current one.
    """

    kind: str
    name: str
    version: str
    content: str = field(repr=False)
    published_at: datetime
    number: int
    by: str = ""
    note: str = ""
    is_current: bool = True
