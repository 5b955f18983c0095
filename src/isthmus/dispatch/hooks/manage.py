"""All webhooks of a home together: one command makes, shows, renews or removes them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError
from isthmus.dispatch.hooks.autotask import AutotaskHook
from isthmus.dispatch.hooks.fieldnation import NAME as FIELDNATION_NAME
from isthmus.dispatch.hooks.fieldnation import FieldNationHook
from isthmus.dispatch.hooks.secrets import CALLOUT, FIELDNATION, autotask_name
from isthmus.dispatch.hooks.shapes import (
    HookPlan,
    HookStanding,
    NothingWanted,
    NotInstalled,
    NotSettled,
)
from isthmus.dispatch.hooks.site import HookSet, Site, hooks_of
from isthmus.dispatch.identity import Own, load_own, own_resource, save_own

AUTOTASK_SIDE: Final = "autotask"
FIELDNATION_SIDE: Final = "fieldnation"
CALLOUT_SIDE: Final = "callout"
SIDES: Final = (AUTOTASK_SIDE, FIELDNATION_SIDE, CALLOUT_SIDE)
CALLOUT_NAME: Final = "Autotask callout"
LOOK_BACK: Final = timedelta(days=14)
"""How far back it is told what came. Field Nation's own log goes back as far (documented)."""


class Hooks:
    """
    Makes, shows, renews and removes the webhooks of a home; doing it twice does it once.

    What fails at one of them is told in its line, and the others are done. Blocks on the state for
    moments. Raises: what reading rules and metadata raises.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    async def preview(self, remove: Sequence[str] = ()) -> tuple[HookPlan, ...]:
        """
        Tell what `install` would do.

        Args: remove: ids of webhooks of ours that lead elsewhere, to be removed as well.
        Raises: NothingWanted.
        """
        found = await self._enabled()
        own = await self._own_resource()
        numbers, texts = _split(remove)
        return (
            *[await _tried(one, partial(one.preview, own, numbers)) for one in found.wanted],
            *await self._superfluous(found, AutotaskHook.removal),
            await _tried(found.field, partial(found.field.preview, texts)),
        )

    async def install(self, remove: Sequence[str] = ()) -> tuple[HookPlan, ...]:
        """Make what is missing, mend what differs, activate what was disabled. As `preview`."""
        found = await self._enabled()
        own = await self._own_resource()
        numbers, texts = _split(remove)
        done = [await _tried(one, partial(one.install, own, numbers)) for one in found.wanted]
        if own is None and any(one.is_well for one in done):
            # The vendor's name for the owner of what was just made may tell who we are.
            own = await self._own_resource()
            if own is not None:
                again = [await _tried(one, partial(one.install, own)) for one in found.wanted]
                done = [_joined(one, more) for one, more in zip(done, again, strict=True)]
        gone = await self._superfluous(found, AutotaskHook.remove)
        at_field = await _tried(found.field, partial(found.field.install, texts))
        if found.field.maker is not None:
            self._know(Own(user=found.field.maker))
        self._site.secrets.settle_due(utc_now())
        return (*done, *gone, at_field)

    async def standing(self) -> tuple[HookStanding, ...]:
        """Tell how each webhook stands, the callout's address last."""
        found = await hooks_of(self._site)
        lines = [await _stood(one, one.standing) for one in found.wanted]
        lines += [
            replace(one, troubles=("no rule wants it any more",), remedy="Install removes it.")
            for one in [await _stood(hook, hook.standing) for hook in found.unwanted]
            if one.is_there
        ]
        lines.append(await _stood(found.field, found.field.standing))
        return (*map(self._heard, lines), self._callout_standing())

    async def removal(self) -> tuple[HookPlan, ...]:
        """Tell what `remove` would do."""
        found = await hooks_of(self._site)
        return (
            *[await _tried(one, one.removal) for one in found.autotask],
            await _tried(found.field, found.field.removal),
        )

    async def remove(self, *, callout: bool = False) -> tuple[HookPlan, ...]:
        """Remove all of them. Args: callout: let the callout's address lead nowhere as well."""
        found = await hooks_of(self._site)
        done = [await _tried(one, one.remove) for one in found.autotask]
        done.append(await _tried(found.field, found.field.remove))
        if callout:
            self._site.secrets.forget(CALLOUT)
            done.append(HookPlan(CALLOUT_NAME, ("- its address leads nowhere any more",)))
        return tuple(done)

    async def rotate(self, sides: Sequence[str]) -> tuple[HookPlan, ...]:
        """
        Give the webhooks of some sides new secrets, without refusing a delivery meanwhile.

        The old ones count on, until `settle` or, a day later, the next install or tidying.
        """
        found = await hooks_of(self._site)
        done: list[HookPlan] = []
        if AUTOTASK_SIDE in sides:
            own = await self._own_resource()
            done += [await _tried(one, partial(one.rotate, own)) for one in found.wanted]
        if FIELDNATION_SIDE in sides:
            done.append(await _tried(found.field, found.field.rotate))
        if CALLOUT_SIDE in sides:
            done.append(self._rotate_callout())
        return tuple(done)

    def settle(self, sides: Sequence[str]) -> tuple[HookPlan, ...]:
        """
        Let only the newest secrets of some sides count, now.

        One that the vendor is not known to have is left beside the old, and that is told.
        """
        names = {
            AUTOTASK_SIDE: self._site.secrets.names(autotask_name("")),
            FIELDNATION_SIDE: (FIELDNATION,),
            CALLOUT_SIDE: (CALLOUT,),
        }
        return tuple(self._settle(name) for side in sides for name in names[side])

    def callout_url(self) -> str:
        """Return the address for extension callouts; its token is made where there is none."""
        token = self._site.secrets.ensure(CALLOUT)
        return f"{self._site.public_url}/hooks/callout/{token}"

    # Inside

    async def _enabled(self) -> HookSet:
        if not self._site.library.rules():
            raise NothingWanted(
                "No rule is enabled, so there is nothing to be told about.",
                where="rules",
                remedy="isthmus rule list shows the rules; isthmus rule enable NAME enables one.",
            )
        return await hooks_of(self._site)

    async def _superfluous(
        self, found: HookSet, do: Callable[[AutotaskHook], Awaitable[HookPlan]]
    ) -> list[HookPlan]:
        """Do something with webhooks of ours that no rule wants; says nothing where none is."""
        told = []
        for hook in found.unwanted:
            plan = await _tried(hook, hook.removal)
            if plan.changes:
                plan = await _tried(hook, partial(do, hook))
            if plan.changes or plan.error is not None:
                told.append(plan)
        return told

    async def _own_resource(self) -> int | None:
        site = self._site
        known = load_own(site.state, site.autotask_login, site.fieldnation_login).resource
        if known is None:
            known = await own_resource(site.records, site.autotask_login)
            self._know(Own(resource=known))
        return known

    def _know(self, own: Own) -> None:
        save_own(self._site.state, own, self._site.autotask_login, self._site.fieldnation_login)

    def _heard(self, line: HookStanding) -> HookStanding:
        """Return a line with what came of that webhook to our inbox."""
        side, _, entity = line.name.partition(" ")
        is_autotask = side == "Autotask"
        last, missed = self._site.inbox.heard(
            AUTOTASK_SIDE if is_autotask else FIELDNATION_SIDE,
            utc_now() - LOOK_BACK,
            f"{entity}." if is_autotask else "",
        )
        return replace(line, last=last, missed=missed)

    def _callout_standing(self) -> HookStanding:
        secret = self._site.secrets.standing(CALLOUT)
        last, _ = self._site.inbox.heard(CALLOUT_SIDE, utc_now() - LOOK_BACK)
        is_there = secret != "missing"  # noqa: S105 - a word for how it stands
        return HookStanding(CALLOUT_NAME, is_there, is_there, is_there, secret, last)

    def _rotate_callout(self) -> HookPlan:
        secrets = self._site.secrets
        if secrets.newest(CALLOUT) is None:
            missing = NotInstalled(
                "There is no callout address yet.",
                where=CALLOUT_NAME,
                remedy="isthmus webhooks install makes it.",
            )
            return HookPlan(CALLOUT_NAME, error=missing)
        secrets.note_set(CALLOUT, secrets.ensure(CALLOUT))  # a person has it: each is a new one
        secrets.change(CALLOUT)
        return HookPlan(
            CALLOUT_NAME,
            ("+ it has a new address",),
            ("the old address counts until it is settled",),
        )

    def _settle(self, name: str) -> HookPlan:
        secrets, told = self._site.secrets, _told(name)
        if secrets.standing(name) == "unsure":
            unsure = NotSettled(
                "The vendor is not known to use the new secret, so the old one counts on.",
                where=told,
                remedy="isthmus webhooks rotate sets it; then settle.",
            )
            return HookPlan(told, error=unsure)
        return HookPlan(told, ("- the old secret counts no more",) if secrets.settle(name) else ())


def _told(name: str) -> str:
    """Return what people call the webhook whose secret is kept under a name."""
    if name.startswith(autotask_name("")):
        return f"Autotask {name.removeprefix(autotask_name(''))}"
    return CALLOUT_NAME if name == CALLOUT else FIELDNATION_NAME


def _split(remove: Sequence[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return Autotask's ids, which are numbers, and Field Nation's, which are not."""
    numbers = tuple(int(one) for one in remove if one.isdecimal())
    return numbers, tuple(one for one in remove if not one.isdecimal())


def _joined(first: HookPlan, second: HookPlan) -> HookPlan:
    return replace(second, changes=(*first.changes, *second.changes))


async def _tried(
    hook: AutotaskHook | FieldNationHook, do: Callable[[], Awaitable[HookPlan]]
) -> HookPlan:
    """Return what became of it; an error is told in its place."""
    try:
        return await do()
    except IsthmusError as error:
        return HookPlan(hook.name, error=error)


async def _stood(
    hook: AutotaskHook | FieldNationHook, do: Callable[[], Awaitable[HookStanding]]
) -> HookStanding:
    try:
        return await do()
    except IsthmusError as error:
        return HookStanding(hook.name, troubles=(error.what,), remedy=error.remedy, error=error)
