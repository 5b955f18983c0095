"""The first page: how things stand, and what waits for a person."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from isthmus.base.clock import utc_now
from isthmus.console import standings
from isthmus.console.asking import Ask
from isthmus.console.looks import STATES, tone_of
from isthmus.console.pages.quota import gauge_of
from isthmus.console.routes import page
from isthmus.dispatch.board import dead_letters
from isthmus.dispatch.queries import standing
from isthmus.wiring.connecting import Connected, connected
from isthmus.wiring.people import Role
from isthmus.wiring.vendors.quota import quota_now

_LETTERS: Final = 5


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is still to be done before all of it works."""

    what: str
    why: str
    path: str
    button: str
    role: Role = Role.ADMIN


def steps_of(
    vendors: tuple[Connected, Connected], *, is_read: bool, has_rules: bool, has_links: bool
) -> tuple[Step, ...]:
    """Return what is left to do, the next first; () where all of it works."""
    autotask, field = (one.source != "nothing" for one in vendors)
    if not autotask:
        why = "Nothing can be read before. A simulated tenant will do to look around."
        return (Step("Connect Autotask", why, "/welcome", "Connect Autotask"),)
    steps = []
    if not is_read:
        why = "Fills the tables; afterwards they are refreshed by themselves."
        steps.append(Step("Read Autotask once", why, "/welcome/datasets", "Choose datasets"))
    if not field:
        why = "To hand tickets to technicians in the field. Tables and reports work without."
        path = "/connections/fieldnation"
        steps.append(Step("Connect Field Nation", why, path, "Connect Field Nation"))
    elif not has_rules:
        why = "A rule says which tickets become work orders. None is on, so nothing is sent."
        step = Step("Turn on a rule", why, "/rules", "See the rules", Role.DISPATCHER)
        steps.append(step)
    elif not has_links:
        why = "A rule is on; the first ticket that meets it appears here."
        steps.append(Step("Dispatch a ticket", why, "/dispatch", "Dispatch one", Role.DISPATCHER))
    return tuple(steps)


def home(ask: Ask) -> Response:
    """Show how both halves stand."""
    site, now = ask.site, utc_now()
    stores, syncing = site.stores, site.syncing
    datasets = syncing.standing()
    kept = [one for one in datasets if one.is_kept]
    field = standing(stores.state, stores.inbox, stores.agenda)
    vendors = connected(site.house)
    is_read = any(one.rows is not None for one in kept)
    sample = quota_now(site.house.config)
    values: dict[str, Any] = {
        "vendors": vendors,
        "steps": steps_of(
            vendors,
            is_read=is_read,
            has_rules=bool(site.library.rules()),
            has_links=bool(sum(field.links.values())),
        ),
        "is_read": is_read,
        "kept": kept,
        "rows": sum(one.rows or 0 for one in kept),
        "oldest": standings.oldest(kept),
        "troubled": standings.needs_look(kept, now),
        "told": {one.name: standings.told_of(one, now) for one in kept},
        "going": [one for one in kept if one.is_running],
        "field": field,
        "states": STATES,
        "tone_of": tone_of,
        "letters": dead_letters(stores.state, limit=_LETTERS).letters,
        "gauge": gauge_of(sample),
        "field_first": ask.session is not None and ask.session.account.role is Role.DISPATCHER,
    }
    return ask.show("home_part.html" if ask.is_fragment else "home.html", **values)


ROUTES: Final = (page("/", home),)
