"""Whether a path and a value fit a work order of Field Nation."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.known import CompanyLists, near
from isthmus.dispatch.rules.order_fields import CUSTOM, OPEN, ORDER_FIELDS, OrderField
from isthmus.dispatch.rules.values import Unfit, convert, is_number, shown, text_of
from isthmus.fieldnation.models import CompanyField

_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "moment": (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD HH:mm:ss in UTC"),
    "date": (r"\d{4}-\d\d-\d\d", "YYYY-MM-DD"),
    "time": (r"\d\d:\d\d(:\d\d)?", "HH:mm:ss"),
}


def check_target(text: str, company: CompanyLists) -> None:
    """Check that a work order has such a path. Raises: Unfit, PathWrong."""
    _field(paths.parse(text), company)


def check_value(text: str, value: Any, company: CompanyLists) -> None:
    """Check that a work order takes a value at a path. Raises: Unfit, PathWrong."""
    field = _field(paths.parse(text), company)
    if isinstance(field, CompanyField):
        _check_custom(field, text_of(value))
    elif field is not None:
        _check(text, field, value, company)


def _field(path: paths.Path, company: CompanyLists) -> OrderField | CompanyField | None:
    """Return what is at a path; None where nothing more is known."""
    if path[0] in OPEN:
        return None
    if path[0] == CUSTOM:
        return _custom(path, company)
    general = re.sub(r"\[\d+\]", "[]", paths.spell(path))
    found = ORDER_FIELDS.get(general)
    if found is None and any(
        known.startswith((f"{general}.", f"{general}[")) for known in ORDER_FIELDS
    ):
        return None  # a whole part, made by a script
    if found is None:
        names = [*ORDER_FIELDS, CUSTOM]
        raise Unfit(f"A work order has no {paths.spell(path)}", near(general, names))
    return found


def _custom(path: paths.Path, company: CompanyLists) -> CompanyField:
    name = path[1] if len(path) == 2 else None
    if not isinstance(name, str):
        raise Unfit("A custom field is named in brackets", 'Write custom_fields["Its name"].')
    found = [one for one in company.custom_fields if one.name == name]
    if not found:
        names = [one.name for one in company.custom_fields]
        raise Unfit(f"The company has no custom field {name!r}", near(name, names))
    return found[0]


def _check_custom(field: CompanyField, text: str) -> None:
    if field.type == "predefined" and field.options and text not in field.options:
        raise Unfit(f"{field.name!r} has no option {text!r}", near(text, list(field.options)))
    if field.type == "numeric" and text:
        convert(text, "number")
    if field.type in {"date", "date_time"} and text:
        convert(text, "datetime")


def _check(text: str, field: OrderField, value: Any, company: CompanyLists) -> None:
    _KINDS[field.kind](text, value)
    if field.choices and value not in field.choices:
        raise Unfit(f"{text} cannot be {shown(value)}", f"Take one of {', '.join(field.choices)}.")
    if field.length and len(text_of(value)) != field.length:
        what = f"{text} takes {field.length} letters, not {shown(value)}"
        raise Unfit(what, "Use an array map from the long name to the short one.")
    if field.listed:
        names = [one.name for one in getattr(company, field.listed)]
        if text_of(value) not in names:
            raise Unfit(f"{text}: there is no {shown(value)}", near(text_of(value), names))


def _text(text: str, value: Any) -> None:
    if not isinstance(value, str) and not is_number(value):
        raise Unfit(f"{text} takes a text, not {shown(value)}", "Convert it to text.")


def _whole(_: str, value: Any) -> None:
    convert(value, "integer")


def _number(_: str, value: Any) -> None:
    convert(value, "number")


def _flag(text: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise Unfit(f"{text} takes true or false, not {shown(value)}", "Convert it to boolean.")


def _shaped(kind: str) -> Callable[[str, Any], None]:
    pattern, told = _SHAPES[kind]

    def check(text: str, value: Any) -> None:
        if not isinstance(value, str) or re.fullmatch(pattern, value, re.ASCII) is None:
            what = f"{text} takes a time as {told}, not {shown(value)}"
            raise Unfit(what, f"Use a date conversion with that output format: {told}.")

    return check


_KINDS: Final[Mapping[str, Callable[[str, Any], None]]] = {
    "text": _text,
    "whole": _whole,
    "number": _number,
    "flag": _flag,
    **{kind: _shaped(kind) for kind in _SHAPES},
}
