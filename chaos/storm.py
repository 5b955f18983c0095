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


class Watch:
    """Tells how long each part took."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def tell(self, part: str) -> None:
        """Print a part that ended without a difference."""
        now = time.monotonic()
        print(f"{part:28} zero differences   {now - self._since:6.0f} s", flush=True)
        self._since = now


def storm(folder: Path, seed: int, rounds: int, fault_rounds: int, times: int) -> Tally:
    """Run one storm from an empty folder; raises at the first difference."""
    rng = random.Random(seed)
    tally = Tally()
    options = ("--seed", str(seed), "--companies", "40", "--tickets", "6500")
    with Simulator(folder, *options) as simulator:
        home = Home(folder / "home", simulator)
        must(home.connect())
        simulator.admin("PATCH", "switches", {"added_latency_scale": 0})
        watch = Watch()
        full(home, tally)
        watch.tell("full sync")
        activity(simulator, home, tally, rounds, steps=40)
        watch.tell(f"{rounds} rounds of activity")
        faults(simulator, home, tally, fault_rounds, rng)
        watch.tell(f"{fault_rounds} fault rounds")
        kills(simulator, home, tally, times, rng)
        watch.tell(f"{times} kills")
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
