"""A rule tried on a record, row by row; nothing is written."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.drafting import conditions, saying, settings
from isthmus.console.pages import drafts
from isthmus.console.pages.drafts import ROOT_WORDS, held
from isthmus.dispatch.library import MAPPING, RULE
from isthmus.dispatch.rules.nodes import Node, Seen, node_of, seen, walk
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Problem
from isthmus.dispatch.rules.sketch import RuleSketch, sketch_mapping, sketch_rule
from isthmus.wiring.dispatch.bench import NotConnected, RuleTrial, Trier

CONDITIONS: Final = ("when", "cancel_when")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a draft is worth now: what is wrong, and what it makes of a record."""

    problems: tuple[Problem, ...] = ()
    parts: dict[str, dict[str, Seen]] | None = None
    trial: RuleTrial | None = None
    lack: IsthmusError | None = None
    trouble: IsthmusError | None = None


def node_at(told: RuleSketch, name: str) -> Node | None:
    """Return a condition of a rule as parts; None where it has none."""
    return node_of(told.told[name]) if name in told.told else None


def trying(ask: Ask) -> Response:
    """Show what is wrong with it, and what it makes of a record; nothing is written."""
    now = held(ask, RULE)
    told = sketch_rule(now.text)
    ticket = ask.query("ticket")
    checked = _checked(ask, told, ticket)
    nodes = {name: node for name in CONDITIONS if (node := node_at(told, name)) is not None}
    at = {name: conditions.fields_at(node) for name, node in nodes.items()}
    return ask.show(
        "rules/pane.html",
        held=now,
        sketch=told,
        checked=checked,
        spelled=drafts.spelled,
        ticket=ticket,
        nodes=nodes,
        walk=walk,
        placed=_placed(checked.problems, at),
        may_write=drafts.may_write(ask),
        roots=ROOT_WORDS,
        settings=settings,
        summary=saying.in_one_sentence(told.told),
    )


def _placed(
    problems: tuple[Problem, ...], at: dict[str, dict[str, list[str]]]
) -> dict[str, list[Problem]]:
    """Return problems by the place in the form they are about: a setting, or a part's address."""
    found: dict[str, list[Problem]] = {}
    for one in problems:
        places = [
            f"{name}.{address}"
            for name, fields in at.items()
            for address in fields.get(one.field, ())
        ]
        name = one.field.partition(",")[0]
        if not places and name in settings.SETTINGS:
            places = [name]
        for place in places:
            found.setdefault(place, []).append(one)
    return found


def _checked(ask: Ask, told: RuleSketch, ticket: str) -> Checked:
    nodes = {name: node_at(told, name) for name in CONDITIONS}
    alone = {name: seen(node, {}) for name, node in nodes.items() if node is not None}
    rule = told.rule
    if rule is None:
        return Checked(told.problems, alone)
    mapping = _mapping_of(ask, rule)
    when, cancel = nodes["when"], nodes["cancel_when"]

    is_anew = bool(ask.query("anew"))

    async def look(
        trier: Trier,
    ) -> tuple[tuple[Problem, ...], RuleTrial | None, IsthmusError | None]:
        if is_anew:
            trier.forget()
        found = await trier.problems_of_rule(rule)
        try:
            trial = await trier.try_rule(rule, ticket, when, cancel, mapping) if ticket else None
        except IsthmusError as trouble:
            return found, None, trouble
        return found, trial, None

    try:
        found, trial, trouble = ask.site.bench.do(look, drafts.open_page(ask), ask.turn)
    except NotConnected as lack:
        return Checked(told.problems, alone, lack=lack)
    except IsthmusError as away:
        return Checked(told.problems, alone, trouble=away)
    problems = tuple(dict.fromkeys((*told.problems, *found)))
    parts = alone
    if trial is not None:
        parts = {"when": dict(trial.parts), "cancel_when": dict(trial.cancels)}
    return Checked(problems, parts, trial, None, trouble)


def _mapping_of(ask: Ask, rule: Rule) -> Any:
    """Return the inbound mapping of a rule: in force, or the draft of a new one."""
    found = ask.site.library.mapping(rule.inbound)
    if found is None and rule.inbound:
        draft = ask.site.drafts.find(MAPPING, rule.inbound)
        return None if draft is None else sketch_mapping(draft.content).mapping
    return found
