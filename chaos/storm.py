"""
The long storm: activity, faults and kills, every row compared with an oracle. Prints a table.

Run it with `make chaos`. `--seed` repeats one, `--rounds` and `--kills` make it longer or shorter.
"""

import argparse
import random
import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from chaos.harness import Home, Simulator, Tally, activity, faults, full, kills, must  # noqa: E402


def storm(folder: Path, seed: int, rounds: int, fault_rounds: int, times: int) -> Tally:
    """Run one storm from an empty folder; raises at the first difference."""
    rng = random.Random(seed)
    tally = Tally()
    options = ("--seed", str(seed), "--companies", "80", "--tickets", "9000")
    with Simulator(folder, *options) as simulator:
        home = Home(folder / "home", simulator)
        must(home.connect())
        simulator.admin("PATCH", "switches", {"added_latency_scale": 0})
        for name, part in (
            ("full sync", lambda: full(home, tally)),
            (f"{rounds} rounds of activity", lambda: activity(simulator, home, tally, rounds, 40)),
            (
                f"{fault_rounds} fault rounds",
                lambda: faults(simulator, home, tally, fault_rounds, rng),
            ),
            (f"{times} kills", lambda: kills(simulator, home, tally, times, rng)),
        ):
            started = time.monotonic()
            part()
            print(f"{name:28} zero differences   {time.monotonic() - started:6.0f} s", flush=True)
    return tally


def main() -> None:
    """Read the options, run the storm, print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--fault-rounds", type=int, default=30)
    parser.add_argument("--kills", type=int, default=50)
    options = parser.parse_args()
    folder = ROOT / ".chaos"
    shutil.rmtree(folder, ignore_errors=True)
    tally = storm(folder, options.seed, options.rounds, options.fault_rounds, options.kills)
    print(
        f"seed {options.seed}: {tally.rounds} comparisons of all 22 tables, {tally.kills} kills "
        f"({tally.kills_that_hit} struck a running sync), {tally.failed_runs} runs that faults "
        f"kept from finishing, {tally.differences} differences"
    )


if __name__ == "__main__":
    main()
