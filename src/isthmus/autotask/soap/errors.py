"""What only a batch over SOAP can be refused with; the rest is `isthmus.autotask.errors`."""

from dataclasses import dataclass

from isthmus.autotask.errors import ValidationFailed
from isthmus.base.errors import Permanent


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one record of a batch was refused; `index` counts from 0, `field` is "" if not told."""

    index: int
    text: str
    field: str


class BatchRefused(ValidationFailed):
    """
    Autotask refused some records of a batch, and so wrote none of it.

    `refusals` tells each; () where Autotask names no record.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        refusals: tuple[Refusal, ...] = (),
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.refusals = refusals


class HalfKnown(Permanent):
    """
    A record holds more than the service's own description knows, so it was not updated.

    An update replaces the whole record: what could not be sent back would be emptied.
    """
