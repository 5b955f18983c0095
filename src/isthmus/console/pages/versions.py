"""Versions of mappings and rules: told by their numbers, compared, handed out as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.pages.drafts import Held, held
from isthmus.console.sending import attached
from isthmus.dispatch.library import MAPPING
from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.rule import export_rule
from isthmus.wiring.dispatch.definitions import Definition

SHIPPED: Final = "shipped"
DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True)
class Compared:
    """Two of the choices that are compared, `old` with `new`; `missing` was asked for in vain."""

    choices: tuple[tuple[str, str], ...]
    old: str
    new: str
    missing: tuple[str, ...] = ()


def version_text(ask: Ask, now: Held, which: str) -> str:
    """Return a version's file: by digits or number, draft, shipped. Raises: NoSuchDefinition."""
    if which == DRAFT and now.draft is not None:
        return now.draft.content
    if which == SHIPPED and now.name in NAMES and now.kind == MAPPING:
        return export(shipped(now.name))
    if which == SHIPPED and now.name in RULES and now.kind != MAPPING:
        return export_rule(shipped_rule(now.name))
    if now.current is None and now.draft is not None:
        return now.draft.content
    return ask.site.library.find(now.kind, now.name, which).content


def _choices(now: Held, history: Sequence[Definition]) -> tuple[tuple[str, str], ...]:
    """Return what can be compared: value and text."""
    found = [(DRAFT, f"the draft by {now.draft.by}")] if now.draft is not None else []
    for one in history:
        here = ", in force" if one.is_current else ""
        found.append((str(one.number), f"version {one.number}{here}"))
    if now.name in (NAMES if now.kind == MAPPING else RULES):
        found.append((SHIPPED, "as it comes with Isthmus"))
    return tuple(found)


def compared(ask: Ask, now: Held, history: Sequence[Definition]) -> Compared:
    """Return which two are compared: those asked for, by number or digits; or the last change."""
    choices = _choices(now, history)
    values = [value for value, _ in choices]
    numbers = {one.version: str(one.number) for one in history}
    asked = {name: numbers.get(told, told) for name in ("old", "new") if (told := ask.query(name))}
    missing = tuple(one for one in asked.values() if one not in values)
    new = asked["new"] if asked.get("new") in values else next(iter(values), "")
    older = [value for value in values if value != new]
    old = asked["old"] if asked.get("old") in values else next(iter(older), new)
    return Compared(choices, old, new, missing)


def file_of(ask: Ask, kind: str) -> Response:
    """Hand out a version as a file."""
    now = held(ask, kind)
    text = version_text(ask, now, ask.query("version"))
    name = "".join(one if one.isalnum() or one in "_-." else "_" for one in now.name)
    media = "application/toml; charset=utf-8"
    return Response(text, media_type=media, headers=attached(f"{name}.toml"))
