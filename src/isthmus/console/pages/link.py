"""One link: its story, both sides of it, and what a person may do with it."""

import json
from typing import Any, Final

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.counter import VENDORS
from isthmus.console.looks import MEANING, tone_of
from isthmus.console.routes import deed, page
from isthmus.console.typed import LARGEST, whole
from isthmus.dispatch.board import waits_for
from isthmus.dispatch.commands import NoSuchLink
from isthmus.dispatch.queries import call_told, timeline
from isthmus.dispatch.rules.values import plain
from isthmus.dispatch.story import KINDS, NOUNS, event_in_words, tell, tell_waiting
from isthmus.dispatch.wanted_again import may_have_another
from isthmus.wiring.dispatch.looking import side_by_side, sides_as_kept
from isthmus.wiring.dispatch.stores import Link
from isthmus.wiring.people import Role
from isthmus.wiring.vendors import waiting

HERE: Final = "/dispatch"
_LINES: Final = 300
_LINES_WITH_CALLS: Final = 120
_MOST_OF_BODY: Final = 4_000
"""Characters of a body on the link's page; all that is kept of it is on a page of its own."""


def link(ask: Ask) -> Response:
    """Show what is known of a link, and its timeline."""
    one = link_of(ask)
    stores = ask.site.stores
    with_calls = ask.query("calls") == "1"
    most = _LINES_WITH_CALLS if with_calls else _LINES
    found = timeline(stores.state, stores.inbox, one, most, ask.number("before"))
    moments = (
        *tell(found.entries, one.entity, bodies=with_calls),
        *tell_waiting(found.messages, found.more_messages),
    )
    return ask.show(
        "dispatch/link.html",
        found=found,
        moments=[m for m in moments if with_calls or m.kind != "call"],
        hidden=sum(1 for m in moments if m.kind == "call") if not with_calls else 0,
        with_calls=with_calls,
        most=_MOST_OF_BODY,
        **_head(one),
    )


def call(ask: Ask) -> Response:
    """Show one call whole: what was sent, and what was answered."""
    number = whole(str(ask.path["number"]), most=LARGEST - 1)
    found = None if number is None else call_told(ask.site.stores.state, number)
    if found is None:
        raise NoSuchLink(
            "There is no such call in the trail, or it is kept no longer.",
            where=ask.request.url.path,
            remedy="Look at the link's calls, or at the calls under Activity.",
        )
    entry, told = found
    return ask.show("dispatch/call.html", entry=entry, call=told)


def made(ask: Ask) -> Response:
    """Show what was made for a link, each exactly once."""
    one = link_of(ask)
    intents = ask.site.stores.state.intents(one.id)
    return ask.show("dispatch/made.html", intents=intents, kinds=KINDS, **_head(one))


def sides(ask: Ask) -> Response:
    """Show both records as they were last seen, which costs no call; then as they are now."""
    one = link_of(ask)
    kept = sides_as_kept(ask.site.house, ask.site.stores, one)
    return ask.show("dispatch/sides.html", kept=kept, shown=_shown, **_head(one))


def sides_now(ask: Ask) -> Response:
    """Read both records from the vendors, and show field by field where they differ."""
    one = link_of(ask)
    now = waiting.run(side_by_side(ask.site.house, ask.site.stores, one))
    found = now.comparison
    return ask.show(
        "dispatch/sides_now.html",
        now_there=now,
        found=found,
        untold=[] if found is None else [event_in_words(event) for event in found.untold],
        shown=_shown,
        can_resync=ask.may(Role.DISPATCHER) and one.state == "linked",
        **_head(one),
    )


def resync(ask: Ask) -> Response:
    """Bring both sides in step: the fields that were chosen of those that differ."""
    one = ask.site.stores.commands.fit_for_resync(ask.path["id"])
    paths, has_untold = ask.many("path"), ask.text("untold") == "1"
    ask.about, ask.detail = one.record_number or one.key, {"fields": list(paths)}
    ask.site.stores.commands.resync(one, ask.who, paths, has_untold=has_untold)
    if paths:
        said = "It is brought in step now; what is written stands here."
    else:
        ask.detail = {"told": "what the record did not know"}
        said = "No field was chosen: only what the record does not know yet is brought over now."
    return ask.to(f"{HERE}/{one.id}", said)


def park(ask: Ask) -> Response:
    """Stop all work on a link."""
    one = link_of(ask)
    why = ask.text("why") or "no reason given"
    ask.about, ask.detail = one.record_number or one.key, {"why": why}
    ask.site.stores.commands.park(one, why, ask.who)
    return ask.to(f"{HERE}/{one.id}", "Parked: nothing is written until somebody resumes it.")


def resume(ask: Ask) -> Response:
    """Go on with a link that was parked or is stuck."""
    one = link_of(ask)
    ask.about = one.record_number or one.key
    ask.site.stores.commands.resume(one, ask.who)
    return ask.to(f"{HERE}/{one.id}", "It goes on; both sides are looked at now.")


def look(ask: Ask) -> Response:
    """Have both sides of a link looked at now."""
    one = link_of(ask)
    ask.about = one.record_number or one.key
    ask.site.stores.commands.ask(one.key, "record+order+notes", ask.who)
    return ask.to(f"{HERE}/{one.id}", "Both sides are looked at now.")


def link_of(ask: Ask) -> Link:
    """Return the link of the address. Raises: NoSuchLink."""
    found = ask.site.stores.state.link(ask.path["id"])
    if found is None:
        raise NoSuchLink(
            f"Nothing is linked under {ask.path['id']!r}.", where=HERE, remedy="Look at the board."
        )
    return found


def _head(one: Link) -> dict[str, Any]:
    return {
        "link": one,
        "tone": tone_of(one.state),
        "meaning": MEANING.get(one.state, ""),
        "waits": waits_for(one),
        "noun": NOUNS.get(one.entity, "record"),
        "may_have_another": may_have_another(one) and "#" not in one.key,
    }


def _shown(value: object) -> str:
    """Write a value of either side."""
    told = plain(value)
    if told is None or told == "":
        return ""
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, default=str)


ROUTES: Final = (
    page(f"{HERE}/calls/{{number}}", call),
    page(f"{HERE}/{{id}}", link),
    page(f"{HERE}/{{id}}/made", made),
    page(f"{HERE}/{{id}}/sides", sides),
    page(f"{HERE}/{{id}}/sides/now", sides_now, asks=VENDORS),
    deed(f"{HERE}/{{id}}/resync", resync, Role.DISPATCHER, "brought a link in step", again=sides),
    deed(f"{HERE}/{{id}}/park", park, Role.DISPATCHER, "parked a link", again=link),
    deed(f"{HERE}/{{id}}/resume", resume, Role.DISPATCHER, "resumed a link", again=link),
    deed(f"{HERE}/{{id}}/look", look, Role.DISPATCHER, "had a link looked at", again=link),
)
