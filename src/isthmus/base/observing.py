"""
Lets whoever is responsible for some calls see each of them, without handing anything down.

And lets whoever sees a call know what it was made for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Seen:
    """
    One HTTP call as it went out and came back.

    `url` has no query and no secret. `status` is 0 when no answer came. `sent` and `answered` are
    bodies as they were; who keeps them takes secrets out first.
    """

    method: str
    url: str
    status: int
    ms: int
    sent: bytes = field(default=b"", repr=False)
    answered: bytes = field(default=b"", repr=False)


Observer = Callable[[Seen], None]
_observer: Final[ContextVar[Observer | None]] = ContextVar("isthmus_observer", default=None)


@contextmanager
def observed(by: Observer | None) -> Iterator[None]:
    """Have calls made within told to an observer, which must neither wait nor raise."""
    before = _observer.set(by)
    try:
        yield
    finally:
        _observer.reset(before)


def observer() -> Observer | None:
    """Return who is to be told of calls here."""
    return _observer.get()


@dataclass(frozen=True, slots=True)
class Cause:
    """What calls are made for: a run by its id, and whose work it is, "" where it is nobody's."""

    run: str
    key: str = ""


_cause: Final[ContextVar[Cause | None]] = ContextVar("isthmus_cause", default=None)


@contextmanager
def caused(by: Cause) -> Iterator[None]:
    """Have calls made within count as made for this."""
    before = _cause.set(by)
    try:
        yield
    finally:
        _cause.reset(before)


def cause() -> Cause | None:
    """Return what calls are made for here; None: nothing that is noted."""
    return _cause.get()
