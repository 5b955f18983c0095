"""Links between records and work orders: the board, and having a record dispatched."""

from typing import Any, Final, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.counter import Asks
from isthmus.console.looks import STATES, tone_of
from isthmus.console.routes import deed, page
from isthmus.dispatch.board import LinkFilter, Sort, board, waits_for
from isthmus.dispatch.commands import NothingToDo
from isthmus.dispatch.library import Library
from isthmus.dispatch.named import rule_named
from isthmus.dispatch.queries import standing
from isthmus.dispatch.story import NOUNS
from isthmus.wiring.dispatch.looking import key_named
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
    site = ask.site
    if rule:
        rule_named(Library(site.stores.definitions), entity, rule)
    key, name = key_named(site.house, site.stores, entity, text)
    ask.about, ask.detail = name, {"rule": rule} if rule else {}
    link = site.stores.state.link_of(key)
    if link is not None and link.state == "parked":
        raise NothingToDo(
            f"{name} is parked: {link.waits_for}", where=key, remedy="Resume it on its page."
        )
    site.stores.commands.dispatch(key, rule, ask.who)
    return ask.to(f"{HERE}/find?key={key}", f"{name} is looked at now.")


def find(ask: Ask) -> Response:
    """Go to the link of a key; while it is not there yet, say so and wait for it."""
    key = ask.query("key")
    link = ask.site.stores.state.link_of(key)
    if link is not None:
        return ask.to(f"{HERE}/{link.id}")
    entries = ask.site.stores.state.entries(key, 20)
    return ask.show("dispatch/coming.html", key=key, entries=entries)


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
