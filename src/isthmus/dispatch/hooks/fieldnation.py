"""The one webhook of Field Nation: what is wanted of it, and how it stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from isthmus.base.ids import new_uuid
from isthmus.dispatch.hooks.secrets import FIELDNATION, HookSecrets
from isthmus.dispatch.hooks.shapes import HookPlan, HookStanding, NotInstalled
from isthmus.fieldnation import FieldNationClient, Webhook
from isthmus.fieldnation.readout import id_of

NAME: Final = "Field Nation"
PATH: Final = "/hooks/fieldnation"
_ACTIVE: Final = "active"
_ARCHIVED: Final = "archived"
_INSTALL: Final = "isthmus webhooks install"


class FieldNationHook:
    """
    The webhook on work orders. Errors are those of the client.

    Ours is the one that leads to our address: the vendor takes no second one to it (documented).
    """

    def __init__(
        self,
        orders: FieldNationClient,
        secrets: HookSecrets,
        public_url: str,
        events: Sequence[str] = (),
    ) -> None:
        self._calls = orders.webhooks
        self._secrets = secrets
        self._events = tuple(events)
        self.url = f"{public_url}{PATH}"
        self.name = NAME
        self.maker: int | None = None
        """The user whom the vendor named as the maker of what `install` made; ours, then."""

    async def preview(self, remove: Sequence[str] = ()) -> HookPlan:
        """Tell what `install` would do, and do nothing."""
        ours, others = await self._found()
        secret = self._secrets.newest(FIELDNATION)
        changes = (*self._changes(ours, secret), *_removals(others, remove))
        return HookPlan(self.name, changes, _notices(others, remove))

    async def install(self, remove: Sequence[str] = ()) -> HookPlan:
        """Make it or mend it. The secret counts here before Field Nation hears of it."""
        ours, others = await self._found()
        secret = self._take_over(ours)
        changes = self._changes(ours, secret)
        if ours is None:
            made = await self._calls.create(self.url, self._events, secret=secret)
            self.maker = id_of(made.raw.get("userId"))
        elif changes:
            await self._calls.update(
                ours.webhook_id, events=self._events, method="post", status=_ACTIVE, secret=secret
            )
        self._secrets.note_set(FIELDNATION, secret)
        for one in others:
            if one.webhook_id in remove:
                await self._calls.delete(one.webhook_id)
        removed = _removals(others, remove)
        return HookPlan(self.name, (*changes, *removed), _notices(others, remove))

    async def rotate(self) -> HookPlan:
        """Give it a new secret; the old one still counts here. Raises: NotInstalled."""
        ours, _ = await self._found()
        if ours is None:
            raise NotInstalled(
                "There is no webhook of ours at Field Nation.",
                where=self.name,
                remedy=f"{_INSTALL} makes it.",
            )
        self._take_over(ours)
        secret = self._secrets.change(FIELDNATION, new_uuid)
        await self._calls.update(ours.webhook_id, secret=secret)
        self._secrets.note_set(FIELDNATION, secret)
        return HookPlan(self.name, (f"~ webhook {ours.webhook_id}: the secret is set",))

    async def removal(self) -> HookPlan:
        """Tell what `remove` would do."""
        ours, _ = await self._found()
        return HookPlan(self.name, _gone(ours))

    async def remove(self) -> HookPlan:
        """Remove it, then forget its secret."""
        ours, _ = await self._found()
        if ours is not None:
            await self._calls.delete(ours.webhook_id)
        self._secrets.forget(FIELDNATION)
        return HookPlan(self.name, _gone(ours))

    async def standing(self) -> HookStanding:
        """Tell how it stands at Field Nation, and what is wrong with it."""
        secret = self._secrets.standing(FIELDNATION)
        ours, others = await self._found()
        if ours is None:
            return HookStanding(
                self.name, secret=secret, url=self.url, troubles=tuple(map(_elsewhere, others)),
                remedy=f"{_INSTALL} makes it.",
            )  # fmt: skip
        troubles = [*self._troubles(ours, secret), *await self._last_failure(ours)]
        return HookStanding(
            self.name,
            is_there=True,
            active=ours.status == _ACTIVE,
            ready=ours.status == _ACTIVE and bool(ours.events),
            secret=secret,
            url=self.url,
            troubles=tuple(troubles),
            remedy=f"{_INSTALL} mends it." if troubles else "",
        )

    # Inside

    async def _found(self) -> tuple[Webhook | None, tuple[Webhook, ...]]:
        """Return ours, and those that look like ours and lead elsewhere."""
        there = [one for one in await self._calls.list() if one.status != _ARCHIVED]
        ours = [one for one in there if one.url == self.url]
        ours.sort(key=lambda one: (one.status != _ACTIVE, one.id or 0))
        kept = ours[0] if ours else None
        like = [one for one in there if one is not kept and urlsplit(one.url).path.endswith(PATH)]
        return kept, tuple(like)

    def _take_over(self, ours: Webhook | None) -> str:
        """Return the secret that is to be used; one that we lost, and they show, is taken back."""
        if ours is not None and self._secrets.newest(FIELDNATION) is None and _shown(ours):
            self._secrets.adopt(FIELDNATION, ours.secret)
        return self._secrets.ensure(FIELDNATION, new_uuid)

    def _changes(self, ours: Webhook | None, secret: str | None) -> tuple[str, ...]:
        if ours is None:
            return (f"+ webhook to {self.url} on {len(self._events)} events",)
        told = []
        more = [name for name in self._events if name not in ours.events]
        less = [name for name in ours.events if name not in self._events]
        if more or less:
            told.append(f"~ its events: {', '.join([*_signed('+', more), *_signed('-', less)])}")
        if ours.method.casefold() != "post":
            told.append("~ it is sent by POST")
        if not self._has(ours, secret):
            told.append("~ the secret is set")
        if ours.status != _ACTIVE:
            told.append("* it is activated")
        return tuple(told)

    def _has(self, ours: Webhook, secret: str | None) -> bool:
        """Tell whether the vendor has our secret: it shows it, or it was noted."""
        if _shown(ours):
            return secret is None or ours.secret == secret
        return secret is not None and self._secrets.is_set(FIELDNATION, secret)

    def _troubles(self, ours: Webhook, secret: str) -> list[str]:
        told = []
        if ours.status != _ACTIVE:
            told.append(f"{ours.status}: its events are lost, none is kept for later")
        missing = [name for name in self._events if name not in ours.events]
        if missing:
            told.append(f"it does not tell of {', '.join(missing)}")
        if secret == "missing":  # noqa: S105 - a word for how it stands
            told.append("its secret is not known here: every delivery is refused")
        elif not self._has(ours, self._secrets.newest(FIELDNATION)):
            told.append("it signs with another secret than the one that counts here")
        return told

    async def _last_failure(self, ours: Webhook) -> list[str]:
        """Return a word where the latest attempt to deliver failed; costs one call."""
        async for attempt in self._calls.delivery_logs(webhook_id=ours.webhook_id):
            if 200 <= attempt.status < 300:
                return []
            what = f"was answered {attempt.status}" if attempt.status else "reached nobody"
            return [f"its latest delivery{_at(attempt.at)} {what}"]
        return []


def _shown(hook: Webhook) -> bool:
    """Tell whether the vendor shows a webhook's secret whole."""
    try:
        UUID(hook.secret)
    except ValueError:
        return False
    return True


def _gone(ours: Webhook | None) -> tuple[str, ...]:
    return () if ours is None else (f"- webhook {ours.webhook_id} is removed",)


def _signed(sign: str, names: Sequence[str]) -> list[str]:
    return [f"{sign} {name}" for name in names]


def _removals(others: Sequence[Webhook], remove: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"- webhook {one.webhook_id} to {_host(one)} is removed"
        for one in others
        if one.webhook_id in remove
    )


def _notices(others: Sequence[Webhook], remove: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"{_elsewhere(one)}; it is left as it is" for one in others if one.webhook_id not in remove
    )


def _elsewhere(hook: Webhook) -> str:
    return f"webhook {hook.webhook_id} ({hook.status}) leads to another host, {_host(hook)}"


def _host(hook: Webhook) -> str:
    return urlsplit(hook.url).netloc.rpartition("@")[2]


def _at(at: datetime | None) -> str:
    return "" if at is None else f" at {at:%Y-%m-%d %H:%M}Z"
