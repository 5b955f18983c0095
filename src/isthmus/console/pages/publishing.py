"""Drafts put in force, earlier versions put in force again; both held against the vendors first."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from starlette.responses import Response

from isthmus.base.errors import IsthmusError, NeedsPerson
from isthmus.console import trailing
from isthmus.console.asking import Ask
from isthmus.console.counter import Asks
from isthmus.console.drafting.forms import Deed, FormCut, FormFull, whole
from isthmus.console.pages.drafts import (
    Editor,
    Held,
    address,
    held,
    keep,
    latest,
    seen_base,
    with_current,
)
from isthmus.dispatch.library import MAPPING
from isthmus.dispatch.rules import sketch
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.rule import Rule, export_rule
from isthmus.dispatch.rules.shapes import Mapping
from isthmus.wiring.build import NotConnected
from isthmus.wiring.dispatch.bench import BenchBusy, Trier
from isthmus.wiring.dispatch.definitions import Definition, check_live
from isthmus.wiring.dispatch.drafting import DraftMoved
from isthmus.wiring.vendors import waiting


class NotPublished(NeedsPerson):
    """A draft was not put in force; it is kept as it is."""


class Overtaken(NotPublished):
    """Another version was put in force since the draft was begun: `current`."""

    def __init__(self, current: Definition, begun: str) -> None:
        super().__init__(
            f"It was not published: version {current.number} was put in force since this was"
            f" begun{begun}: {_put_by(current)}.",
            remedy="Compare them. Then publish yours all the same, or begin anew from version"
            f" {current.number}.",
        )
        self.current = current


def asking(change: Callable[[Ask], Response]) -> Asks:
    """Tell that a draft asks the vendors when it is held against them, or a table of it filled."""

    def when(ask: Ask) -> bool:
        name = Deed.of(ask.text("do")).name
        return name == "fill" or (name == "publish" and not ask.text("unchecked"))

    return Asks(when=when, otherwise=change)


ROLLING_BACK: Final = Asks(when=lambda ask: not ask.text("unchecked"))


def change(
    ask: Ask,
    kind: str,
    text_of: Callable[[Held, Deed], str],
    editor: Editor,
) -> Response:
    """
    Keep what the form says as the draft, and do what its button wants.

    Where too many wait for the vendors already (`Ask.error`), it is kept, and no more.

    Args: text_of: the draft that the form makes of what was. editor: draws the rows, or the text,
    with what went wrong on top of them.
    """
    todo = Deed.of(ask.text("do") if ask.error is None else "save")
    before = held(ask, kind, ask.text("page"))
    as_text, trouble = bool(ask.text("as_text")), ask.error
    text = before.text
    try:
        try:
            text = text_of(before, todo)
        except FormFull as error:  # what was typed is kept without what the button adds
            text, trouble = text_of(before, Deed("save")), error
        now = keep(ask, before, text)
    except (FormCut, DraftMoved) as error:
        if ask.text("quiet"):
            raise
        return editor(_unkept(ask, before, text), as_text, error)
    if ask.text("quiet"):
        return ask.show("definitions/saved.html", held=now)
    if todo.name == "publish":
        return _published(ask, now, todo.about, partial(_again, ask, now, as_text, editor))
    if todo.name in {"as-text", "as-rows"}:
        return ask.to(address(ask, now, **{"as": todo.name[3:]}))
    if ask.is_fragment or trouble is not None:
        return editor(now, as_text, trouble)
    there = address(ask, now, **{"as": "text" if as_text else "rows"})
    return ask.to(there, "The draft was saved.")


def _unkept(ask: Ask, now: Held, text: str) -> Held:
    """Return what was typed and is in nobody's draft; what this page saw stays what it saw."""
    seen = ask.text("revision")
    draft = now.draft and replace(
        now.draft, revision=whole(seen) or 0, based_on=seen_base(ask, now)
    )
    return replace(now, text=text, draft=draft)


def _published(
    ask: Ask, now: Held, over: str, again: Callable[[IsthmusError], Response]
) -> Response:
    try:
        made, following = publish(ask, now, over)
    except NotPublished as trouble:
        return again(trouble)
    there = address(ask, now, **({"as": "text"} if ask.text("as_text") else {}))
    if made is None:
        return ask.to(there, "Nothing was changed: it is in force as it stands.")
    said = f"{made.name} is in force now, as version {made.number}. {following}"
    answer = ask.to(there, said.strip())
    answer.headers["X-Published"] = made.version  # what the page goes on from, if it goes on
    return answer


def _again(ask: Ask, now: Held, as_text: bool, editor: Editor, trouble: IsthmusError) -> Response:
    """Draw the form again with what was typed while the vendors were asked."""
    return editor(latest(ask, now), as_text, trouble)


def publish(ask: Ask, now: Held, over: str = "") -> tuple[Definition | None, str]:
    """
    Put a draft in force; None: it says what is in force already.

    Args: over: the version in force that may be written over, though the draft was begun before it.
    Returns: beside it what is still to be done before anything goes by it. Raises: NotPublished.
    """
    if now.draft is None or (now.current is not None and not now.is_changed):
        ask.site.drafts.drop(now.kind, now.name, now.revision)
        return None, ""
    _check_base(now, over)
    item = _whole(ask, now)
    if item is None:
        raise NotPublished(
            "It was not published: parts of it cannot be read.",
            remedy="Mend what is marked below, then publish it again.",
        )
    if not ask.text("unchecked") and (refused := refusal(ask, item)):
        raise NotPublished(refused, remedy="It is kept as a draft: mend it, then publish it again.")
    _check_base(with_current(ask, now), over)  # the vendors took their time
    made = put(ask, item, ask.text("said"))
    left = ask.site.drafts.settle(now.draft, made.version)
    note(ask, f"published a {now.kind}", made)
    more = "" if left is None else "What was written since is kept as a draft."
    return made, f"{more} {_following(ask, item)}".strip()


def _check_base(now: Held, over: str) -> None:
    """Refuse to put over a version what was written without having seen it. Raises: Overtaken."""
    if now.is_behind and now.current is not None and now.current.version != over:
        begun = "" if now.begun is None else f" from version {now.begun.number}"
        raise Overtaken(now.current, begun)


def _put_by(current: Definition) -> str:
    """Say who put a version in force, and when: first, and again."""
    again = f"; {current.note}" if current.note else ""
    return f"by {current.by or 'nobody'} at {current.published_at:%Y-%m-%d %H:%M:%S} UTC{again}"


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
    return ask.site.library.switched_as_now(told.rule)


def refusal(ask: Ask, item: Mapping | Rule) -> str:
    """Return why a definition cannot be put in force as both vendors are now; "" when it can."""
    site = ask.site
    try:
        checked = waiting.run(check_live(site.house, site.library, [item]))
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

    with suppress(BenchBusy):  # what was found is told all the same
        ask.site.bench.do(forgetting)


def put(ask: Ask, item: Mapping | Rule, said: str) -> Definition:
    """Put a definition in force."""
    library = ask.site.library
    if isinstance(item, Mapping):
        return library.publish_mapping(export(item), by=ask.who, note=said)
    return library.publish_rule(export_rule(item), by=ask.who, note=said)


def roll_back(ask: Ask, kind: str) -> Response:
    """Put an earlier version in force again, when it still fits; a rule stays on or off."""
    now = held(ask, kind)
    versions = address(ask, now, "/versions")
    found = ask.site.stores.definitions.find(kind, now.name, ask.text("to"))
    if found is None:
        return ask.to(versions, "There is no such version, so nothing was changed.", "warn")
    read = sketch.sketch_mapping if kind == MAPPING else sketch.sketch_rule
    told = read(found.content)
    item = told.mapping if isinstance(told, sketch.MappingSketch) else told.rule
    if item is None or not told.is_whole:
        return ask.to(versions, "That version cannot be read by this Isthmus.", "warn")
    if isinstance(item, Rule):
        item = ask.site.library.switched_as_now(item)
    if now.current is not None and item.version == now.current.version:
        return ask.to(versions, f"Version {found.number} says what is in force already.")
    if not ask.text("unchecked") and (refused := refusal(ask, item)):
        return ask.to(versions, refused, "warn")
    made = put(ask, item, ask.text("note") or f"back to version {found.number}")
    note(ask, f"rolled back a {kind}", made)
    said = f"Version {found.number} is in force again; from now on it is version {made.number}."
    if isinstance(item, Rule):
        said += f" The rule is {'on' if item.is_enabled else 'off'}, as before."
    return ask.to(versions, said)


def note(ask: Ask, what: str, made: Definition) -> None:
    """Write a line of the audit trail about a publication."""
    detail = {"version": made.version, "publication": made.number, "note": made.note}
    trailing.note(ask, what, made.name, detail)
