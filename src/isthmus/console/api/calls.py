"""
What the calls answer. Each takes the site, who asks, and what was given; it returns plain data.

They use the same commands and queries as the pages and the command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from isthmus.base.errors import NeedsPerson
from isthmus.console.guard import NotAllowed
from isthmus.console.site import Site
from isthmus.console.typed import whole
from isthmus.console.words import plural
from isthmus.dispatch.as_json import letter_as_json, link_as_json, timeline_as_json
from isthmus.dispatch.board import LetterFilter, LinkFilter, PageWrong, board, dead_letters
from isthmus.dispatch.queries import standing, timeline
from isthmus.dispatch.story import NOUNS
from isthmus.wiring.dispatch.asking import have_dispatched
from isthmus.wiring.dispatch.stores import Link
from isthmus.wiring.people import Role
from isthmus.wiring.sync.syncing import DatasetStanding, moment_of
from isthmus.wiring.tending.health import health, health_as_json

_RESUME: Final = "POST /api/v1/links/{name}/resume goes on with it."


class InputWrong(NeedsPerson):
    """Something that was given cannot be used; HTTP 422."""


@dataclass(slots=True)
class Line:
    """What the audit trail says of a call beside its name; `detail` must hold no secret."""

    about: str = ""
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """
    What came with a call. `who` is the token's name and owner, in whose name it acts.

    A call that does something writes into `line` what the trail is to say of it.
    """

    site: Site
    who: str
    role: Role
    path: Mapping[str, Any]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    line: Line = field(default_factory=Line)

    def names(self, field: str) -> tuple[str, ...]:
        """Return a list of texts of the body, which was held against the table of calls."""
        return tuple(self.body.get(field, ()))

    def text(self, field: str, default: str | None = None) -> str:
        """Return a text of the body. Raises: InputWrong: it is missing."""
        value: str | None = self.body.get(field, default)
        if value is None:
            raise InputWrong("It is missing.", where=field, remedy="Give it in the JSON body.")
        return value


def datasets(given: Given) -> Any:
    """Return where each dataset stands."""
    return {"datasets": [_dataset(one) for one in given.site.syncing.standing()]}


def dataset(given: Given) -> Any:
    """Return where one dataset stands."""
    return _dataset(given.site.syncing.standing_of(given.path["name"]))


def sync(given: Given) -> Any:
    """Have datasets refreshed now; without names, all that are kept."""
    body = given.body
    asked = [one for one in ("full", "since", "release_brake") if body.get(one, False) is not False]
    if asked and not given.role.covers(Role.ADMIN):
        raise NotAllowed(
            f"To read again what was read is for the role admin; the token's is {given.role}.",
            where=", ".join(asked),
            remedy="Leave it out, or use a token of an admin.",
        )
    names = given.names("datasets")
    is_full = body.get("full") is True
    since = _moment(given.text("since")) if "since" in body else None
    is_released = body.get("release_brake") is True
    key = given.site.syncing.ask(
        names, by=given.who, full=is_full, since=since, release_brake=is_released
    )
    options = {"full": is_full, "since": since and since.isoformat(), "release_brake": is_released}
    given.line.about = ", ".join(names) or "all datasets"
    given.line.detail |= {name: value for name, value in options.items() if value}
    return {"asked": key}


def stop(given: Given) -> Any:
    """Stop what is being refreshed; what was read is kept."""
    name = given.text("dataset") if "dataset" in given.body else None
    given.line.about = "all datasets" if name is None else name
    return {"stopped": given.site.syncing.stop(name, by=given.who)}


def progress(given: Given) -> Any:
    """Return what is being refreshed now, and how far it is."""
    return {
        "progress": [
            {
                "dataset": one.dataset,
                "run": one.run_id,
                "phase": one.phase,
                "rows": one.rows,
                "expected": one.expected,
                "calls": one.calls,
                "since": one.since.isoformat(),
                "by": one.by,
            }
            for one in given.site.syncing.progress()
        ]
    }


def links(given: Given) -> Any:
    """Return a page of links."""
    query = given.query
    state = query.get("state", "")
    wanted = LinkFilter(
        (state,) if state else (),
        query.get("entity", ""),
        query.get("rule", ""),
        query.get("q", ""),
    )
    found = board(given.site.stores.state, wanted, page=query.get("page", ""))
    return {
        "links": [link_as_json(one) for one in found.links],
        "counts": found.counts,
        "next_page": found.following,
    }


def link(given: Given) -> Any:
    """Return one link with its timeline, by id, key, ticket number or work order number."""
    stores, page = given.site.stores, given.query.get("page", "")
    before = whole(page, least=1)
    if page and before is None:
        raise PageWrong(
            f"There is no page {page[:80]!r}", where="page", remedy="Begin with the first page."
        )
    found = timeline(stores.state, stores.inbox, _link(given), before=before)
    return {
        **timeline_as_json(found),
        "next_page": "" if found.earlier is None else str(found.earlier),
    }


def dispatch(given: Given) -> Any:
    """Have a record dispatched, by number or id."""
    site, entity, rule = given.site, given.text("entity", "Tickets"), given.text("rule", "")
    if entity not in NOUNS:
        raise InputWrong(
            "No such thing is dispatched.",
            where="entity",
            remedy=f"Give one of {', '.join(NOUNS)}.",
        )
    key, name = have_dispatched(
        site.house, site.stores, entity, given.text("number"), rule, by=given.who, resume=_RESUME
    )
    given.line.about = name
    given.line.detail |= {"rule": rule} if rule else {}
    return {"key": key, "number": name}


def park(given: Given) -> Any:
    """Stop all work on a link."""
    one, why = _link(given), given.text("why")
    made = given.site.stores.commands.park(one, why, given.who)
    given.line.about = one.record_number or one.key
    given.line.detail["why"] = why
    return link_as_json(made)


def resume(given: Given) -> Any:
    """Go on with a link that was parked or is stuck."""
    one = _link(given)
    given.line.about = one.record_number or one.key
    return link_as_json(given.site.stores.commands.resume(one, given.who))


def letters(given: Given) -> Any:
    """Return a page of dead letters."""
    query = given.query
    kind = query.get("kind", "")
    wanted = LetterFilter(query.get("state", "open"), (kind,) if kind else (), query.get("q", ""))
    found = dead_letters(given.site.stores.state, wanted, page=query.get("page", ""))
    return {
        "dead_letters": [letter_as_json(one) for one in found.letters],
        "counts": found.counts,
        "next_page": found.following,
    }


def replay(given: Given) -> Any:
    """Have the work of dead letters done again."""
    state = given.site.stores.state
    chosen = tuple(filter(None, map(state.dead_letter, given.names("ids"))))
    count = given.site.stores.commands.replay(chosen, given.who)
    given.line.about = plural(count, "dead letter")
    given.line.detail["ids"] = [one.id for one in chosen][:50]
    return {"replayed": count}


def dispatch_standing(given: Given) -> Any:
    """Return how dispatch stands: links by state, work that waits, letters, workers, sweeps."""
    stores = given.site.stores
    found = standing(stores.state, stores.inbox, stores.agenda)
    return {
        "links": found.links,
        "waiting": found.waiting,
        "unrelayed": found.unrelayed,
        "dead_letters": found.dead_letters,
        "workers": found.workers,
        "swept": {side: at and at.isoformat() for side, at in found.swept.items()},
    }


def health_now(given: Given) -> Any:
    """Return how the installation is, and what needs a look: databases, workers, sweeps."""
    site = given.site
    return health_as_json(health(site.house, site.stores, site.preferences, site.pulse))


def _moment(text: str) -> datetime:
    """Read a day or a time, in UTC unless it says otherwise. Raises: InputWrong."""
    try:
        return moment_of(text)
    except ValueError:
        raise InputWrong(
            "It is no day or time.", where="since", remedy="Write it like 2026-11-01T09:30Z."
        ) from None


def _link(given: Given) -> Link:
    stores = given.site.stores
    return stores.state.link(given.path["id"]) or stores.commands.find(given.path["id"])


def _dataset(one: DatasetStanding) -> dict[str, object]:
    last = one.last
    return {
        "name": one.name,
        "title": one.title,
        "rows": one.rows,
        "status": None if last is None else last.status,
        "error": None if last is None or last.error is None else last.error.what,
        "warnings": list(one.warnings),
        "refreshed_at": one.ok_at and one.ok_at.isoformat(),
        "fresh_as_of": one.fresh_as_of and one.fresh_as_of.isoformat(),
        "next_at": one.next_at and one.next_at.isoformat(),
        "schedule": one.schedule,
        "is_running": one.is_running,
    }
