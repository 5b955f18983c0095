"""Which sides of a link may be otherwise than last seen, by what its messages say."""

from collections.abc import Sequence
from typing import Final

from isthmus.dispatch.desk import Job, body_of
from isthmus.dispatch.rules.occurrences import TRACED, mark_of
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.seen import is_unchanged
from isthmus.state.dispatch import CLOSED, STUCK, Message

RESYNC: Final = "resync"
RECORD: Final = "record"
ORDER: Final = "order"
NOTES: Final = "notes"
EVERYTHING: Final = frozenset({RECORD, ORDER, NOTES})
_RECORD_SIDE: Final = frozenset({"autotask", "callout", "sync"})


def news_of(job: Job, rule: Rule) -> frozenset[str]:
    """
    Return what is to be looked at; nothing for what repeats itself.

    A link that is stuck is looked at whole: what failed may be on either side. Files of the record
    are carried with the order, so where they go out a changed record is news of the order too.
    """
    if not job.messages or job.linked.state == STUCK:
        return EVERYTHING
    news = frozenset(one for message in job.messages for one in _of(job, message))
    if RECORD in news and rule.files in {"out", "both"}:
        news |= {ORDER}
    return news


def _of(job: Job, message: Message) -> frozenset[str]:
    if message.source == "fieldnation":
        return frozenset() if _is_old(job, message) else frozenset({ORDER})
    if message.event.startswith(("TicketNotes", "TaskNotes")):
        return frozenset({NOTES})
    if message.source in _RECORD_SIDE:
        if message.source == "sync":
            return frozenset({RECORD, NOTES})
        if job.linked.state != CLOSED and is_unchanged(job.linked, message):
            return frozenset()  # of a closed link's record nothing new is noted
        return frozenset({RECORD})
    return EVERYTHING & set(message.event.split("+")) or EVERYTHING


def _is_old(job: Job, message: Message) -> bool:
    """Tell whether a message shows the order just as it was last seen, and tells no more."""
    mark = job.linked.order_mark
    order = body_of(message).get("workorder")
    if not mark or message.event not in TRACED or not isinstance(order, dict):
        return False
    return mark_of(order) == mark


def forced_by(messages: Sequence[Message]) -> str:
    """Return the rule that a person named for this record; "" for none."""
    for message in messages:
        if message.source == "person" and message.event.startswith("dispatch "):
            return message.event.removeprefix("dispatch ")
    return ""


def forget_written(job: Job) -> None:
    """Forget what was last written and seen, where a person wants it compared and written anew."""
    for message in job.messages:
        if message.event != RESYNC:
            continue
        paths = body_of(message).get("paths")

        def is_kept(name: str, paths: Sequence[str] | None = paths) -> bool:
            kind, _, path = name.partition(":")
            return kind != "seen" and not (kind == "order" and (paths is None or path in paths))

        written = {name: value for name, value in job.linked.written.items() if is_kept(name)}
        job.changed(written=written, order_mark="", record_mark="")
