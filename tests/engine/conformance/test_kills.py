"""What any back end behind the port has to bear: real processes, killed in the act."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.engine import Agenda
from tests.engine.conformance.site import POINTS, Site, WorkerProcess, wait_until


class Stage:
    """A site, an agenda, and processes that do not outlive the test."""

    def __init__(self, folder: Path, where: str, agenda: Agenda) -> None:
        self.site = Site(folder)
        self.site.prepare()
        self.agenda = agenda
        self._where = where
        self._started: list[WorkerProcess] = []

    def worker(self, *options: str) -> WorkerProcess:
        started = WorkerProcess.start(self.site, self._where, *options)
        self._started.append(started)
        return started

    def ask(self, key: str, version: int = 1, kind: str = "link") -> None:
        self.site.want(key, version)
        self.agenda.enqueue(kind, key)

    def all_done(self) -> None:
        wait_until(lambda: self.agenda.count() == 0)

    def held(self, *keys_at_points: tuple[str, str]) -> None:
        wait_until(lambda: all(self.site.is_at(key, point) for key, point in keys_at_points))

    def clear(self) -> None:
        for worker in self._started:
            worker.kill()


@pytest.fixture
def stage(tmp_path: Path, where: str, agenda: Agenda) -> Iterator[Stage]:
    made = Stage(tmp_path / "site", where, agenda)
    yield made
    made.clear()


def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing(stage: Stage) -> None:
    held = [(f"T-{point}", point) for point in POINTS]
    for key, point in held:
        stage.site.hold(key, point)
        stage.ask(key)
    stage.site.hold("bare", "inside")
    stage.ask("bare", kind="bare")
    first = stage.worker()
    stage.held(*held, ("bare", "inside"))
    for key, _ in held:
        stage.ask(key, 2)  # arrives while it runs
    first.kill()
    stage.site.let_go()
    stage.worker()
    stage.all_done()
    assert [stage.site.made(key) for key, _ in held] == [1, 1, 1, 1]
    assert stage.site.made("bare") == 2, "the intent is what keeps the others from doubling"
    assert (stage.site.lost(), stage.site.inversions()) == ([], 0)


def test_a_survivor_takes_over_and_the_dead_leave_the_roll(stage: Stage) -> None:
    stage.site.hold("T1", "between")
    first = stage.worker()
    stage.ask("T1")
    stage.held(("T1", "between"))
    stage.worker()
    wait_until(lambda: len(stage.agenda.signs()) == 2)
    stage.ask("T2")
    wait_until(lambda: stage.site.builds("T2"))
    assert stage.site.builds("T1") == [], "the living keep what is theirs"
    first.kill()
    stage.site.let_go()
    stage.all_done()
    assert (stage.site.made("T1"), stage.site.lost()) == (1, [])
    wait_until(lambda: len(stage.agenda.signs()) == 1)


def test_a_run_begun_under_one_build_ends_under_the_next(stage: Stage) -> None:
    stage.site.hold("begun", "after")
    stage.site.hold("half", "between")
    stage.ask("begun")
    stage.ask("half")
    old = stage.worker("--build", "A")
    stage.held(("begun", "after"), ("half", "between"))
    old.kill()
    stage.site.let_go()
    stage.worker("--build", "B")
    stage.all_done()
    assert stage.site.builds("begun") == ["A"], "its steps were kept, and are not done again"
    assert stage.site.builds("half") == ["B"]
    assert stage.site.doubled() == []


def test_a_signal_lets_what_runs_end_and_hands_over_what_does_not(stage: Stage) -> None:
    stage.site.hold("slow", "between")
    stage.ask("slow")
    first = stage.worker("--grace", "0.2", "--silence", "600")
    stage.held(("slow", "between"))
    assert first.end() == 0
    assert stage.agenda.count() == 1
    stage.site.let_go()
    second = stage.worker("--silence", "600")  # no silence is waited for: the first one left
    stage.all_done()
    for number in range(10):
        stage.ask(f"T{number}")
    wait_until(lambda: stage.site.runs() >= 1)
    assert second.end() == 0
    stage.worker("--silence", "600")
    stage.all_done()
    assert (stage.site.lost(), stage.site.doubled()) == ([], [])
