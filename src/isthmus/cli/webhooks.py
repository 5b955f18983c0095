"""`isthmus webhooks`: made on both sides by one command, watched, renewed and removed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from rich.table import Table
from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.exits import Exit, exit_of
from isthmus.cli.screen import answer_json, error_as_json, error_grid, machine_told, out, say
from isthmus.dispatch.hooks import CALLOUT_NAME, HookPlan, Hooks, HookStanding
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.hooks import open_hooks, public_url_of
from isthmus.wiring.dispatch.stores import Stores

Side = Literal["autotask", "fieldnation", "callout"]
CALLOUT_STEPS = (
    (
        "Admin > Extensions & Integrations > Other Extensions & Tools > Extension Callout (Tickets)"
        " > New: the address as URL, HTTP transport method POST, data format name-value pair."
    ),
    (
        "Admin > Features & Settings > Service Desk > Workflow Rules > New: the event and the"
        " conditions; then, as its action, Execute Extension Callout."
    ),
)
"""Source: the vendor's product help and integrators' guides; menus differ between instances."""


@asynccontextmanager
async def _opened() -> AsyncIterator[Hooks]:
    with House.from_environment() as house:
        public_url_of(house)  # said before anything is opened or made
        with Stores.open(house) as stores:
            async with open_hooks(house, stores) as hooks:
                yield hooks


def install(*, dry_run: bool = False, remove: tuple[str, ...] = (), json: bool = False) -> int:
    """
    Make the webhooks that the enabled rules want, and mend those that are there.

    Parameters
    ----------
    dry_run
        Show what would be done, and do nothing.
    remove
        Remove this one too, by its id: one of Isthmus that leads elsewhere. May be given again.
    json
        Answer with one JSON object.
    """

    async def do() -> tuple[tuple[HookPlan, ...], str]:
        async with _opened() as hooks:
            if dry_run:
                return await hooks.preview(remove), ""
            if not json:
                _show_plans(await hooks.preview(remove))
                say()
            return await hooks.install(remove), hooks.callout_url()

    with machine_told(wanted=json):
        plans, url = asyncio.run(do())
    code = _exit_of(plans)
    if json:
        answer_json({**_as_json(plans), "callout_url": url or None, "exit": int(code)})
    elif dry_run:
        _show_plans(plans)
    else:
        _show_done(plans)
        _show_callout(url)
    return code


def status(*, json: bool = False) -> int:
    """
    Show how each webhook stands, on their side and on ours.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """

    async def do() -> tuple[HookStanding, ...]:
        async with _opened() as hooks:
            return await hooks.standing()

    with machine_told(wanted=json):
        lines = asyncio.run(do())
    is_well = all(line.is_well for line in lines if line.name != CALLOUT_NAME)
    code = Exit.OK if is_well else Exit.PARTIAL
    if json:
        answer_json({"webhooks": [_standing_as_json(one) for one in lines], "exit": int(code)})
    else:
        _show_standing(lines)
    return code


def remove(*, dry_run: bool = False, callout: bool = False, json: bool = False) -> int:
    """
    Remove the webhooks of this home on both sides.

    Parameters
    ----------
    dry_run
        Show what would be removed, and do nothing.
    callout
        Let the callout's address lead nowhere as well.
    json
        Answer with one JSON object.
    """

    async def do() -> tuple[HookPlan, ...]:
        async with _opened() as hooks:
            return await (hooks.removal() if dry_run else hooks.remove(callout=callout))

    with machine_told(wanted=json):
        plans = asyncio.run(do())
    code = _exit_of(plans)
    if json:
        answer_json({**_as_json(plans), "exit": int(code)})
    elif dry_run:
        _show_plans(plans, unchanged="is not there")
    else:
        _show_done(plans, unchanged="was not there")
    return code


def rotate(sides: tuple[Side, ...] = (), /, *, drop_old: bool = False, json: bool = False) -> int:
    """
    Give webhooks new secrets, without refusing a delivery meanwhile.

    Parameters
    ----------
    sides
        Which: autotask, fieldnation, callout. Without one: autotask and fieldnation.
    drop_old
        Make no new ones; let only the newest count from now on.
    json
        Answer with one JSON object.
    """
    chosen: Sequence[str] = sides or ("autotask", "fieldnation")

    async def do() -> tuple[tuple[HookPlan, ...], str]:
        async with _opened() as hooks:
            if drop_old:
                return hooks.settle(chosen), ""
            plans = await hooks.rotate(chosen)
            is_new = any(one.name == CALLOUT_NAME and one.is_well for one in plans)
            return plans, hooks.callout_url() if is_new else ""

    with machine_told(wanted=json):
        plans, url = asyncio.run(do())
    code = _exit_of(plans)
    if json:
        answer_json({**_as_json(plans), "callout_url": url or None, "exit": int(code)})
        return code
    _show_done(plans, unchanged="has no older secret" if drop_old else "is as it was")
    if not drop_old and any(one.is_well and one.name != CALLOUT_NAME for one in plans):
        say("The old secrets of webhooks count for a day more; --drop-old ends that at once.")
    if url:
        say("The callout's old address counts until: isthmus webhooks rotate callout --drop-old")
        _show_callout(url)
    return code


# What is shown


def _show_plans(plans: Sequence[HookPlan], unchanged: str = "is as it should be") -> None:
    for plan in plans:
        if plan.error is not None:
            _show_failed(plan)
            continue
        say(f"{plan.name}:" if plan.changes else f"{plan.name} {unchanged}.")
        for change in plan.changes:
            say(f"  {change}")
        for notice in plan.notices:
            say(f"  ! {notice}")


def _show_done(plans: Sequence[HookPlan], unchanged: str = "is as it should be") -> None:
    console = out()
    for plan in plans:
        if plan.error is not None:
            _show_failed(plan)
            continue
        line = f"{plan.name} is done." if plan.changes else f"{plan.name} {unchanged}."
        sign = Text("✓", "green") if plan.is_well else Text("!", "yellow")
        console.print(Text.assemble(sign, " ", line))
        for left in plan.left:
            say(f"  ! the vendor did not let this come true: {left}")
        for notice in plan.notices:
            say(f"  ! {notice}")


def _show_failed(plan: HookPlan) -> None:
    assert plan.error is not None  # noqa: S101 - told to the type checker
    out().print(error_grid(plan.error, f"✗ {plan.name}", "bold red"))


def _show_callout(url: str) -> None:
    say()
    say("Where a workflow rule is to start a dispatch, give its callout this address. Whoever has")
    say("it can have a ticket looked at, so keep it to yourselves:")
    say(f"  {url}")
    for number, step in enumerate(CALLOUT_STEPS, 1):
        say(f"  {number}. {step}")


def _show_standing(lines: Sequence[HookStanding]) -> None:
    now = utc_now()
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "Webhook", "There", "Active", "Ready", "Secret", "Last delivery", "Missed"):
        table.add_column(name, no_wrap=True)
    for line in lines:
        sign = Text("✓", "green") if line.is_well else Text("✗", "bold red")
        if line.name == CALLOUT_NAME and not line.is_there:
            sign = Text("·", "dim")
        flags = (_yes(line.is_there), _yes(line.active), _yes(line.ready))
        last = words.ago(line.last, now) or "none"
        table.add_row(sign, line.name, *flags, line.secret, last, words.count(line.missed))
    console = out()
    console.print(table)
    for line in lines:
        for trouble in line.troubles:
            console.print(Text(f"{line.name}: {trouble}", "yellow"))
        if line.remedy and not line.is_well:
            say(f"{line.name}: {line.remedy}")


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


# What machines get


def _exit_of(plans: Sequence[HookPlan]) -> Exit:
    """Return OK when all came true, PARTIAL when something did, else the first error's."""
    if all(one.is_well for one in plans):
        return Exit.OK
    errors = [one.error for one in plans if one.error is not None]
    return exit_of(errors[0]) if len(errors) == len(plans) else Exit.PARTIAL


def _as_json(plans: Sequence[HookPlan]) -> dict[str, object]:
    return {
        "webhooks": [
            {
                "name": one.name,
                "changes": one.changes,
                "notices": one.notices,
                "left": one.left,
                "error": None if one.error is None else error_as_json(one.error),
            }
            for one in plans
        ]
    }


def _standing_as_json(line: HookStanding) -> dict[str, object]:
    return {
        "name": line.name,
        "is_there": line.is_there,
        "active": line.active,
        "ready": line.ready,
        "secret": line.secret,
        "last": words.instant(line.last),
        "missed": line.missed,
        "troubles": line.troubles,
        "remedy": line.remedy,
        "error": None if line.error is None else error_as_json(line.error),
    }
