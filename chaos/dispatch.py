"""
Let it storm over dispatch and show each promise by a number. Prints a block for each.

Run it with `make chaos-dispatch`. Real processes of Isthmus stand between both simulated vendors:
one on SQLite, then two on PostgreSQL. An oracle that shares no code with Isthmus decides from the
vendors' raw rows. `--quick` takes minutes; `--only` names some storms; `--seed` repeats one.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from chaos.dispatching import faults, gone, kills, loops, order, partial  # noqa: E402
from chaos.dispatching.home import empty_database, postgres  # noqa: E402
from chaos.dispatching.strikes import table  # noqa: E402

STORMS = ("kills", "faults", "loops", "order", "gone", "partial", "verification", "mappings")
WRONG_SHOWN = 20
_VERIFIED_BY = (
    "tests/webhooks",
    "tests/autotask/webhooks/test_signature.py",
    "tests/fieldnation/test_signature.py",
    "tests/dispatch/test_receive.py",
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """
    How much of each storm.

    Of kills: `window`: tickets that people are busy with at once; `rest`: calls that each process
    may make at least, at most; `minutes`: so long at most.
    """

    tickets: int = 5_000
    kills: int = 500
    faulted: int = 300
    flipped: int = 50
    flips: int = 20
    ordered: int = 200
    edits: int = 50
    losses: int = 3
    kill_sweep: int = 60
    fault_sweep: int = 30
    window: int = 150
    rest: int = 100
    minutes: int = 10**6


# A sweep more often than a worker counts as dead (20 s) would promise nothing.
QUICK = Sizes(150, 40, 60, 10, 8, 40, 15, 1, 5, 30, window=40, rest=40)


@dataclass(frozen=True, slots=True)
class Site:
    """Where it storms: `title`, the URL of a database of its own ("" for files), how many work."""

    title: str
    folder: Path
    server: str
    workers: int

    def state(self, storm: str) -> str:
        """Make an empty database for a storm; returns its URL."""
        return empty_database(self.server, f"isthmus_chaos_{storm}") if self.server else ""

    def place(self, storm: str) -> Path:
        """Return a folder for a storm."""
        return self.folder / storm


def say(site: Site, storm: str, text: str) -> None:
    """Print a line about a storm."""
    print(f"{site.title:24} {storm:14} {text}", flush=True)


def kill(site: Site, sizes: Sizes, seed: int) -> bool:
    """Exactly one work order, nothing lost, whenever processes die."""
    plan = kills.Plan(
        sizes.tickets, sizes.kills, site.workers, sizes.window, sweep=sizes.kill_sweep,
        rest=(sizes.rest // 10, sizes.rest), most_s=sizes.minutes * 60,
    )  # fmt: skip
    found = kills.storm(site.place("kills"), plan, seed, site.state("kills"))
    say(site, "kills", f"{found.kills.total()} kills -9; {found.verdict.line()}")
    say(
        site, "kills",
        f"equal {found.equal_after:.0f} s after the last deed, {len(found.letters)} dead letters,"
        f" {found.cpu_seconds:.0f} CPU s of ours, {found.seconds:.0f} s",
    )  # fmt: skip
    for line in table(found.kills):
        print(f"    {line}")
    _tell_wrong([*found.verdict.wrong, *found.letters])
    return found.is_clean


def fault(site: Site, sizes: Sizes, seed: int) -> bool:
    """Both sides equal within one sweep after messages and calls were broken in every way."""
    found = faults.storm(
        site.place("faults"), sizes.faulted, seed=seed, sweep=sizes.fault_sweep,
        state=site.state("faults"), workers=site.workers,
    )  # fmt: skip
    say(site, "faults", found.line())
    _tell_wrong([*found.verdict.wrong, *found.letters])
    return found.is_clean


def loop(site: Site, sizes: Sizes, _seed: int) -> bool:
    """No write but for a change."""
    found = loops.flip_all(
        site.place("loops"), sizes.flipped, sizes.flips, site.state("loops"), site.workers
    )
    say(site, "loops", found.line())
    return found.is_clean


def keep_order(site: Site, sizes: Sizes, _seed: int) -> bool:
    """What an order shows never goes back."""
    found = order.edit_all(
        site.place("order"), sizes.ordered, sizes.edits, rate=100, state=site.state("order"),
        workers=site.workers,
    )  # fmt: skip
    say(site, "order", found.line())
    _tell_wrong(list(found.wrong))
    return found.is_clean


def lose(site: Site, sizes: Sizes, _seed: int) -> bool:
    """A worker gone for good: its links go on elsewhere."""
    if not site.server:
        say(site, "gone", "one process alone: it goes on when it is started again, see kills")
        return True
    clean = True
    for found in gone.lose_workers(site.place("gone"), site.state("gone"), sizes.losses):
        say(site, "gone", found.line())
        _tell_wrong(list(found.wrong))
        clean &= found.is_clean
    return clean


def crash(site: Site, _sizes: Sizes, _seed: int) -> bool:
    """Each crash point of making, tying and showing an order."""
    clean = True
    for found in partial.crash_everywhere(
        site.place("partial"), site.state("partial"), site.workers
    ):
        say(site, "partial", found.line())
        clean &= found.is_clean
    return clean


def verify(site: Site, _sizes: Sizes, _seed: int) -> bool:
    """What is forged, replayed or unsigned is not taken; what is valid is: by its tests."""
    return _test(site, "verification", *_VERIFIED_BY)


def seed_faults(site: Site, _sizes: Sizes, _seed: int) -> bool:
    """Every seeded fault of a mapping is found before anything is sent: by its tests."""
    return _test(site, "mappings", "tests/dispatch/rules/test_seeded_faults.py")


def _test(site: Site, storm: str, *paths: str) -> bool:
    """Run tests that cover both databases, once, and print how many passed."""
    if site.server:
        return True
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:randomly", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = re.findall(r"^.*\b\d+ (?:passed|failed).*$", done.stdout, re.MULTILINE)
    counts = re.findall(r"^counts: (.*)$", done.stdout, re.MULTILINE)
    say(site, storm, "; ".join([*counts, *told]) or done.stdout[-500:])
    return done.returncode == 0


RUN: dict[str, Callable[[Site, Sizes, int], bool]] = dict(
    zip(STORMS, (kill, fault, loop, keep_order, lose, crash, verify, seed_faults), strict=True)
)


def _tell_wrong(lines: list[str]) -> None:
    for line in lines[:WRONG_SHOWN]:
        print(f"    WRONG {line}")
    if len(lines) > WRONG_SHOWN:
        print(f"    WRONG and {len(lines) - WRONG_SHOWN} more")


def sites(folder: Path, only: str | None) -> Iterator[Site]:
    """Give SQLite with one process, then PostgreSQL with two workers, one of them with doors."""
    if only != "postgres":
        yield Site("SQLite, 1 process", folder / "sqlite", "", 1)
    if only != "sqlite":
        with postgres(folder / "postgres") as server:
            yield Site("PostgreSQL, 2 workers", folder / "two", server, 2)


def main() -> int:
    """Read the options, let it storm, print what was seen; 1 when a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="minutes instead of hours")
    parser.add_argument("--only", choices=STORMS, nargs="+", default=STORMS)
    parser.add_argument("--on", choices=("sqlite", "postgres"))
    parser.add_argument("--size", nargs="+", default=(), help="otherwise: kills=50 minutes=10")
    parser.add_argument("--folder", type=Path, default=ROOT / ".chaos" / "dispatch")
    options = parser.parse_args()
    folder: Path = options.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    otherwise = {name: int(n) for name, _, n in (one.partition("=") for one in options.size)}
    sizes = replace(QUICK if options.quick else Sizes(), **otherwise)
    begun, broken = time.monotonic(), list[str]()
    for site in sites(folder, options.on):
        for name in options.only:
            if not RUN[name](site, sizes, options.seed):
                broken.append(f"{name} on {site.title}")
    told = f"not kept: {', '.join(broken)}" if broken else "every promise was kept"
    print(f"seed {options.seed}, {time.monotonic() - begun:.0f} s: {told}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
