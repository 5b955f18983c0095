"""The names of mappings and rules: each is also the name of a file and part of an address."""

from typing import Final

LONGEST: Final = 100
REMEDY: Final = f"Take at most {LONGEST} letters, digits, spaces, and the signs _ - . between them."


def is_name(text: str) -> bool:
    """Tell whether a mapping or a rule can have this name."""
    is_bare = text == text.strip(". ")
    return is_bare and 0 < len(text) <= LONGEST and all(map(_may_stand, text))


def _may_stand(sign: str) -> bool:
    return sign.isalnum() or sign in "_-. "
