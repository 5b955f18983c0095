"""What people type, or write into an address, read within bounds. Pure."""

from typing import Final

from isthmus.base.errors import Permanent
from isthmus.wiring.people import Role

LARGEST: Final = 2**63 - 1
"""As far as both databases count."""


class NotOffered(Permanent):
    """A form names what no page of ours offers; HTTP 422. Nothing was done."""


def whole(text: str, least: int = 0, most: int = LARGEST) -> int | None:
    """Return a whole number; None where it is none, or out of bounds."""
    told = text.strip()
    if not (told.isascii() and told.isdecimal()) or len(told) > len(str(most)):
        return None
    value = int(told)
    return value if least <= value <= most else None


def ours(address: str, otherwise: str) -> str:
    """Return an address that a form or a link names, if it is a path of ours; else the other."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours else otherwise


def role_named(text: str) -> Role:
    """Return the role of this name. Raises: NotOffered."""
    if text not in list(Role):
        raise NotOffered(
            "There is no such role.", where="role", remedy=f"Choose one of {', '.join(Role)}."
        )
    return Role(text)
