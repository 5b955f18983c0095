"""Isthmus as real processes, that can be killed, stopped and looked at from outside."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    ["isthmus.cli.serve", "isthmus.cli.app", "isthmus.autotask.rest", "isthmus.engine.backend",
     "isthmus.wiring.vendors.clients", "isthmus.sync.run", "psycopg",
     "chaos.dispatching.faults", "chaos.dispatching.gone", "chaos.dispatching.kills",
     "chaos.dispatching.loops", "chaos.dispatching.order", "chaos.dispatching.partial"]
)  # fmt: skip
"""
What `python -m isthmus` imports before it begins, so that a restart costs no second of it; and the
storms, because a fork imports anew what the main program imports.
"""


@dataclass(slots=True)
class Isthmus:
    """One process: `python -m isthmus WORDS`, or the same, forked from one that has imported it."""

    words: tuple[str, ...]
    log: Path
    process: "subprocess.Popen[bytes] | BaseProcess"
    begun: float
    cpu_at_end: float = 0.0

    @classmethod
    def start(
        cls,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        forked: bool = False,
    ) -> "Isthmus":
        """Start it; what it prints is added to the log."""
        log.parent.mkdir(parents=True, exist_ok=True)
        whole = clean(environment)
        made: subprocess.Popen[bytes] | BaseProcess
        if forked:
            made = _forks.Process(target=_be, args=(tuple(words), whole, str(log)), daemon=True)
            made.start()
        else:
            command = [sys.executable, "-m", "isthmus", *words]
            with log.open("ab") as told:
                made = subprocess.Popen(command, env=whole, stdout=told, stderr=told)
        return cls(tuple(words), log, made, time.monotonic())

    @property
    def pid(self) -> int:
        """Return its number."""
        return self.process.pid or 0

    @property
    def is_alive(self) -> bool:
        """Tell whether it runs; a stopped one does."""
        if isinstance(self.process, subprocess.Popen):
            return self.process.poll() is None
        return self.process.is_alive()

    @property
    def age(self) -> float:
        """Return for how many seconds it has been there."""
        return time.monotonic() - self.begun

    def kill(self) -> None:
        """Kill it at once; its end is not waited for."""
        self.cpu_at_end = self.cpu_seconds()
        if self.pid:  # 0 would be ourselves and all that belong to us
            os.kill(self.pid, signal.SIGKILL)

    def pause(self) -> None:
        """Let it stand still, as a machine that hangs."""
        os.kill(self.pid, signal.SIGSTOP)

    def wait(self, seconds: float = 60) -> None:
        """Wait for its end."""
        if isinstance(self.process, subprocess.Popen):
            self.process.wait(seconds)
        else:
            self.process.join(seconds)

    def end(self, seconds: float = 60) -> None:
        """Ask it to stop and wait for it; kill it where it does not."""
        if not self.is_alive:
            return
        self.cpu_at_end = self.cpu_seconds()
        self.process.terminate()
        self.wait(seconds)
        if self.is_alive:
            self.kill()
            self.wait(seconds)

    def cpu_seconds(self) -> float:
        """Return the user and system seconds used so far, its ended children included (Linux)."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return self.cpu_at_end
        fields = stat.rsplit(")", 1)[1].split()
        return sum(int(fields[n]) for n in (11, 12, 13, 14)) / _TICKS

    def memory_mib(self) -> float:
        """Return the resident memory now, in MiB; processes for scripts are not in it."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with the settings of Isthmus given, and no others."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ISTHMUS_")}
    return {**kept, **environment}


def owner_of(port: int, processes: Sequence[Isthmus]) -> Isthmus | None:
    """Return the process whose end of a connection on this machine has a port (Linux)."""
    wanted = f":{port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(wanted) and fields[9] != "0":
            return next((one for one in processes if _holds(one.pid, fields[9])), None)
    return None


def _holds(pid: int, inode: str) -> bool:
    told = f"socket:[{inode}]"
    try:
        return any(str(one.readlink()) == told for one in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def _be(words: tuple[str, ...], environment: dict[str, str], log: str) -> None:
    """Become Isthmus: what `python -m isthmus` does once it has imported itself."""
    os.environ.clear()
    os.environ.update(environment)
    told = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(told, 1)
    os.dup2(told, 2)
    from isthmus.cli import main  # noqa: PLC0415 - the process that forks has it already

    sys.exit(main(list(words)))
