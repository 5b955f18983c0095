"""What went on: runs, calls and the trail of dispatch, found by number, dataset or id."""

import json
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from isthmus.base.clock import utc_now
from isthmus.console.asking import Ask
from isthmus.console.routes import page
from isthmus.console.typed import LARGEST, whole
from isthmus.wiring.tending.activity import KINDS, ActivityFilter, Happening, activity
from isthmus.wiring.tending.bodies import line_of_call

HERE: Final = "/activity"
TONES: Final = {
    "run": "busy", "call": "calm", "message": "calm", "decision": "calm", "write": "good",
    "error": "bad", "person": "busy",
}  # fmt: skip
SPANS: Final = (("", "ever"), ("1", "an hour"), ("24", "a day"), ("168", "a week"))
_LINES: Final = 60
_MOST_HOURS: Final = 24 * 3650


def shown(ask: Ask) -> Response:
    """Show what went on, the newest first."""
    text, kind, hours = ask.query("q"), ask.query("kind"), ask.number("hours", most=_MOST_HOURS)
    wanted = ActivityFilter(
        text,
        (kind,) if kind in KINDS else (),
        None if hours is None else utc_now() - timedelta(hours=hours),
        ask.query("failed") == "1",
    )
    site = ask.site
    found = activity(site.house, site.stores, wanted, limit=_LINES, page=ask.query("page"))
    kept = {k: v for k, v in ask.request.query_params.items() if v and k != "page"}

    def with_query(**more: str) -> str:
        told = {name: value for name, value in {**kept, **more}.items() if value}
        return f"{HERE}?{urlencode(told)}" if told else HERE

    return ask.show(
        "activity/list.html",
        found=found,
        wanted=wanted,
        kind=kind,
        hours="" if hours is None else str(hours),
        spans=SPANS,
        tabs=[(with_query(kind=""), "Everything", None)]
        + [(with_query(kind=one), NAMES[one], None) for one in KINDS],
        tones=TONES,
        leads_to=leads_to,
        bodies_of=bodies_of,
        with_query=with_query,
        detail=lambda one: json.dumps(dict(one.detail), indent=2, ensure_ascii=False, default=str),
    )


NAMES: Final = {
    "run": "Runs", "call": "Calls", "message": "Messages", "decision": "Decisions",
    "write": "Writes", "error": "Errors", "person": "People",
}  # fmt: skip


def leads_to(one: Happening) -> str:
    """Return the page of what a line is about; "" where it has none."""
    if one.link_id:
        return f"/dispatch/{one.link_id}"
    return f"/dispatch/find?{urlencode({'key': one.key})}" if one.key else ""


def bodies_of(one: Happening) -> str:
    """
    Return the page of what was sent and answered; "" where it is not kept.

    It is not of what was read without trouble, which stands in the tables, nor of sync's calls.
    """
    reads = one.what.startswith(("GET ", "HEAD ")) or one.what.endswith(("/query", "/query/count"))
    is_kept = one.kind == "call" and one.key and (one.is_failed or not reads)
    return f"{HERE}/calls/{one.place}" if is_kept else ""


def call(ask: Ask) -> Response:
    """Go to what a call of the log sent and was answered, as the trail keeps it."""
    number = whole(str(ask.path["number"]), most=LARGEST - 1)
    line = None if number is None else line_of_call(ask.site.stores, number)
    if line is None:
        said = "What was sent and answered is not kept of that call, or not any more."
        return ask.to(f"{HERE}?kind=call", said, "warn")
    return RedirectResponse(f"/dispatch/calls/{line}", status_code=303)


def go(ask: Ask) -> Response:
    """Go to the one link that a number or id names; else to all that went on about it."""
    text = ask.query("q")
    found = ask.site.stores.state.find_links(text) if text else ()
    if len(found) == 1:
        return RedirectResponse(f"/dispatch/{found[0].id}", status_code=303)
    if any(text.casefold() == one.casefold() for one in ask.site.syncing.names()):
        name = next(n for n in ask.site.syncing.names() if n.casefold() == text.casefold())
        return RedirectResponse(f"/datasets/{name}", status_code=303)
    return RedirectResponse(f"{HERE}?{urlencode({'q': text})}", status_code=303)


ROUTES: Final = (page(HERE, shown), page(f"{HERE}/calls/{{number}}", call), page("/find", go))
