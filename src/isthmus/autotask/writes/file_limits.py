"""
What files Autotask takes by its API, checked before one is sent.

Source: vendor help on limits: 6 to 7 MB a file by the API, 10,000,000 bytes in five minutes, then
none for five minutes.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from isthmus.autotask import errors as err
from isthmus.base import clock

LARGEST: Final = 6 * 1024 * 1024
"""Bytes of the largest file: the lower end of what the vendor says."""
WINDOW_BYTES: Final = 10_000_000
WINDOW_SECONDS: Final = 300.0
_LONGEST_NAME: Final = 255


def check_file(entity: str, file_name: str, title: str, data: bytes) -> None:
    """Raise AttachmentTooLarge or ValidationFailed for what is surely refused."""
    where = f"{entity} attachments"
    if len(data) > LARGEST:
        raise err.AttachmentTooLarge(
            f"The file has {len(data)} bytes; Autotask takes {LARGEST} by its API",
            where=where,
            remedy="Put up a smaller one, or a link to it.",
        )
    if not data:
        raise err.ValidationFailed("The file is empty", where=where, remedy="Autotask takes none.")
    for name, text in (("file_name", file_name), ("title", title)):
        if len(text) > _LONGEST_NAME or (name == "file_name" and not text.strip()):
            raise err.ValidationFailed(
                f"The {name} has {len(text)} characters",
                where=where,
                remedy=f"Give 1 to {_LONGEST_NAME}.",
            )


class Window:
    """Counts the bytes put up in the last five minutes, so as not to be locked out."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, int]] = deque()

    @contextmanager
    def taking(self, entity: str, size: int) -> Iterator[None]:
        """
        Count so many bytes while they are put up; not when it surely failed.

        Raises: AttachmentsPaused: they would not fit; nothing is to be sent.
        """
        self._check(entity, size)
        taken = (clock.monotonic(), size)
        self._recent.append(taken)
        try:
            yield
        except (err.WriteUncertain, asyncio.CancelledError):
            raise  # it may have arrived
        except BaseException:
            if taken in self._recent:
                self._recent.remove(taken)
            raise

    def _check(self, entity: str, size: int) -> None:
        now = clock.monotonic()
        while self._recent and self._recent[0][0] <= now - WINDOW_SECONDS:
            self._recent.popleft()
        used = sum(length for _, length in self._recent)
        if used + size <= WINDOW_BYTES:
            return
        wait = 0.0
        for at, length in self._recent:
            used -= length
            wait = at + WINDOW_SECONDS - now
            if used + size <= WINDOW_BYTES:
                break
        raise err.AttachmentsPaused(
            f"In five minutes Autotask takes {WINDOW_BYTES} bytes of files, then none for five",
            where=f"{entity} attachments",
            remedy=f"Nothing was sent. There is room again in {wait:.0f} s.",
            wait_seconds=wait,
        )
