"""The datasets: how each stands, refreshed now, stopped, scheduled, read again whole."""

from datetime import UTC, date, datetime, time
from typing import Any, Final

from starlette.responses import Response

from isthmus.base.clock import utc_now
from isthmus.base.errors import Permanent
from isthmus.console import standings
from isthmus.console.asking import Ask
from isthmus.console.connecting import deletions_badge, read_badge
from isthmus.console.pages.connections import known_of
from isthmus.console.routes import deed, page
from isthmus.console.schedules import beat_of, filled_of, typed_of
from isthmus.console.typed import ours
from isthmus.wiring.people import Role
from isthmus.wiring.sync.refreshing import begin_schedules, set_beat, unset_beat
from isthmus.wiring.sync.syncing import DatasetStanding

HERE: Final = "/datasets"


class DayWrong(Permanent):
    """What was typed is no day; HTTP 422."""


def datasets(ask: Ask) -> Response:
    """Show every dataset."""
    values = _all(ask)
    if ask.is_fragment:
        return ask.show("datasets/list_part.html", **values)
    return ask.show("datasets/list.html", **values)


def _all(ask: Ask) -> dict[str, Any]:
    syncing = ask.site.syncing
    now, standing = utc_now(), syncing.standing()
    kept = [one for one in standing if one.is_kept]
    only = ask.query("show")
    troubled = standings.needs_look(standing, now)
    progress = syncing.progress()
    return {
        "standing": troubled if only == "trouble" else standing,
        "only": only,
        "told": {one.name: standings.told_of(one, now) for one in standing},
        "troubled": troubled,
        "rows": sum(one.rows or 0 for one in kept),
        "read": sum(one.rows is not None for one in kept),
        "kept": len(kept),
        "oldest": standings.oldest(kept),
        "round": standings.round_of(next(iter(syncing.asks()), None), progress, standing),
        "is_going": bool(progress) or any(one.is_waiting for one in standing),
        "is_worked": syncing.is_worked(),
        "found": known_of(ask, "autotask"),
    }


def dataset(ask: Ask) -> Response:
    """Show one dataset."""
    one = _one(ask)
    values: dict[str, Any] = {
        "one": one,
        "tabs": tabs_of(one),
        "told": standings.told_of(one, utc_now()),
        "is_worked": ask.site.syncing.is_worked(),
        "read_badge": read_badge,
        "deletions_badge": deletions_badge,
        "cost": standings.cost_words(ask.site.syncing.cost(one.name)),
        "since": ask.text("since"),
    }
    if ask.is_fragment:
        return ask.show("datasets/one_part.html", **values)
    return ask.show(
        "datasets/one.html",
        schedule=typed_of(ask.text, filled_of(one.beat, ask.look.zone)),
        **values,
    )


def _one(ask: Ask) -> DatasetStanding:
    return ask.site.syncing.standing_of(ask.path["name"])


def tabs_of(one: DatasetStanding) -> tuple[tuple[str, str, int | None], ...]:
    """Return the parts of a dataset's page."""
    here = f"{HERE}/{one.name}"
    return (
        (here, "State", None),
        (f"{here}/preview", "Preview", one.rows),
        (f"{here}/columns", "Columns and filter", None),
    )


def sync(ask: Ask) -> Response:
    """Have datasets refreshed as soon as the worker is free; without any, all."""
    wanted = ask.many("dataset")
    ask.about, ask.detail = ", ".join(wanted) or "all datasets", {}
    ask.site.syncing.ask(wanted, by=ask.who)
    said = "It is refreshed as soon as the worker is free." if wanted else "All are refreshed."
    return ask.to(_back(ask), said)


def stop(ask: Ask) -> Response:
    """Have a refresh end at its next page, or all of them."""
    name = ask.text("dataset") or None
    ask.about = name or "all datasets"
    if ask.site.syncing.stop(name, by=ask.who):
        said = "It stops at the next page; what was read is kept, and the next sync goes on there."
        return ask.to(_back(ask), said)
    return ask.to(_back(ask), "There was nothing to stop any more.", "warn")


def read_again(ask: Ask) -> Response:
    """Have a dataset read whole."""
    one = _one(ask)
    cost = ask.site.syncing.cost(one.name)
    ask.about, ask.detail = one.name, {"calls": cost.calls, "rows": cost.rows}
    ask.site.syncing.ask([one.name], full=True, by=ask.who)
    return ask.to(f"{HERE}/{one.name}", f"All of {one.title} is read again.")


def read_since(ask: Ask) -> Response:
    """Have what changed since a day read again."""
    one = _one(ask)
    try:
        day = date.fromisoformat(ask.text("since"))
        since = datetime.combine(day, time(), ask.look.clock).astimezone(UTC)
    except (ValueError, OverflowError):  # the first day of all begins before it, east of UTC
        raise DayWrong(
            f'"{ask.text("since")}" is no day.', where="since", remedy="Write it like 2026-11-01."
        ) from None
    ask.about, ask.detail = one.name, {"since": day.isoformat()}
    ask.site.syncing.ask([one.name], since=since, by=ask.who)
    return ask.to(f"{HERE}/{one.name}", f"What changed in {one.title} since then is read again.")


def release_brake(ask: Ask) -> Response:
    """Let the rows go that the brake kept."""
    one = _one(ask)
    ask.about = one.name
    if not one.is_braked or one.last is None:
        return ask.to(f"{HERE}/{one.name}", "The brake does not hold any more.", "warn")
    ask.site.syncing.ask([one.name], full=one.last.mode == "full", release_brake=True, by=ask.who)
    said = f"{one.title} is read again, and rows that are gone go, however many."
    return ask.to(f"{HERE}/{one.name}", said)


def schedule(ask: Ask) -> Response:
    """Say when a dataset is refreshed by itself."""
    one, agenda = _one(ask), ask.site.stores.agenda
    begin_schedules(ask.site.stores)
    given = {name: ask.text(name) for name in ("how", "minutes", "clock", "cron", "zone")}
    ask.about, ask.detail = one.name, {"how": given["how"]}
    beat = beat_of(given)
    if beat is None:
        unset_beat(agenda, one.name)
    else:
        set_beat(agenda, one.name, beat)
    said = _one(ask).schedule
    return ask.to(f"{HERE}/{one.name}", f"{one.title} is refreshed {said}.")


def _back(ask: Ask) -> str:
    """Return where the form stood."""
    return ours(ask.text("back", HERE), HERE)


ROUTES: Final = (
    page(HERE, datasets),
    deed(f"{HERE}/sync", sync, Role.DISPATCHER, "asked for a sync"),
    deed(f"{HERE}/stop", stop, Role.DISPATCHER, "stopped a sync"),
    page(f"{HERE}/{{name}}", dataset),
    deed(f"{HERE}/{{name}}/full", read_again, Role.ADMIN, "asked for a full read", again=dataset),
    deed(f"{HERE}/{{name}}/since", read_since, Role.ADMIN, "had changes read anew", again=dataset),
    deed(f"{HERE}/{{name}}/release", release_brake, Role.ADMIN, "let go of rows", again=dataset),
    deed(f"{HERE}/{{name}}/schedule", schedule, Role.ADMIN, "set a schedule", again=dataset),
)
