"""What one can point at while writing mappings and rules: fields, values, records."""

from typing import Any, Final

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.counter import Asks
from isthmus.console.pages.drafts import ROOT_WORDS
from isthmus.console.routes import page
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.catalogue import (
    COMMON,
    Choice,
    order_choices,
    order_targets,
    record_choices,
    record_targets,
    relations,
    search,
    spoken,
    takes_at,
    values_at,
)
from isthmus.dispatch.rules.events import BESIDE, KNOWN_EVENTS
from isthmus.dispatch.rules.known import Known
from isthmus.dispatch.rules.shapes import OUTBOUND, Mapping, Row
from isthmus.dispatch.rules.spelling import typed_for
from isthmus.dispatch.rules.values import is_empty, shown
from isthmus.wiring.dispatch.bench import Trier, told_inside

_MOST: Final = 60


def pick(ask: Ask) -> Response:
    """Show what can be pointed at for what was typed: the options of one box."""
    what, typed = ask.query("what"), ask.query("q")
    if ask.error is not None:
        return ask.show("definitions/options.html", choices=(), lack=ask.error, typed=typed)
    try:
        choices = _PICKS[what](ask, typed) if what in _PICKS else ()
    except IsthmusError as lack:
        return ask.show("definitions/options.html", choices=(), lack=lack, typed=typed)
    return ask.show("definitions/options.html", choices=choices, lack=None, typed=typed)


def _root(ask: Ask) -> str:
    root = ask.query("root")
    return root if root in ROOT_WORDS else "ticket"


def _sources(ask: Ask, typed: str) -> tuple[Choice, ...]:
    """Return fields to read: of the record and those around it, or of a work order."""
    root = _root(ask)
    if ask.query("direction") == OUTBOUND:

        async def order(trier: Trier) -> dict[str, Any] | None:
            return await trier.sample(root)

        return search(order_choices(ask.site.bench.do(order)), typed, _MOST)
    inside = told_inside(root, typed)
    number = ask.query("ticket")

    async def look(trier: Trier) -> tuple[Known, dict[str, Any]]:
        known = await trier.known(root=root, inside=inside)
        record = await trier.record(root, number) if number else None
        return known, {} if record is None else {**record.values, **_labelled(record)}

    known, values = ask.site.bench.do(look)
    around = dict.fromkeys((*COMMON.get(root, ()), *inside))
    found = [_with_sample(one, root, values) for one in record_choices(root, known, around)]
    leads = [
        Choice(f"{root}.{name}.", spoken(name), "related record", leads=True)
        for name in relations(root, "", known)
    ]
    if inside:
        prefix = f"{root}.{inside[-1]}"
        leads = [
            Choice(f"{prefix}.{name}.", spoken(name), "related record", leads=True)
            for name in relations(root, inside[-1], known)
        ]
    return search([*found, *leads], typed, _MOST)


def _labelled(record: Any) -> dict[str, Any]:
    told = {f"{name}.label": label for name, label in record.labels.items()}
    return told | {f"udf.{name}": value for name, value in record.udfs.items()}


def _with_sample(one: Choice, root: str, values: dict[str, Any]) -> Choice:
    """Return a field with what the record tried on holds there."""
    if not values or one.within:
        return one
    steps = [str(step) for step in paths.parse(one.path)][1:]
    value = values.get(".".join(steps))
    if is_empty(value):
        return one
    del root
    return Choice(
        one.path, one.label, one.kind, one.within, one.values, one.is_needed, one.leads,
        shown(value),
    )  # fmt: skip


def _targets(ask: Ask, typed: str) -> tuple[Choice, ...]:
    """Return fields to write, those that are needed first."""
    root = _root(ask)
    if ask.query("direction") != OUTBOUND:

        async def lists(trier: Trier) -> Known:
            return await trier.known()

        written = ask.request.query_params.getlist("written")
        return search(order_targets(ask.site.bench.do(lists).company, written), typed, _MOST)
    return search(record_targets(root, _known_out(ask, root)), typed, _MOST)


def _known_out(ask: Ask, root: str) -> Known:
    """Return what is known of the records that an outbound mapping writes."""
    names = (root, *sorted(BESIDE.get(root, ())))
    rows = tuple(Row(f"{name}.id", "static", params={"value": 1}) for name in names)
    asking = Mapping("", OUTBOUND, root, rows)

    async def look(trier: Trier) -> Known:
        return await trier.known([asking])

    return ask.site.bench.do(look)


def _compares(ask: Ask, typed: str) -> tuple[Choice, ...]:
    """Return the values that a field of a record can have: its labels, or its codes."""
    root, path = _root(ask), ask.query("path")
    inside = told_inside(root, path.removesuffix(".label"))

    async def look(trier: Trier) -> Known:
        return await trier.known(root=root, inside=inside)

    known = ask.site.bench.do(look)
    is_label = path.endswith(".label")
    found = []
    for one in sorted(values_at(path, known), key=lambda one: (not one.is_active, one.sort_order)):
        value = one.label if is_label else one.code
        note = "" if one.is_active else "inactive"
        label = one.label if not is_label else value
        found.append(Choice(value, label, note))
    return search(found, typed if typed not in {c.path for c in found} else "", _MOST)


def _takes(ask: Ask, typed: str) -> tuple[Choice, ...]:
    """Return the values that a target takes."""
    root, path = _root(ask), ask.query("path")
    is_inbound = ask.query("direction") != OUTBOUND
    if is_inbound:

        async def lists(trier: Trier) -> Known:
            return await trier.known()

        known = ask.site.bench.do(lists)
    else:
        known = _known_out(ask, root)
    if not path:
        return ()
    values = [typed_for(one) for one in takes_at(path, known, is_inbound=is_inbound)]
    found = [Choice(one, one) for one in values]
    return search(found, "" if typed in values else typed, _MOST)


def _events(_: Ask, typed: str) -> tuple[Choice, ...]:
    found = [
        Choice(one, spoken(one.removeprefix("workorder.").replace(".", "_")))
        for one in KNOWN_EVENTS
    ]
    return search(found, typed, _MOST)


def _tickets(ask: Ask, typed: str) -> tuple[Choice, ...]:
    """Return records to try on: by number or title, or those linked and made of late."""
    root = _root(ask)

    async def look(trier: Trier) -> Any:
        return await trier.suggestions(root, typed)

    return tuple(Choice(one.number, one.title, one.note) for one in ask.site.bench.do(look))


_PICKS: Final = {
    "source": _sources,
    "target": _targets,
    "compare": _compares,
    "takes": _takes,
    "event": _events,
    "ticket": _tickets,
}
ROUTES: Final = (page("/definitions/pick", pick, asks=Asks(otherwise=pick)),)
