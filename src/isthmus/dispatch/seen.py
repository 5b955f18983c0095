"""Whether a webhook tells anything that a record did not show when it was last read."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from isthmus.autotask.port import Record
from isthmus.autotask.webhooks import PayloadBroken, parse_payload
from isthmus.dispatch.rules.occurrences import digest
from isthmus.dispatch.rules.sweeping import BESIDE, CHANGED
from isthmus.state.dispatch import Link, Message

ACTIVITY: Final = "activity"
"""Where a link keeps when its record was last active, as last read."""
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def seen_of(record: Record) -> str:
    """Return the mark of a record: a hash of its values, without when it last changed."""
    moving = BESIDE.get(record.entity, ())
    values = {name: str(value) for name, value in record.values.items() if name not in moving}
    return digest({"values": values, "udfs": dict(record.udfs)})


def is_unchanged(link: Link, message: Message) -> bool:
    """
    Tell whether a message about a record says what was known when it was last read.

    Only a webhook can: it shows the fields it watches. Anything else may mean anything.
    """
    if message.source != "autotask" or not link.record_mark:
        return False
    try:
        event = parse_payload(message.body)
    except PayloadBroken:
        return False
    return bool(event.fields) and not event.udfs and _shows(link.written, event.fields)


def _shows(written: Mapping[str, str], fields: Mapping[str, Any]) -> bool:
    return all(
        written.get(f"seen:{name.casefold()}") == digest(_plain(value))
        for name, value in fields.items()
    )


def seen_fields(record: Record) -> dict[str, str]:
    """Return a hash of each field, by which a webhook's fields are held against them."""
    shown = {f"seen:{name.casefold()}": digest(_plain(v)) for name, v in record.values.items()}
    return {**shown, ACTIVITY: str(record.values.get(CHANGED.get(record.entity, "")))}


def _plain(value: Any) -> str:
    """Return a value in one spelling, whether a webhook or a record told it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    text = str(value)
    if _MOMENT.match(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat(timespec="seconds")
    return text.removesuffix(".0")
