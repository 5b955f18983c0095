"""
What was read back otherwise than asked, and what is known about why.

Source: observed by integrators: read-only fields are ignored without a word, workflow rules change
or revert what was just written with status 200, hours of time entries follow start and stop,
`createdByContactID` is ignored although metadata calls it writable, Tasks ignore impersonation.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from isthmus.autotask.models import UdfInfo
from isthmus.autotask.port import Difference, Record, Value
from isthmus.autotask.records.compare import same, same_udf, text_of
from isthmus.autotask.records.outgoing import Outgoing

RICH_TEXT: Final[Mapping[str, frozenset[str]]] = {
    "tickets": frozenset({"description", "resolution"}),
    "tasks": frozenset({"description"}),
    "timeentries": frozenset({"summarynotes", "internalnotes"}),
    "companynotes": frozenset({"note"}),
    **dict.fromkeys(
        (
            "articlenotes",
            "configurationitemnotes",
            "contractnotes",
            "documentnotes",
            "productnotes",
            "projectnotes",
            "tasknotes",
            "ticketnotes",
        ),
        frozenset({"description"}),
    ),
}
"""Texts that people format in Autotask and the API shows plain: documented for descriptions and
notes; that resolutions and the notes of time entries are among them is assumed."""
SECRET: Final = frozenset({"secretkey", "password"})
"""Fields that are written and not compared: the vendor does not show them (assumed), and a
difference that told one would end in a log."""
_CREATORS: Final = ("creatorresourceid", "creatoruserid")
_DAY: Final = timedelta(days=1)
_RULE: Final = "a workflow rule, a default or somebody else changed it right after the write"
_KEPT: Final = (
    "the old value is still there: a workflow rule set it back, Autotask ignores this field, or"
    " the change does not show yet"
)
_IGNORED: Final = "Autotask ignored it, although its metadata calls the field writable"


def differences(
    entity: str,
    sent: Outgoing,
    found: Record,
    *,
    before: Record | None = None,
    udf_fields: Sequence[UdfInfo] = (),
    creator: int | None = None,
) -> tuple[Difference, ...]:
    """
    Compare what was sent with the record as it is now, value by value and by type; no secrets.

    Args: before: the record before an update, where it was read. creator: the resource in whose
    name the record was created, to be found as its creator; None for the API user or an update.
    """
    kept = _folded(found.values)
    old = None if before is None else _folded(before.values)
    told = [
        Difference(name, asked, now, _why(entity, name, asked, kept, old))
        for name, asked in sent.values.items()
        if name.casefold() not in SECRET and not same(asked, now := kept.get(name.casefold()))
    ]
    told.extend(_udf_differences(sent, found, before, udf_fields))
    told.extend(_creator_difference(kept, creator))
    return tuple(told)


def may_show_later(told: Sequence[Difference], before: Record | None) -> bool:
    """
    Tell whether differences after an update may be a copy of the record that lags behind.

    They may where the old value is still there, or where the old one is not known.
    """
    if before is None:
        return bool(told)
    old = {**_folded(before.values), **_folded(before.udfs)}
    return any(same(one.found, old.get(one.field.casefold())) for one in told)


def echoed(entity: str, sent: Outgoing, current: Record) -> tuple[str, ...]:
    """Return the rich-text fields whose asked text is the plain text that is there already."""
    rich = RICH_TEXT.get(entity.casefold(), frozenset())
    kept = _folded(current.values)
    return tuple(
        name
        for name, asked in sent.values.items()
        if name.casefold() in rich
        and text_of(asked)
        and text_of(asked) == text_of(kept.get(name.casefold()))
    )


def has_rich_text(entity: str, names: Sequence[str]) -> bool:
    """Tell whether one of the fields is formatted in Autotask and shown plain by the API."""
    rich = RICH_TEXT.get(entity.casefold(), frozenset())
    return any(name.casefold() in rich for name in names)


def _why(
    entity: str, name: str, asked: Value, kept: Mapping[str, Value], old: Mapping[str, Value] | None
) -> str:
    folded = name.casefold()
    now = kept.get(folded)
    special = _known_lie(entity.casefold(), folded, kept)
    if special is not None:
        return special
    if isinstance(asked, datetime) and isinstance(now, datetime) and abs(asked - now) <= _DAY:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) == now
        return "Autotask keeps the day alone" if midnight else _RULE
    if isinstance(asked, Decimal) and isinstance(now, Decimal) and abs(asked - now) < Decimal(1):
        return "rounded, or recalculated from other fields"
    if isinstance(asked, str) and isinstance(now, str) and now and asked.startswith(now):
        return "the text was cut short"
    if old is not None and same(now, old.get(folded)):
        return _KEPT
    return _IGNORED if now is None and old is None else _RULE


def _known_lie(entity: str, name: str, kept: Mapping[str, Value]) -> str | None:
    if name == "createdbycontactid":
        return _IGNORED
    clocked = kept.get("startdatetime") is not None and kept.get("enddatetime") is not None
    if entity == "timeentries" and name == "hoursworked" and clocked:
        return "the hours follow start and stop; change those instead"
    if entity == "timeentries" and name == "dateworked" and clocked:
        return "the day follows the start; change that instead"
    if entity == "ticketnotes" and name == "publish":
        return "a note in a contact's name is published to all"
    return None


def _udf_differences(
    sent: Outgoing, found: Record, before: Record | None, udf_fields: Sequence[UdfInfo]
) -> list[Difference]:
    by_name = {udf.name: udf for udf in udf_fields}
    told = []
    for name, asked in sent.udfs.items():
        now = found.udfs.get(name)
        udf = by_name.get(name, UdfInfo(name, name, "string", None))
        if not same_udf(udf, asked, now):
            kept = before is not None and same(now, before.udfs.get(name))
            told.append(Difference(name, asked, now, _KEPT if kept else _RULE))
    return told


def _creator_difference(kept: Mapping[str, Value], creator: int | None) -> list[Difference]:
    if creator is None:
        return []
    name = next((one for one in _CREATORS if one in kept), None)
    if name is None or kept[name] == creator:
        return []
    why = "impersonation was ignored; Tasks do so, others where a right is missing"
    return [Difference("creatorResourceID", creator, kept[name], why)]


def _folded(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name.casefold(): value for name, value in values.items()}
