"""The shapes of webhooks and their deliveries, read from the vendor's answers."""

from dataclasses import dataclass, field
from datetime import datetime

from isthmus.base import redaction
from isthmus.fieldnation.answers import Asked, broken
from isthmus.fieldnation.decode import decode_object
from isthmus.fieldnation.models import Raw
from isthmus.fieldnation.readout import id_of, number_of, object_of, rows_of, text_of
from isthmus.fieldnation.times import read_time
from isthmus.transport import Answer


@dataclass(frozen=True, slots=True)
class Webhook:
    """
    One webhook. `webhook_id` is what calls take; `id` is the vendor's number.

    `status` is active, inactive (events are lost, nothing is queued) or archived (for good).
    `secret` signs the bodies.
    """

    webhook_id: str
    id: int | None
    url: str
    method: str
    status: str
    events: tuple[str, ...]
    notification_email: str
    secret: str = field(repr=False)
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    One attempt to deliver an event. `status` is what our address answered, 0 for nothing.

    `link` leads to the full record of request and answer, for a while; only `delivery_log` gives
    it. Logs are kept two weeks (documented).
    """

    delivery_id: str
    webhook_id: str
    event: str
    status: int
    attempt: int | None
    at: datetime | None
    work_order_id: int | None
    link: str = field(repr=False)
    raw: Raw = field(repr=False)


def webhook_of(row: Raw) -> Webhook | None:
    """Return a webhook, its secret kept out of logs from here on; None when it has no id."""
    webhook_id = text_of(row.get("webhookId")) or text_of(row.get("id"))
    if not webhook_id:
        return None
    secret = text_of(row.get("secret"))
    redaction.guard(secret)
    events = row.get("events")
    return Webhook(
        webhook_id=webhook_id,
        id=id_of(row.get("id")),
        url=text_of(row.get("url")),
        method=text_of(row.get("method")),
        status=text_of(row.get("status")),
        events=tuple(text_of(one) for one in events) if isinstance(events, list) else (),
        notification_email=text_of(row.get("notificationEmail")),
        secret=secret,
        raw=row,
    )


def delivery_of(row: Raw) -> Delivery | None:
    """Return an attempt to deliver; None when it has no id."""
    delivery_id = text_of(row.get("deliveryId"))
    if not delivery_id:
        return None
    return Delivery(
        delivery_id=delivery_id,
        webhook_id=text_of(row.get("webhookId")),
        event=text_of(row.get("eventName")),
        status=int(number_of(row.get("deliveryStatus")) or 0),
        attempt=id_of(row.get("deliveryAttempt")),
        at=read_time(row.get("createdAt")),
        work_order_id=id_of(row.get("workOrderId")),
        link=text_of(row.get("delivery_log")),
        raw=row,
    )


def parse_webhook(answer: Answer, asked: Asked) -> Webhook:
    """Return the webhook of an answer. Raises: AnswerBroken."""
    found = webhook_of(object_of(decode_object(answer, asked).get("result")))
    if found is None:
        raise broken("it holds no webhook", asked)
    return found


def parse_deliveries(answer: Answer, asked: Asked) -> tuple[Delivery, ...]:
    """Return the attempts of a page. Raises: AnswerBroken."""
    found = decode_object(answer, asked)
    if not isinstance(found.get("result"), list):
        raise broken("it holds no delivery logs", asked)
    return tuple(one for row in rows_of(found) if (one := delivery_of(row)) is not None)


def parse_delivery(answer: Answer, asked: Asked) -> Delivery:
    """Return the attempt of an answer. Raises: AnswerBroken."""
    found = delivery_of(object_of(decode_object(answer, asked).get("result")))
    if found is None:
        raise broken("it holds no delivery log", asked)
    return found


def parse_job(answer: Answer, asked: Asked) -> str:
    """Return the id of the vendor's job. Raises: AnswerBroken."""
    job = text_of(object_of(decode_object(answer, asked).get("result")).get("job_id"))
    if not job:
        raise broken("it holds no job", asked)
    return job
