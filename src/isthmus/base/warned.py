"""A warning of a refresh, and how long what it says stays worth showing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Warned:
    """
    A warning: `text` is whole sentences for a person.

    `about` names what metadata did not, in lower case: `field`, or `field code` for a code without
    a label. What it says of rows holds until a full read is silent about it, or metadata names all
    of it. `is_looked_at_anew` tells that every refresh says it again as long as it is so.
    """

    text: str
    about: tuple[str, ...] = ()
    is_looked_at_anew: bool = False
