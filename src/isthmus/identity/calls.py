"""Calls to a provider: JSON in, small, and over TLS but to this machine."""

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from isthmus.base.errors import IsthmusError
from isthmus.identity.errors import ProviderAway, ProviderWrong
from isthmus.transport import Answer, HttpSession, TransportSettings

_SETTINGS: Final = TransportSettings(
    connect_timeout=10.0, read_timeout=20.0, call_timeout=30.0, max_body_bytes=1024 * 1024
)
_REMEDY: Final = "Check ISTHMUS_OIDC_ISSUER, ISTHMUS_OIDC_CLIENT_ID and ISTHMUS_OIDC_CLIENT_SECRET."


async def get(url: str, *, bearer: str = "") -> dict[str, Any]:
    """Return the JSON object at an address. Raises: ProviderAway, ProviderWrong."""
    headers = {"Accept": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    answer = await _send("GET", url, headers, None)
    if answer.status != 200:
        raise wrong(f"it answered {answer.status}", url)
    return read_object(answer, url)


async def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Send a form; the answer may be a refusal. Raises: ProviderAway, ProviderWrong."""
    kind = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    return await _send("POST", url, {**kind, **headers}, urlencode(form).encode())


def read_object(answer: Answer, url: str) -> dict[str, Any]:
    """Return the JSON object of an answer. Raises: ProviderWrong."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise wrong("it answered with no JSON object", url)
    return found


def safe(url: object, what: str) -> str:
    """Return an address that nobody on the way can read. Raises: ProviderWrong."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        parts = None
    is_here = parts is not None and parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not isinstance(url, str) or parts is None or not parts.hostname:
        raise wrong(f"it names no {what}", what)
    if not (parts.scheme == "https" or is_here):
        raise wrong(f"its {what} is no https address", what)
    return url


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def wrong(why: str, where: str) -> ProviderWrong:
    """Return the error of a provider that does not fit what we were told of it."""
    return ProviderWrong(
        f"The identity provider cannot be used: {why}.",
        where=where.partition("?")[0],
        remedy=_REMEDY,
    )


async def _send(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    try:
        async with HttpSession(_SETTINGS) as session:
            answer = await session.send(method, url, headers=headers, body=body)
    except IsthmusError as error:
        raise _away(error.what, url) from None
    if answer.status >= 500 or answer.status == 429:
        raise _away(f"it answered {answer.status}", url)
    return answer


def _away(why: str, url: str) -> ProviderAway:
    return ProviderAway(
        f"The identity provider cannot be reached: {why}.",
        where=url.partition("?")[0],
        remedy="Try again later, or log in with a password.",
    )
