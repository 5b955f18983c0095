"""Lets a run see what its mappings' scripts trace, without handing itself down to each of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeAlias

Sink: TypeAlias = Callable[[str, Mapping[int, str]], None]
_sink: Final[ContextVar[Sink | None]] = ContextVar("isthmus_script_traces", default=None)


@contextmanager
def traced(by: Sink) -> Iterator[None]:
    """Have what scripts trace within told, by the mapping's name and the row."""
    before = _sink.set(by)
    try:
        yield
    finally:
        _sink.reset(before)


def tell_traces(name: str, traces: Mapping[int, str]) -> None:
    """Tell what the scripts of a mapping traced to whoever wants to know here."""
    sink = _sink.get()
    if sink is not None and traces:
        sink(name, traces)
