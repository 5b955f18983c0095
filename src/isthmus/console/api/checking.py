"""A body held against the table of calls: a slip of a program must not widen what it asks. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from isthmus.console.api.calls import InputWrong
from isthmus.console.api.table import Call

_SHAPES: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "string": (lambda value: isinstance(value, str), "a text"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "array": (
        lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
        'a list of texts, such as ["Tickets"]',
    ),
}
"""By JSON type: whether a value is of it, and how a person calls it."""
_NONE_IS_ALL: Final = frozenset({"dataset", "datasets"})
"""Fields that mean all where they are left out: null may be a slip, and must not say that."""


def checked_body(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a body without the fields that are null, which is to leave them out.

    Raises: InputWrong: a field that the call does not take, or of another type; null where to
    leave it out means all.
    """
    kinds = {name: kind for name, kind, _ in call.body}
    for name, value in body.items():
        if name not in kinds:
            raise InputWrong(
                f"This call takes no {name[:80]!r}.",
                where=name[:80],
                remedy=f"It takes {', '.join(kinds)}." if kinds else "Send no fields with it.",
            )
        fits, called = _SHAPES[kinds[name]]
        is_left_out = value is None and name not in _NONE_IS_ALL
        if not is_left_out and not fits(value):
            raise InputWrong(
                f"It must be {called}.", where=name, remedy="Give it so, or leave it out."
            )
    return {name: value for name, value in body.items() if value is not None}
