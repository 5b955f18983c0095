"""
A webhook delivery's body into an `Event`. Pure, and defined for every sequence of bytes.

Keys are taken in any case. What a receiver cannot do without must be right: action, webhook,
entity and id. The rest becomes None when it is junk, because refusing a delivery costs it: the
vendor drops an event after five refusals, and the webhook after 25 events.
Source: payloads recorded by integrators; bodies of Delete and Deactivated, key case and the place
of UDFs are not documented, so several are taken (assumed).
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from isthmus.autotask.webhooks.catalog import ENTITIES, entity_of_payload
from isthmus.autotask.webhooks.errors import PayloadBroken
from isthmus.autotask.webhooks.shapes import Action, Event, Plain

BODY_MOST: Final = 8 * 2**20
"""Bytes; a note may hold a million characters, six bytes each when escaped."""
_ID_MOST: Final = 2**63 - 1
_GUID_MOST: Final = 100
_ACTIONS: Final = {action.value.casefold(): action for action in Action}
_NUMERAL: Final = re.compile(r"\s*[0-9]{1,19}\s*", re.ASCII)
_TIME: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\s*(Z|[+-]\d{2}:\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_UDF_KEYS: Final = frozenset({"userdefinedfields", "udffields", "udfs"})
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def parse_payload(body: bytes) -> Event:
    """
    Parse one delivery; verify its signature first.

    Raises: PayloadBroken, and nothing else: too long, no JSON object, or without what it needs.
    """
    told = _folded(_object(body))
    action = _action(told.get("action"))
    entity = _entity(told.get("entitytype"), action)
    try:
        fields, udfs = _fields(told)
    except RecursionError:  # Python's JSON reader goes deeper than a walk through what it read
        raise _broken("it is nested too deeply") from None
    return Event(
        action=action,
        guid=_guid(told.get("guid", told.get("webhookguid")), action),
        entity=entity,
        id=_id(told.get("id"), action),
        fields=fields,
        udfs=udfs,
        at=_time(told.get("eventtime")),
        sequence=whole(told.get("sequencenumber")),
        person_id=whole(told.get("personid")),
    )


def _object(body: bytes) -> Mapping[str, Plain]:
    if len(body) > BODY_MOST:
        raise _broken(f"it has {len(body)} bytes, and {BODY_MOST} are the most")
    try:
        found = json.loads(
            body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise _broken("it is not UTF-8") from None
    except RecursionError:
        raise _broken("it is nested too deeply") from None
    except (ValueError, ArithmeticError):
        raise _broken("it is no JSON") from None
    if not isinstance(found, dict):
        raise _broken("it is no JSON object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _folded(raw: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return the mapping by keys in lower case; the first of several spellings counts."""
    folded: dict[str, Plain] = {}
    for key, value in raw.items():
        folded.setdefault(key.casefold(), value)
    return folded


def _action(value: Plain) -> Action:
    action = _ACTIONS.get(value.strip().casefold()) if isinstance(value, str) else None
    if action is None:
        raise _broken(f"its action is none of {', '.join(Action)}")
    return action


def _guid(value: Plain, action: Action) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if text.isascii() and text.isprintable() and 0 < len(text) <= _GUID_MOST:
        return text
    if action is Action.DEACTIVATED:  # it was sent to an address made for nothing else
        return ""
    raise _broken("it does not name its webhook (Guid)")


def _entity(value: Plain, action: Action) -> str | None:
    entity = entity_of_payload(value) if isinstance(value, str) else None
    if entity is None and action is not Action.DEACTIVATED:
        raise _broken(f"its entity type is none that stands for {', '.join(ENTITIES)}")
    return entity


def _id(value: Plain, action: Action) -> int | None:
    found = whole(value)
    if found is None and action is not Action.DEACTIVATED:
        raise _broken("it does not name its record (Id)")
    return found


def whole(value: Plain) -> int | None:
    """Return a number from 0 that an id can hold, also from text; None for anything else."""
    if isinstance(value, str) and _NUMERAL.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _ID_MOST else None


def _time(value: Plain) -> datetime | None:
    """Return aware UTC; a time without a zone is UTC. Fractions beyond microseconds are cut."""
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    day, clock_time, fraction, zone = match.groups()
    zone = "+00:00" if zone is None or zone in "Zz" else zone
    text = f"{day}T{clock_time}.{(fraction or '0')[:6].ljust(6, '0')}{zone}"
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _fields(told: Mapping[str, Plain]) -> tuple[dict[str, Plain], dict[str, Plain]]:
    """Return fields and UDFs, which may stand beside the fields or among them."""
    raw = told.get("fields")
    inner = raw if isinstance(raw, dict) else _pairs(raw)
    fields = {_clean(key): _value(value) for key, value in inner.items()}
    udfs: dict[str, Plain] = {}
    for key in [key for key in fields if key.casefold() in _UDF_KEYS]:
        udfs.update(_pairs(fields.pop(key)))
    for key in _UDF_KEYS & told.keys():
        udfs.update({_clean(name): _value(value) for name, value in _pairs(told[key]).items()})
    return fields, udfs


def _pairs(value: Plain) -> dict[str, Plain]:
    """Return `{name: value}` from that, or from `[{"name": ..., "value": ...}]`."""
    if isinstance(value, dict):
        return value
    pairs: dict[str, Plain] = {}
    for entry in value if isinstance(value, list) else ():
        told = _folded(entry) if isinstance(entry, dict) else {}
        name = told.get("name")
        if isinstance(name, str):
            pairs[name] = told.get("value")
    return pairs


def _value(value: Plain) -> Plain:
    """Return the value with text made fit to be stored: a lone surrogate has no UTF-8."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list):
        return [_value(inner) for inner in value]
    if isinstance(value, dict):
        return {_clean(key): _value(inner) for key, inner in value.items()}
    return value


def _clean(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def _broken(why: str) -> PayloadBroken:
    return PayloadBroken(
        f"This is no webhook payload: {why}",
        where="webhook delivery",
        remedy="If Autotask sent it, keep the body and report it; the sweep finds what it told.",
    )
