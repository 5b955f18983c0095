"""
The durable engine alone: runs a second and CPU a run, on SQLite and on PostgreSQL.

One run is three steps that do nothing, so what is measured is the engine.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from chaos.engine import postgres  # noqa: E402
from isthmus.engine import Agenda, Done, Kind, Outcome, Run, Settings, Small  # noqa: E402

Process = subprocess.Popen[bytes]


async def nothing() -> Small:
    return "sha256:0123456789abcdef"


async def three_steps(run: Run) -> Outcome:
    for name in ("look", "write", "note"):
        await run.step(name, nothing)
    return Done()


async def work(where: str, slots: int) -> None:
    from isthmus.engine.worker import Worker  # noqa: PLC0415 - loads DBOS, which is measured

    agenda = Agenda.open(where)
    await Worker(agenda, {"link": Kind(three_steps)}, Settings(slots=slots)).run_until_stopped()
    agenda.close()


def start(where: str, slots: int) -> Process:
    command = [sys.executable, __file__, "--work", where, "--slots", str(slots)]
    return subprocess.Popen(command, cwd=ROOT)


def cpu_seconds(process: Process) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(process: Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def wait_for_roll(agenda: Agenda, workers: int) -> None:
    while len(agenda.signs()) < workers:
        time.sleep(0.05)
    time.sleep(2)  # until their start no longer counts


def drain(agenda: Agenda, runs: int) -> float:
    """Ask for so many runs and return the seconds until the last of them is done."""
    begun = time.monotonic()
    for number in range(runs):
        agenda.enqueue("link", f"T{number}")
    while agenda.count():
        time.sleep(0.01)
    return time.monotonic() - begun


def one_at_a_time(agenda: Agenda, times: int) -> list[float]:
    """Return the milliseconds from asking to done for single items, ascending."""
    found = []
    for number in range(times):
        begun = time.monotonic()
        agenda.enqueue("link", f"single-{number}")
        while agenda.count():
            time.sleep(0.002)
        found.append(1000 * (time.monotonic() - begun))
    return sorted(found)


def measure(title: str, where: str, workers: int, runs: int, slots: int) -> None:
    agenda = Agenda.open(where)
    started = [start(where, slots) for _ in range(workers)]
    try:
        wait_for_roll(agenda, workers)
        drain(agenda, 20)
        before = sum(cpu_seconds(one) for one in started)
        seconds = drain(agenda, runs)
        used = sum(cpu_seconds(one) for one in started) - before
        single = one_at_a_time(agenda, 30)
        before = sum(cpu_seconds(one) for one in started)
        time.sleep(10)
        idle = (sum(cpu_seconds(one) for one in started) - before) / workers / 10
        memory = max(memory_mib(one) for one in started)
    finally:
        for one in started:
            one.terminate()
            one.wait()
        agenda.close()
    print(
        f"{title:24} {runs / seconds:6.1f} runs/s  {1000 * used / runs:5.1f} CPU ms a run  "
        f"other process asks to done p50 {single[15]:.0f} ms, worst {single[-1]:.0f} ms  "
        f"idle {100 * idle:.1f} % of a core  {memory:.0f} MiB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", help="be a worker of this database")
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--runs", type=int, default=600)
    options = parser.parse_args()
    if options.work:
        asyncio.run(work(options.work, options.slots))
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        file = f"sqlite:///{folder / 'engine.sqlite'}"
        os.environ["XDG_RUNTIME_DIR"] = name
        measure("SQLite, 1 process", file, 1, options.runs, options.slots)
        with postgres(folder / "postgres") as url:
            measure("PostgreSQL, 2 processes", url, 2, options.runs, options.slots)


if __name__ == "__main__":
    main()
