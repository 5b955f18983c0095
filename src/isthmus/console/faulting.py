"""What the log is told of a fault of ours: where it happened, and none of the values it had."""

from pathlib import Path
from traceback import walk_tb
from typing import Final

from isthmus.base.errors import Permanent
from isthmus.base.log import get_logger

_OURS: Final = Path(__file__).parents[1]
_log = get_logger("console")


class Failed(Permanent):
    """A fault of ours; HTTP 500."""


def failed_at(path: str) -> Failed:
    """Return what people are told of a fault at an address of ours."""
    return Failed(
        "Something went wrong here, by no fault of yours.",
        where=path,
        remedy="Try again. If it stays so, the log of isthmus serve says what failed, and where.",
    )


def log_fault(path: str, error: BaseException) -> None:
    """
    Note an error that no page expected.

    Its own words are left out: they may hold what somebody typed, or what a record says.
    """
    _log.error("page_failed", path=path, kind=type(error).__qualname__, at=place_of(error))


def place_of(error: BaseException) -> str:
    """Return file and line of ours that it came from, then those in a library it went through."""
    lines = [(Path(frame.f_code.co_filename), at) for frame, at in walk_tb(error.__traceback__)]
    ours = [one for one in lines if one[0].is_relative_to(_OURS)]
    told = [_named(*ours[-1])] if ours else []
    if lines and lines[-1] not in ours:
        told.append(_named(*lines[-1]))
    return ", ".join(told)


def _named(file: Path, line: int) -> str:
    near = file.relative_to(_OURS.parent) if file.is_relative_to(_OURS) else Path(*file.parts[-2:])
    return f"{near.as_posix()}:{line}"
