"""
What shows that a holder of slots lives, and goes when its process goes, however it ends.

With it the slots of one that was killed are free at once, and nobody waits out its lease. Where it
proves nothing (a process that hangs, a network that parts), the lease still ends.
"""

import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Connection as Session
from sqlalchemy import text

from isthmus.base.errors import IsthmusError
from isthmus.state.sole import is_running, sole_run

_CLASS: Final = 471_620_834  # any number of our own
_HOLD: Final = text("SELECT pg_advisory_lock(:of, :me)")
_TRY: Final = text("SELECT pg_try_advisory_xact_lock(:of, :me)")


class FileProof:
    """A lock file beside a budget that is a file. For one thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held = ExitStack()
        self._me = ""

    def show(self, me: str, _session: Session) -> tuple[str, ...]:
        """Hold the lock; returns the dead, of whom nothing is left now but their slots."""
        dead = tuple(self._buried())
        if not self._me:
            with suppress(IsthmusError, OSError):  # without it the lease does as well, only later
                self._path(me).touch(mode=0o600)
                self._held.enter_context(sole_run(self._path(me)))
                self._me = me
        return dead

    def is_dead(self, holder: str, _session: Session) -> bool:
        """Tell whether a holder surely lives no more."""
        path = self._path(holder)
        return path.exists() and not is_running(path)

    def end(self) -> None:
        """Let go of the lock."""
        self._held.close()
        if self._me:
            self._path(self._me).unlink(missing_ok=True)
        self._me = ""

    def _buried(self) -> Iterator[str]:
        for left in self._file.parent.glob(f"{self._file.name}.*.alive"):
            if not is_running(left):
                left.unlink(missing_ok=True)
                yield left.name.removeprefix(f"{self._file.name}.").removesuffix(".alive")

    def _path(self, holder: str) -> Path:
        return self._file.with_name(f"{self._file.name}.{holder}.alive")


class ServerProof:
    """A lock of the connection to a PostgreSQL server, which sees it break."""

    def show(self, me: str, session: Session) -> tuple[str, ...]:
        """Hold the lock as long as this connection lasts; who is dead is found when it matters."""
        session.execute(_HOLD, {"of": _CLASS, "me": _number(me)})
        return ()

    def is_dead(self, holder: str, session: Session) -> bool:
        """Tell whether no connection holds the lock; it is ours until this transaction ends."""
        return bool(session.execute(_TRY, {"of": _CLASS, "me": _number(holder)}).scalar_one())

    def end(self) -> None:
        """It goes with the connection."""


def _number(holder: str) -> int:
    return zlib.crc32(holder.encode()) - 2**31
