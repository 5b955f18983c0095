"""Drafts put in force, earlier versions put in force again; both held against the vendors first."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.drafting.forms import Deed
from isthmus.console.pages.drafts import Held, held, keep
from isthmus.dispatch.library import MAPPING
from isthmus.dispatch.rules import sketch
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.rule import Rule, export_rule
from isthmus.dispatch.rules.shapes import Mapping
from isthmus.wiring.build import NotConnected
from isthmus.wiring.dispatch.bench import Trier
from isthmus.wiring.dispatch.definitions import Definition, check_live


def change(
    ask: Ask,
    kind: str,
    text_of: Callable[[Held, Deed], str],
    editor: Callable[[Held, bool], Response],
) -> Response:
    """
    Keep what the form says as the draft, and do what its button wants.

    Args: text_of: the draft that the form makes of what was. editor: draws the rows, or the text,
    as a part of the page.
    """
    todo = Deed.of(ask.text("do"))
    before = held(ask, kind, ask.text("page"))
    now = keep(ask, before, text_of(before, todo))
    if ask.text("quiet"):
        return ask.show("definitions/saved.html", held=now)
    if todo.name == "publish":
        return publish(ask, now)
    if todo.name in {"as-text", "as-rows"}:
        return ask.to(f"{now.path}?as={todo.name[3:]}")
    as_text = bool(ask.text("as_text"))
    if ask.is_fragment:
        return editor(now, as_text)
    return ask.to(f"{now.path}?as={'text' if as_text else 'rows'}", "The draft was saved.")


def publish(ask: Ask, now: Held) -> Response:
    """Put a draft in force where it fits, else say how many problems keep it."""
    if now.current is not None and not now.is_changed:
        ask.site.drafts.drop(now.kind, now.name)
        return ask.to(now.path, "Nothing was changed: it is in force as it stands.")
    item = _whole(ask, now)
    if item is None:
        said = "It was not published: parts of it cannot be read. They are marked below."
        return ask.to(now.path, said, "warn")
    if not ask.text("unchecked") and (refused := refusal(ask, item)):
        return ask.to(now.path, refused, "warn")
    made = put(ask, item, ask.text("said"))
    ask.site.drafts.drop(now.kind, now.name)
    note(ask, f"published a {now.kind}", made)
    said = f"{made.name} is in force now, as publication {made.number}. {_following(ask, item)}"
    return ask.to(now.path, said.strip())


def _following(ask: Ask, item: Mapping | Rule) -> str:
    """Say what is still to be done before anything goes by what was published."""
    if isinstance(item, Rule):
        return "" if item.is_enabled else "It is off: switch it on, and it dispatches."
    rules = ask.site.library.rules(enabled_only=False)
    if any(item.name in {rule.inbound, rule.outbound} for rule in rules):
        return ""
    return "No rule uses it yet: name it in one."


def _whole(ask: Ask, now: Held) -> Mapping | Rule | None:
    if now.kind == MAPPING:
        read = sketch.sketch_mapping(now.text)
        return read.mapping if read.is_whole else None
    told = sketch.sketch_rule(now.text)
    if not told.is_whole or told.rule is None:
        return None
    before = ask.site.library.rule(now.name)
    return replace(told.rule, is_enabled=before is not None and before.is_enabled)


def refusal(ask: Ask, item: Mapping | Rule) -> str:
    """Return why a definition cannot be put in force as both vendors are now; "" when it can."""
    site = ask.site
    try:
        checked = asyncio.run(check_live(site.house, site.library, [item]))
    except NotConnected as lack:
        return f"It was not published: it cannot be checked. {lack.what}"
    except IsthmusError as trouble:
        return f"It was not published: it cannot be checked now. {trouble.what}"
    fatal = [one for one in checked[item.name] if one.is_fatal]
    if not fatal:
        return ""
    forget(ask)
    more = f" and {len(fatal) - 1} more" if len(fatal) > 1 else ""
    return f"It does not fit, so it was not put in force: {fatal[0].what}{more}."


def forget(ask: Ask) -> None:
    """Have the next dry run read anew what both sides have."""

    async def forgetting(trier: Trier) -> None:
        trier.forget()

    ask.site.bench.do(forgetting)


def put(ask: Ask, item: Mapping | Rule, said: str) -> Definition:
    """Put a definition in force."""
    library = ask.site.library
    if isinstance(item, Mapping):
        return library.publish_mapping(export(item), by=ask.who, note=said)
    return library.publish_rule(export_rule(item), by=ask.who, note=said)


def roll_back(ask: Ask, kind: str) -> Response:
    """Put an earlier version in force again, when it still fits."""
    now = held(ask, kind)
    found = ask.site.library.find(kind, now.name, ask.text("to"))
    read = sketch.sketch_mapping if kind == MAPPING else sketch.sketch_rule
    told = read(found.content)
    item = told.mapping if isinstance(told, sketch.MappingSketch) else told.rule
    versions = f"{now.path}/versions"
    if item is None or not told.is_whole:
        return ask.to(versions, "That version cannot be read by this Isthmus.", "warn")
    if not ask.text("unchecked") and (refused := refusal(ask, item)):
        return ask.to(versions, refused, "warn")
    made = put(ask, item, ask.text("note") or f"back to {found.version}")
    note(ask, f"rolled back a {kind}", made)
    return ask.to(versions, f"{now.name} {made.version} is in force again.")


def note(ask: Ask, what: str, made: Definition) -> None:
    """Write a line of the audit trail about a publication."""
    detail = {"version": made.version, "publication": made.number, "note": made.note}
    ask.site.people.note(ask.who, what, made.name, detail, ask.source)
