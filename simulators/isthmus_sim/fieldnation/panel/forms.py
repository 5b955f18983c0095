"""A form for every action, and how what a browser sends is read."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from isthmus_sim.fieldnation.orders.problems import PROBLEM_TYPES
from isthmus_sim.fieldnation.panel.html import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.provider.actions import Action
    from isthmus_sim.fieldnation.provider.values import Given

Doc = dict[str, Any]
INPUTS = {
    "number": ("number", ' step="any"'),
    "whole": ("number", ' min="0" step="1"'),
    "time": ("datetime-local", ' step="1"'),
}


def form(ground: Ground, order: Doc, action: Action, to: str, *, refused: Doc | None = None) -> str:
    """
    Give an action as a button, or with what it takes inside a part that opens.

    refused: what was filled in and not taken; it stands there again, and the part is open.
    """
    files = any(one.kind == "file" for one in action.given)
    kind = "multipart/form-data" if files else "application/x-www-form-urlencoded"
    begin = f'<form method="post" action="{text(to)}/{action.name}" enctype="{kind}">'
    if not action.given:
        return f'{begin}<button type="submit">{text(action.label)}</button></form>'
    filled = {one.name: _shown(one.default) for one in action.given} | (refused or {})
    fields = "".join(_field(ground, order, action, one, filled[one.name]) for one in action.given)
    button = f'<button type="submit">{text(action.label)}</button>'
    opened = "" if refused is None else " open"
    head = f"<details{opened}><summary>{text(action.label)}</summary>"
    return f"{head}{begin}{fields}{button}</form></details>"


def read_form(headers: Mapping[str, str], body: bytes) -> Doc:
    """
    Read a form as a browser sends it; what was left empty is left out.

    Files come as bytes, with `name` set to the file's name when no other was given.
    """
    kind = headers.get("Content-Type", "")
    if kind.lower().startswith("multipart/form-data"):
        return _multipart(kind, body)
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _multipart(kind: str, body: bytes) -> Doc:
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    read: Doc = {}
    file_name = ""
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(data, bytes) or not data:
            continue
        if part.get_filename():
            file_name = str(part.get_filename())
            read[name] = data
        else:
            read[name] = data.decode("utf-8", "replace")
    if file_name:
        read.setdefault("name", file_name)
    return read


def _shown(default: Any) -> Any:
    """Give a default as a person would type it: 1, not 1.0."""
    return f"{default:g}" if isinstance(default, float) else default


def _field(ground: Ground, order: Doc, action: Action, one: Given, given: Any) -> str:
    key = f"{action.name}-{one.name}"
    needed = " required" if one.required else ""
    common = f'id="{key}" name="{one.name}"{needed}'
    label = f'<label for="{key}">{text(one.label)}{" (required)" if one.required else ""}</label>'
    return f'<div class="field">{label}{_control(ground, order, one, common, given)}</div>'


def _control(ground: Ground, order: Doc, one: Given, common: str, given: Any) -> str:
    choices = _choices(ground, order, one)
    if choices is not None:
        rows = "".join(
            f'<option value="{text(value)}"{" selected" if value == str(given) else ""}>'
            f"{text(label)}</option>"
            for value, label in choices
        )
        return f"<select {common}>{rows}</select>"
    if one.kind == "long":
        return f'<textarea {common} rows="3">{text(given or "")}</textarea>'
    if one.kind == "file":
        return f'<input type="file" {common}>'
    kind, more = INPUTS.get(one.kind, ("text", ""))
    value = "" if given in (None, "") else f' value="{text(given)}"'
    return f'<input type="{kind}"{more}{value} {common}>'


def _choices(ground: Ground, order: Doc, one: Given) -> Sequence[tuple[str, str]] | None:
    """Give what can be chosen; None for what is typed."""
    if one.kind == "flag":
        return (("true", "Yes"), ("false", "No"))
    if one.kind == "expense":
        return [(str(row["id"]), row["label"]) for row in ground.store.each("expense")]
    if one.kind == "task":
        tasks = sorted(order["tasks"], key=lambda row: row["status"] == "complete")
        return [(str(row["id"]), f"{row['label']} ({row['status']})") for row in tasks]
    if one.kind == "folder":
        return [("", "Any"), *((str(row["id"]), row["name"]) for row in order["folders"])]
    if one.kind == "problem":
        return [(str(number), label) for number, label in PROBLEM_TYPES.items()]
    if one.kind == "field":
        fields = ground.store.each("custom_field")
        own = [row for row in fields if row["role"] == "assigned_provider"]
        return [(str(row["id"]), row["name"]) for row in own]
    return None
