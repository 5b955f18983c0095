"""What a test does to deliveries: lose, double, delay or reorder the next ones; a storm."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.base.asked import AdminRefused, keys_of
from isthmus_sim.base.storm import Storm, read_storm

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.state import State

ACTIONS = ("drop", "double", "delay", "reorder")
_KEPT = "hook controls"
_STORM = "hook storm"


@dataclass
class Control:
    """One control in force: what it does, to how many more, by how many seconds."""

    action: str
    count: int
    left: int
    seconds: float
    batch: int


@dataclass(frozen=True)
class Verdict:
    """
    What happens to one delivery. last: it completes its batch.

    late: the seconds by which each copy comes later than it should; one in time without a storm.
    """

    action: str = ""
    delay_s: float = 0
    batch: int = 0
    last: bool = False
    late: tuple[float, ...] = (0.0,)


class Controls:
    """
    The controls in force, first come first served; kept with the tenant.

    storm: strikes what no control wants, until it is lifted.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._all = [Control(**kept) for kept in state.meta_get(_KEPT, [])]
        storm = state.meta_get(_STORM)
        self.storm = Storm(**storm) if storm else None
        self._struck = 0

    def add(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """Put a control in force.

        Raises: AdminRefused.
        """
        if action not in ACTIONS:
            known = ", ".join(ACTIONS)
            raise AdminRefused(f"there is no deliveries/{action}; there are: {known}", 404)
        keys_of(body, ("count", "seconds") if action == "delay" else ("count",))
        count = body.get("count", 2 if action == "reorder" else 1)
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise AdminRefused(f"count takes a whole number from 1; got {count!r}")
        seconds = body.get("seconds", 5)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise AdminRefused(f"seconds takes a number, not negative; got {seconds!r}")
        batch = int(self._state.meta_get("hook batch", 0)) + 1
        self._state.meta_set("hook batch", batch)
        control = Control(action, count, count, float(seconds), batch)
        self._all.append(control)
        self._keep()
        return asdict(control)

    def add_each(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Put controls in force as `{"drop": 2}` names them, the way Field Nation's side does.

        Raises: AdminRefused.
        """
        keys_of(body, (*ACTIONS, "seconds"))
        chosen = [action for action in body if action in ACTIONS]
        if not chosen or ("seconds" in body and "delay" not in chosen):
            raise AdminRefused(f"give one of: {', '.join(ACTIONS)}; seconds goes with delay")
        late = {"seconds": body["seconds"]} if "seconds" in body else {}
        return [
            self.add(action, {"count": body[action], **(late if action == "delay" else {})})
            for action in chosen
        ]

    def begin_storm(self, body: dict[str, Any]) -> dict[str, Any]:
        """Let a storm begin, in place of the one there was.

        Raises: AdminRefused.
        """
        self.storm = read_storm(body, self._state.meta_get("plan", {}).get("seed", 1))
        self._struck = 0
        self._state.meta_set(_STORM, self.storm.describe())
        return self.storm.describe()

    def next(self) -> Verdict:
        """Tell what happens to the next delivery."""
        if not self._all:
            return self._by_storm()
        control = self._all[0]
        control.left -= 1
        if control.left <= 0:
            self._all.pop(0)
        self._keep()
        delay = control.seconds if control.action == "delay" else 0
        return Verdict(control.action, delay, control.batch, control.left <= 0)

    def describe(self) -> list[dict[str, Any]]:
        """Give the controls in force."""
        return [asdict(control) for control in self._all]

    def clear(self) -> int:
        """Lift all, a storm too; give how many there were."""
        lifted = len(self._all) + (self.storm is not None)
        self._all.clear()
        self._keep()
        self.storm = None
        self._state.meta_set(_STORM, None)
        return lifted

    def _by_storm(self) -> Verdict:
        if self.storm is None:
            return Verdict()
        self._struck += 1
        late = self.storm.plan(self._struck)
        return Verdict("" if late else "drop", late=late)

    def _keep(self) -> None:
        self._state.meta_set(_KEPT, self.describe())
