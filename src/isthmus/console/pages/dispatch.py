"""Links between records and work orders: the board, and having a record dispatched."""

from typing import Any, Final, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.counter import Asks
from isthmus.console.looks import STATES, tone_of
from isthmus.console.routes import deed, page
from isthmus.dispatch.board import LinkFilter, Sort, board, waits_for
from isthmus.dispatch.library import Library
from isthmus.dispatch.queries import said_since_asked, standing
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.story import NOUNS
from isthmus.dispatch.wanted_again import may_have_another
from isthmus.wiring.dispatch.asking import have_dispatched
from isthmus.wiring.people import Role

HERE: Final = "/dispatch"
SORTS: Final = (("changed", "latest change"), ("oldest", "waiting longest"), ("newest", "newest"))


def links(ask: Ask) -> Response:
    """Show links by state, with what each waits for."""
    state, entity, rule = ask.query("state"), ask.query("entity"), ask.query("rule")
    wanted = LinkFilter((state,) if state else (), entity, rule, ask.query("q"))
    sort = ask.query("sort", "changed")
    sort = sort if sort in get_args(Sort) else "changed"
    found = board(ask.site.stores.state, wanted, sort, page=ask.query("page"))  # type: ignore[arg-type]
    return ask.show(
        "dispatch/board.html",
        typed=ask.text,
        board=found,
        total=sum(found.counts.values()),
        standing=standing(ask.site.stores.state, ask.site.stores.inbox, ask.site.stores.agenda),
        wanted=wanted,
        sort=sort,
        sorts=SORTS,
        tabs=[
            (_with(ask, state=""), "All", sum(found.counts.values())),
            *((_with(ask, state=one), one, found.counts.get(one, 0)) for one in STATES),
        ],
        tone_of=tone_of,
        waits_for=waits_for,
        entities=[("", "everything"), *((name, f"{noun}s") for name, noun in NOUNS.items())],
        rules=[("", "any rule"), *((one, one) for one in rule_names(ask))],
        nouns=NOUNS,
        with_query=lambda **more: _with(ask, **more),
        missing=missing_of(ask),
    )


def dispatch(ask: Ask) -> Response:
    """Have a record dispatched that a person names."""
    entity, text, rule = ask.text("entity", "Tickets"), ask.text("number"), ask.text("rule")
    house, stores = ask.site.house, ask.site.stores
    key, name = have_dispatched(
        house, stores, entity, text, rule, by=ask.who, resume="Resume it on its page."
    )
    ask.about, ask.detail = name, {"rule": rule} if rule else {}
    return ask.to(f"{HERE}/find?key={key}", f"{name} is looked at now.")


def find(ask: Ask) -> Response:
    """Go to the link of a key; while it, or another in its place, is not there yet, say so."""
    key, stores = ask.query("key"), ask.site.stores
    link, heard = stores.state.link_of(key), said_since_asked(stores.state, key)
    is_coming = heard.is_asked and not heard.is_too_early
    if link is not None and not (is_coming and may_have_another(link)):
        return ask.to(f"{HERE}/{link.id}")
    entity, _, number = key.partition("/")
    rules = (one for one in ask.site.library.rules() if ROOTS[one.root] == entity)
    return ask.show(
        "dispatch/coming.html",
        key=key, heard=heard, over=link, entity=entity, number=number,
        noun=NOUNS.get(entity, "record"), rules=[(one.name, one.name) for one in rules],
    )  # fmt: skip


def rule_names(ask: Ask) -> list[str]:
    """Return the names of all rules."""
    return sorted(one.name for one in Library(ask.site.stores.definitions).rules())


def missing_of(ask: Ask) -> str:
    """Return which vendor is not connected, so that nothing is dispatched; "" when both are."""
    house = ask.site.house
    if house.reach() is None:
        return "Autotask"
    return "" if house.fieldnation_reach() is not None else "Field Nation"


def _with(ask: Ask, **more: Any) -> str:
    """Return the address of this page with other values; the page of rows begins anew."""
    kept = {name: value for name, value in ask.request.query_params.items() if name != "page"}
    told = {name: value for name, value in {**kept, **more}.items() if value}
    return f"{HERE}?{urlencode(told)}" if told else HERE


ROUTES: Final = (
    page(HERE, links),
    page(f"{HERE}/find", find),
    deed(f"{HERE}/now", dispatch, Role.DISPATCHER, "had a record dispatched", again=links,
         asks=Asks(otherwise=links)),
)  # fmt: skip
