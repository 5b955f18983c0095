"""What a run is to keep of each dataset, and what its table was filled with so far."""

from collections.abc import Mapping
from typing import Final

from isthmus.state import State
from isthmus.state.sync import DatasetChoice, Kept
from isthmus.sync.rules.scope import ALL, Scope, read_text, scope_of

_UNKNOWN: Final = "?"


class Scopes:
    """
    The scopes of one run.

    What a table was filled with is known by two notes that must agree: its text, which lies in the
    home, and its mark beside where the dataset stands, which all homes of an installation share.
    """

    def __init__(
        self,
        state: State,
        choices: Mapping[str, DatasetChoice] | None = None,
        kept: Mapping[str, Kept] | None = None,
    ) -> None:
        self._state = state
        self._choices = choices or {}
        self._marks = {name: line.scope for name, line in (kept or {}).items()}
        self._through: set[str] = set()

    def wanted(self, name: str) -> Scope:
        """Return what is to be kept of a dataset. Raises: FilterWrong."""
        choice = self._choices.get(name)
        return ALL if choice is None else scope_of(choice.condition, choice.left_out)

    def before(self, name: str) -> Scope | None:
        """Return what its table was filled with; None where that is not known."""
        if name in self._through:
            return self.wanted(name)
        text = self._state.note(_filled(name)) or ""
        if text == _UNKNOWN:
            return None
        scope = read_text(text)
        return scope if scope.mark == self._marks.get(name, "") else None

    def is_being_read(self, name: str) -> bool:
        """Tell whether an interrupted reading was one of what is wanted now."""
        return (self._state.note(_being_read(name)) or "") == self.wanted(name).text

    def begin(self, name: str) -> None:
        """Note what is being read."""
        if not self.is_being_read(name):
            self._state.save_note(_being_read(name), self.wanted(name).text or None)

    def publishing(self, name: str) -> None:
        """Note that the table may hold this or what it held before."""
        if self.before(name) != self.wanted(name):
            self._state.save_note(_filled(name), _UNKNOWN)

    def published(self, name: str, there: int | None) -> None:
        """Note that the table holds what is wanted; `there` records stand at the vendor in all."""
        wanted = self.wanted(name)
        if self.before(name) != wanted:
            self._state.save_note(_filled(name), wanted.text or None)
        self._through.add(name)
        if there is not None and wanted.is_narrow:
            self._state.save_note(_there(name), str(there))
        elif not wanted.is_narrow and self.there(name) is not None:
            self._state.save_note(_there(name), None)

    def there(self, name: str) -> int | None:
        """Return how many records a dataset had in all when it was last read whole."""
        text = self._state.note(_there(name))
        return None if text is None else int(text)


def _filled(name: str) -> str:
    return f"filled with: {name}"


def _being_read(name: str) -> str:
    return f"being read: {name}"


def _there(name: str) -> str:
    return f"records in all: {name}"
