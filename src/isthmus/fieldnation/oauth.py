"""
The access token: fetched by the password grant, kept until shortly before its end.

However many callers find it stale, one request renews it, and they share its outcome: a wrong
password is tried once, not once for each caller. Source: the refresh token that comes along is
not supported (older documentation) or is (one page of 2026), so it is never used.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from isthmus.base import clock, redaction
from isthmus.fieldnation import errors as err
from isthmus.fieldnation.answers import Asked, broken, error_of
from isthmus.fieldnation.decode import decode_object
from isthmus.fieldnation.readout import number_of
from isthmus.fieldnation.settings import Credentials
from isthmus.fieldnation.vocabulary import SIGN_IN
from isthmus.transport import Answer

ASKED: Final = Asked("POST", SIGN_IN)
_USUAL_LIFE: Final = 3600.0  # documented; taken where the answer does not say


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; `good_until` is on the monotonic clock."""

    value: str = field(repr=False)
    good_until: float


def token_request(credentials: Credentials) -> dict[str, str]:
    """Return the JSON body that asks for a token. Source: published description, documented."""
    return {
        "grant_type": "password",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "username": credentials.username,
        "password": credentials.password,
    }


def parse_token(answer: Answer, margin: float) -> Token:
    """
    Return the token an answer holds, kept out of logs and errors from here on.

    Args: margin: seconds before its end at which it is used no more; at most half its life.
    Raises: AuthFailed for every refusal of the values; else as any call.
    """
    error = error_of(answer, ASKED)
    if isinstance(error, err.ValidationFailed):
        raise err.AuthFailed(error.what, where=error.where, remedy=_REMEDY, told=error.told)
    if error is not None:
        raise error
    found = decode_object(answer, ASKED)
    value = found.get("access_token")
    if not isinstance(value, str) or not value.isprintable() or not value:
        raise broken("it holds no access token", ASKED)
    redaction.guard_token(value)
    told = number_of(found.get("expires_in"))
    life = float(told) if told is not None and told > 0 else _USUAL_LIFE
    return Token(value, clock.monotonic() + life - min(margin, life / 2))


class Tokens:
    """Keeps the token of one client; lives in one event loop."""

    def __init__(self, fetch: Callable[[], Awaitable[Token]]) -> None:
        self._fetch = fetch
        self._token: Token | None = None
        self._renewal: asyncio.Future[Token] | None = None

    async def current(self) -> Token:
        """Return a token that is not about to end. Raises: what fetching it raises."""
        if self._token is not None and clock.monotonic() < self._token.good_until:
            return self._token
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.ensure_future(self._renew())
            self._renewal.add_done_callback(_take_notice)
        # Shielded: a caller that is cancelled does not take the token from the others.
        return await asyncio.shield(self._renewal)

    async def renewed(self, stale: Token) -> Token:
        """Return another token than the one that was refused; at most one request for all."""
        if self._token is stale:
            self._token = None
        return await self.current()

    async def close(self) -> None:
        """Give up a renewal that is under way."""
        if self._renewal is not None and not self._renewal.done():
            self._renewal.cancel()
            await asyncio.wait([self._renewal])

    async def _renew(self) -> Token:
        self._token = await self._fetch()
        return self._token


def _take_notice(renewal: asyncio.Future[Token]) -> None:
    """Look at the outcome, so that one nobody waits for any more is not reported as lost."""
    if not renewal.cancelled():
        renewal.exception()


_REMEDY: Final = (
    "Check client id, client secret, user name and password, and that they are of this environment:"
    " sandbox and production have separate ones."
)
