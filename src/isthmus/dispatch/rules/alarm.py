"""What people are told of, and how it is put: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MOST_LINES: Final = 20
_URGENT: Final = frozenset({"credentials", "breaker"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that waits for a person. `about` is a record's number or a key."""

    id: str
    about: str
    kind: str
    what: str
    remedy: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is to be told: a title and lines, and what it stands for, so that it is told once."""

    title: str
    lines: tuple[str, ...]
    about: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Watched:
    """
    What an alarm is decided by.

    `wrong` are the open dead letters that may not have been told yet. `swept` is when each side was
    last swept, None for never. `unrelayed_since` is since when something that arrived was not
    handed on. `begun` is since when both sides are to be swept; None: they are not.
    """

    wrong: Sequence[Wrong]
    swept: dict[str, datetime | None]
    unrelayed_since: datetime | None = None
    begun: datetime | None = None


def decide_alarm(
    seen: Watched, told: frozenset[str], now: datetime, silence: timedelta
) -> Alarm | None:
    """
    Return what is to be told that was not told yet; None for nothing.

    Args: told: what earlier alarms stood for. silence: how long a side may go unswept, and a
    message unhandled.
    """
    letters = [one for one in seen.wrong if one.id not in told]
    letters.sort(key=lambda one: (one.kind not in _URGENT, one.at))
    lines = [_line(one) for one in letters[:MOST_LINES]]
    if len(letters) > MOST_LINES:
        lines.append(f"... and {len(letters) - MOST_LINES} more: isthmus deadletters")
    about = [one.id for one in letters]
    for name, text in _silences(seen, now, silence):
        if name not in told:
            lines.append(text)
            about.append(name)
    if not about:
        return None
    count = len(letters)
    title = f"Isthmus: {count} dead letter{'' if count == 1 else 's'}" if count else (
        "Isthmus: too quiet for too long"
    )  # fmt: skip
    return Alarm(title, tuple(lines), tuple(about))


def _line(one: Wrong) -> str:
    return f"{one.about} ({one.kind}): {one.what} {one.remedy}".strip()


def _silences(seen: Watched, now: datetime, silence: timedelta) -> list[tuple[str, str]]:
    found = []
    for side, at in seen.swept.items():
        if at is None and seen.begun is not None and now - seen.begun > silence:
            text = (
                f"{side} was never asked for changes, although dispatch began at"
                f" {seen.begun:%F %T} UTC."
            )
            found.append((f"silence/{side}/never", text))
        if at is not None and now - at > silence:
            found.append(
                (
                    f"silence/{side}/{at.isoformat()}",
                    f"{side} was last asked for changes at {at:%F %T} UTC.",
                )
            )
    since = seen.unrelayed_since
    if since is not None and now - since > silence:
        text = f"What arrived at {since:%F %T} UTC was not handed on: does a worker run?"
        found.append((f"silence/relay/{since.isoformat()}", text))
    return found
