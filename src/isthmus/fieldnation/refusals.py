"""
Read what the vendor says about a failure: five shapes of body and some headers, one `Told`.

Pure. Shapes: (a) RFC 9457 problem of 2026, (b) `{status, message}`, (c) `{error: {code, message,
field}}`, (d) OAuth `{error, error_description}`, (e) webhooks `{metadata, errors, result}`; else
the bare text of a page. Source: see the page about the client; how far (a) is live on REST v2 is
not verified, so all are read everywhere.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from isthmus.base.redaction import redact
from isthmus.fieldnation.errors import FieldProblem, Told
from isthmus.fieldnation.readout import number_of, object_of, text_of
from isthmus.transport import Answer

_SHOWN_MOST: Final = 400
_TAGS: Final = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_EPOCH: Final = 1e9  # a reset above it is a Unix time, below it seconds from now


def told_by(answer: Answer) -> Told:
    """Return what an answer says about its failure; secrets taken out of every text."""
    body = _decode(answer.body)
    if body is None:
        plain = _TAGS.sub(" ", answer.body[:20_000].decode("utf-8", "replace"))
        return Told(
            answer.status, _shown(" ".join(plain.split())), wait_seconds=wait_of(answer, None)
        )
    inner = object_of(body.get("error"))
    agent = object_of(body.get("agent"))
    code = text_of(body.get("code")) or text_of(inner.get("code")) or _oauth_code(body)
    correlation = body.get("correlationId") or body.get("correlation_id")
    retryable = body.get("retryable")
    return Told(
        status=answer.status,
        text=_shown(" | ".join(dict.fromkeys(text for text in _texts(body, inner) if text))),
        code=redact(code),
        correlation_id=redact(
            text_of(correlation or answer.headers.get("x-correlation-id"))[:_SHOWN_MOST]
        ),
        action=text_of(agent.get("action")),
        fields=tuple(_fields(body, inner)),
        wait_seconds=wait_of(answer, agent.get("backoffMs")),
        retryable=retryable if isinstance(retryable, bool) else None,
    )


def wait_of(answer: Answer, backoff_ms: object) -> float | None:
    """
    Return the seconds the vendor asks to wait: Retry-After, else backoffMs, else the reset.

    The reset counts only where the call was refused for its rate, or none remain.
    """
    after = answer.headers.get("retry-after", "").strip()
    if after:
        seconds = _seconds(after, answer)
        if seconds is not None:
            return seconds
    backoff = number_of(backoff_ms)
    if backoff is not None and backoff >= 0:
        return float(backoff) / 1000
    return reset_of(answer) if answer.status == 429 else None


def remaining_of(answer: Answer) -> int | None:
    """Return how many calls the vendor says remain; None when it does not say."""
    found = number_of(_header(answer, "remaining"))
    return None if found is None or found < 0 else int(found)


def reset_of(answer: Answer) -> float | None:
    """
    Return the seconds until the vendor's count starts anew; None when it does not say.

    Source: the header is documented without a unit: a large number is taken for a Unix time
    (milliseconds above 1e12), a small one for seconds from now.
    """
    found = number_of(_header(answer, "reset"))
    if found is None or found < 0:
        return None
    value = float(found)
    if value < _EPOCH:
        return value
    now = answer.server_time
    if now is None:
        return None
    return max(0.0, (value / 1000 if value > 1e12 else value) - now.timestamp())


def _header(answer: Answer, name: str) -> str | None:
    """Return a rate header in either spelling; one page writes X-Rate-Limit-."""
    for form in (f"x-ratelimit-{name}", f"x-rate-limit-{name}"):
        if form in answer.headers:
            return answer.headers[form]
    return None


def _seconds(after: str, answer: Answer) -> float | None:
    number = number_of(after)
    if number is not None:
        return max(0.0, float(number))
    try:
        moment = parsedate_to_datetime(after)
    except (ValueError, TypeError):
        return None
    now: datetime | None = answer.server_time
    if now is None:
        return None
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (aware - now).total_seconds())


def _decode(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _oauth_code(body: Mapping[str, Any]) -> str:
    error = body.get("error")
    return error if isinstance(error, str) else ""


def _texts(body: Mapping[str, Any], inner: Mapping[str, Any]) -> Iterator[str]:
    """Yield every sentence of a failure, whichever shape it has."""
    yield text_of(body.get("title"))
    yield text_of(body.get("detail"))
    message = body.get("message")
    yield from (text_of(one) for one in (message if isinstance(message, list) else [message]))
    yield text_of(inner.get("message"))
    details = inner.get("details")
    if isinstance(details, str):
        yield details
    yield _oauth_code(body)
    yield text_of(body.get("error_description"))
    errors = body.get("errors")
    for one in errors if isinstance(errors, list) else []:
        row = object_of(one)
        yield text_of(one) or text_of(row.get("detail")) or text_of(row.get("message"))


def _fields(body: Mapping[str, Any], inner: Mapping[str, Any]) -> Iterator[FieldProblem]:
    errors = body.get("errors")
    details = inner.get("details")
    rows = [*(errors if isinstance(errors, list) else [])]
    rows += [*(details if isinstance(details, list) else []), inner]
    for one in rows:
        row = object_of(one)
        path = _path(row)
        if path:
            detail = text_of(row.get("detail")) or text_of(row.get("message"))
            yield FieldProblem(path, _shown(detail))


def _path(row: Mapping[str, Any]) -> str:
    """Return the dotted path of a JSON pointer, or the name of a parameter or field."""
    pointer = text_of(row.get("pointer"))
    if pointer:
        parts = pointer.removeprefix("#").strip("/").split("/")
        return redact(".".join(part.replace("~1", "/").replace("~0", "~") for part in parts))
    return redact(text_of(row.get("parameter")) or text_of(row.get("field")))


def _shown(text: str) -> str:
    return redact(text)[:_SHOWN_MOST]
