"""Dead letters: work that needs a person; looked at, replayed, dismissed, one or many."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.routes import deed, page
from isthmus.console.typed import ours
from isthmus.console.words import plural
from isthmus.dispatch.board import LetterFilter, dead_letters
from isthmus.dispatch.commands import EditWrong, NothingToDo
from isthmus.wiring.dispatch.looking import what_would_be_sent
from isthmus.wiring.dispatch.setting import set_for_many, what_many_lack
from isthmus.wiring.dispatch.stores import DeadLetter
from isthmus.wiring.people import Role

HERE: Final = "/letters"
KINDS: Final = {
    "credentials": "a vendor refused our log-in",
    "validation": "what was to be sent is not valid there",
    "refused": "a vendor takes one thing not, all else goes on",
    "vendor": "the vendor refused it",
    "script": "a mapping's script failed",
    "conflict": "both sides changed the same field",
    "breaker": "it wrote too often, as if in circles",
    "double": "something was made twice",
}
STATES: Final = tuple((one, one) for one in ("open", "replayed", "settled", "dismissed"))


def letters(ask: Ask) -> Response:
    """Show dead letters, the newest first."""
    kind, state, text = ask.query("kind"), ask.query("state", "open"), ask.query("q")
    wanted = LetterFilter(state, (kind,) if kind else (), text)
    found = dead_letters(ask.site.stores.state, wanted, page=ask.query("page"))
    kept = {"state": state if state != "open" else "", "q": text}

    def with_query(**more: str) -> str:
        told = {k: v for k, v in {**kept, "kind": kind, **more}.items() if v}
        return f"{HERE}?{urlencode(told)}" if told else HERE

    return ask.show(
        "dispatch/letters.html",
        found=found,
        total=sum(found.counts.values()),
        kind=kind,
        state=state,
        states=STATES,
        tabs=[
            (with_query(kind=""), "All", sum(found.counts.values())),
            *(
                (with_query(kind=one), one, found.counts[one])
                for one in KINDS
                if one in found.counts
            ),
        ],
        kinds=KINDS,
        text=text,
        with_query=with_query,
    )


def replay(ask: Ask) -> Response:
    """Have the work of the chosen letters done again."""
    if not (chosen := _chosen(ask)):
        return _none_chosen(ask)
    count = ask.site.stores.commands.replay(chosen, ask.who)
    ask.about, ask.detail = plural(count, "dead letter"), {"ids": [one.id for one in chosen][:50]}
    ask.is_done = count > 0
    return ask.to(_back(ask), f"{plural(count, 'dead letter')}: the work is done again now.")


def dismiss(ask: Ask) -> Response:
    """Close the chosen letters without doing their work."""
    why = ask.text("why") or "no reason given"
    if not (chosen := _chosen(ask)):
        return _none_chosen(ask)
    count = sum(ask.site.stores.commands.dismiss(one, why, ask.who) for one in chosen)
    ask.about = plural(count, "dead letter")
    ask.detail = {"why": why, "ids": [one.id for one in chosen][:50]}
    ask.is_done = count > 0
    return ask.to(_back(ask), f"{plural(count, 'dead letter')} closed; nothing more is done.")


def to_be_set(ask: Ask) -> Response:
    """Show what would be sent now, field by field, for a person to set what is wrong."""
    return _edited(ask, _letter(ask))


def edit(ask: Ask) -> Response:
    """Set fields of the work order, and have the work done again."""
    letter = _letter(ask)
    chosen = set(ask.many("set"))
    values = {path: ask.text(f"value:{path}") for path in chosen}
    ask.about, ask.detail = letter.record_number or letter.key, {"fields": sorted(chosen)}
    try:
        ask.site.stores.commands.edit(letter, values, ask.who)
    except (EditWrong, NothingToDo) as error:
        return _edited(ask, letter, 422, error=error, given=values)
    return ask.to(_back(ask), f"{ask.about}: what you set is sent now.")


def choose(ask: Ask) -> Response:
    """Go to the page that sets a field of all marked letters."""
    if not (chosen := _chosen(ask)):
        return _none_chosen(ask)
    ids = urlencode([("id", one.id) for one in chosen])
    return ask.to(f"{HERE}/set?{ids}&{urlencode({'back': _back(ask)})}")


def many(ask: Ask) -> Response:
    """Show which fields are at fault in all of the chosen letters, or why none is."""
    chosen = _named(ask, ask.request.query_params.getlist("id"))
    return _many(ask, chosen, ours(ask.query("back"), HERE)) if chosen else _none_chosen(ask)


def set_many(ask: Ask) -> Response:
    """Set fields of all chosen letters to the same, and have their work done again."""
    site = ask.site
    if not (chosen := _chosen(ask)):
        return _none_chosen(ask)
    values = {path: ask.text(f"value:{path}") for path in sorted(set(ask.many("set")))}
    ask.detail = {"fields": list(values), "ids": [one.id for one in chosen][:50]}
    try:
        count = set_for_many(site.house, site.stores, chosen, values, ask.who)
    except EditWrong as error:
        return _many(ask, chosen, _back(ask), 422, error=error, given=values)
    ask.about, ask.is_done = plural(count, "dead letter"), count > 0
    return ask.to(_back(ask), f"{ask.about}: what you set is sent now.")


def _many(
    ask: Ask, chosen: tuple[DeadLetter, ...], back: str, status: int = 200, **more: object
) -> Response:
    given: dict[str, Any] = {"error": None, "given": {}, **more}
    found = asyncio.run(what_many_lack(ask.site.house, ask.site.stores, chosen))
    return ask.show("dispatch/edit_many.html", status, found=found, back=back, **given)


def _edited(ask: Ask, letter: DeadLetter, status: int = 200, **more: object) -> Response:
    given: dict[str, Any] = {"error": None, "given": {}, **more}
    house, stores = ask.site.house, ask.site.stores
    found = asyncio.run(what_would_be_sent(house, stores, letter))
    return ask.show("dispatch/edit.html", status, letter=letter, found=found, **given)


def _letter(ask: Ask) -> DeadLetter:
    found = ask.site.stores.state.dead_letter(ask.path["id"])
    if found is None:
        raise NothingToDo("There is no such dead letter.", where=HERE, remedy="Look at the list.")
    return found


def _chosen(ask: Ask) -> tuple[DeadLetter, ...]:
    return _named(ask, ask.many("id"))


def _named(ask: Ask, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
    state = ask.site.stores.state
    return tuple(filter(None, map(state.dead_letter, dict.fromkeys(ids))))


def _none_chosen(ask: Ask) -> Response:
    return ask.to(_back(ask), "No dead letter was chosen. Mark one or more.", "warn")


def _back(ask: Ask) -> str:
    return ours(ask.text("back"), HERE)


ROUTES: Final = (
    page(HERE, letters),
    page(f"{HERE}/set", many, Role.DISPATCHER),
    deed(f"{HERE}/set/choose", choose, Role.DISPATCHER),
    deed(f"{HERE}/set", set_many, Role.DISPATCHER, "set a field of many dead letters"),
    deed(f"{HERE}/replay", replay, Role.DISPATCHER, "replayed dead letters"),
    page(f"{HERE}/{{id}}/edit", to_be_set, Role.DISPATCHER),
    deed(f"{HERE}/{{id}}/edit", edit, Role.DISPATCHER, "set fields of a dead letter"),
    deed(f"{HERE}/dismiss", dismiss, Role.DISPATCHER, "dismissed dead letters"),
)
