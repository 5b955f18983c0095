"""Dead letters: work that needs a person; looked at, replayed, dismissed, one or many."""

from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.counter import VENDORS
from isthmus.console.routes import deed, page
from isthmus.console.typed import ours
from isthmus.console.words import plural
from isthmus.dispatch.board import LetterFilter, dead_letters
from isthmus.dispatch.commands import NothingToDo
from isthmus.wiring.dispatch.looking import what_would_be_sent
from isthmus.wiring.dispatch.setting import set_for_many, what_many_lack
from isthmus.wiring.dispatch.stores import DeadLetter
from isthmus.wiring.people import Role
from isthmus.wiring.vendors import waiting

HERE: Final = "/letters"
KINDS: Final = {
    "credentials": "a vendor refused our log-in",
    "validation": "what was to be sent is not valid there",
    "refused": "one thing is not taken, all else goes on",
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
    letter, house, stores = _letter(ask), ask.site.house, ask.site.stores
    found = waiting.run(what_would_be_sent(house, stores, letter))
    return ask.show("dispatch/edit.html", letter=letter, found=found, given=_set(ask))


def edit(ask: Ask) -> Response:
    """Set fields of the work order, and have the work done again."""
    letter = _letter(ask)
    values = _set(ask)
    ask.about, ask.detail = letter.record_number or letter.key, {"fields": list(values)}
    ask.site.stores.commands.check_edit(values)
    ask.site.stores.commands.edit(letter, values, ask.who)
    return ask.to(_back(ask), f"{ask.about}: what you set is sent now.")


def choose(ask: Ask) -> Response:
    """Go to the page that sets a field of all marked letters."""
    if not (chosen := _chosen(ask)):
        return _none_chosen(ask)
    ids = urlencode([("id", one.id) for one in chosen])
    return ask.to(f"{HERE}/set?{ids}&{urlencode({'back': _back(ask)})}")


def many(ask: Ask) -> Response:
    """Show which fields are at fault in all of the chosen letters, or why none is."""
    if not (chosen := _chosen(ask)):
        return _none_chosen(ask)
    found = waiting.run(what_many_lack(ask.site.house, ask.site.stores, chosen))
    return ask.show("dispatch/edit_many.html", found=found, back=_back(ask), given=_set(ask))


def set_many(ask: Ask) -> Response:
    """Set fields of all chosen letters to the same, and have their work done again."""
    site = ask.site
    if not (chosen := _chosen(ask)):
        return _none_chosen(ask)
    values = _set(ask)
    ask.detail = {"fields": list(values), "ids": [one.id for one in chosen][:50]}
    count = set_for_many(site.house, site.stores, chosen, values, ask.who)
    ask.about, ask.is_done = plural(count, "dead letter"), count > 0
    return ask.to(_back(ask), f"{ask.about}: what you set is sent now.")


def _letter(ask: Ask) -> DeadLetter:
    found = ask.site.stores.state.dead_letter(ask.path["id"])
    if found is None:
        raise NothingToDo("There is no such dead letter.", where=HERE, remedy="Look at the list.")
    return found


def _chosen(ask: Ask) -> tuple[DeadLetter, ...]:
    ids = ask.many("id") or ask.request.query_params.getlist("id")
    return tuple(filter(None, map(ask.site.stores.state.dead_letter, dict.fromkeys(ids))))


def _set(ask: Ask) -> dict[str, str]:
    """Return the marked fields by path, as they were typed."""
    return {path: ask.text(f"value:{path}") for path in sorted(set(ask.many("set")))}


def _none_chosen(ask: Ask) -> Response:
    return ask.to(_back(ask), "No dead letter was chosen. Mark one or more.", "warn")


def _back(ask: Ask) -> str:
    return ours(ask.text("back") or ask.query("back"), HERE)


ROUTES: Final = (
    page(HERE, letters),
    page(f"{HERE}/set", many, Role.DISPATCHER, asks=VENDORS),
    deed(f"{HERE}/set/choose", choose, Role.DISPATCHER),
    deed(f"{HERE}/set", set_many, Role.DISPATCHER, "set a field of many dead letters", again=many,
         asks=VENDORS),
    deed(f"{HERE}/replay", replay, Role.DISPATCHER, "replayed dead letters"),
    page(f"{HERE}/{{id}}/edit", to_be_set, Role.DISPATCHER, asks=VENDORS),
    deed(f"{HERE}/{{id}}/edit", edit, Role.DISPATCHER, "mended a dead letter", again=to_be_set,
         asks=VENDORS),
    deed(f"{HERE}/dismiss", dismiss, Role.DISPATCHER, "dismissed dead letters"),
)  # fmt: skip
