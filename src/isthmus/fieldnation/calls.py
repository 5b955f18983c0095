"""Calls: token, rate, retries; what the rooms above ask for, this does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from isthmus.base import clock, log
from isthmus.base.backoff import Counted, retrying
from isthmus.base.errors import IsthmusError
from isthmus.base.fencing import pass_fence
from isthmus.base.redaction import redact
from isthmus.fieldnation import errors as err
from isthmus.fieldnation import oauth
from isthmus.fieldnation.answers import Asked, error_of
from isthmus.fieldnation.bucket import bucket_for
from isthmus.fieldnation.refusals import remaining_of
from isthmus.fieldnation.settings import ClientSettings, Credentials
from isthmus.fieldnation.vocabulary import SIGN_IN, WEBHOOKS
from isthmus.transport import (
    AddressRefused,
    Answer,
    BodyBroken,
    CertificateRefused,
    ConnectionFailed,
    Form,
    HttpSession,
)

T = TypeVar("T")
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_logger = log.get_logger("fieldnation")


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request of the vendor's API.

    `path` is all of it below the host. `query` holds no token. `moves`: see `Asked`.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    moves: bool = False

    @property
    def asked(self) -> Asked:
        """Return what an error about this call names."""
        return Asked(self.method, self.path, writes=self.writes, moves=self.moves)

    @property
    def writes(self) -> bool:
        """Tell whether the call may change something."""
        return self.method != "GET"

    @property
    def repeatable(self) -> bool:
        """Tell whether doing it twice does no harm: a PUT here always sets, it never adds."""
        return self.method in {"GET", "PUT"}


def checked_base(base_url: str) -> str:
    """Return the base URL without a slash at its end. Raises: WrongAddress."""
    parts = urlsplit(base_url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise err.WrongAddress(
            f"{redact(base_url)!r} cannot be the address of Field Nation's API",
            where="base_url",
            remedy="Give scheme and host, such as https://api-sandbox.fndev.net.",
        )
    return base_url.strip().rstrip("/")


class Caller:
    """Makes calls for one API user; lives in one event loop."""

    def __init__(self, credentials: Credentials, base_url: str, settings: ClientSettings) -> None:
        self._credentials = credentials
        self.base_url = checked_base(base_url)
        self.settings = settings
        self.session = HttpSession(settings.transport)
        self._bucket = bucket_for(
            self.base_url, credentials.client_id, settings.rate, settings.shared
        )
        self.tokens = oauth.Tokens(self._fetch_token)

    async def fetch(self, call: Call, parse: Callable[[Answer, Asked], T]) -> T:
        """
        Make a call until it succeeds or fails for good; `parse` judges a success's body.

        A call that may have taken effect is tried again only when doing it twice does no harm.
        Raises: the tree of `fieldnation.errors`.
        """
        return await self.repeat(call, lambda: self._once(call, parse))

    async def repeat(self, call: Call, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work of a call, again as the settings say and as its kind allows."""
        return await retrying(_Careful(call, self.settings), work)

    async def _send(self, call: Call, token: oauth.Token, asked: Asked) -> Answer:
        """Send one request in its turn; never retries."""
        await self._bucket.admit(asked.where)
        query = dict(call.query)
        headers = {"Accept": "application/json"}
        if self.settings.sign_in_by == "header" or call.path.startswith(WEBHOOKS):
            headers["Authorization"] = f"Bearer {token.value}"
        else:
            query["access_token"] = token.value
        url = f"{self.base_url}{call.path}{'?' if query else ''}{urlencode(query)}"
        if call.writes:
            await pass_fence()
        return await self.exchange(asked, url, headers, call.body)

    async def exchange(
        self, asked: Asked, url: str, headers: dict[str, str], body: object = None
    ) -> Answer:
        """Send one request to any address, log it without its query, translate the failures."""
        data: bytes | Form | None
        if body is None or isinstance(body, Form):
            data = body
        else:
            headers = {**headers, "Content-Type": "application/json"}
            data = _ENCODER.encode(body)
        begun = clock.monotonic()
        answer = await self._translated(asked, url, headers, data)
        _logger.debug(
            "call",
            method=asked.method,
            path=asked.path,
            status=answer.status,
            ms=round((clock.monotonic() - begun) * 1000),
            bytes=len(answer.body),
        )
        return answer

    async def _once(self, call: Call, parse: Callable[[Answer, Asked], T]) -> T:
        answer, error = await self.attempt(call, call.asked)
        if error is not None:
            raise error
        return parse(answer, call.asked)

    async def attempt(self, call: Call, asked: Asked) -> tuple[Answer, err.FieldNationError | None]:
        """
        Make one attempt; when the token is refused, one more with a fresh one.

        Args: asked: what logs and errors name. Returns: the answer and the error it stands for.
        """
        token = await self.tokens.current()
        answer = await self._send(call, token, asked)
        error = error_of(answer, asked)
        if isinstance(error, err.AuthFailed):
            answer = await self._send(call, await self.tokens.renewed(token), asked)
            error = error_of(answer, asked)
        await self._heed(answer, error)
        return answer, error

    async def _heed(self, answer: Answer, error: err.FieldNationError | None) -> None:
        """Slow down all calls of the account as the vendor asks."""
        if isinstance(error, err.RateLimited):
            await self._bucket.close(error.told.wait_seconds or 0.0)
        remaining = remaining_of(answer)
        if remaining is not None:
            await self._bucket.learn(remaining)

    async def _fetch_token(self) -> oauth.Token:
        body = oauth.token_request(self._credentials)
        url = f"{self.base_url}{SIGN_IN}"
        answer = await self.exchange(oauth.ASKED, url, {"Accept": "application/json"}, body)
        token = oauth.parse_token(answer, self.settings.token_margin)
        _logger.debug("token_fetched")
        return token

    async def _translated(
        self, asked: Asked, url: str, headers: dict[str, str], data: bytes | Form | None
    ) -> Answer:
        try:
            return await self.session.send(asked.method, url, headers=headers, body=data)
        except ConnectionFailed as error:
            kind = err.ServerTrouble if error.may_have_arrived else err.Unreachable
            raise kind(
                error.what,
                where=asked.where,
                remedy=error.remedy,
                may_have_taken_effect=asked.writes and error.may_have_arrived,
            ) from None
        except BodyBroken as error:
            raise err.AnswerBroken(
                error.what,
                where=asked.where,
                remedy=error.remedy,
                may_have_taken_effect=asked.writes,
            ) from None
        except (AddressRefused, CertificateRefused) as error:
            error.where = asked.where  # the URL may hold what is secret
            raise


class _Careful(Counted):
    """Counts retries as `Counted`, but never repeats what may be done and cannot be done twice."""

    def __init__(self, call: Call, settings: ClientSettings) -> None:
        chosen = settings.retry
        super().__init__(
            retries={
                err.RateLimited: chosen.rate_limit,
                err.ServerTrouble: chosen.server_trouble,
                err.AnswerBroken: chosen.broken_answer,
            },
            waits=chosen.waits,
            hint=_asked_wait,
            told=_tell_retry,
        )
        self.repeatable = call.repeatable
        self.longest_wait = settings.rate.longest_wait

    def __call__(self, error: Exception) -> bool | float:
        if isinstance(error, err.FieldNationError):
            done = error.may_have_taken_effect and not self.repeatable
            too_long = (error.told.wait_seconds or 0.0) > self.longest_wait
            # Only of a fault is its word taken: 408 and 429 are documented as worth another try.
            final = error.told.retryable is False and error.told.status >= 500
            if done or too_long or final:
                return False
        return super().__call__(error)


def _asked_wait(error: Exception) -> float | None:
    return error.told.wait_seconds if isinstance(error, err.FieldNationError) else None


def _tell_retry(error: Exception, times: int) -> None:
    if isinstance(error, IsthmusError):
        kind = type(error).__name__
        _logger.warning("retry", kind=kind, times=times, what=error.what, where=error.where)
