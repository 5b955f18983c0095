"""How states look: in what order they stand, in which tone, and what they mean."""

from typing import Final

STATES: Final = ("stuck", "parked", "waiting", "linked", "closed")
"""Links by state, what needs a person first."""
_TONES: Final = {
    "stuck": "bad", "parked": "warn", "waiting": "busy", "linked": "good", "closed": "calm",
}  # fmt: skip
MEANING: Final = {
    "stuck": "refused, or something is missing: nothing more is done until a person helps",
    "parked": "stopped by a person, or because it wrote too often",
    "waiting": "an order is wanted and not there yet",
    "linked": "the record and its work order are kept in step",
    "closed": "done; nothing more comes of it",
}


def tone_of(state: str) -> str:
    """Return the tone a state is shown in."""
    return _TONES.get(state, "calm")
