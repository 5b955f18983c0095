"""Mappings: what becomes of what, pointed at or written, tried, published, rolled back."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.counter import VENDORS
from isthmus.console.drafting import rows
from isthmus.console.drafting.forms import MOST_FIELDS, Deed
from isthmus.console.pages import beginning, drafts, publishing
from isthmus.console.pages import versions as past
from isthmus.console.pages.beginning import Refused
from isthmus.console.pages.drafts import PATHS, ROOT_WORDS, Held, held
from isthmus.console.routes import deed, page, status_of
from isthmus.dispatch.library import MAPPING
from isthmus.dispatch.rules.catalogue import active, values_at
from isthmus.dispatch.rules.diff import diff
from isthmus.dispatch.rules.known import Known
from isthmus.dispatch.rules.shapes import Mapping, Problem
from isthmus.dispatch.rules.sketch import (
    MappingSketch,
    mapping_text,
    new_mapping,
    problems_alone,
    sketch_mapping,
)
from isthmus.wiring.dispatch.bench import NotConnected, Trial, Trier
from isthmus.wiring.people import Role

DIRECTIONS: Final = {
    "inbound": "Autotask to Field Nation",
    "outbound": "Field Nation to Autotask",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What a draft is worth now: what is wrong, and what it makes of a record.

    `only_here`: the draft itself fits, and what it makes of this record cannot be sent.
    """

    problems: tuple[Problem, ...] = ()
    trial: Trial | None = None
    lack: IsthmusError | None = None
    trouble: IsthmusError | None = None
    outcomes: dict[int, list[tuple[str, Any]]] = field(default_factory=dict)
    only_here: bool = False


# The list


def listing(ask: Ask, refused: Refused | None = None) -> Response:
    """Show the mappings there are; their problems are looked for when the page shows."""
    library, site = ask.site.library, ask.site
    rules = library.rules(enabled_only=False)
    current = {one.name: one for one in site.stores.definitions.all_current(MAPPING)}
    kept = {one.name: one for one in site.drafts.all(MAPPING)}
    shown = []
    for name in sorted({*current, *kept}):
        told = sketch_mapping(kept[name].content if name not in current else current[name].content)
        users = [one.name for one in rules if name in {one.inbound, one.outbound}]
        shown.append((name, told, current.get(name), kept.get(name), users))
    problems, lack = _all_problems(ask) if ask.query("checked") else (None, None)
    return ask.show(
        "mappings/table.html" if ask.is_fragment else "mappings/list.html",
        200 if refused is None else status_of(refused.error),
        refused=refused,
        shown=shown,
        problems=problems,
        lack=lack,
        may_write=drafts.may_write(ask),
        directions=DIRECTIONS,
        roots=ROOT_WORDS,
        path=PATHS[MAPPING],
    )


def _all_problems(ask: Ask) -> tuple[dict[str, int] | None, IsthmusError | None]:
    """Return how many problems each mapping in force has; None where that cannot be told now."""
    library = ask.site.library
    if ask.error is not None:
        return None, ask.error

    async def look(trier: Trier) -> dict[str, int]:
        found = {}
        for one in library.mappings():
            problems = await trier.problems_of_mapping(one)
            found[one.name] = sum(1 for problem in problems if problem.is_fatal)
        return found

    try:
        return ask.site.bench.do(look), None
    except IsthmusError as trouble:
        return None, trouble


def begin(ask: Ask) -> Response:
    """Begin a new one: empty, or as another."""
    direction = ask.text("direction")
    direction = direction if direction in DIRECTIONS else "inbound"

    def text_of(name: str, root: str) -> str:
        return new_mapping(name, direction, root if root in ROOT_WORDS else "ticket")

    return beginning.begin(ask, MAPPING, text_of, listing)


# The editor


def editor(ask: Ask) -> Response:
    """Show one: its rows, or its text, and beside it what it makes of a record."""
    now = held(ask, MAPPING)
    return _editor(ask, now, as_text=ask.query("as") == "text")


def _editor(ask: Ask, now: Held, *, as_text: bool, trouble: IsthmusError | None = None) -> Response:
    told = sketch_mapping(now.text)
    is_shown = bool(told.told) and rows.is_shown(told.told)
    fields = rows.fields_of(told.told.get("rows", [])) if is_shown else 0
    is_shown = is_shown and fields <= MOST_FIELDS
    root = told.told.get("root", "ticket")
    return ask.show(
        "mappings/editor.html" if ask.is_fragment else "mappings/mapping.html",
        200 if trouble is None else status_of(trouble),
        held=now,
        trouble=trouble,
        why=ask.text("said"),
        told=told.told,
        sketch=told,
        rows=told.told.get("rows", []) if is_shown else [],
        is_shown=is_shown,
        too_many=fields if fields > MOST_FIELDS else 0,
        most=MOST_FIELDS,
        as_text=as_text or not is_shown,
        ticket=drafts.ticket_to_try(ask, root if isinstance(root, str) else "ticket"),
        may_write=drafts.may_write(ask),
        users=_users(ask, now.name),
        forms=rows,
        actions=rows.ACTIONS,
        directions=DIRECTIONS,
        roots=ROOT_WORDS,
        focus=ask.text("do"),
    )


def _users(ask: Ask, name: str) -> list[str]:
    rules = ask.site.library.rules(enabled_only=False)
    return [one.name for one in rules if name in {one.inbound, one.outbound}]


def change(ask: Ask) -> Response:
    """Keep what the form says as the draft, and do what its button wants."""
    return publishing.change(ask, MAPPING, partial(_text_of, ask), partial(_again, ask))


def discard(ask: Ask) -> Response:
    """Throw the draft away, or show what was saved since."""
    return drafts.discard(ask, MAPPING, partial(_again, ask))


def _again(ask: Ask, now: Held, as_text: bool, trouble: IsthmusError | None) -> Response:
    return _editor(ask, now, as_text=as_text, trouble=trouble)


def _text_of(ask: Ask, now: Held, todo: Deed) -> str:
    sent = drafts.sent_of(ask)
    if sent.has("text"):
        return sent.raw("text")
    before = sketch_mapping(now.text).told
    told = {name: value for name, value in before.items() if name not in {"rows", "note", "needs"}}
    if note := sent.text("note"):
        told["note"] = note
    if needs := sent.lines("needs"):
        told["needs"] = needs
    root = str(told.get("root", "ticket"))
    made = rows.done(rows.rows_of(sent), todo, lambda path: _labels(ask, path, root))
    if made == before.get("rows", []) and told == {k: v for k, v in before.items() if k != "rows"}:
        return now.text
    return mapping_text({**told, "rows": made})


def _labels(ask: Ask, path: str, root: str) -> tuple[str, ...]:
    """Return the active labels at a source; () where they cannot be had now."""
    asking = Mapping("", "inbound", root, ())

    async def look(trier: Trier) -> Known:
        return await trier.known([asking])

    try:
        return active(values_at(path, ask.site.bench.do(look)))
    except IsthmusError:
        return ()


# The dry run


def trying(ask: Ask) -> Response:
    """Show what is wrong with it, and what it makes of a record; nothing is written."""
    now = held(ask, MAPPING)
    told = sketch_mapping(now.text)
    checked = _checked(ask, told, ask.query("ticket"), ask.query("event"))
    count = len(told.told.get("rows", [])) if rows.is_shown(told.told) else 0
    return ask.show(
        "mappings/pane.html",
        held=now,
        sketch=told,
        checked=checked,
        spelled=drafts.spelled,
        ticket=ask.query("ticket"),
        count=count,
        by_row=drafts.by_row(checked.problems),
        may_write=drafts.may_write(ask),
        roots=ROOT_WORDS,
    )


def _checked(ask: Ask, told: MappingSketch, ticket: str, event: str) -> Checked:
    mapping = told.mapping
    if mapping is None:
        return Checked(told.problems)

    is_anew = bool(ask.query("anew"))

    async def look(trier: Trier) -> tuple[tuple[Problem, ...], Trial | None, IsthmusError | None]:
        if is_anew:
            trier.forget()
        found = await trier.problems_of_mapping(mapping)
        try:
            trial = await trier.try_mapping(mapping, ticket, event) if ticket else None
        except IsthmusError as trouble:
            return found, None, trouble
        return found, trial, None

    try:
        found, trial, trouble = ask.site.bench.do(look, drafts.open_page(ask), ask.turn)
    except NotConnected as lack:
        alone = told.numbered(problems_alone(mapping))
        return Checked((*told.problems, *alone), lack=lack)
    except IsthmusError as away:
        alone = told.numbered(problems_alone(mapping))
        return Checked((*told.problems, *alone), trouble=away)
    its = () if trial is None else told.numbered(trial.problems)
    every = (*told.problems, *told.numbered(found), *its)
    problems = drafts.at_rows(every, _rows_by_target(told))
    outcomes: dict[int, list[tuple[str, Any]]] = {}
    if trial is not None and trial.result is not None:
        for path, origin in trial.result.origins.items():
            outcomes.setdefault(told.row(origin.row), []).append((path, origin))
    only_here = not any(one.is_fatal for one in (*told.problems, *found))
    return Checked(problems, trial, None, trouble, outcomes, only_here)


def _rows_by_target(told: MappingSketch) -> dict[str, int]:
    rows_read = () if told.mapping is None else told.mapping.rows
    return {drafts.spelled_path(row.target): told.row(n) for n, row in enumerate(rows_read, 1)}


# Versions


def versions(ask: Ask) -> Response:
    """Show its versions, and what differs between two of them."""
    now = held(ask, MAPPING)
    history = ask.site.stores.definitions.history(MAPPING, now.name)
    two = past.compared(ask, now, history)
    texts = [past.version_text(ask, now, one) for one in (two.old, two.new)]
    read = [sketch_mapping(text).mapping for text in texts]
    changes = diff(read[0], read[1]) if read[0] is not None and read[1] is not None else None
    return ask.show(
        "mappings/versions.html",
        held=now,
        history=history,
        two=two,
        ticket=ask.query("ticket"),
        changes=changes,
        may_write=drafts.may_write(ask),
    )


ROUTES: Final = (
    page("/mappings", listing, asks=drafts.checking(listing)),
    deed("/mappings", begin, Role.DISPATCHER, "began a mapping"),
    deed("/mappings/import", lambda ask: beginning.bring_in(ask, listing), Role.DISPATCHER,
         "imported a mapping or rule"),
    page("/mappings/{name}", editor),
    page("/mappings/{name}/try", trying, asks=VENDORS),
    page("/mappings/{name}/versions", versions),
    page("/mappings/{name}/file", lambda ask: past.file_of(ask, MAPPING)),
    deed("/mappings/{name}/draft", change, Role.DISPATCHER, asks=publishing.asking(change)),
    deed("/mappings/{name}/discard", discard, Role.DISPATCHER, "discarded the draft of a mapping"),
    deed("/mappings/{name}/rollback", lambda ask: publishing.roll_back(ask, MAPPING),
         Role.DISPATCHER, asks=publishing.ROLLING_BACK),
)  # fmt: skip
