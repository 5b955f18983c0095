"""A simulator and an Isthmus of their own, as processes, joined only by a URL."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from chaos.oracle import DATASETS, Source, differences, expected_tables

BIN = Path(sys.executable).parent
PATIENCE_S = 300
# A storm of a hundred syncs within one simulated hour would only meet the limit of the hour.
BETWEEN_SYNCS_S = 900


@dataclass(frozen=True)
class Finished:
    """How a command ended: negative codes are signals."""

    code: int
    out: str
    err: str


class Simulator:
    """`isthmus-sim autotask` as a process; stopped when the block ends."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.ready: dict[str, Any] = {}

    def __enter__(self) -> "Simulator":
        """Start it and wait until it says that it is ready."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ready = self._folder / "ready.json"
        ready.unlink(missing_ok=True)
        command = [str(BIN / "isthmus-sim"), "autotask", "--port", "0", "--ready-file", str(ready)]
        with (self._folder / "simulator.log").open("ab") as log:
            self._process = subprocess.Popen([*command, *self._options], stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "simulator.log").read_text())
            time.sleep(0.05)
        self.ready = json.loads(ready.read_text())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    @property
    def source(self) -> Source:
        """Return the doors an oracle needs."""
        headers = {
            "UserName": self.ready["username"],
            "Secret": self.ready["secret"],
            "ApiIntegrationCode": self.ready["integration_code"],
        }
        return Source(self.ready["url"], self.ready["admin_url"], headers)

    def admin(self, method: str, path: str, body: object | None = None) -> Any:
        """Call the simulator's own door."""
        return self.source.admin(method, path, body)

    def live(self, steps: int) -> Any:
        """Let the tenant live, and a quarter of an hour pass; give what was done."""
        self.admin("POST", "clock", {"advance_s": BETWEEN_SYNCS_S})
        return self.admin("POST", "activity", {"steps": steps})


class Home:
    """An ISTHMUS_HOME and the commands run on it."""

    def __init__(self, folder: Path, simulator: Simulator, **settings: str) -> None:
        self.folder = folder
        self._env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ISTHMUS_")},
            "ISTHMUS_HOME": str(folder),
            **settings,
        }
        self._simulator = simulator

    def connect(self) -> Finished:
        """Connect this home to the simulator."""
        ready = self._simulator.ready
        return self.run(
            *("connect", "autotask", "--title", "Simulated MSP", "--url", ready["url"]),
            *("--username", ready["username"], "--secret-stdin"),
            *("--integration-code", ready["integration_code"]),
            stdin=ready["secret"],
        )

    def run(self, *words: str, stdin: str = "", patience: float = PATIENCE_S) -> Finished:
        """Run one `isthmus` command to its end, at most so many seconds."""
        done = subprocess.run(
            [BIN / "isthmus", *words],
            input=stdin,
            capture_output=True,
            text=True,
            env=self._env,
            timeout=patience,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def run_killed(self, after_s: float, *words: str) -> Finished:
        """Run one command and kill -9 it after a while; it may have ended before."""
        process = subprocess.Popen(
            [BIN / "isthmus", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._env,
        )
        try:
            out, err = process.communicate(timeout=after_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            out, err = process.communicate()
        return Finished(process.returncode, out, err)

    @contextmanager
    def serving(self, *words: str) -> Iterator[str]:
        """Give the address of the console of `isthmus serve` while the block lasts."""
        command = [str(BIN / "isthmus"), "serve", *words]
        env = {**self._env, "ISTHMUS_LISTEN": "127.0.0.1:0", "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
            assert process.stdout is not None
            try:
                said = list(itertools.takewhile(_goes_on, process.stdout))
                found = [line.partition(": ")[2].strip() for line in said if "Console:" in line]
                if not found:
                    raise RuntimeError(f"isthmus serve does not serve: {''.join(said)}")
                yield found[0].rstrip("/")
            finally:
                process.terminate()

    def compare(self) -> list[str]:
        """Compare every row and column of all tables with the oracle's."""
        expected = expected_tables(self._simulator.source)
        found: list[str] = []
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as file:
            file.execute("set timezone = 'UTC'")
            for dataset in DATASETS:
                answer = file.execute(f'select * from autotask."{dataset}"')
                columns = [column[0] for column in answer.description or []]
                found += differences(expected, dataset, columns, answer.fetchall())
        return found


def _goes_on(line: str) -> bool:
    return not line.startswith("Stop with")


@dataclass
class Tally:
    """What a storm has seen."""

    rounds: int = 0
    kills: int = 0
    kills_that_hit: int = 0
    failed_runs: int = 0
    differences: int = 0

    def check(self, home: Home, what: str) -> None:
        """Compare and stop the storm at the first difference, which is told in full."""
        found = home.compare()
        self.rounds += 1
        if found:
            self.differences += len(found)
            raise AssertionError(f"after {what}:\n" + "\n".join(found))


def must(done: Finished, *codes: int) -> Finished:
    """Insist on an exit code."""
    if done.code not in (codes or (0,)):
        raise AssertionError(f"exit {done.code}\n{done.out[-4000:]}\n{done.err[-4000:]}")
    return done


def full(home: Home, tally: Tally) -> None:
    """Sync everything once and compare."""
    must(home.run("sync", "--json"))
    tally.check(home, "the full sync")


def activity(simulator: Simulator, home: Home, tally: Tally, rounds: int, steps: int) -> None:
    """Let the tenant live, sync what changed, compare; so many times."""
    for number in range(1, rounds + 1):
        done = simulator.live(steps)
        must(home.run("sync", "--json"))
        try:
            tally.check(home, f"round {number} of activity")
        except AssertionError as error:
            error.add_note(json.dumps(done, default=str)[:3000])
            raise


def kills(simulator: Simulator, home: Home, tally: Tally, times: int, rng: random.Random) -> None:
    """Kill -9 syncs at random moments, full and incremental; the next one must mend it."""
    commands = (("sync", "--json", "--full"), ("sync", "--json"))
    spans = {words: _span(simulator, home, *words) for words in commands}
    while tally.kills_that_hit < times:
        simulator.live(10)
        words = commands[0 if rng.random() < 0.6 else 1]
        began = time.monotonic()
        killed = home.run_killed(rng.uniform(0.1, 0.9) * spans[words], *words)
        tally.kills += 1
        if killed.code != -signal.SIGKILL:  # it was quicker than the last one: aim anew
            must(killed)
            spans[words] = time.monotonic() - began
            continue
        tally.kills_that_hit += 1
        if rng.random() < 0.3:
            continue  # Some kills follow on a kill.
        simulator.live(5)
        must(home.run("sync", "--json"))
        tally.check(home, f"kill {tally.kills_that_hit}")
    must(home.run("sync", "--json"))
    tally.check(home, "the last kill")


def _span(simulator: Simulator, home: Home, *words: str) -> float:
    """Return the seconds an undisturbed run takes here and now."""
    simulator.live(10)
    started = time.monotonic()
    must(home.run(*words))
    return time.monotonic() - started


PASSING: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429, "text": "Too many requests", "probability": 0.2},
    {
        "kind": "status",
        "status": 429,
        "text": "The Autotask API thread threshold of 3 threads has been exceeded.",
        "probability": 0.2,
    },
    {"kind": "status", "status": 500, "text": "An unexpected error occurred.", "probability": 0.2},
    {"kind": "status", "status": 503, "text": "Service unavailable", "probability": 0.2},
    {"kind": "html_error", "status": 502, "probability": 0.2},
    {"kind": "delay", "seconds": 0.2, "probability": 0.3},
    {"kind": "drop_before", "probability": 0.2},
    {"kind": "drop_after", "probability": 0.2},
    {"kind": "truncate", "share": 0.6, "probability": 0.2},
    {"kind": "empty_body", "probability": 0.2},
    {"kind": "malformed_json", "probability": 0.2},
    {"kind": "replication_lag", "seconds": 60},
    {"kind": "unknown_op_matches_all"},
    {"kind": "zone_move", "to": 16},
    {"kind": "zone_move", "to": 24},
    {"kind": "permission_lost", "mode": "refuse", "entity": "Tickets", "verbs": ["query"]},
    {"kind": "permission_lost", "mode": "refuse", "entity": "Companies", "verbs": ["query"]},
    {"kind": "permission_lost", "mode": "hide", "entity": "Products", "share": 0.9},
    {"kind": "quota_eaten", "calls": 200},
)
"""Every kind of fault that reading meets, in the strengths a client has to live with."""


def faults(simulator: Simulator, home: Home, tally: Tally, rounds: int, rng: random.Random) -> None:
    """Sync through random faults, then without; a run may fail, a table may not be wrong."""
    for number in range(1, rounds + 1):
        simulator.live(20)
        chosen = rng.sample(PASSING, k=rng.randint(1, 3))
        for fault in chosen:
            simulator.admin("POST", "faults", {**fault, **_times(fault, rng)})
        done = must(home.run("sync", "--json"), 0, 3, 4)
        tally.failed_runs += done.code != 0
        simulator.admin("DELETE", "faults")
        must(home.run("sync", "--json"))
        tally.check(home, f"fault round {number}: {json.dumps(chosen)}")


def _times(fault: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Let half of the faults that strike single calls pass after a while."""
    return {"count": rng.randint(3, 30)} if "probability" in fault and rng.random() < 0.5 else {}
