"""
Run the clients that are not on PyPI against a simulator of our own: node's soap package.

What they need is fetched into `.contract/`, in just the versions of their lock file. Run it as
`make contract`; the exit code is 1 after a surprise, and 2 where something is missing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent / "node"
FILES = ("package.json", "package-lock.json", ".npmrc", "client.js")
PLACE = Path(__file__).parents[2] / ".contract" / "node"
OLDEST = 20
STARTS_WITHIN_S = 120


def missing() -> str:
    """Say what the machine lacks; empty when nothing."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            return (
                f"make contract needs node {OLDEST} or newer with npm; there is no {tool} on the"
                " PATH. Install Node.js, or leave this out: make test needs neither."
            )
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    number = re.match(r"v(\d+)", told.stdout)
    if number is None or int(number[1]) < OLDEST:
        found = told.stdout.strip() or "one that does not say its version"
        return f"make contract needs node {OLDEST} or newer; this is {found}."
    return ""


def prepare() -> None:
    """Fetch the clients; one that is there in its locked version is kept."""
    PLACE.mkdir(parents=True, exist_ok=True)
    lock, kept = HERE / "package-lock.json", PLACE / "package-lock.json"
    is_there = kept.is_file() and kept.read_bytes() == lock.read_bytes()
    for name in FILES:
        shutil.copyfile(HERE / name, PLACE / name)
    if is_there and (PLACE / "node_modules" / ".package-lock.json").is_file():
        return
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=PLACE, check=True)


@contextmanager
def simulator() -> Iterator[dict[str, Any]]:
    """Serve a small tenant on a free port; give its ready document."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "isthmus_sim.cli", "autotask", "--port", "0"]
        command += ["--companies", "15", "--tickets", "700", "--ready-file", str(ready)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            yield wait_for(ready, process)
        finally:
            process.terminate()
            process.wait(30)


def wait_for(ready: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Read the ready document once it is there."""
    until = time.monotonic() + STARTS_WITHIN_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"isthmus-sim did not start (exit code {process.poll()})")
        time.sleep(0.05)
    told: dict[str, Any] = json.loads(ready.read_text("utf-8"))
    return told


def main() -> int:
    """Run every client; give the exit code."""
    lacks = missing()
    if lacks:
        print(lacks, file=sys.stderr)
        return 2
    try:
        prepare()
    except subprocess.CalledProcessError:
        print("npm could not fetch the clients; its words are above.", file=sys.stderr)
        return 2
    with simulator() as known:
        keys = ("soap_url", "username", "secret", "integration_code")
        given = [str(known[key]) for key in keys]
        return subprocess.run(["node", "client.js", *given], cwd=PLACE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
