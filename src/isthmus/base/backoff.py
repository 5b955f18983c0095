"""
Trying again, by stamina: attempts counted by class of error, exponential waits with jitter.

stamina reports each retry to process-wide hooks, by default through an unconfigured structlog that
prints to standard output. Our retries are logged by us, so they are kept from those hooks; what
the embedding application retries is reported as before.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, TypeVar

import stamina
from stamina.instrumentation import RetryDetails, get_on_retry_hooks, set_on_retry_hooks
from stamina.typing import RetryHook

T = TypeVar("T")

_ours: Final[ContextVar[bool]] = ContextVar("isthmus_retry", default=False)
_tries: Final[ContextVar[int]] = ContextVar("isthmus_tries", default=1)


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds between attempts: `first` doubled each time up to `longest`, plus up to `jitter`."""

    first: float = 0.5
    longest: float = 30.0
    jitter: float = 1.0


@dataclass(slots=True)
class Counted:
    """
    Decides whether an error is tried again: so many retries for each class of error.

    `retries` maps an error class to how often it may be retried; the first class that matches
    counts. `hint` may give the seconds the other side asked for.
    """

    retries: Mapping[type[Exception], int]
    waits: Waits
    hint: Callable[[Exception], float | None]
    told: Callable[[Exception, int], None]
    spent: dict[type[Exception], int] = field(default_factory=dict)

    def __call__(self, error: Exception) -> bool | float:
        """Return False to give up, True to wait as usual, or the seconds to wait."""
        kind = next((known for known in self.retries if isinstance(error, known)), None)
        if kind is None:
            return False
        self.spent[kind] = self.spent.get(kind, 0) + 1
        if self.spent[kind] > self.retries[kind]:
            return False
        self.told(error, self.spent[kind])
        asked = self.hint(error)
        if asked is None:
            return True
        return asked + random.uniform(0, self.waits.jitter)  # noqa: S311 - spreads load, no secret


def _quiet(hook: RetryHook) -> RetryHook:
    def unless_ours(details: RetryDetails) -> object:
        return None if _ours.get() else hook(details)

    unless_ours.__dict__["isthmus_quiet"] = True
    return unless_ours  # type: ignore[return-value]


def _keep_from_hooks() -> None:
    hooks = get_on_retry_hooks()
    if not all(hasattr(hook, "isthmus_quiet") for hook in hooks):
        set_on_retry_hooks(
            [hook if hasattr(hook, "isthmus_quiet") else _quiet(hook) for hook in hooks]
        )


def tries() -> int:
    """Return the how manieth try of its work this is, counted from 1."""
    return _tries.get()


async def retrying(decide: Counted, work: Callable[[], Awaitable[T]]) -> T:
    """
    Do the work, again when `decide` says so of its error; waits let other tasks run.

    Raises: the last error, as it is, when `decide` gives up.
    """
    _keep_from_hooks()
    waits = decide.waits
    token, number = _ours.set(True), _tries.set(1)
    try:
        async for attempt in stamina.retry_context(
            on=decide,
            attempts=None,
            timeout=None,
            wait_initial=waits.first,
            wait_max=waits.longest,
            wait_jitter=waits.jitter,
        ):
            with attempt:
                _tries.set(attempt.num)
                return await work()
    finally:
        _ours.reset(token)
        _tries.reset(number)
    raise AssertionError("stamina ended without a result or an error")
