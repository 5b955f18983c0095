"""Lines of the audit trail about what was done; one that cannot be written undoes no deed."""

from collections.abc import Mapping
from typing import Final

from isthmus.base.log import get_logger
from isthmus.console.asking import Ask
from isthmus.console.faulting import place_of
from isthmus.console.site import Site

_log: Final = get_logger("console")


def note(ask: Ask, what: str, about: str, detail: Mapping[str, object]) -> None:
    """Write who asked for something, and what came of it. Blocks; see `write_line`."""
    write_line(ask.site, ask.who, what, about=about, detail=detail, source=ask.source)


def write_line(
    site: Site, who: str, what: str, *, about: str, detail: Mapping[str, object], source: str
) -> None:
    """
    Write one line. Blocks, and raises nothing.

    What it tells of is done by now: who heard that it failed would do it again. A line that could
    not be written stands in the log, without its detail.
    """
    try:
        site.people.note(who, what, about, detail, source)
    except Exception as error:  # noqa: BLE001 - whatever it was, the deed is done
        kind, at = type(error).__qualname__, place_of(error)
        _log.error("audit_line_lost", who=who, what=what, about=about, kind=kind, at=at)
