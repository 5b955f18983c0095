"""What can go wrong with the state."""

from isthmus.base.errors import NeedsPerson, Permanent, Retryable


class StateBusy(Retryable):
    """Another process holds the state, or runs the sync of this home."""


class StateBroken(Permanent):
    """The state cannot be used: no right, no room, a damaged or a newer file."""


class DoneMeanwhile(Retryable):
    """Something that was to be made is made: by another worker, since it was looked at."""


class MadeTwice(NeedsPerson):
    """Something that was made once, and is kept, was made another time: one of them is too many."""


class KeyWrong(NeedsPerson):
    """Saved secrets cannot be unlocked, or new ones not locked, with the key at hand."""
