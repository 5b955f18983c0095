"""What can go wrong in the engine."""

from isthmus.base.errors import IsthmusError, Permanent, Retryable


class EngineUnavailable(Retryable):
    """The engine's database cannot be reached or is busy for too long."""


class EngineBroken(Permanent):
    """The engine's database cannot be used: no right, no room, written by a newer Isthmus."""


class NotAReference(Permanent):
    """A step's result holds more than ids and hashes, which is all the engine may keep."""


class StepsChanged(Permanent):
    """A run was taken up by code that takes other steps; it starts again from the beginning."""


class RunTaken(BaseException):
    """
    A run is another worker's by now, so this one may neither write nor keep anything about it.

    As with a cancellation, whoever catches errors must let it pass.
    """


class RunCancelled(IsthmusError):
    """Somebody cancelled this run; raised where its next step would have begun."""
