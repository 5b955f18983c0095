"""Values of either side as people read them."""

from typing import Any

from isthmus.cli import words
from isthmus.dispatch.rules.values import Missing


def value_in_words(value: Any, longest: int) -> str:
    """Write a value on one line; of a longer one the beginning, and how long it is."""
    if isinstance(value, Missing) or value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        value = ", ".join(f"{name}: {value_in_words(one, longest)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        value = ", ".join(value_in_words(one, longest) for one in value)
    text = words.one_line(value)
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … ({len(text):,} characters; --json shows all)"
