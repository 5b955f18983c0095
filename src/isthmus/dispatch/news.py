"""Which sides of a link may be otherwise than last seen, by what its messages say."""

from collections.abc import Sequence
from typing import Final

from isthmus.autotask.port import Record
from isthmus.dispatch.desk import Job, body_of
from isthmus.dispatch.edits import EDIT
from isthmus.dispatch.rules.occurrences import TRACED, mark_of
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.seen import ACTIVITY, is_unchanged, seen_fields, seen_of
from isthmus.state.dispatch import CLOSED, STUCK, Message

RESYNC: Final = "resync"
DISPATCH: Final = "dispatch"
"""A person wants a record dispatched; what stands behind it, if anything, is by which rule."""
RECORD: Final = "record"
ORDER: Final = "order"
NOTES: Final = "notes"
FORGOTTEN: Final = ""
"""In the place of how a field was shown: a person wants it written, whatever is there."""
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


def note_record(job: Job, record: Record, *, with_notes: bool) -> None:
    """
    Note what the record shows, so that what says no more than that is no news.

    Args: with_notes: its notes are looked at too. Else its latest activity may be a note that no
    message told of, so it stays news to the sweep.
    """
    link = job.linked
    seen = seen_fields(record)
    if not with_notes:
        del seen[ACTIVITY]
    job.changed(
        record_mark=seen_of(record),
        written={**link.written, **seen},
        title=str(record.values.get("title") or link.title)[:200],
    )


def asked_to_dispatch(messages: Sequence[Message]) -> Message | None:
    """Return the latest message by which a person wants a record dispatched, not only looked at."""
    return next((one for one in reversed(messages) if is_to_dispatch(one)), None)


def is_to_dispatch(message: Message) -> bool:
    """Tell whether a person wants a record dispatched by it, by a rule that is named or not."""
    return message.source == "person" and message.event.split(" ")[0] == DISPATCH


def naming(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return the messages by which a person wants a record dispatched by a rule of a name."""
    return tuple(one for one in messages if is_to_dispatch(one) and one.event != DISPATCH)


def forced_by(messages: Sequence[Message]) -> str:
    """Return the rule that a person named for this record, of several the last; "" for none."""
    asked = naming(messages)
    return asked[-1].event.removeprefix(f"{DISPATCH} ") if asked else ""


def forget_written(job: Job) -> None:
    """
    Forget what was last written and seen, where a person wants it compared and written anew.

    So does who sets a field: what the order shows there counts for nothing then.
    """
    for message in job.messages:
        if message.event == RESYNC:
            _forget(job, body_of(message).get("paths"))
        elif message.event == EDIT:
            asked = body_of(message).get("values") or {}
            job.changed(written={**job.linked.written, **{f"shown:{p}": FORGOTTEN for p in asked}})


def _forget(job: Job, paths: Sequence[str] | None) -> None:
    """Forget it of these paths; None: of all."""
    written = dict(job.linked.written)
    for name in job.linked.written:
        kind, _, path = name.partition(":")
        is_asked = kind in {"order", "shown"} and (paths is None or path in paths)
        if kind == "seen" or (kind == "order" and is_asked):
            del written[name]
        if is_asked:
            written[f"shown:{path}"] = FORGOTTEN
    job.changed(written=written, order_mark="", record_mark="")
