"""By which channels alerts do not go out: kept from the first failure until one goes out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from isthmus.alerts import Tried
from isthmus.base.clock import utc_now
from isthmus.state import State
from isthmus.state.shared_secrets import SharedSecrets

Notes: TypeAlias = State | SharedSecrets
_PREFIX: Final = "alerts do not go out/"


@dataclass(frozen=True, slots=True)
class Unheard:
    """A channel by which alerts do not go out: since when, and why when last tried."""

    channel: str
    since: datetime
    what: str


def note_tried(kept: Notes, tried: Tried) -> None:
    """Keep what came of an alert by each channel. Blocks."""
    for channel, error in tried.items():
        before = kept.note(_PREFIX + channel)
        if error is None:
            told = None
        else:
            since = json.loads(before)["since"] if before else utc_now().isoformat()
            told = json.dumps({"since": since, "what": error.what})
        if told != before:
            kept.save_note(_PREFIX + channel, told)


def forget_tried(kept: Notes, channel: str) -> None:
    """Forget what came of it: the channel is another one now."""
    kept.save_note(_PREFIX + channel, None)


def unheard_of(kept: Notes, channels: Sequence[str]) -> tuple[Unheard, ...]:
    """Return those of these channels by which the last alert did not go out."""
    found = []
    for channel in channels:
        note = kept.note(_PREFIX + channel)
        if note is not None:
            told = json.loads(note)
            since = datetime.fromisoformat(told["since"])
            found.append(Unheard(channel, since, told["what"]))
    return tuple(found)
