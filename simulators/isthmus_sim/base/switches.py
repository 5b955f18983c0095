"""Where a vendor's behaviour is not known, or differs by tenant: switches, with a default."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class SwitchRefused(ValueError):
    """A switch that does not exist, or a value it cannot take; the text says what is allowed."""


@dataclass(frozen=True)
class Switch:
    """One switch: `allowed` lists its values, or is None when any value of the type will do."""

    name: str
    default: bool | int | float | str
    meaning: str
    allowed: tuple[Any, ...] | None = None


class Switches:
    """The values now in force. `on_change` is called with all of them after each change."""

    def __init__(
        self,
        known: tuple[Switch, ...],
        values: dict[str, Any] | None = None,
        on_change: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.known = {switch.name: switch for switch in known}
        self.values: dict[str, Any] = {s.name: s.default for s in self.known.values()}
        self._begun: dict[str, Any] = {}
        self.on_change = None
        self.change({k: v for k, v in (values or {}).items() if k in self.known})
        self.on_change = on_change

    def __getitem__(self, name: str) -> Any:
        """Give the value in force.

        Raises: KeyError for a switch that does not exist.
        """
        return self.values[name]

    def change(self, changes: dict[str, Any]) -> None:
        """Set several switches at once, or none.

        Raises: SwitchRefused.
        """
        checked = {name: self._check(name, value) for name, value in changes.items()}
        self.values.update(checked)
        if self.on_change:
            self.on_change(dict(self.values))

    def begin_with(self, chosen: dict[str, Any]) -> None:
        """Set switches as the one who started it chose; `reset` comes back to these.

        Raises: SwitchRefused.
        """
        self.change(chosen)
        self._begun.update(chosen)

    def reset(self) -> None:
        """Set every switch to its default, or to what it was begun with."""
        self.change({s.name: s.default for s in self.known.values()} | self._begun)

    def describe(self) -> dict[str, Any]:
        """Give each switch with its value, default, allowed values and meaning."""
        return {
            s.name: {
                "value": self.values[s.name],
                "default": s.default,
                "allowed": list(s.allowed) if s.allowed else type(s.default).__name__,
                "meaning": s.meaning,
            }
            for s in self.known.values()
        }

    def _check(self, name: str, value: Any) -> Any:
        switch = self.known.get(name)
        if switch is None:
            raise SwitchRefused(
                f"there is no switch {name!r}; there are: {', '.join(sorted(self.known))}"
            )
        kind = type(switch.default)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind or (isinstance(value, int | float) and value < 0):
            raise SwitchRefused(f"{name} takes a {kind.__name__}, not negative; got {value!r}")
        if switch.allowed and value not in switch.allowed:
            raise SwitchRefused(f"{name} takes one of {list(switch.allowed)}; got {value!r}")
        return value
