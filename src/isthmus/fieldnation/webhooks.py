"""Webhooks v3: where Field Nation calls when something happens, and how that went."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final, Literal
from urllib.parse import quote

from isthmus.fieldnation import errors as err
from isthmus.fieldnation.calls import Call, Caller
from isthmus.fieldnation.deliveries import (
    Delivery,
    Webhook,
    parse_deliveries,
    parse_delivery,
    parse_job,
    parse_webhook,
    webhook_of,
)
from isthmus.fieldnation.links import fetch_link
from isthmus.fieldnation.lookups import read_all
from isthmus.fieldnation.models import Raw
from isthmus.fieldnation.readout import text_of
from isthmus.fieldnation.vocabulary import WEBHOOKS

_LOG_PAGE: Final = 500  # documented maximum
_MOST_PAGES: Final = 10_000


class Webhooks:
    """
    The calls about webhooks; `FieldNationClient.webhooks` is one.

    Every call may raise AuthFailed, PermissionDenied, RateLimited, ServerTrouble, AnswerBroken.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        url: str,
        events: Iterable[str],
        *,
        method: Literal["post", "put"] = "post",
        status: Literal["active", "inactive"] = "active",
        secret: str | None = None,
        notification_email: str | None = None,
        headers: Mapping[str, str] | None = None,
        integration_only: bool | None = None,
    ) -> Webhook:
        """
        Make a webhook.

        Args: url: https. events: at least one of `vocabulary.EVENTS`. secret: a UUID, made by the
        vendor when left out. headers: sent with each delivery; no name may begin with x-fn-.
        Raises: Conflict: there is one for this URL. ValidationFailed.
        """
        body = _body(
            url=url,
            events=_distinct(events),
            method=method,
            status=status,
            secret=secret,
            notificationEmail=notification_email,
            isIntegrationOnly=integration_only,
            webhookAttribute={"header": dict(headers)} if headers else None,
        )
        return await self._caller.fetch(Call("POST", WEBHOOKS, body=body), parse_webhook)

    async def list(self) -> tuple[Webhook, ...]:
        """Read all webhooks of the company, inactive and archived ones too."""
        rows = await read_all(self._caller, WEBHOOKS, {"perPage": "100"})
        return tuple(one for row in rows if (one := webhook_of(row)) is not None)

    async def get(self, webhook_id: str) -> Webhook:
        """Read a webhook, its own headers in `raw`. Raises: NotFound."""
        call = Call("GET", _path(webhook_id), {"webhookAttribute": "header"})
        return await self._caller.fetch(call, parse_webhook)

    async def update(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Iterable[str] | None = None,
        method: Literal["post", "put"] | None = None,
        status: Literal["active", "inactive", "archived"] | None = None,
        secret: str | None = None,
        notification_email: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Webhook:
        """
        Change what is given. `events` replaces the whole list; archived cannot be undone.

        Raises: Conflict, ValidationFailed, NotFound.
        """
        body = _body(
            url=url,
            events=None if events is None else _distinct(events),
            method=method,
            status=status,
            secret=secret,
            notificationEmail=notification_email,
            webhookAttribute={"header": dict(headers)} if headers else None,
        )
        call = Call("PUT", _path(webhook_id), body=body)
        return await self._caller.fetch(call, parse_webhook)

    async def delete(self, webhook_id: str) -> None:
        """Delete a webhook. Raises: NotFound."""
        await self._caller.fetch(Call("DELETE", _path(webhook_id)), lambda _answer, _asked: None)

    async def remove_header(self, webhook_id: str, name: str) -> None:
        """Take one of its own headers from a webhook."""
        call = Call("DELETE", f"{_path(webhook_id)}/header/{_safe(name)}")
        await self._caller.fetch(call, lambda _answer, _asked: None)

    async def events(self, model: str = "") -> tuple[str, ...]:
        """Read the names of the events there are, all or those of a model."""
        query = {"model": model} if model else {}
        rows = await read_all(self._caller, f"{WEBHOOKS}/events", query)
        return tuple(name for row in rows if (name := text_of(row.get("name"))))

    async def history(self, webhook_id: str) -> tuple[Raw, ...]:
        """Read who changed a webhook, when and what: `userId`, `action`, `changes`."""
        return await read_all(self._caller, f"{_path(webhook_id)}/history", {"perPage": "100"})

    async def delivery_logs(
        self,
        *,
        webhook_id: str = "",
        work_order_id: int | None = None,
        event: str = "",
        delivery_status: str = "",
    ) -> AsyncIterator[Delivery]:
        """
        Yield attempts to deliver, newest first, each once; () of two weeks at most.

        Args: each narrows it when given.
        """
        query = _query(
            webhookId=webhook_id,
            workOrderId=work_order_id,
            eventName=event,
            deliveryStatus=delivery_status,
            perPage=_LOG_PAGE,
            sortBy="createdAt",
            sortDirection="DESC",
        )
        known: set[tuple[str, int | None]] = set()
        for page in range(1, _MOST_PAGES):
            call = Call("GET", f"{WEBHOOKS}/delivery-logs", {**query, "page": str(page)})
            rows = await self._caller.fetch(call, parse_deliveries)
            fresh = [one for one in rows if (one.delivery_id, one.attempt) not in known]
            if not fresh:
                return
            for one in fresh:
                known.add((one.delivery_id, one.attempt))
                yield one

    async def delivery_log(self, delivery_id: str) -> Delivery:
        """Read one attempt with the link to its full record. Raises: NotFound."""
        return await self._caller.fetch(Call("GET", _log_path(delivery_id)), parse_delivery)

    async def delivery_record(self, delivery: Delivery) -> bytes:
        """Fetch the full record of an attempt. Raises: FileUnavailable."""
        return await fetch_link(self._caller, delivery.link, "delivery log")

    async def retry_delivery(self, delivery_id: str) -> str:
        """Have an event delivered again. Returns: the vendor's job id."""
        call = Call("PATCH", f"{_log_path(delivery_id)}/retry")
        return await self._caller.fetch(call, parse_job)


def _path(webhook_id: str) -> str:
    return f"{WEBHOOKS}/{_safe(webhook_id)}"


def _log_path(delivery_id: str) -> str:
    return f"{WEBHOOKS}/delivery-logs/{_safe(delivery_id)}"


def _safe(part: str) -> str:
    """Return a part of a path. Raises: NotFound: an empty one would address something else."""
    if not part or part in {".", ".."}:
        raise err.NotFound(
            "There is nothing without an id", where="webhooks", remedy="Give the id."
        )
    return quote(part, safe=":")


def _distinct(events: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(events))


def _body(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _query(**values: object) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value not in (None, "")}
