"""Rules: what is dispatched, pointed at or written, tried, published, switched, rolled back."""

import difflib
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.counter import VENDORS, Asks
from isthmus.console.drafting import conditions, saying, settings
from isthmus.console.drafting.forms import MOST_FIELDS, Deed
from isthmus.console.pages import beginning, drafts, publishing, rule_trying
from isthmus.console.pages import versions as past
from isthmus.console.pages.beginning import Refused
from isthmus.console.pages.drafts import PATHS, ROOT_WORDS, Held, held
from isthmus.console.pages.rule_trying import CONDITIONS, node_at
from isthmus.console.routes import deed, page, status_of
from isthmus.dispatch.library import MAPPING, RULE
from isthmus.dispatch.rules.nodes import Node, told_of
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.sketch import (
    RuleSketch,
    new_rule,
    rule_text,
    sketch_mapping,
    sketch_rule,
)
from isthmus.wiring.dispatch.bench import Trier
from isthmus.wiring.people import Role


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in the list."""

    name: str
    rule: Rule | None
    when: str
    current: Any
    draft: Any
    use: Any


# The list


def listing(ask: Ask, refused: Refused | None = None) -> Response:
    """Show the rules there are, those that are asked first first."""
    site = ask.site
    current = {one.name: one for one in site.stores.definitions.all_current(RULE)}
    kept = {one.name: one for one in site.drafts.all(RULE)}
    uses = site.drafts.uses()
    lines = []
    for name in {*current, *kept}:
        text = current[name].content if name in current else kept[name].content
        told = sketch_rule(text)
        when = conditions.in_words(node_at(told, "when"))
        lines.append(Line(name, told.rule, when, current.get(name), kept.get(name), uses.get(name)))
    lines.sort(key=lambda one: (1000 if one.rule is None else one.rule.order, one.name))
    problems, lack = _all_problems(ask) if ask.query("checked") else (None, None)
    mappings = {one.name: one for one in site.stores.definitions.all_current(MAPPING)}
    return ask.show(
        "rules/table.html" if ask.is_fragment else "rules/list.html",
        200 if refused is None else status_of(refused.error),
        refused=refused,
        lines=lines,
        mappings=mappings,
        problems=problems,
        lack=lack,
        may_write=drafts.may_write(ask),
        roots=ROOT_WORDS,
        path=PATHS[RULE],
    )


def _all_problems(ask: Ask) -> tuple[dict[str, int] | None, IsthmusError | None]:
    library = ask.site.library
    if ask.error is not None:
        return None, ask.error

    async def look(trier: Trier) -> dict[str, int]:
        found = {}
        for one in library.rules(enabled_only=False):
            problems = await trier.problems_of_rule(one)
            found[one.name] = sum(1 for problem in problems if problem.is_fatal)
        return found

    try:
        return ask.site.bench.do(look), None
    except IsthmusError as trouble:
        return None, trouble


def begin(ask: Ask) -> Response:
    """Begin a new one: empty, or as another."""

    def text_of(name: str, root: str) -> str:
        return new_rule(name, root if root in ROOT_WORDS else "ticket")

    return beginning.begin(ask, RULE, text_of, listing)


def switch(ask: Ask) -> Response:
    """Switch a rule on, when it and its mappings fit; or off."""
    now = held(ask, RULE)
    rule = ask.site.library.rule(now.name)
    is_on = ask.text("on") == "yes"
    back = PATHS[RULE] if ask.text("back") == PATHS[RULE] else drafts.address(ask, now)
    if rule is None or now.current is None:
        said = f"{now.name} was not switched: it was not published yet. Publish it first."
        return ask.to(back, said, "warn")
    changed = replace(rule, is_enabled=is_on)
    if is_on and (refused := publishing.refusal(ask, changed)):
        return ask.to(back, refused.replace("put in force", "switched on"), "warn")
    made = publishing.put(ask, changed, "switched on" if is_on else "switched off")
    publishing.note(ask, f"switched a rule {'on' if is_on else 'off'}", made)
    said = (
        f"{now.name} is on: what it wants is dispatched from now on."
        if is_on
        else f"{now.name} is off: nothing more is dispatched by it, and what is linked goes on."
    )
    return ask.to(back, said)


_SWITCHING: Final = Asks(when=lambda ask: ask.text("on") == "yes")
"""What is switched off asks nobody: it must do so while a vendor hangs too."""


# The editor


def editor(ask: Ask) -> Response:
    """Show one: its settings, or its text, and beside it what it makes of a record."""
    return _editor(ask, held(ask, RULE), as_text=ask.query("as") == "text")


def _editor(ask: Ask, now: Held, *, as_text: bool, trouble: IsthmusError | None = None) -> Response:
    told = sketch_rule(now.text)
    root = told.told.get("root", "ticket")
    nodes = {name: node_at(told, name) or Node("all") for name in CONDITIONS}
    fields = settings.fields_of(told.told) + sum(map(conditions.fields_of, nodes.values()))
    is_deep = not all(map(conditions.is_shown, nodes.values()))
    is_shown = bool(told.told) and fields <= MOST_FIELDS and not is_deep
    return ask.show(
        "rules/editor.html" if ask.is_fragment else "rules/rule.html",
        200 if trouble is None else status_of(trouble),
        held=now,
        trouble=trouble,
        why=ask.text("said"),
        summary=saying.in_one_sentence(told.told),
        told=told.told,
        sketch=told,
        nodes=nodes,
        has_cancel="cancel_when" in told.told,
        as_text=as_text or not is_shown,
        is_shown=is_shown,
        is_deep=is_deep,
        too_many=fields if fields > MOST_FIELDS else 0,
        most=MOST_FIELDS,
        ticket=drafts.ticket_to_try(ask, root if isinstance(root, str) else "ticket"),
        may_write=drafts.may_write(ask),
        is_on=_is_on(ask, now),
        mappings=_mappings(ask, root),
        settings=settings,
        conditions=conditions,
        roots=ROOT_WORDS,
        focus=ask.text("do"),
    )


def _is_on(ask: Ask, now: Held) -> bool:
    rule = ask.site.library.rule(now.name)
    return rule is not None and rule.is_enabled


def _mappings(ask: Ask, root: object) -> dict[str, list[str]]:
    """Return the names of mappings for a record by direction: in force, and drafts of new ones."""
    found: dict[str, set[str]] = {"inbound": set(), "outbound": set()}
    shapes = [*ask.site.library.mappings()]
    for draft in ask.site.drafts.all(MAPPING):
        made = sketch_mapping(draft.content).mapping
        shapes += [] if made is None else [made]
    for one in shapes:
        if one.root == root:
            found[one.direction].add(one.name)
    return {direction: sorted(names) for direction, names in found.items()}


def change(ask: Ask) -> Response:
    """Keep what the form says as the draft, and do what its button wants."""
    return publishing.change(ask, RULE, partial(_text_of, ask), partial(_again, ask))


def discard(ask: Ask) -> Response:
    """Throw the draft away, or show what was saved since."""
    return drafts.discard(ask, RULE, partial(_again, ask))


def _again(ask: Ask, now: Held, as_text: bool, trouble: IsthmusError | None) -> Response:
    return _editor(ask, now, as_text=as_text, trouble=trouble)


def _text_of(ask: Ask, now: Held, todo: Deed) -> str:
    sent = drafts.sent_of(ask)
    if sent.has("text"):
        return sent.raw("text")
    before = sketch_rule(now.text).told
    told = settings.settings_of(sent, before)
    for name in CONDITIONS:
        node = conditions.node_from(sent, name)
        which, _, address = todo.about.partition("/")
        if which == name:
            node = conditions.done(node, Deed(todo.name, address))
        condition = told_of(node)
        told.pop(name, None)
        if condition is not None:
            told[name] = condition
    return now.text if told == before else rule_text(told)


# Versions


def versions(ask: Ask) -> Response:
    """Show its versions, and what differs between two of them."""
    now = held(ask, RULE)
    history = ask.site.stores.definitions.history(RULE, now.name)
    two = past.compared(ask, now, history)
    texts = [past.version_text(ask, now, one) for one in (two.old, two.new)]
    return ask.show(
        "rules/versions.html",
        held=now,
        history=history,
        two=two,
        ticket=ask.query("ticket"),
        changes=_changes(*map(sketch_rule, texts)),
        lines=_lines(*texts),
        may_write=drafts.may_write(ask),
    )


def _lines(old: str, new: str) -> list[str]:
    """Return the lines of two files that differ, with some around them."""
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2))[2:]


def _changes(old: RuleSketch, new: RuleSketch) -> list[tuple[str, str, str]]:
    """Return each setting that differs: its name, what it was, what it is."""
    before, after = old.told, new.told
    names = [name for name in {**before, **after} if name not in {"format", "kind"}]
    return [
        (_label(name), _said(old, name), _said(new, name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _label(name: str) -> str:
    told = {"when": "Dispatched when", "cancel_when": "Cancelled when", "is_enabled": "Switched on"}
    return told.get(name) or (settings.SETTINGS[name].label if name in settings.SETTINGS else name)


def _said(told: RuleSketch, name: str) -> str:
    if name in CONDITIONS:
        return conditions.in_words(node_at(told, name))
    value = settings.shown(told.told, name)
    return {"True": "yes", "False": "no"}.get(value, value)


ROUTES: Final = (
    page("/rules", listing, asks=drafts.checking(listing)),
    deed("/rules", begin, Role.DISPATCHER, "began a rule"),
    deed("/rules/import", lambda ask: beginning.bring_in(ask, listing), Role.DISPATCHER,
         "imported a mapping or rule"),
    page("/rules/{name}", editor),
    page("/rules/{name}/try", rule_trying.trying, asks=VENDORS),
    page("/rules/{name}/versions", versions),
    page("/rules/{name}/file", lambda ask: past.file_of(ask, RULE)),
    deed("/rules/{name}/draft", change, Role.DISPATCHER, asks=publishing.asking(change)),
    deed("/rules/{name}/switch", switch, Role.DISPATCHER, asks=_SWITCHING),
    deed("/rules/{name}/discard", discard, Role.DISPATCHER, "discarded the draft of a rule"),
    deed("/rules/{name}/rollback", lambda ask: publishing.roll_back(ask, RULE), Role.DISPATCHER,
         asks=publishing.ROLLING_BACK),
)  # fmt: skip
