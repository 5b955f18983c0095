"""
200,000 tickets into DuckDB: Isthmus and a dlt REST source, one simulator, one run.

Prints rows per second, CPU seconds per million rows, peak memory and the ratios, and where
Isthmus spent its time. Run it with `make bench-sync`; `--tickets` makes it smaller, `--runs` repeats it.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from chaos.harness import Home, Simulator, must  # noqa: E402

BIN = Path(sys.executable).parent
FOLDER = ROOT / ".bench"


@dataclass(frozen=True)
class Measured:
    """One run of one loader, as the kernel accounted for the whole process."""

    rows: int
    wall_s: float
    user_s: float
    system_s: float
    peak_mib: float
    out: dict[str, Any]

    @property
    def cpu_per_million(self) -> float:
        """Return CPU seconds, user and system, for a million rows."""
        return (self.user_s + self.system_s) / self.rows * 1e6


def measure(command: Sequence[str | Path], env: dict[str, str]) -> Measured:
    """Run a command that prints one JSON object last, and read what the kernel counted."""
    started = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, env={**os.environ, **env}
    )
    assert process.stdout is not None
    text = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}\n{text}")
    out = json.loads(text[text.index("{") :])
    return Measured(
        rows=out.get("rows") or sum(d["rows"] for d in out["datasets"]),
        wall_s=time.monotonic() - started,
        user_s=usage.ru_utime,
        system_s=usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
        out=out,
    )


def run_isthmus(simulator: Simulator, folder: Path) -> Measured:
    """Sync the tickets with labels, names and user-defined fields; what names need comes first."""
    home = Home(folder, simulator)
    must(home.connect())
    must(home.run("sync", "Companies", "Resources", "--json"))
    return measure([BIN / "isthmus", "sync", "Tickets", "--json"], {"ISTHMUS_HOME": str(folder)})


def run_dlt(ready: Path, folder: Path) -> Measured:
    """Load the same tickets with dlt's REST source, as its documentation sets it up."""
    peer = ROOT / ".venv-bench/bin/python"
    return measure([peer, ROOT / "benchmarks/dlt_source.py", ready, folder], {})


def show(name: str, runs: list[Measured]) -> None:
    """Print the median of each figure."""
    rows_s = statistics.median(run.rows / run.wall_s for run in runs)
    cpu = statistics.median(run.cpu_per_million for run in runs)
    peak = statistics.median(run.peak_mib for run in runs)
    figures = f"{rows_s:10,.0f} rows/s {cpu:9.1f} CPU-s/1M {peak:8,.0f} MiB"
    print(f"{name:10} {runs[0].rows:9,} rows {figures}")


def main() -> None:
    """Run both and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    ours: list[Measured] = []
    theirs: list[Measured] = []
    with Simulator(FOLDER, "--tickets", str(options.tickets), "--companies", "800") as simulator:
        simulator.admin("PATCH", "switches", {"added_latency_scale": 0})
        for number in range(options.runs):
            ours.append(run_isthmus(simulator, FOLDER / f"isthmus-{number}"))
            theirs.append(run_dlt(FOLDER / "ready.json", FOLDER / f"dlt-{number}"))
    show("Isthmus", ours)
    show("dlt", theirs)
    ratio = [a.cpu_per_million / b.cpu_per_million for a, b in zip(ours, theirs, strict=True)]
    memory = [a.peak_mib / b.peak_mib for a, b in zip(ours, theirs, strict=True)]
    print(
        f"Isthmus / dlt: CPU {statistics.median(ratio):.2f}, "
        f"memory {statistics.median(memory):.2f} (aim: CPU at most 0.25, under 500 MiB)"
    )


if __name__ == "__main__":
    main()
