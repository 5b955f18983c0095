"""The document of an inbound mapping as the body of a work order: names become ids."""

from collections.abc import Mapping as Table
from copy import deepcopy
from typing import Any, Final

from isthmus.dispatch.rules.check_orders import check_value
from isthmus.dispatch.rules.known import CompanyLists, near
from isthmus.dispatch.rules.order_fields import CUSTOM, ORDER_FIELDS, OrderField
from isthmus.dispatch.rules.shapes import Problem
from isthmus.dispatch.rules.values import Unfit, convert, plain, shown, text_of

_NAMED: Final = {
    "project": "projects", "template": "templates", "manager": "managers", "client": "clients"
}  # fmt: skip
_UNKNOWN: Final = OrderField("open")


def to_body(
    document: Table[str, Any], company: CompanyLists
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """
    Return the body that Field Nation takes, and what could not be turned into it.

    Names of projects, templates, managers, clients, types of work and custom fields become ids;
    numbers and texts become what the vendor writes them as.
    """
    problems: list[Problem] = []
    body = _typed(deepcopy(dict(document)), "")
    for key, listed in _NAMED.items():
        _name_to_id(body.get(key), key, listed, company, problems)
    for index, kind in enumerate(body.get("types_of_work") or []):
        _name_to_id(kind, f"types_of_work[{index}]", "types_of_work", company, problems)
    custom = body.pop(CUSTOM, None)
    if isinstance(custom, dict):
        fields = _custom(custom, company, problems)
        if fields:
            body[CUSTOM] = {"results": [{"results": fields}]}
    return body, tuple(problems)


def _name_to_id(
    part: Any, path: str, listed: str, company: CompanyLists, problems: list[Problem]
) -> None:
    if not isinstance(part, dict) or "name" not in part:
        return
    wanted = part.pop("name")
    choices = getattr(company, listed)
    found = [one.id for one in choices if one.name == wanted]
    if len(found) == 1:
        part.setdefault("id", found[0])
        return
    told = "several" if found else "no"
    what = f"The company has {told} {path.split('[', maxsplit=1)[0]} named {shown(wanted)}"
    remedy = near(str(wanted), [one.name for one in choices]) if not found else "Write its id."
    problems.append(Problem(what, remedy, None, f"{path}.name"))


def _custom(
    custom: Table[str, Any], company: CompanyLists, problems: list[Problem]
) -> list[dict[str, Any]]:
    ids = {one.name: one.id for one in company.custom_fields}
    fields: list[dict[str, Any]] = []
    for name, value in custom.items():
        path = f'{CUSTOM}["{name}"]'
        try:
            check_value(path, value, company)
        except Unfit as trouble:
            problems.append(Problem(str(trouble), trouble.remedy, None, path))
            continue
        fields.append({"id": ids[name], "value": text_of(value)})
    return fields


def _typed(value: Any, path: str) -> Any:
    """Return a part as JSON, its leaves converted to the kinds of `ORDER_FIELDS` where they fit."""
    if isinstance(value, dict) and path != CUSTOM:
        return {
            key: _typed(one, f"{path}.{key}" if path else str(key)) for key, one in value.items()
        }
    if isinstance(value, list):
        return [_typed(one, f"{path}[]") for one in value]
    kind = ORDER_FIELDS.get(path, _UNKNOWN).kind
    try:
        if kind == "text":
            return text_of(value)
        if kind in {"whole", "number"}:
            return plain(convert(value, "integer" if kind == "whole" else "number"))
    except Unfit:
        return plain(value)  # the checks tell of it
    return plain(value)
