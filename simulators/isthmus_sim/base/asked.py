"""The manners of every admin API: how it reads its small bodies, what it refuses, the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.base.clock import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isthmus_sim.base.clock import SimClock


PREFIX = "_sim"


@dataclass(frozen=True)
class Asked:
    """One admin call: path segments after the first, query, and the JSON body or {}."""

    rest: tuple[str, ...]
    query: Mapping[str, str]
    body: dict[str, Any]


class AdminRefused(Exception):
    """An admin call that cannot be answered; the text says what is allowed."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def keys_of(given: Iterable[str], allowed: tuple[str, ...]) -> None:
    """Refuse keys that are not allowed."""
    unknown = sorted(set(given) - set(allowed))
    if unknown:
        takes = ", ".join(allowed) or "no keys"
        raise AdminRefused(f"unknown: {', '.join(unknown)}; it takes: {takes}")


def whole(body: dict[str, Any], key: str, default: int) -> int:
    """Read a whole number that is not negative."""
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise AdminRefused(f"{key} takes a whole number, not negative; got {value!r}")
    return value


def text(body: dict[str, Any], key: str, default: str | None = None) -> str:
    """Read a text; without a default it must be given."""
    value = body.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise AdminRefused(f"{key} takes a text; got {value!r}")
    return value


def seconds(body: dict[str, Any], key: str, default: float) -> float:
    """Read a number of seconds that is not negative."""
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise AdminRefused(f"{key} takes seconds, not negative; got {value!r}")
    return value


def body_of(sent: bytes) -> dict[str, Any]:
    """Read the body of an admin call: a JSON object, {} for none."""
    if not sent.strip():
        return {}
    try:
        document = orjson.loads(sent)
    except orjson.JSONDecodeError as error:
        raise AdminRefused(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise AdminRefused("the body must be a JSON object")
    return document


def no_route(routes: Iterable[tuple[str, str]], method: str, name: str) -> str:
    """Say what there is instead. routes: verb and first segment of each."""
    known = list(routes)
    same = [verb for verb, other in known if other == name]
    if same:
        return f"{method} {name} does not exist; there is: {', '.join(same)}"
    names = ", ".join(dict.fromkeys(other for _, other in known if other))
    return f"there is no /{PREFIX}/{name}; there are: {names}"


def clock_told(clock: SimClock) -> dict[str, Any]:
    """Tell the simulated time."""
    return {"now": clock.now_text(), "frozen": clock.frozen_at is not None}


def move_clock(clock: SimClock, body: dict[str, Any]) -> None:
    """Move, set, freeze or release the clock. Raises: AdminRefused, ValueError."""
    keys_of(body, ("advance_s", "set", "frozen"))
    if "frozen" in body:
        clock.freeze(frozen=bool(body["frozen"]))
    if "set" in body:
        clock.set_to(parse_time(str(body["set"])))
    ahead = body.get("advance_s", 0)
    if isinstance(ahead, bool) or not isinstance(ahead, int | float):
        raise AdminRefused(f"advance_s takes seconds; got {ahead!r}")
    clock.advance(ahead)
