"""Nothing is left with the dead: their runs go on elsewhere."""

from datetime import timedelta
from pathlib import Path

from isthmus.base.clock import monotonic
from isthmus.base.log import get_logger
from isthmus.engine.agenda import Agenda
from isthmus.engine.backend import Backend
from isthmus.engine.port import Settings
from isthmus.engine.roll import Watch, forget_proof, is_proven_dead

_log = get_logger("engine")


class Recovery:
    """Looks after runs whose worker is dead, and after those that this one lost. Blocks."""

    def __init__(
        self, agenda: Agenda, backend: Backend, worker: str, settings: Settings, file: Path | None
    ) -> None:
        self._agenda = agenda
        self._backend = backend
        self._worker = worker
        self._settings = settings
        self._file = file
        self._watch = Watch(settings.silence.total_seconds())
        self._lost: frozenset[str] = frozenset()

    def look(self, in_hand: frozenset[str]) -> None:
        """Look once. `in_hand` are the ids of the runs that go on in this process."""
        held = self._agenda.held()  # before the roll: who holds something is on it by then
        signs = [sign for sign in self._agenda.signs() if sign.worker != self._worker]
        dead = set(self._watch.silent(signs, monotonic()))
        dead |= {it.worker for it in signs if is_proven_dead(self._file, it.worker)}
        known = {sign.worker for sign in signs} | {self._worker}
        dead |= {worker for worker, _, _ in held if worker not in known}
        for worker in sorted(dead):
            self._take_over(worker, [(run, failed) for who, run, failed in held if who == worker])
        missing = [it[1:] for it in held if it[0] == self._worker and it[1] not in in_hand]
        self._release([it for it in missing if it[0] in self._lost])
        self._lost = frozenset(run for run, _ in missing)  # at the second look it is no accident

    def _take_over(self, worker: str, held: list[tuple[str, int]]) -> None:
        """Have a dead worker's runs go on; it leaves the roll when none of them is in its name."""
        self._agenda.leave(worker)  # should it wake up, its next sign of life tells it
        recovered = self._backend.recover(worker)
        self._release(held)
        if held or recovered:
            _log.warning("took_over", dead=worker, runs=recovered, claims=len(held))
            return
        self._agenda.strike(worker)
        forget_proof(self._file, worker)

    def _release(self, held: list[tuple[str, int]]) -> None:
        """Release what never began or has ended without a word; leave what goes on."""
        known = self._backend.activity([run_id for run_id, _ in held])
        for run_id, failures in held:
            if run_id not in known:
                self._agenda.release(run_id, timedelta(0), failed=False)
            elif not known[run_id]:
                self._agenda.release(run_id, self._settings.pause(failures + 1), failed=True)
