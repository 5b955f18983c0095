"""
What a refresh of the warehouse saw change, handed on: it costs no call.

The warehouse only says where to look: what is true is read from the vendor by the run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.sweeping import CHANGED
from isthmus.dispatch.seen import ACTIVITY
from isthmus.engine import Agenda
from isthmus.state.dispatch import LINKED, STUCK, Arrival, DispatchState, Inbox, Link

MIRROR_PRIORITY: Final = 7
_BATCH: Final = 200


def changed_since(entity: str, since: datetime) -> str:
    """Return the query on the warehouse for what changed from a time on: id and that time."""
    field = CHANGED[entity]
    moment = since.isoformat()
    return (
        f'SELECT id, "{field}" FROM autotask."{entity}"'
        f" WHERE \"{field}\" >= TIMESTAMPTZ '{moment}' ORDER BY id"
    )


@dataclass(frozen=True, slots=True)
class Mirror:
    """Hands on, with the stores it needs. Blocks."""

    state: DispatchState
    inbox: Inbox
    agenda: Agenda

    def hand_on(
        self, rules: Sequence[Rule], entity: str, rows: Iterable[tuple[object, ...]]
    ) -> int:
        """
        Enqueue what changed and is linked, or may be wanted by a rule; returns how many.

        Args: rows: (id, when it last changed) as the warehouse holds them.
        """
        is_watched = any(ROOTS[rule.root] == entity for rule in rules)
        count, batch = 0, list[tuple[int, str]]()
        for row in rows:
            batch.append((int(str(row[0])), str(row[1])))
            if len(batch) >= _BATCH:
                count += self._batch(entity, batch, is_watched=is_watched)
                batch = []
        return count + self._batch(entity, batch, is_watched=is_watched)

    def _batch(self, entity: str, batch: Sequence[tuple[int, str]], *, is_watched: bool) -> int:
        links = self.state.links_of_records(entity, [number for number, _ in batch])
        arrivals = [
            Arrival("sync", f"{entity}/{number}@{at}", "record+notes", f"{entity}/{number}")
            for number, at in batch
            if _is_news(links.get(number), at, is_watched=is_watched)
        ]
        if not arrivals:
            return 0
        kept = self.inbox.keep(arrivals)
        new = [one for one, receipt in zip(arrivals, kept, strict=True) if receipt.is_new]
        for arrival in new:
            self.agenda.enqueue("link", arrival.subject, priority=MIRROR_PRIORITY)
        return len(new)


def _is_news(link: Link | None, at: str, *, is_watched: bool) -> bool:
    if link is None or link.work_order_id is None:
        return is_watched
    return link.state in {LINKED, STUCK} and link.written.get(ACTIVITY) != at
