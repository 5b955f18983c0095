"""Check what a caller wants a webhook to be. Pure.

Source: the vendor's webhooks description for fields, types, the enum of events, `minItems` and
`uniqueItems`, and for a list whose one text holds several names; its guide for https and for the
header names that are taken. The wording of refusals is assumed.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from isthmus_sim.fieldnation.hooks.addresses import is_loopback
from isthmus_sim.fieldnation.hooks.errors import HookRefused
from isthmus_sim.fieldnation.hooks.events import EVENTS
from isthmus_sim.fieldnation.hooks.openapi import METHODS, STATUSES

REQUIRED = ("events", "url", "method", "status")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_TEXT = re.compile(r"[\t\x20-\x7e]*")


def read_wanted(body: Any, *, whole: bool, plain_http: str) -> dict[str, Any]:
    """
    Give the fields a body sets, checked; what nobody knows is passed over (assumed).

    Args: whole: all required fields must be there (create). plain_http: who may be registered
        with http: `loopback`, `any` or `refuse`.
    Raises: HookRefused (400), with every fault found.
    """
    if not isinstance(body, dict):
        raise HookRefused(400, "the body must be a JSON object")
    faults: list[str] = []
    wanted: dict[str, Any] = {}
    for name, check in _CHECKS.items():
        if name in body and (whole is False or body[name] is not None or name in REQUIRED):
            value, fault = check(body[name])
            wanted[name] = value
            faults += [fault] if fault else []
        elif whole and name in REQUIRED:
            faults.append(f"{name} should not be empty")
    if "url" in wanted and not faults:
        faults += _scheme_faults(wanted["url"], plain_http)
    if faults:
        raise HookRefused(400, *faults)
    return wanted


def _scheme_faults(url: str, plain_http: str) -> list[str]:
    if urlsplit(url).scheme == "https" or plain_http == "any":
        return []
    if plain_http == "loopback" and is_loopback(url):
        return []
    return ["url must be a valid HTTPS URL"]


def _events(value: Any) -> tuple[Any, str]:
    if not isinstance(value, list) or not value:
        return [], "events must contain at least 1 element"
    if not all(isinstance(name, str) for name in value):
        return [], "each value in events must be a string"
    names = [name.strip() for name in value[0].split(",")] + value[1:]
    if unknown := sorted(set(names) - set(EVENTS)):
        return names, f"events holds no such event: {', '.join(unknown)}"
    if len(set(names)) < len(names):
        return names, "all elements of events must be unique"
    return names, ""


def _url(value: Any) -> tuple[Any, str]:
    fault = "url must be a valid HTTPS URL"
    if not isinstance(value, str) or not value.isascii() or re.search(r"[\x00-\x20\x7f]", value):
        return value, fault
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return value, fault
    return value, "" if parts.scheme in ("http", "https") and host else fault


def _method(value: Any) -> tuple[Any, str]:
    return value, "" if value in METHODS else "method must be one of: post, put"


def _status(value: Any) -> tuple[Any, str]:
    return value, "" if value in STATUSES else f"status must be one of: {', '.join(STATUSES)}"


def _secret(value: Any) -> tuple[Any, str]:
    try:
        UUID(value if isinstance(value, str) else "")
    except ValueError:
        return value, "secret must be a UUID"
    return value, ""


def _mail(value: Any) -> tuple[Any, str]:
    if value in (None, ""):
        return "", ""
    known = isinstance(value, str) and _MAIL.fullmatch(value)
    return value, "" if known else "notificationEmail must be an email"


def _flag(value: Any) -> tuple[Any, str]:
    return value, "" if isinstance(value, bool) else "isIntegrationOnly must be a boolean value"


def _attribute(value: Any) -> tuple[Any, str]:
    """Read `webhookAttribute`; its other kind, `legacy_field`, is kept as it came (assumed)."""
    if not isinstance(value, dict):
        return value, "webhookAttribute must be an object"
    header = value.get("header") or {}
    if not isinstance(header, dict):
        return value, "webhookAttribute.header must be an object"
    for name, text in header.items():
        if name.lower().startswith("x-fn-"):
            return value, f"header {name} is reserved: x-fn-* is the sender's"
        if not _HEADER_NAME.fullmatch(name):
            return value, f"{name!r} is no header name"
        if not isinstance(text, str) or not _HEADER_TEXT.fullmatch(text):
            return value, f"header {name} must be a string of one line"
    legacy = value.get("legacy_field") or {}
    if not isinstance(legacy, dict):
        return value, "webhookAttribute.legacy_field must be an object"
    return {"header": header, "legacy_field": legacy}, ""


_CHECKS = {
    "events": _events,
    "url": _url,
    "method": _method,
    "status": _status,
    "secret": _secret,
    "notificationEmail": _mail,
    "isIntegrationOnly": _flag,
    "webhookAttribute": _attribute,
}
