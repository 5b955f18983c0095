"""Reads a request's body, bounded in length, in time, and in what all of them take together."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from starlette.requests import ClientDisconnect, Request

_DISCARDED_MOST: Final = 8 * 2**20
"""Bytes of a body that is too long which are still read, so that its sender hears the answer."""


class Room:
    """Counts the bytes in hand; for one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self, size: int) -> bool:
        """Take room for so many bytes; False: there is none."""
        if self._taken + size > self._most:
            return False
        self._taken += size
        return True

    def give_back(self, size: int) -> None:
        """Let go of it."""
        self._taken -= size


class Fate(StrEnum):
    """Whether a body was read to its end, and if not, why."""

    WHOLE = "whole"
    TOO_LONG = "too long"
    TOO_SLOW = "too slow"
    NO_ROOM = "no room"
    GONE = "its sender is gone"


@dataclass(slots=True)
class Body:
    """A body as far as it was read; `leave` when it is done with."""

    room: Room
    parts: list[bytes] = field(default_factory=list, repr=False)
    size: int = 0
    fate: Fate = Fate.WHOLE

    @property
    def content(self) -> bytes:
        """Return what was read."""
        return b"".join(self.parts)

    def leave(self) -> None:
        """Give its room back."""
        self.room.give_back(self.size)
        self.size = 0
        self.parts.clear()


async def read_body(request: Request, most: int, room: Room, seconds: float) -> Body:
    """Read a body of at most so many bytes, in so many seconds. Never raises."""
    body = Body(room)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:19]) > _DISCARDED_MOST:
        body.fate = Fate.TOO_LONG
        return body
    try:
        async with asyncio.timeout(seconds):
            body.fate = await _read(request, body, most)
    except TimeoutError:
        body.fate = Fate.TOO_SLOW
    except ClientDisconnect:
        body.fate = Fate.GONE
    return body


async def _read(request: Request, body: Body, most: int) -> Fate:
    dropped = 0
    async for part in request.stream():
        if dropped or body.size + len(part) > most:
            dropped += len(part)
            if dropped + body.size > _DISCARDED_MOST:
                break
        elif body.room.take(len(part)):
            body.size += len(part)
            body.parts.append(part)
        else:
            return Fate.NO_ROOM
    return Fate.TOO_LONG if dropped else Fate.WHOLE
