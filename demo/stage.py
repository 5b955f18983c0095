"""What the demo stands on: its voice, the processes it starts, and how it waits."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from rich.console import Console
from rich.text import Text

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / ".demo"
HOME: Final = FOLDER / "home"
BIN: Final = Path(sys.executable).parent
PATIENCE_S: Final = 30.0
_POLL_S: Final = 0.05
_END_S: Final = 15.0

T = TypeVar("T")


class DemoFailed(Exception):
    """Something did not come about; the text says what."""


class Process:
    """A process that runs beside the demo; what it prints goes to a file of the demo's folder."""

    def __init__(self, name: str, words: Sequence[str | Path], env: dict[str, str]) -> None:
        self.name = name
        self.log = FOLDER / f"{name}.log"
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(list(words), env=env, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        """Return its number."""
        return self._popen.pid

    def must_live(self) -> None:
        """Raise DemoFailed where it has ended."""
        if (code := self._popen.poll()) is not None:
            raise DemoFailed(f"{self.name} ended with {code}: {self.last_words()}")

    def last_words(self) -> str:
        """Return the end of what it printed."""
        lines = self.log.read_text("utf-8", "replace").split("\n")
        return " ".join(line.strip() for line in lines[-6:] if line.strip()) or "without a word"

    def kill(self) -> None:
        """Kill it with SIGKILL: it can do nothing more."""
        self._popen.kill()
        self._popen.wait()

    def end(self) -> None:
        """Ask it to stop; kill it where it does not."""
        if self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(_END_S)
            except subprocess.TimeoutExpired:
                self.kill()


class Stage:
    """
    Where the demo happens. Used as a context manager: at its end no process is left.

    `settings` are what Isthmus reads from the environment, beside its home.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.settings: dict[str, str] = {"ISTHMUS_HOME": str(HOME)}
        self._processes: list[Process] = []
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    # Speaking

    def say(self, step: str, more: str = "") -> None:
        """Print a heading for the next step."""
        self.console.print(f"\n[bold cyan]{step}[/]  [dim]{more}[/]")

    def tell(self, *parts: str | tuple[str, str]) -> None:
        """Print a line of what happens."""
        self.console.print(Text.assemble("   ", *parts))

    def happened(self, *parts: str | tuple[str, str] | Text) -> None:
        """Print a line with the time on this machine."""
        now = time.strftime("%H:%M:%S")
        self.console.print(Text.assemble("   ", (f"{now}  ", "dim"), *parts))

    def show(self, *words: str) -> None:
        """Print a command as it would be typed."""
        shown = " ".join(word if " " not in word else f'"{word}"' for word in words)
        self.console.print(Text(f"$ isthmus {shown}", style="dim"))

    # Doing

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of Isthmus's processes: none of its settings but ours."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("ISTHMUS_")}
        return {**kept, **self.settings}

    def isthmus(self, *words: str, stdin: str | None = None) -> None:
        """Run one command as a person would, who sees what it prints. Raises: DemoFailed."""
        self.show(*words)
        command = [str(BIN / "isthmus"), *words]
        done = subprocess.run(command, input=stdin, text=True, env=self.environment, check=False)
        if done.returncode:
            raise DemoFailed(f"isthmus {' '.join(words)} ended with {done.returncode}")

    def printed(self, *words: str) -> str:
        """Run one command for what it prints. Raises: DemoFailed."""
        command = [str(BIN / "isthmus"), *words]
        done = subprocess.run(
            command, capture_output=True, text=True, env=self.environment, check=False
        )
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())
            raise DemoFailed(f"isthmus {' '.join(words)} ended with {done.returncode}: {said}")
        return done.stdout

    def asked(self, *words: str) -> Any:
        """Run one command for its JSON. Raises: DemoFailed."""
        return json.loads(self.printed(*words, "--json"))

    def start(self, name: str, program: str, *words: str | Path) -> Process:
        """Start a process that is ended with the stage, however that comes about."""
        process = Process(name, [BIN / program, *words], self.environment)
        self._processes.append(process)
        self._closing.callback(process.end)
        return process

    def kill(self, process: Process) -> None:
        """Kill a process with SIGKILL."""
        process.kill()
        self._processes.remove(process)

    def wait_for(self, what: str, look: Callable[[], T | None], seconds: float = PATIENCE_S) -> T:
        """
        Return what `look` finds, once it finds something.

        Args: what: the subject of a sentence, for when it does not come about.
        Raises: DemoFailed: it did not in time, or a process that was started has ended.
        """
        end = time.monotonic() + seconds
        while not (found := look()):
            for process in self._processes:
                process.must_live()
            if time.monotonic() > end:
                raise DemoFailed(f"{what} did not come about within {seconds:.0f} s")
            time.sleep(_POLL_S)
        return found


def call(url: str, body: object = None, method: str = "") -> Any:
    """
    Call a simulator; a body makes it a POST.

    Raises: DemoFailed: it refuses, or does not answer.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    request.method = method or ("GET" if body is None else "POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            said = refused.read().decode("utf-8", "replace")[:300]
        path = url.partition("?")[0]
        raise DemoFailed(f"{request.method} {path} was refused: {refused.code} {said}") from None
    except (OSError, ValueError) as trouble:
        raise DemoFailed(f"A simulator does not answer: {trouble}") from None
