"""Calls: headers, zone, slots, budget, retries; what `client` says, this does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar
from urllib.parse import urlsplit

from isthmus.autotask import errors as err
from isthmus.autotask.calls.accounts import Account, account_for
from isthmus.autotask.calls.budget import Budget
from isthmus.autotask.calls.call import Call
from isthmus.autotask.calls.wire import Request, RestWire, Wire
from isthmus.autotask.models import Threshold, Usage, Zone
from isthmus.autotask.settings import ClientSettings, Credentials, RetrySettings
from isthmus.base import clock, log
from isthmus.base.backoff import Counted, retrying
from isthmus.base.errors import IsthmusError
from isthmus.base.fencing import pass_fence
from isthmus.transport import Answer, BodyBroken, ConnectionFailed, HttpSession

T = TypeVar("T")
_CONFIRMED_FOR: Final = 1.0  # seconds for which one look-up answers a burst of 401s
_patient: ContextVar[bool] = ContextVar("patient", default=True)
_logger = log.get_logger("autotask")


@contextmanager
def impatient() -> Iterator[None]:
    """
    Have calls made within fail with HourlyLimitHit instead of waiting for the hour's limit.

    For a look at what was just written: while it waited, nobody would learn the new record's id.
    """
    before = _patient.set(False)
    try:
        yield
    finally:
        _patient.reset(before)


class Caller:
    """Makes calls for one API user; lives in one event loop, shares its account with all."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str | None,
        zone: int | str | None,
        settings: ClientSettings,
        wire: Wire | None = None,
    ) -> None:
        """Args: wire: which API is called, REST unless given; base_url and zone are REST's."""
        self._credentials = credentials
        self._wire = RestWire(credentials, base_url, zone) if wire is None else wire
        self._settings = settings
        self._zone: Zone | None = None
        self._zone_lock = asyncio.Lock()
        self._budget: Budget | None = None
        self._calls_made = 0
        self._confirmed_at = float("-inf")
        self.session = HttpSession(settings.transport)

    @property
    def username(self) -> str:
        """Return the API user."""
        return self._credentials.username

    async def zone(self) -> Zone:
        """Return the zone, looked up at the first need."""
        if self._zone is None:
            async with self._zone_lock:
                if self._zone is None:
                    await self._discover()
        assert self._zone is not None  # noqa: S101 - told to the type checker
        return self._zone

    async def fetch(self, call: Call, parse: Callable[[Answer], T]) -> T:
        """
        Make a call until it succeeds or fails for good; `parse` judges a 2xx answer's body.

        Raises: the tree of `autotask.errors`.
        """
        waiting_since: float | None = None
        while True:
            budget = await self._ready_budget()
            await budget.admit(waiting_since, patient=_patient.get())
            try:
                return await self._retried(call.idempotent, lambda: self._once(call, parse))
            except err.HourlyLimitHit:
                await budget.refused()
                if not _patient.get():
                    raise
                waiting_since = waiting_since or clock.monotonic()

    async def threshold(self) -> Threshold:
        """Read the threshold now, and take it over; only when refused it waits for the budget."""
        waiting_since: float | None = None
        while True:
            budget = await self._ready_budget()
            try:
                found = await self._retried(
                    True, lambda: self._once(self._wire.threshold, self._wire.parse_threshold)
                )
            except err.HourlyLimitHit:
                await budget.refused()
                waiting_since = waiting_since or clock.monotonic()
                await budget.admit(waiting_since)
            else:
                await budget.learn(found)
                return found

    async def download(self, url: str, parse: Callable[[Answer], T]) -> T:
        """
        Fetch a document anyone may read: without log-in, slot or budget.

        Raises: what `parse` does, and ServerTrouble; the Retryable ones once retries are spent.
        """

        async def ask() -> T:
            return parse(await self._translated(Request("GET", url, {"Accept": "*/*"})))

        return await self._retried(True, ask)

    def exhausted(self) -> err.HourlyLimitHit | None:
        """Return what a call that does not wait would be refused with, as far as known."""
        return None if self._budget is None else self._budget.exhausted()

    def usage(self) -> Usage:
        """Return what was spent, without a call."""
        ledger = None if self._budget is None else self._budget.account.glance()[0]
        if ledger is None or ledger.limit is None:
            return Usage(self._calls_made, None, None, 0.0)
        used = ledger.estimate()
        return Usage(self._calls_made, ledger.limit, used, used / ledger.limit)

    async def _ready_budget(self) -> Budget:
        if self._budget is None:
            account = self._account(await self.zone())
            self._budget = Budget(self._settings.budget, account, self._read_threshold)
        return self._budget

    def _account(self, zone: Zone) -> Account:
        if self._budget is not None:
            return self._budget.account
        mine, host = self._credentials, urlsplit(zone.url).netloc
        shared = self._settings.budget.shared
        return account_for(host, mine.username, mine.integration_code, shared)

    async def _read_threshold(self) -> Threshold | None:
        """Read the threshold for the budget; None where it cannot be read, which is no failure."""
        try:
            return await self._once(self._wire.threshold, self._wire.parse_threshold)
        except err.HourlyLimitHit:
            raise
        except (
            err.PermissionDenied,
            err.UnknownEntity,
            err.QueryRefused,
            err.CallRefused,
        ) as error:
            _logger.warning("budget_unreadable", reason=error.what)
            return None
        except (err.ThreadLimitHit, err.ServerTrouble, err.AnswerBroken) as error:
            _logger.debug("budget_unread", reason=error.what)
            return None

    async def _once(self, call: Call, parse: Callable[[Answer], T]) -> T:
        """Make one attempt; on a 401 ask once whether the zone moved."""
        zone = await self.zone()
        answer = await self._send(zone, call)
        error = self._wire.error_of(answer, call)
        if isinstance(error, err.AuthFailed):
            moved = await self._rediscover(zone)
            if moved is None:
                raise error
            answer = await self._send(moved, call)
            error = self._wire.error_of(answer, call)
        if error is not None:
            raise error
        return parse(answer)

    async def _send(self, zone: Zone, call: Call) -> Answer:
        """Send one request in a slot of its entity and count it."""
        request = self._wire.request(zone, call)
        held = self._account(zone).hold(call.buckets, rest=self._settings.release_delay)
        async with held:
            self._calls_made += 1
            if call.writes:
                await pass_fence()  # here, since a slot may have been waited for
            begun = clock.monotonic()
            answer = await self._translated(request)
        _logger.debug(
            "call",
            method=call.method,
            path=call.path,
            status=answer.status,
            ms=round((clock.monotonic() - begun) * 1000),
            bytes=len(answer.body),
        )
        return answer

    async def _translated(self, request: Request) -> Answer:
        try:
            return await self.session.send(
                request.method, request.url, headers=request.headers, body=request.body
            )
        except ConnectionFailed as error:
            kind = err.ServerTrouble if error.may_have_arrived else err.Unreachable
            raise kind(error.what, where=error.where, remedy=error.remedy) from None
        except BodyBroken as error:
            raise err.AnswerBroken(error.what, where=error.where, remedy=error.remedy) from None

    async def _discover(self) -> None:
        """Look the zone up and keep it; needs `_zone_lock`."""

        async def ask() -> Zone:
            return self._wire.parse_zone(await self._translated(self._wire.ask_zone()))

        found = await self._retried(True, ask)
        if self._zone is not None and self._zone.url != found.url:
            self._budget = None
            _logger.info("zone_moved", before=self._zone.url, after=found.url)
        self._zone = found

    async def _rediscover(self, old: Zone) -> Zone | None:
        """Return the zone a tenant moved to; None when it is still the old one."""
        async with self._zone_lock:
            fresh = clock.monotonic() - self._confirmed_at < _CONFIRMED_FOR
            if self._zone is not None and self._zone.url == old.url and not fresh:
                await self._discover()
                self._confirmed_at = clock.monotonic()
            zone = self._zone
        return zone if zone is not None and zone.url != old.url else None

    async def _retried(self, idempotent: bool, work: Callable[[], Awaitable[T]]) -> T:
        return await retrying(retry_policy(self._settings.retry, idempotent=idempotent), work)


def retry_policy(settings: RetrySettings, *, idempotent: bool) -> Counted:
    """
    Say which errors are tried again, by class.

    What cannot have taken effect is tried again for every call; what may have, only for a call
    that does no harm twice. Permanent errors and those for a person never are.
    """
    retries: dict[type[Exception], int] = {err.ThreadLimitHit: settings.thread_limit}
    if idempotent:
        retries[err.ServerTrouble] = settings.server_trouble
        retries[err.AnswerBroken] = settings.broken_answer
    else:
        retries[err.Unreachable] = settings.server_trouble
    return Counted(retries=retries, waits=settings.waits, hint=_asked_wait, told=_tell_retry)


def _asked_wait(error: Exception) -> float | None:
    return error.wait_seconds if isinstance(error, err.ThreadLimitHit) else None


def _tell_retry(error: Exception, times: int) -> None:
    if isinstance(error, IsthmusError):
        kind = type(error).__name__
        _logger.warning("retry", kind=kind, times=times, what=error.what, where=error.where)
