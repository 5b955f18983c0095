"""One webhook of Autotask: what is wanted of it, and how it stands."""

from collections.abc import Sequence
from typing import Final

from isthmus.autotask.port import Records
from isthmus.autotask.webhooks import (
    Found,
    Plan,
    Seen,
    Standing,
    Wanted,
    Watched,
    Webhooks,
    subject_of,
)
from isthmus.autotask.webhooks.plan import NOT_COMPARED
from isthmus.base.errors import Retryable
from isthmus.base.ids import new_secret
from isthmus.dispatch.hooks.secrets import HookSecrets, autotask_name
from isthmus.dispatch.hooks.shapes import HookPlan, HookStanding, NotInstalled

CONNECTION: Final = "dispatch"
"""The name of ours that its webhooks carry: `Isthmus/dispatch/Tickets`."""
NOTE_FIELDS: Final = ("TicketID", "Title", "Description", "Publish")
_INSTALL: Final = "isthmus webhooks install"


class AutotaskHook:
    """
    The webhook on one entity. Errors are those of the client and of its webhooks.

    Args: fields, udfs: what is to fire, by the names that records have.
    """

    def __init__(
        self,
        records: Records,
        secrets: HookSecrets,
        public_url: str,
        entity: str,
        *,
        fields: Sequence[str] = (),
        udfs: Sequence[str] = (),
    ) -> None:
        self._records = records
        self._webhooks = Webhooks(records)
        self._secrets = secrets
        self._fields = fields
        self._udfs = udfs
        self.entity = entity
        self.url = f"{public_url}/hooks/autotask/{entity}"
        self.secret_name = autotask_name(entity)
        self.name = f"Autotask {entity}"

    async def preview(self, own: int | None, remove: Sequence[int] = ()) -> HookPlan:
        """Tell what `install` would do, and do nothing; no secret is made for it."""
        secret = self._secrets.newest(self.secret_name)
        wanted, notices = await self._wanted(secret or new_secret(), own)
        plan = await self._webhooks.preview(
            wanted, renew_secret=self._must_set(secret), remove=remove
        )
        is_known = not self._must_set(secret)
        return HookPlan(self.name, _changes(plan), (*_news(plan.notices, is_known), *notices))

    async def install(self, own: int | None, remove: Sequence[int] = ()) -> HookPlan:
        """Make it or mend it. The secret counts here before Autotask hears of it."""
        secret = self._secrets.ensure(self.secret_name)
        return await self._set(secret, own, remove, renew=self._must_set(secret))

    async def rotate(self, own: int | None) -> HookPlan:
        """
        Give it a new secret; the old one still counts here.

        Raises: NotInstalled.
        """
        if await self._ours() is None:
            raise NotInstalled(
                f"There is no webhook of ours on {self.entity} in Autotask.",
                where=self.name,
                remedy=f"{_INSTALL} makes it.",
            )
        secret = self._secrets.change(self.secret_name)
        return await self._set(secret, own, (), renew=True)

    async def removal(self) -> HookPlan:
        """Tell what `remove` would do."""
        seen = await self._seen()
        gone = [one for one in seen if one.standing in {Standing.OURS, Standing.DUPLICATE}]
        return HookPlan(self.name, tuple(f"- webhook {one.found.id} is removed" for one in gone))

    async def remove(self) -> HookPlan:
        """Remove it with its duplicates, then forget its secret."""
        plan = await self._webhooks.remove(self.entity, CONNECTION, self.url)
        self._secrets.forget(self.secret_name)
        return HookPlan(self.name, _changes(plan), plan.notices)

    async def standing(self) -> HookStanding:
        """Tell how it stands at Autotask, and what is wrong with it."""
        secret = self._secrets.standing(self.secret_name)
        seen = await self._seen()
        ours = next((one for one in seen if one.standing is Standing.OURS), None)
        if ours is None:
            told = _elsewhere(seen)
            return HookStanding(
                self.name,
                secret=secret,
                url=self.url,
                troubles=told,
                remedy=f"{_INSTALL} makes it.",
            )
        troubles = [*ours.troubles, *self._secret_troubles(secret), *self._address(ours.found)]
        return HookStanding(
            self.name,
            is_there=True,
            active=ours.found.active,
            ready=ours.found.ready,
            secret=secret,
            url=self.url,
            troubles=tuple(troubles),
            remedy=f"{_INSTALL} mends it." if troubles else "",
        )

    # Inside

    async def _set(
        self, secret: str, own: int | None, remove: Sequence[int], *, renew: bool
    ) -> HookPlan:
        wanted, notices = await self._wanted(secret, own)
        done = await self._webhooks.register(wanted, renew_secret=renew, remove=remove)
        if done.webhook_id is None:
            raise Retryable(
                "Autotask does not show the webhook that was made just now.",
                where=self.name,
                remedy="Run it again in a minute.",
            )
        self._secrets.note_set(self.secret_name, secret)
        return HookPlan(self.name, done.done, (*_news(done.notices), *notices), done.left)

    async def _wanted(self, secret: str, own: int | None) -> tuple[Wanted, tuple[str, ...]]:
        """
        Return what is wanted, and notices of what cannot be had.

        Resources that a person left out stay left out beside our own.
        """
        ours = await self._ours()
        excluded = {} if ours is None else {one.resource_id: None for one in ours.excluded}
        if own is not None:
            excluded[own] = None
        fields, unseen = await self._offered(subject_of(self.entity).fields, self._fields)
        udfs, unseen_udfs = await self._offered(subject_of(self.entity).udf_fields, self._udfs)
        wanted = Wanted(
            entity=self.entity,
            connection=CONNECTION,
            url=self.url,
            deactivation_url=f"{self.url}/deactivated",
            secret=secret,
            fields=tuple(Watched(name) for name in fields),
            # One that is always sent would make every delivery look like news: records do not
            # spell user-defined fields as webhooks do.
            udfs=tuple(Watched(name, always=False) for name in udfs),
            excluded=tuple(excluded),
            deletes=False,
        )
        return wanted, tuple(_unseen(name) for name in (*unseen, *unseen_udfs))

    async def _offered(
        self, collection: str | None, names: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Return which names a webhook can watch, and which it cannot."""
        if collection is None or not names:
            return [], list(names)
        fields = await self._records.fields(collection)
        coded = (one.picklist for one in fields if one.name.casefold().endswith("fieldid"))
        known = {
            entry.label.casefold()
            for picklist in coded
            for entry in picklist or ()
            if entry.is_active
        }
        offered = [name for name in names if name.casefold() in known]
        return offered, [name for name in names if name.casefold() not in known]

    async def _ours(self) -> Found | None:
        seen = await self._seen()
        return next((one.found for one in seen if one.standing is Standing.OURS), None)

    async def _seen(self) -> tuple[Seen, ...]:
        return await self._webhooks.list(CONNECTION, self.url, (self.entity,))

    def _must_set(self, secret: str | None) -> bool:
        return secret is None or not self._secrets.is_set(self.secret_name, secret)

    def _secret_troubles(self, secret: str) -> list[str]:
        if secret == "missing":  # noqa: S105 - a word for how it stands
            return ["its secret is not known here: every delivery is refused"]
        if secret == "unsure":  # noqa: S105 - a word for how it stands
            return ["whether Autotask has the secret that counts here is not known"]
        return []

    def _address(self, found: Found) -> list[str]:
        return [] if found.url == self.url else ["it leads to another address of this host"]


def _news(notices: Sequence[str], is_known: bool = True) -> tuple[str, ...]:
    """Return notices without the one on a secret that Autotask hides: we note what it has."""
    return tuple(one for one in notices if not (is_known and one == NOT_COMPARED))


def _changes(plan: Plan) -> tuple[str, ...]:
    return tuple(step.says for step in plan.steps)


def _unseen(name: str) -> str:
    return f"webhooks cannot watch {name}: a change of it alone is found later, without one"


def _elsewhere(seen: Sequence[Seen]) -> tuple[str, ...]:
    """Return a word on each webhook of ours that does not lead here."""
    return tuple(
        f"webhook {one.found.id} {one.because}" for one in seen if one.standing is Standing.ORPHAN
    )
