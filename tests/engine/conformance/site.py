"""
A place of work for real worker processes: what is wanted, a remote system, a log, gates.

The remote system knows nothing of us but a correlation key, makes what it is asked to make as
often as it is asked, and keeps it in a file of its own.
"""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
POINTS = ("before", "inside", "between", "after")
"""Where a run can be held: before its creating step, inside it when the deed is done and not yet
kept, between two steps, and after the last one, when it has not been acknowledged."""

_TABLES = """
CREATE TABLE IF NOT EXISTS wanted (key TEXT PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS made (key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS intents (key TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS log (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL, version INTEGER NOT NULL, build TEXT NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Site:
    """The folder of one trial."""

    folder: Path

    def prepare(self) -> None:
        for name in ("hold", "at"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with self.open() as rows:
            rows.executescript(f"PRAGMA journal_mode = WAL; {_TABLES}")

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.folder / "remote.sqlite", timeout=30)) as rows, rows:
            yield rows

    # What the trial does

    def want(self, key: str, version: int) -> None:
        with self.open() as rows:
            rows.execute("INSERT OR REPLACE INTO wanted VALUES (?, ?)", (key, version))

    def hold(self, key: str, point: str) -> None:
        (self.folder / "hold" / f"{key}.{point}").touch()

    def let_go(self) -> None:
        for kept in (self.folder / "hold").iterdir():
            kept.unlink()

    def is_at(self, key: str, point: str) -> bool:
        return (self.folder / "at" / f"{key}.{point}").exists()

    def made(self, key: str) -> int:
        with self.open() as rows:
            found = rows.execute("SELECT count(*) FROM made WHERE key = ?", (key,)).fetchone()
        return int(found[0])

    def lost(self) -> list[str]:
        """Return the keys whose last version never came through."""
        query = """SELECT key FROM wanted WHERE version > coalesce(
            (SELECT max(version) FROM log WHERE log.key = wanted.key), 0)"""
        with self.open() as rows:
            return [row[0] for row in rows.execute(query)]

    def doubled(self) -> list[str]:
        with self.open() as rows:
            return [
                row[0]
                for row in rows.execute("SELECT key FROM made GROUP BY key HAVING count(*) > 1")
            ]

    def inversions(self) -> int:
        """Return how often an older version came through after a newer one."""
        query = """SELECT count(*) FROM log AS later WHERE version < (SELECT max(version)
            FROM log AS earlier WHERE earlier.key = later.key AND earlier.number < later.number)"""
        with self.open() as rows:
            return int(rows.execute(query).fetchone()[0])

    def runs(self) -> int:
        with self.open() as rows:
            return int(rows.execute("SELECT count(*) FROM log").fetchone()[0])

    def builds(self, key: str) -> list[str]:
        with self.open() as rows:
            found = rows.execute("SELECT build FROM log WHERE key = ? ORDER BY number", (key,))
            return [row[0] for row in found]


@dataclass(slots=True)
class WorkerProcess:
    """A worker in a process of its own."""

    process: "subprocess.Popen[bytes]"

    @classmethod
    def start(cls, site: Site, where: str, *options: str) -> "WorkerProcess":
        command = [sys.executable, "-m", "tests.engine.conformance.process"]
        command += [where, str(site.folder), *options]
        return cls(subprocess.Popen(command, cwd=ROOT))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Ask it to stop; returns its exit code."""
        self.process.terminate()
        return self.process.wait(60)

    def cpu_seconds(self) -> float:
        """Return what it has used so far (Linux)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def wait_until(true: "object", seconds: float = 60) -> None:
    """Wait until a callable gives something true."""
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
