"""The tenant's calls of the hour: read sparingly, slowed, and partly left to others."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from isthmus.autotask.calls.accounts import Account
from isthmus.autotask.calls.ledger import Ledger, Verdict
from isthmus.autotask.errors import HourlyLimitHit
from isthmus.autotask.models import Threshold
from isthmus.autotask.settings import BudgetSettings
from isthmus.autotask.spending import Priority, spent_for
from isthmus.base import clock, log

_LOOKS_AGAIN = 0.5  # seconds after which to see what somebody else was told, who asked already
_logger = log.get_logger("autotask.budget")


class Budget:
    """
    Admits calls of one client by the ledger of its tenant.

    `read` asks the vendor for the threshold, past the budget.
    """

    def __init__(
        self,
        settings: BudgetSettings,
        account: Account,
        read: Callable[[], Awaitable[Threshold | None]],
    ) -> None:
        self._settings = settings
        self._read = read
        self._probing = asyncio.Lock()
        self._out_since: dict[Priority, float] = {}
        self.account = account

    async def admit(self, waiting_since: float | None = None, *, patient: bool = True) -> None:
        """
        Return when a call may be made.

        Args: waiting_since: monotonic second since which this call waits for the limit already.
        patient: False for a call that is better left out than waited for.
        Raises: HourlyLimitHit: our share is used up, and the settings say not to wait (longer).
        """
        verdict = await self.account.ask(self._settings)
        if verdict.read:
            await self._refresh()
            verdict = await self._ask_again()
        if verdict.over:
            if not patient:
                raise self._limit_hit(verdict)
            verdict = await self._wait_for_fall(verdict, waiting_since)
        self._out_since.pop(spent_for(), None)
        if verdict.wait > 0:
            _logger.debug("budget_slowed", seconds=round(verdict.wait, 3), used=verdict.used)
            await clock.sleep(verdict.wait)

    async def refused(self) -> None:
        """Note that the vendor refused a call for the hour's limit."""
        await self.account.change(_refuse)

    async def learn(self, threshold: Threshold) -> None:
        """Take over a reading that was made now."""

        def take_over(ledger: Ledger, now: float) -> None:
            ledger.learn(threshold)
            ledger.looked(now)

        await self.account.change(take_over)
        _logger.debug("budget_read", used=threshold.used, limit=threshold.limit)

    def exhausted(self) -> HourlyLimitHit | None:
        """Return what a call that does not wait would be refused with, as far as known."""
        ledger, now = self.account.glance()
        ceiling = self._settings.ceiling(spent_for())
        if not ledger.over(ceiling):
            return None
        falls_in = ledger.falls_in(ceiling, now)
        return self._limit_hit(
            Verdict(now, ledger.estimate(), ledger.limit, ledger.refused, falls_in=falls_in)
        )

    async def _ask_again(self) -> Verdict:
        return await self.account.ask(self._settings, may_read=False)

    async def _refresh(self) -> None:
        try:
            threshold = await self._read()
        except HourlyLimitHit:
            await self.account.change(_refuse_a_look)
        except BaseException:
            await self.account.change(Ledger.looked)
            raise
        else:
            if threshold is None:
                await self.account.change(Ledger.looked)
            else:
                await self.learn(threshold)

    async def _wait_for_fall(self, verdict: Verdict, waiting_since: float | None) -> Verdict:
        """
        Wait, looking again now and then; returns what is said once it is no more over.

        The wait is one for all calls of the client: those that come later do not start it anew,
        or a run of many datasets would wait many times as long as it was allowed to.
        """
        priority = spent_for()
        since = (self._out_since.get(priority), waiting_since, clock.monotonic())
        begun = self._out_since[priority] = min(one for one in since if one is not None)
        while verdict.over:
            left = self._patience_left(clock.monotonic() - begun)
            if left <= 0:
                raise self._limit_hit(verdict)
            pause = min(self._settings.probe_seconds, max(verdict.falls_in, 0.01))
            if verdict.being_read:
                pause = min(pause, _LOOKS_AGAIN)
            self._tell(verdict)
            await clock.sleep(min(pause, left))
            await self._probe(verdict.at)
            verdict = await self._ask_again()
        if self._settings.on_waiting is not None:
            self._settings.on_waiting(0.0, verdict.used, verdict.limit or 0)
        return verdict

    def _patience_left(self, spent: float) -> float:
        if self._settings.on_limit == "raise":
            return 0.0
        longest = self._settings.longest_wait
        return float("inf") if longest is None else longest - spent

    async def _probe(self, since: float) -> None:
        """Read the limit, unless another waiting call did since then: each reading is a call."""
        async with self._probing:
            if await self.account.change(lambda ledger, now: ledger.start_probe(since, now)):
                await self._refresh()

    def _tell(self, verdict: Verdict) -> None:
        falls_at = _moment(verdict.falls_in).isoformat(timespec="seconds")
        _logger.warning("budget_waiting", used=verdict.used, limit=verdict.limit, falls_at=falls_at)
        if self._settings.on_waiting is not None:
            seconds = max(1.0, verdict.falls_in)
            self._settings.on_waiting(seconds, verdict.used, verdict.limit or 0)

    def _limit_hit(self, verdict: Verdict) -> HourlyLimitHit:
        falls_at = _moment(verdict.falls_in)
        if verdict.refused:
            what = "Autotask refuses calls: those of the last hour are used up"
        else:
            what = (
                f"{verdict.used:,} of the tenant's {verdict.limit:,} calls of the hour are"
                f" used; ours stop at {self._settings.ceiling(spent_for()):.0%}"
            )
        return HourlyLimitHit(
            what,
            falls_at=falls_at,
            where="hourly budget",
            remedy=f"Calls are free again by {falls_at:%Y-%m-%d %H:%M} UTC at the latest. Run again"
            " then: a sync goes on where this one stopped. Admin > Extensions & Integrations > API"
            " shows who uses them.",
        )


def _refuse(ledger: Ledger, _now: float) -> None:
    ledger.refused = True


def _refuse_a_look(ledger: Ledger, now: float) -> None:
    ledger.refused = True
    ledger.looked(now)


def _moment(seconds_from_now: float) -> datetime:
    return clock.utc_now() + timedelta(seconds=seconds_from_now)
