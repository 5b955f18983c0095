"""
What is left to spend at a tenant: slots and the ledger of the hour, of this process or of many.

One account serves all clients of a tenant in the process, or, where a `SharedBudget` is given, in
every process that has it.
"""

import hashlib
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

import msgspec

from isthmus.autotask.calls.ledger import Ledger, Verdict
from isthmus.autotask.calls.slots import SLOTS, slot
from isthmus.autotask.settings import BudgetSettings
from isthmus.autotask.spending import SharedBudget, spent_for
from isthmus.base import clock

T = TypeVar("T")
_FRESH_FOR: Final = 1.0  # seconds for which a ledger with room is believed without a look
_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Ledger)


class Account(Protocol):
    """Slots and ledger of a tenant. Raises, where it is kept in a database: what that raises."""

    async def change(self, act: Callable[[Ledger, float], T]) -> T:
        """Change the ledger, given the time too, while nobody else does; `act` must not wait."""

    async def ask(self, settings: BudgetSettings, *, may_read: bool = True) -> Verdict:
        """Return what the ledger says to a call made here."""

    def glance(self) -> tuple[Ledger, float]:
        """Return the ledger as last seen, to be looked at only, and the time there."""

    def hold(self, entities: Sequence[str], *, rest: float) -> AbstractAsyncContextManager[None]:
        """Hold a slot of each entity, and count one call when they are held."""


@dataclass(slots=True)
class _Book:
    """The ledger of a tenant in this process. Guarded by `lock`: threads share it."""

    ledger: Ledger = field(default_factory=Ledger)
    lock: threading.Lock = field(default_factory=threading.Lock)


class OwnAccount:
    """An account of this process alone."""

    def __init__(self, book: _Book, integration_code: str) -> None:
        self._book = book
        self._code = integration_code

    async def change(self, act: Callable[[Ledger, float], T]) -> T:
        """See `Account`."""
        return self._change(act)

    async def ask(self, settings: BudgetSettings, *, may_read: bool = True) -> Verdict:
        """See `Account`."""
        priority = spent_for()
        return self._change(
            lambda ledger, now: ledger.ask(settings, priority, now, may_read=may_read)
        )

    def glance(self) -> tuple[Ledger, float]:
        """See `Account`."""
        return self._book.ledger, clock.monotonic()

    @asynccontextmanager
    async def hold(self, entities: Sequence[str], *, rest: float) -> AsyncIterator[None]:
        """See `Account`."""
        async with AsyncExitStack() as held:
            for name in entities:
                await held.enter_async_context(slot(self._code, name, rest=rest))
            self._change(Ledger.count)
            yield

    def _change(self, act: Callable[[Ledger, float], T]) -> T:
        with self._book.lock:
            return act(self._book.ledger, clock.monotonic())


@dataclass(frozen=True, slots=True)
class _Seen:
    """A ledger as it was at a moment of the clock it is kept by, and of ours."""

    ledger: Ledger
    now: float
    at: float


class SharedAccount:
    """An account of all processes that have the shared budget; who looks is told by hashes."""

    def __init__(
        self, shared: SharedBudget, tenant: tuple[str, str], integration_code: str
    ) -> None:
        self._shared = shared
        self._key = f"autotask hour {_hash(*tenant)}"
        self._code = _hash(integration_code)
        self._seen: _Seen | None = None

    async def change(self, act: Callable[[Ledger, float], T]) -> T:
        """See `Account`."""
        return await self._shared.change(self._key, self._on_note(act))

    async def ask(self, settings: BudgetSettings, *, may_read: bool = True) -> Verdict:
        """
        See `Account`.

        While there is much room, what was seen a moment ago, mostly by the last call, is enough.
        """
        priority = spent_for()
        if self._seen is not None and clock.monotonic() - self._seen.at < _FRESH_FOR:
            ledger, now = self.glance()
            if ledger.lets_pass(settings, priority, now):
                return Verdict(now, ledger.estimate(), ledger.limit, ledger.refused)
        return await self.change(
            lambda ledger, now: ledger.ask(settings, priority, now, may_read=may_read)
        )

    def glance(self) -> tuple[Ledger, float]:
        """See `Account`."""
        seen = self._seen
        if seen is None:
            return Ledger(), 0.0
        return seen.ledger, seen.now + clock.monotonic() - seen.at

    def hold(self, entities: Sequence[str], *, rest: float) -> AbstractAsyncContextManager[None]:
        """See `Account`."""
        return self._shared.hold(
            [f"autotask slot {self._code} {name.casefold()}" for name in entities],
            of=SLOTS,
            rank=spent_for(),
            rest=rest,
            noting=(self._key, self._on_note(Ledger.count)),
        )

    def _on_note(self, act: Callable[[Ledger, float], T]) -> Callable[[str, float], tuple[str, T]]:
        """Make of what is done with a ledger what is done with the note that holds it."""

        def on_note(note: str, now: float) -> tuple[str, T]:
            ledger = _parse(note)
            result = act(ledger, now)
            self._seen = _Seen(ledger, now, clock.monotonic())
            return _ENCODER.encode(ledger).decode(), result

        return on_note


def _parse(note: str) -> Ledger:
    """Return the ledger of a note; a new one where another Isthmus wrote it in another shape."""
    try:
        return _DECODER.decode(note) if note else Ledger()
    except msgspec.MsgspecError:
        return Ledger()


def _hash(*names: str) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]


_books: Final[dict[tuple[str, str], _Book]] = {}
_books_lock: Final = threading.Lock()


def account_for(
    host: str, username: str, integration_code: str, shared: SharedBudget | None
) -> Account:
    """Return the account of a tenant, told apart by the host of its zone and the API user."""
    tenant = (host.casefold(), username.casefold())
    if shared is not None:
        return SharedAccount(shared, tenant, integration_code)
    with _books_lock:
        return OwnAccount(_books.setdefault(tenant, _Book()), integration_code)
