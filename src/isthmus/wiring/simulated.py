"""
"Try with a simulated tenant": both vendors simulated, as a child of the process that serves.

The simulators are a program of their own, `isthmus-sim`, that may be installed or not. It lives in
the home, in the folder `simulated`, and ends with the process that started it, however that ends.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from isthmus.base.clock import monotonic, sleep
from isthmus.base.errors import NeedsPerson
from isthmus.base.log import get_logger
from isthmus.state import Connection, FieldNationConnection
from isthmus.state.sole import sole_run
from isthmus.wiring import connecting
from isthmus.wiring.build import House
from isthmus.wiring.environment.config import Config

PROGRAM: Final = "isthmus-sim"
INSTALL: Final = "pip install isthmus-sim"
TITLE: Final = "Simulated Autotask"
SIZE: Final = ("--companies", "40", "--tickets", "900")
_PATIENCE_S: Final = 120.0
_END_S: Final = 10.0
_LOOK_S: Final = 0.1
_log = get_logger("simulated")


class NoSimulators(NeedsPerson):
    """The program of the simulators is not installed, or does not start."""


class ConnectedAlready(NeedsPerson):
    """The home is connected to vendors that are no simulators; it must not mix the two."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What runs: how to reach both, and where a person may act as a technician, in a browser."""

    autotask: Connection
    fieldnation: FieldNationConnection
    provider_url: str
    autotask_admin_url: str
    fieldnation_admin_url: str


def program() -> Path | None:
    """Return where the program of the simulators is; None: it is not installed."""
    beside = Path(sys.executable).parent / PROGRAM
    found = beside if beside.exists() else shutil.which(PROGRAM)
    return None if found is None else Path(found)


def how_to_install() -> str:
    """Return the command that installs the simulators; "" where they are."""
    return "" if program() is not None else INSTALL


def is_simulated(house: House) -> bool:
    """Tell whether the home is connected to simulators it starts itself."""
    return any(one.is_simulated for one in connecting.connected(house))


class Simulation:
    """
    The simulators of one home, as a child of this process. One at a time, in whichever process.

    `stop` when the process ends; a process that is killed takes them along.
    """

    def __init__(self, config: Config) -> None:
        self._folder = config.home / "simulated"
        self._process: subprocess.Popen[bytes] | None = None
        self._held = ExitStack()
        self._turn = threading.Lock()

    @property
    def is_running(self) -> bool:
        """Tell whether they run as a child of this process."""
        return self._process is not None and self._process.poll() is None

    async def try_out(self, house: House) -> Simulated:
        """
        Start the simulators and connect the home to both of them.

        Raises: NoSimulators; ConnectedAlready; StateBusy: another process of this home runs them.
        """
        for one in await asyncio.to_thread(connecting.connected, house):
            if one.source != "nothing" and not one.is_simulated:
                raise ConnectedAlready(
                    "This home is connected to a vendor already; a simulated tenant would be mixed"
                    " with it.",
                    where=one.vendor,
                    remedy="Give the simulated tenant a home of its own (ISTHMUS_HOME), or remove"
                    " the connection.",
                )
        return await self._begun(house)

    async def resume(self, house: House) -> Simulated | None:
        """Start them again where the home is connected to simulators; None: it is not."""
        if not await asyncio.to_thread(is_simulated, house) or self.is_running:
            return None
        return await self._begun(house)

    async def stop(self) -> None:
        """End the simulators; what they hold is kept in the home, and they go on from there."""
        process, self._process = self._process, None
        if process is not None:
            await asyncio.to_thread(_end, process)
        self._held.close()

    async def _begun(self, house: House) -> Simulated:
        """Start and connect, one after the other: who comes second finds what the first made."""
        while not self._turn.acquire(blocking=False):  # it may be held in another thread's loop
            await sleep(_LOOK_S)
        try:
            ready = await self._start()
            return await asyncio.to_thread(self._connect, house, ready)
        finally:
            self._turn.release()

    def _connect(self, house: House, ready: dict[str, dict[str, Any]]) -> Simulated:
        made = _simulated(ready)
        urls = (made.autotask.base_url or "", made.fieldnation.base_url)
        known = (house.state.load_connection(TITLE), house.state.load_fieldnation())
        house.state.save_note(connecting.SIMULATED, json.dumps(urls))
        if known != (made.autotask, made.fieldnation):
            connecting.save(house, made.autotask)
            connecting.save(house, made.fieldnation)
        return made

    async def _start(self) -> dict[str, dict[str, Any]]:
        found = program()
        if found is None:
            raise NoSimulators(
                "The simulators are not installed.", where=PROGRAM, remedy=f"Run: {INSTALL}"
            )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.is_running:
            self._held.close()
            self._held.enter_context(sole_run(self._folder / "lock"))
        try:
            return await self._started(found)
        except BaseException:
            self._drop()  # at once: who is cancelled cannot wait, and another may be waiting
            raise

    def _drop(self) -> None:
        """End what was only begun."""
        process, self._process = self._process, None
        if process is not None:
            _kill(process)
        self._held.close()

    async def _started(self, found: Path) -> dict[str, dict[str, Any]]:
        before = _read(self._ready)
        if self.is_running and before is not None:
            return before
        for ports in (_ports(before), (0, 0)) if before else ((0, 0),):
            if self._process is not None:  # two must not work on the same state
                await asyncio.to_thread(_end, self._process)
            self._ready.unlink(missing_ok=True)
            words = (str(found), "up", "--live", "--until-input-ends", *SIZE)
            place = ("--port", str(ports[0]), "--field-port", str(ports[1]))
            kept = ("--state", str(self._folder / "state"), "--ready-file", str(self._ready))
            self._process = await asyncio.to_thread(
                _spawn, (*words, *place, *kept), self._folder / "simulators.log"
            )
            ready = await self._wait_for(self._process)
            if ready is not None:
                _log.info("simulators_started", pid=self._process.pid)
                return ready
        raise NoSimulators(
            f"The simulators do not start: {_last_words(self._folder / 'simulators.log')}",
            where=str(self._folder),
            remedy=f"See its log there; or remove that folder and try again; or: {INSTALL} -U",
        )

    async def _wait_for(self, process: "subprocess.Popen[bytes]") -> dict[str, Any] | None:
        end = monotonic() + _PATIENCE_S
        while process.poll() is None and monotonic() < end:
            ready = await asyncio.to_thread(_read, self._ready)
            if ready is not None:
                return ready
            await sleep(_LOOK_S)
        return None

    @property
    def _ready(self) -> Path:
        return self._folder / "ready.json"


def _spawn(words: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    """Start a child whose input ends with this process."""
    with log.open("wb") as told:
        return subprocess.Popen(  # noqa: S603 - our own program; no word of it is a user's
            words, stdin=subprocess.PIPE, stdout=told, stderr=told
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _close(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    _close(process)


def _close(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _ports(ready: dict[str, Any]) -> tuple[int, int]:
    try:
        return tuple(urlsplit(ready[name]["url"]).port or 0 for name in ("autotask", "fieldnation"))  # type: ignore[return-value]
    except (KeyError, TypeError, ValueError):
        return 0, 0


def _last_words(log: Path) -> str:
    with suppress(OSError):
        lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines()]
        return " ".join([line for line in lines if line][-3:]) or "it said nothing"
    return "it said nothing"


def _simulated(ready: dict[str, dict[str, Any]]) -> Simulated:
    psa, market = ready["autotask"], ready["fieldnation"]
    return Simulated(
        Connection(
            TITLE, psa["username"], psa["secret"], psa["integration_code"], base_url=psa["url"]
        ),
        FieldNationConnection(
            market["client_id"],
            market["client_secret"],
            market["username"],
            market["password"],
            market["url"],
        ),
        market["provider_url"],
        psa["admin_url"],
        market["admin_url"],
    )
