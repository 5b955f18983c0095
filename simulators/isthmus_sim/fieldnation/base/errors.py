"""How Field Nation says no: one refusal, five shapes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.base.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

PROBLEM_JSON = "application/problem+json"
TYPES_AT = "https://developer.fieldnation.com/error-codes/"


@dataclass(frozen=True)
class Kind:
    """
    One entry of the vendor's catalogue.

    action, backoff_ms and most_tries are what the catalogue tells an agent to do.
    """

    code: str
    status: int
    title: str
    action: str
    retryable: bool = False
    backoff_ms: int | None = None
    most_tries: int | None = None


VALIDATION = Kind("VALIDATION_ERROR", 400, "Validation Error", "FIX_INPUT")
UNAUTHENTICATED = Kind("AUTHENTICATION_REQUIRED", 401, "Authentication Required", "REAUTHENTICATE")
FORBIDDEN = Kind("INSUFFICIENT_PERMISSIONS", 403, "Insufficient Permissions", "ESCALATE")
NOT_FOUND = Kind("RESOURCE_NOT_FOUND", 404, "Resource Not Found", "FIX_INPUT")
WRONG_METHOD = Kind("METHOD_NOT_ALLOWED", 405, "Method Not Allowed", "FIX_INPUT")
CONFLICT = Kind("RESOURCE_CONFLICT", 409, "Resource Conflict", "REFRESH_STATE")
TOO_MANY = Kind("RATE_LIMIT_EXCEEDED", 429, "Rate Limit Exceeded", "RETRY", True, 60_000, 3)
INTERNAL = Kind("INTERNAL_SERVER_ERROR", 500, "Internal Server Error", "RETRY", True, 1_000, 4)
NOT_SERVED = Kind("NOT_IMPLEMENTED", 501, "Not Implemented", "ESCALATE")
"""
Source: the vendor's 2026 error catalogue for code, status, action, backoff and tries of
validation to internal; the code of not found, 405 and 501 are assumed.
"""


class Refusal(Exception):
    """
    A call the vendor would refuse.

    errors: what is wrong where, each {detail, pointer} or {detail, parameter}.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        errors: tuple[Mapping[str, str], ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.errors = kind, detail, errors
        self.headers = dict(headers or {})


def invalid(detail: str, pointer: str = "") -> Refusal:
    """Refuse a body. pointer: a JSON pointer to what is wrong in it."""
    errors = ({"detail": detail, "pointer": pointer},) if pointer else ()
    return Refusal(VALIDATION, detail, errors)


def bad_parameter(name: str, detail: str) -> Refusal:
    """Refuse a query parameter."""
    return Refusal(VALIDATION, detail, ({"detail": detail, "parameter": name},))


def missing(what: str, key: object) -> Refusal:
    """Refuse a path to something that is not there."""
    return Refusal(NOT_FOUND, f"{what} {key} was not found.")


def illegal_move(detail: str, status: int = 409) -> Refusal:
    """
    Refuse a move that the status does not allow.

    Source: 409 and FIX_INPUT are in the 2026 catalogue, 400 on older pages.
    """
    code = CONFLICT.code if status == 409 else VALIDATION.code
    return Refusal(replace(CONFLICT, code=code, status=status, action="FIX_INPUT"), detail)


def render(refusal: Refusal, shape: str, at: datetime, path: str, correlation_id: str) -> Reply:
    """Say a refusal in one of the vendor's shapes; see the switch `error_shape`."""
    body = _SHAPES[shape](refusal, {"at": at, "path": path, "correlation_id": correlation_id})
    kind = PROBLEM_JSON if shape == "problem" else "application/json; charset=utf-8"
    return Reply(refusal.kind.status, orjson.dumps(body), kind, refusal.headers)


def _problem(refusal: Refusal, about: dict[str, Any]) -> dict[str, Any]:
    kind = refusal.kind
    agent: dict[str, Any] = {"action": kind.action}
    if kind.backoff_ms is not None:
        agent |= {"backoffMs": kind.backoff_ms, "maxAttempts": kind.most_tries}
    return {
        "type": TYPES_AT + kind.code.lower().replace("_", "-"),
        "title": kind.title,
        "status": kind.status,
        "detail": refusal.detail,
        "message": refusal.detail,  # assumed: fits {status, message} too
        "code": kind.code,
        "errors": [dict(error) for error in refusal.errors],
        "retryable": kind.retryable,
        "correlationId": about["correlation_id"],
        "agent": agent,
    }


def _status_message(refusal: Refusal, _about: dict[str, Any]) -> dict[str, Any]:
    return {"status": refusal.kind.status, "message": refusal.detail}


def _error_object(refusal: Refusal, _about: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"code": refusal.kind.code, "message": refusal.detail}
    if refusal.errors:
        said["details"] = [dict(error) for error in refusal.errors]
    return {"error": said}


def _oauth(refusal: Refusal, _about: dict[str, Any]) -> dict[str, Any]:
    signed = refusal.kind.code == UNAUTHENTICATED.code
    error = "invalid_token" if signed else refusal.kind.code.lower()
    return {"error": error, "error_description": refusal.detail}


def _webhooks(refusal: Refusal, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {"timestamp": about["at"].isoformat(), "path": about["path"]},
        "errors": [{"code": refusal.kind.status, "message": refusal.detail}],
        "result": {},
    }


_SHAPES: dict[str, Callable[[Refusal, dict[str, Any]], dict[str, Any]]] = {
    "problem": _problem,
    "status_message": _status_message,
    "error_object": _error_object,
    "oauth": _oauth,
    "webhooks": _webhooks,
}
