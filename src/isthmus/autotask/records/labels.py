"""Picklists: the label of a code, and the code behind a label; user-defined fields by name."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from isthmus.autotask.models import PicklistValue, UdfInfo

_SEPARATOR: Final = ","

Picklist = Sequence[PicklistValue]


def label_of(picklist: Picklist | None, value: object) -> str | None:
    """
    Return the label of a code; None for no picklist, no value or an unknown code.

    Several codes in one text, as multi-select fields hold them, give their labels joined by ", ".
    """
    if picklist is None or value is None:
        return None
    labels = {entry.code: entry.label for entry in picklist}
    text = code_text(value)
    if text in labels:
        return labels[text]
    parts = [part.strip() for part in text.split(_SEPARATOR)]
    if len(parts) > 1 and all(part in labels for part in parts):
        return ", ".join(labels[part] for part in parts)
    return None


def code_text(value: object) -> str:
    """Return a code as metadata spells it: text, booleans as 1 and 0."""
    return str(int(value)) if isinstance(value, bool) else str(value).strip()


def find_label(
    picklist: Picklist, label: str, parent_code: str | None
) -> tuple[PicklistValue, ...]:
    """
    Return the entries of a label, case and outer spaces ignored.

    `parent_code` narrows entries that depend on another field's value; active ones hide the
    inactive ones of the same label.
    """
    wanted = label.strip().casefold()
    found = [entry for entry in picklist if entry.label.strip().casefold() == wanted]
    if parent_code is not None:
        found = [entry for entry in found if entry.parent_code in {None, parent_code}]
    return tuple([entry for entry in found if entry.is_active] or found)


def nearest(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three names that come closest, case ignored."""
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(wanted.casefold(), by_folded, n=3, cutoff=0.5)
    return tuple(by_folded[folded] for folded in close)


def named(udfs: Sequence[UdfInfo], name: str) -> UdfInfo | None:
    """
    Return the user-defined field of a name: as it is spelt, else in another case if only one is.

    Two that differ in case alone can stand side by side in a tenant.
    """
    exact = next((udf for udf in udfs if udf.name == name), None)
    alike = [udf for udf in udfs if udf.name.casefold() == name.casefold()]
    return exact or (alike[0] if len(alike) == 1 else None)
