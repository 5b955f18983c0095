"""The notes, hours and charges that an outbound mapping makes of what an order carries."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

from isthmus.dispatch import deliver
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import MappingProblems
from isthmus.dispatch.rules import sources
from isthmus.dispatch.rules.changes import Changes
from isthmus.dispatch.rules.occurrences import digest
from isthmus.dispatch.rules.shapes import Mapping
from isthmus.dispatch.toward_record import changes_of
from isthmus.fieldnation import WorkOrder


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes things of one order by one mapping."""

    desk: Desk
    job: Job
    mapping: Mapping
    order: WorkOrder

    async def things(
        self, kind: str, source: str, event: str, told: Table[str, Any]
    ) -> tuple[Changes, ...]:
        """
        Return what is to be made of one thing of the order; none where no row is for the event.

        One that cannot be written as it is, a text too long for the note, is given up alone: a
        dead letter tells of it, and all else goes on.
        Args: kind, source: what it stands for, as its intent has it. told: what the rows read.
        """
        if not any(event in row.events for row in self.mapping.rows):
            return ()
        source_of_rows = sources.of_order(self.order.raw, {"name": event}, dict(told))
        known = await self.desk.metadata.known()
        try:
            found = await changes_of(self.desk, self.mapping, source_of_rows, event, known)
        except MappingProblems as unfit:
            content = digest([self.mapping.version, [str(one) for one in unfit.problems]])
            await deliver.give_up(self.desk, self.job, (kind, source), content, unfit)
            return ()
        return tuple(one for one in found if one.is_new)
