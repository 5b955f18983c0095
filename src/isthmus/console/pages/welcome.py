"""The first run: four steps from nothing to tables."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from isthmus.base.clock import utc_now
from isthmus.console import standings, trailing
from isthmus.console.asking import Ask
from isthmus.console.connecting import read_badge
from isthmus.console.pages.connections import end_part, form_of, known_of, line_part
from isthmus.console.routes import deed, page, stream
from isthmus.wiring import connecting
from isthmus.wiring.people import Role
from isthmus.wiring.simulated import ConnectedAlready, how_to_install
from isthmus.wiring.sync.copying import remove, take_in
from isthmus.wiring.sync.refreshing import begin_schedules
from isthmus.wiring.sync.syncing import Ask as Asked

HERE: Final = "/welcome"
STEPS: Final = (
    ("connect", "Connect Autotask", HERE),
    ("test", "Test", ""),
    ("datasets", "Choose datasets", f"{HERE}/datasets"),
    ("sync", "First sync", f"{HERE}/sync"),
)


def welcome(ask: Ask) -> Response:
    """Show the first step: the form, the guide beside it, and what can be tried without both."""
    return ask.show(
        "welcome/connect.html",
        back="welcome",
        install=how_to_install(),
        **_path(ask, "connect"),
        **form_of(ask, "autotask"),
    )


async def try_simulated(ask: Ask) -> AsyncIterator[str]:
    """Start both simulators, connect the home to them, test, and ask for the first sync."""
    site = ask.site
    yield _step(ask, "Starting a simulated Autotask and Field Nation: 40 companies, 900 tickets.")
    try:
        made = await site.simulation.try_out(site.house)
    except ConnectedAlready as error:
        yield end_part(ask, error.what, error.remedy, saved=False)
        return
    yield _step(ask, f"Both run on this machine; {made.autotask.title} is connected.")
    lines = []
    async with aclosing(connecting.check_draft(site.house, made.autotask)) as found:
        async for line in found:
            lines.append(line)
            if not line.is_dataset:
                yield line_part(ask, line)
    await run_in_threadpool(connecting.keep_permissions, site.house, lines)
    key = await run_in_threadpool(site.syncing.ask, by=ask.who)
    await run_in_threadpool(trailing.note, ask, "began a simulated tenant", "", {})
    yield end_part(
        ask, "The first sync is asked for.", "Its tables are full in about half a minute.",
        saved=True, go=(f"{HERE}/sync?key={key}", "Watch the first sync"),
    )  # fmt: skip


def datasets(ask: Ask) -> Response:
    """Show what there is to copy, what may be read of it, and what that costs."""
    syncing = ask.site.syncing
    standing = syncing.standing()
    costs = syncing.costs([one.name for one in standing])
    return ask.show(
        "welcome/datasets.html",
        standing=standing,
        costs=costs,
        cost=standings.cost_words(
            standings.cost_of_all(costs[one.name] for one in standing if one.is_kept)
        ),
        read_badge=read_badge,
        found=known_of(ask, "autotask"),
        **_path(ask, "datasets"),
    )


def begin_sync(ask: Ask) -> Response:
    """Ask for everything that is kept."""
    if ask.text("chosen"):
        if not ask.many("dataset"):
            return ask.to(f"{HERE}/datasets", "Choose at least one.", "warn")
        _choose(ask, set(ask.many("dataset")))
    key = ask.site.syncing.ask(by=ask.who)
    return ask.to(f"{HERE}/sync?key={key}")


def _choose(ask: Ask, wanted: set[str]) -> None:
    """Leave out what was not chosen, and take in again what was."""
    house, agenda = ask.site.house, ask.site.stores.agenda
    begin_schedules(ask.site.stores)
    for one in ask.site.syncing.standing():
        if one.is_kept and one.name not in wanted:
            remove(house, agenda, one.name, ask.who)
        elif not one.is_kept and one.name in wanted:
            take_in(house, agenda, one.name, ask.who)
    ask.detail = {"datasets": sorted(wanted)}


def sync(ask: Ask) -> Response:
    """Show how far the first sync is."""
    syncing = ask.site.syncing
    asked = _asked(ask)
    now = utc_now()
    standing = [one for one in syncing.standing() if one.is_kept]
    progress = syncing.progress()
    values: dict[str, Any] = {
        "asked": asked,
        "round": standings.round_of(asked, progress, standing) if asked or progress else None,
        "ended": standings.ended(asked, standing) if asked and asked.state == "done" else None,
        "standing": standing,
        "told": {one.name: standings.told_of(one, now) for one in standing},
        "is_worked": syncing.is_worked(),
        "rows": sum(one.rows or 0 for one in standing),
        "read": sum(one.rows is not None for one in standing),
        "found": known_of(ask, "autotask"),
    }
    if ask.is_fragment:
        return ask.show("welcome/sync_part.html", **values)
    return ask.show("welcome/sync.html", **values, **_path(ask, "sync"))


def _asked(ask: Ask) -> Asked | None:
    """Return what the address names, else what is open, else nothing."""
    key = ask.query("key")
    if key:
        return ask.site.syncing.asked(key)
    return next(iter(ask.site.syncing.asks()), None)


def _path(ask: Ask, here: str) -> dict[str, Any]:
    """Return the steps, and which are done."""
    found = known_of(ask, "autotask")
    is_connected = found.source != "nothing"
    standing = ask.site.syncing.standing()
    is_tested = any(one.permission is not None for one in standing)
    is_read = any(one.rows is not None for one in standing)
    is_begun = is_read or bool(ask.site.syncing.asks())
    done = {"connect": is_connected, "test": is_tested, "datasets": is_begun, "sync": is_read}
    return {"steps": STEPS, "step": here, "done": done}


def _step(ask: Ask, text: str) -> str:
    return ask.part("welcome/step.html", text=text)


ROUTES: Final = (
    page(HERE, welcome, Role.ADMIN),
    stream(f"{HERE}/simulated", try_simulated, Role.ADMIN),
    page(f"{HERE}/datasets", datasets, Role.ADMIN),
    page(f"{HERE}/sync", sync, Role.VIEWER),
    deed(f"{HERE}/sync", begin_sync, Role.ADMIN, "asked for the first sync"),
)
