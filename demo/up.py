"""
Both vendors simulated, with people at work on either side, and the console between them.

Run it with `make up`; Ctrl+C ends everything. What it keeps is in `.up`: run again, it goes on
from there; remove the folder to begin anew.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.sync.syncing import Syncing

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".up"
BIN = Path(sys.executable).parent
LOGIN = "demo"
LISTEN = os.environ.get("ISTHMUS_LISTEN", "127.0.0.1:8484")
_PATIENCE_S = 180


class UpFailed(Exception):
    """Something did not start; the text says what."""


def environment() -> dict[str, str]:
    """Return the environment of Isthmus's processes: none of its settings but ours."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ISTHMUS_")}
    ours = {"ISTHMUS_HOME": str(FOLDER / "home"), "ISTHMUS_LISTEN": LISTEN, "ISTHMUS_SWEEP_S": "15"}
    return {**kept, **ours}


def isthmus(*words: str, typed: str | None = None) -> str:
    """Run a command and return what it prints. Raises: UpFailed."""
    done = subprocess.run(
        [BIN / "isthmus", *words], env=environment(), input=typed, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise UpFailed(f"isthmus {' '.join(words)}: {done.stderr or done.stdout}")
    return done.stdout


def simulators() -> "subprocess.Popen[bytes]":
    """Start both vendors, with people at work; returns when they answer. Raises: UpFailed."""
    ready = FOLDER / "ready.json"
    ready.unlink(missing_ok=True)
    words = ("up", "--live", "--port", "0", "--field-port", "0", "--until-input-ends")
    size = ("--companies", "60", "--tickets", "2500", "--activity-per-minute", "12")
    kept = ("--state", str(FOLDER / "vendors"), "--ready-file", str(ready))
    with (FOLDER / "vendors.log").open("wb") as log:
        process = subprocess.Popen(
            [BIN / "isthmus-sim", *words, *size, *kept],
            stdin=subprocess.PIPE, stdout=log, stderr=log,
        )  # fmt: skip
    end = time.monotonic() + _PATIENCE_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise UpFailed(f"the simulators did not start: see {FOLDER / 'vendors.log'}")
        time.sleep(0.1)
    return process


def connect() -> None:
    """Connect the home to both, as a person would, and switch the tickets' rule on."""
    told = json.loads((FOLDER / "ready.json").read_text())
    mine, field = told["autotask"], told["fieldnation"]
    isthmus(
        "connect", "autotask", "--username", mine["username"], "--url", mine["url"],
        "--integration-code", mine["integration_code"], "--secret-stdin",
        typed=f"{mine['secret']}\n",
    )  # fmt: skip
    isthmus(
        "connect", "fieldnation", "--client-id", field["client_id"], "--username",
        field["username"], "--url", field["url"], "--secrets-stdin",
        typed=f"{field['client_secret']}\n{field['password']}\n",
    )  # fmt: skip
    isthmus("rule", "enable", "ticket_dispatch")


def account() -> str:
    """Make the account to log in with, once; returns its password, kept beside the home."""
    kept = FOLDER / "password"
    if not kept.exists():
        password = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}-{secrets.token_hex(3)}"
        isthmus("people", "add", LOGIN, "--name", "Demo", "--role", "admin", "--password-stdin",
                typed=f"{password}\n")  # fmt: skip
        kept.touch(mode=0o600)
        kept.write_text(password)
    return kept.read_text()


def serve() -> int:
    """Have all tables read first of all, and serve; returns the exit code."""
    with House(load_config(environment())) as house, Stores.open(house) as stores:
        Syncing.of(stores).ask(by=LOGIN)
    return subprocess.run([BIN / "isthmus", "serve"], env=environment(), check=False).returncode


def main() -> int:
    """Start all of it, say where it is, and wait."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    console = Console(highlight=False)
    FOLDER.mkdir(exist_ok=True)
    vendors = None
    try:
        console.print("[bold cyan]Two vendors[/]  [dim]simulated, with people at work[/]")
        vendors = simulators()
        connect()
        password = account()
        console.print(f"[bold cyan]The console[/]  http://{LISTEN}/")
        console.print(f"             log in as [bold]{LOGIN}[/] with [bold]{password}[/]")
        console.print("[dim]The tables fill in the first minute; Ctrl+C ends everything.[/]\n")
        return serve()
    except UpFailed as why:
        console.print(f"[bold red]It did not come up.[/] {why}", soft_wrap=True, markup=True)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        if vendors is not None:
            vendors.terminate()
            vendors.wait()


if __name__ == "__main__":
    sys.exit(main())
