"""The webhooks of both vendors: how they stand, made, given new secrets, removed."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final, TypeVar

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.counter import VENDORS
from isthmus.console.pages.connections import HERE as CONNECTIONS
from isthmus.console.pages.connections import TABS
from isthmus.console.routes import deed, page
from isthmus.dispatch.hooks import HookPlan, Hooks
from isthmus.wiring import connecting
from isthmus.wiring.dispatch.hooks import open_hooks
from isthmus.wiring.people import Role
from isthmus.wiring.tending.preferences import SWEEP
from isthmus.wiring.vendors import waiting

HERE: Final = f"{CONNECTIONS}/webhooks"
_SIDES: Final = ("autotask", "fieldnation", "callout")
_T = TypeVar("_T")


def webhooks(ask: Ask) -> Response:
    """Show what is needed; how they stand is asked of the vendors by a part of its own."""
    house = ask.site.house
    return ask.show(
        "connecting/webhooks.html",
        tabs=TABS,
        public_url=house.config.public_url,
        missing=[one for one in connecting.connected(house) if one.source == "nothing"],
        sweep=ask.site.preferences.get(SWEEP),
    )


def standing(ask: Ask) -> Response:
    """Ask both vendors how their webhooks stand. A few calls."""
    lines = _asked(ask, lambda hooks: hooks.standing(), waiting.run)
    return ask.show("connecting/webhooks_part.html", lines=lines)


def install(ask: Ask) -> Response:
    """Make what is missing, mend what differs; the first time show what would be done."""
    if ask.text("sure") != "yes":
        ask.is_done = False
        plans = _asked(ask, lambda hooks: hooks.preview())
        return ask.show("connecting/webhooks_plan.html", plans=plans, tabs=TABS)
    return _done(ask, _asked(ask, lambda hooks: hooks.install()), "are as the rules want them")


def rotate(ask: Ask) -> Response:
    """Give webhooks new secrets; the old ones count for a day more."""
    side = ask.text("side")
    sides = (side,) if side in _SIDES else _SIDES[:2]
    ask.about = ", ".join(sides)
    return _done(ask, _asked(ask, lambda hooks: hooks.rotate(sides)), "have new secrets")


def remove(ask: Ask) -> Response:
    """Remove the webhooks of this home on both sides."""
    return _done(ask, _asked(ask, lambda hooks: hooks.remove()), "are removed")


def callout(ask: Ask) -> Response:
    """Show the address for extension callouts; who has it can have a ticket looked at."""

    async def told(hooks: Hooks) -> str:
        return hooks.callout_url()

    return ask.show("connecting/callout.html", url=_asked(ask, told, waiting.run), tabs=TABS)


def failed_of(plans: Sequence[HookPlan]) -> tuple[str, ...]:
    """Return what did not come true, in lines."""
    lines: list[str] = []
    for plan in plans:
        if plan.error is not None:
            lines.append(f"{plan.name}: {plan.error.what} {plan.error.remedy}".strip())
        lines += [f"{plan.name}: the vendor did not let this come true: {one}" for one in plan.left]
    return tuple(lines)


def _done(ask: Ask, plans: Sequence[HookPlan], text: str) -> Response:
    wrong = failed_of(plans)
    changes = [change for plan in plans for change in plan.changes]
    ask.detail = {"changes": changes}
    said = " ".join(wrong)[:600] if wrong else f"The webhooks {text}."
    answer = ask.to(HERE, said, "warn" if wrong else "good")
    ask.is_done = bool(changes)  # what came true stands in the trail, also where another failed
    return answer


def _asked(
    ask: Ask,
    do: Callable[[Hooks], Awaitable[_T]],
    run: Callable[[Coroutine[Any, Any, _T]], _T] = asyncio.run,
) -> _T:
    """Ask the vendors; what changes something there is not broken off, however slow they are."""

    async def asked() -> _T:
        async with open_hooks(ask.site.house, ask.site.stores) as hooks:
            return await do(hooks)

    return run(asked())


ROUTES: Final = (
    page(HERE, webhooks),
    page(f"{HERE}/standing", standing, asks=VENDORS),
    deed(f"{HERE}/install", install, Role.ADMIN, "made webhooks", asks=VENDORS),
    deed(f"{HERE}/rotate", rotate, Role.ADMIN, "gave webhooks new secrets", asks=VENDORS),
    deed(f"{HERE}/remove", remove, Role.ADMIN, "removed webhooks", asks=VENDORS),
    deed(f"{HERE}/callout", callout, Role.ADMIN, "saw the callout's address", asks=VENDORS),
)
