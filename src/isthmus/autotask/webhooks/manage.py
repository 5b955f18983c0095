"""
Makes, mends and removes a connection's webhooks; doing it twice does it once.

The writes of one entity go one after the other, so the vendor's three threads are never filled by
one webhook's fields (four fields at once were observed to lose one). Entities may run side by side.
"""

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import Final

from isthmus.autotask.errors import (
    NothingThere,
    PermissionDenied,
    ServerTrouble,
    ValidationFailed,
    WriteUncertain,
)
from isthmus.autotask.port import Records, Value
from isthmus.autotask.webhooks.catalog import ENTITIES, subject_of
from isthmus.autotask.webhooks.errors import (
    RIGHT_PATH,
    WebhookClash,
    WebhookLimitReached,
    WebhookNotThere,
    WebhookRightMissing,
)
from isthmus.autotask.webhooks.inspect import read_found, resolve
from isthmus.autotask.webhooks.ownership import recognise
from isthmus.autotask.webhooks.plan import plan_removal, plan_webhook
from isthmus.autotask.webhooks.shapes import Found, Outcome, Plan, Seen, Step, Verb
from isthmus.autotask.webhooks.wanted import Target, Wanted
from isthmus.base.errors import IsthmusError

_LIMIT: Final = re.compile(
    r"(maximum|limit|too many).*webhook|webhook.*(maximum|limit|exceed)", re.IGNORECASE
)
_CLASH: Final = re.compile(r"duplicate|already exists", re.IGNORECASE)
_NO_RIGHT: Final = re.compile(r"permission|create webhooks", re.IGNORECASE)
# The vendor's own texts of these refusals are not known; the words are assumed.


class Webhooks:
    """
    The webhooks of a tenant, over a client's `Records`.

    Errors are those of `isthmus.autotask.errors` and of `webhooks.errors`. A run that breaks off
    leaves nothing that fires half made; running it again finishes it.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    async def list(
        self, connection: str, url: str, entities: Collection[str] = ENTITIES
    ) -> tuple[Seen, ...]:
        """Return every webhook this API user may see, and what each is to the connection."""
        seen: list[Seen] = []
        for entity in entities:
            seen.extend(recognise(await self._found(entity, connection, url), connection, url))
        return tuple(seen)

    async def preview(
        self, wanted: Wanted, *, renew_secret: bool = False, remove: Collection[int] = ()
    ) -> Plan:
        """
        Plan what `register` would do, and do nothing.

        Where a webhook is to be made, one call more asks whether the API user may; if Autotask
        says no, a notice tells so. That it says so truly is assumed: the write decides.
        Args: renew_secret: set the secret also where Autotask does not show it. remove: ids of
        orphans to remove as well.
        Raises: UnknownField, ResourceUnclear: a name that the tenant does not have.
        """
        target = await resolve(self._records, wanted)
        found = await self._found(wanted.entity, wanted.connection, wanted.url)
        plan = plan_webhook(target, found, renew_secret=renew_secret, remove=remove)
        return replace(plan, notices=(*plan.notices, *await self._right_notice(plan)))

    async def register(
        self, wanted: Wanted, *, renew_secret: bool = False, remove: Collection[int] = ()
    ) -> Outcome:
        """
        Make the one webhook that is wanted, or mend the one that is there; read back what became.

        Raises: WebhookRightMissing, WebhookLimitReached, WebhookClash: a person has to act.
        """
        target = await resolve(self._records, wanted)
        found = await self._found(wanted.entity, wanted.connection, wanted.url)
        plan = plan_webhook(target, found, renew_secret=renew_secret, remove=remove)
        made = await self.apply(plan)
        return await self._outcome(target, plan, made)

    async def repair(self, wanted: Wanted, *, remove: Collection[int] = ()) -> Outcome:
        """Do as `register`, and set the secret anew: also what cannot be seen is right then."""
        return await self.register(wanted, renew_secret=True, remove=remove)

    async def remove(
        self, entity: str, connection: str, url: str, *, remove: Collection[int] = ()
    ) -> Plan:
        """Remove a connection's webhook on an entity and its duplicates; return what was done."""
        found = await self._found(entity, connection, url)
        plan = plan_removal(found, entity, connection, url, remove)
        await self.apply(plan)
        return plan

    async def apply(self, plan: Plan) -> int | None:
        """Do a plan's steps in order; return the id of the webhook kept or made."""
        webhook_id = plan.keeps
        for step in plan.steps:
            try:
                made = await self._write(step, webhook_id)
            except (NothingThere, PermissionDenied, ValidationFailed, ServerTrouble) as error:
                raise _for_a_person(error, step) from None
            if step.verb is Verb.CREATE and not step.is_child:
                webhook_id = made
        return webhook_id

    async def _write(self, step: Step, webhook_id: int | None) -> int | None:
        records, values = self._records, dict[str, Value](step.values)
        parent = (step.webhook_id or webhook_id) if step.is_child else None
        if step.verb is Verb.CREATE:
            if step.is_child:
                values["webhookID"] = parent
            return (await records.create(step.collection, values, read_back=False)).id
        number = step.id or webhook_id
        assert number is not None  # noqa: S101 - told to the type checker
        if step.verb is Verb.DELETE:
            with suppress(NothingThere):  # another run was quicker
                await records.delete(step.collection, number, parent_id=parent)
        else:
            await records.update(step.collection, number, values, parent_id=parent, read_back=False)
        return None

    async def _found(self, entity: str, connection: str, url: str) -> tuple[Found, ...]:
        try:
            return await read_found(self._records, entity, connection, url)
        except PermissionDenied as error:
            raise _right_missing(error, subject_of(entity).webhooks) from None

    async def _right_notice(self, plan: Plan) -> tuple[str, ...]:
        """Return a notice where the right to make the planned webhook is missing."""
        if plan.keeps is not None:
            return ()
        info = await self._records.entity_info(subject_of(plan.entity).webhooks)
        if info.can_create and info.create_access != "None":
            return ()
        return (f"the API user may not create webhooks: in Autotask, open {RIGHT_PATH}",)

    async def _outcome(self, target: Target, plan: Plan, made: int | None) -> Outcome:
        wanted = target.wanted
        found = await self._found(wanted.entity, wanted.connection, wanted.url)
        secret_set = any("secretKey" in step.values for step in plan.steps)
        if secret_set:
            found = tuple(
                replace(one, secret=wanted.secret) if one.id == made and one.secret is None else one
                for one in found
            )
        after = plan_webhook(target, found)
        kept = next((one for one in found if one.id == made), None)
        left = tuple(step.says for step in after.steps)
        if kept is None:
            left = ("it cannot be read back yet; run it again in a minute",)
        return Outcome(
            entity=wanted.entity,
            webhook_id=made,
            guid="" if kept is None else kept.guid,
            active=kept is not None and kept.active,
            ready=None if kept is None else kept.ready,
            done=tuple(step.says for step in plan.steps),
            left=left,
            notices=tuple(dict.fromkeys((*plan.notices, *after.notices))),
        )


def _for_a_person(error: IsthmusError, step: Step) -> IsthmusError:
    """Return what a refused write of a webhook means; the error itself where that is not known."""
    if isinstance(error, PermissionDenied):
        return _right_missing(error, step.collection)
    if _NO_RIGHT.search(error.what) and step.verb is Verb.CREATE and not step.is_child:
        return _right_missing(error, step.collection)
    if isinstance(error, NothingThere):  # a fresh record can be invisible for a moment (observed)
        return WebhookNotThere(
            f"The webhook does not show, so it is not finished: {error.what}",
            where=error.where,
            remedy="Run it again in a minute. If it stays so, this API user may not see its own"
            " webhooks, or somebody removes them.",
        )
    if step.is_child:
        return _uncertain(error)
    if _CLASH.search(error.what):
        return WebhookClash(
            f"Autotask has such a webhook already: {error.what}",
            where=error.where,
            remedy="Run it again: another run may have made it just now. If it stays so, another"
            " owner's webhook, which this API user cannot see, leads to the same address. Have its"
            " owner remove it, or give this connection another address.",
        )
    if _LIMIT.search(error.what):
        return WebhookLimitReached(
            f"The number of webhooks is used up: {error.what}",
            where=error.where,
            remedy=f"In Autotask, open {RIGHT_PATH}, and raise the number beside it; or remove"
            " webhooks that nobody needs.",
        )
    return _uncertain(error)


def _uncertain(error: IsthmusError) -> IsthmusError:
    """Return the error; for a write that may have happened, with what holds for webhooks."""
    if not isinstance(error, WriteUncertain):
        return error
    return WriteUncertain(
        error.what,
        where=error.where,
        remedy="Run it again: it looks first what is there, and does the rest.",
        entity=error.entity,
        record_id=error.record_id,
    )


def _right_missing(error: IsthmusError, collection: str) -> WebhookRightMissing:
    return WebhookRightMissing(
        f"The API user may not manage webhooks: {error.what}",
        where=error.where,
        remedy=f"In Autotask, open {RIGHT_PATH}, tick it, and enter how many (one for each entity"
        " of each connection). The level that comes with Autotask cannot be edited: copy it, and"
        " give the copy to the API user.",
        entity=collection,
    )
