"""The worker from outside: started when needed, ended when a script goes too far."""

import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Any, Final, Self, cast

from isthmus.base import clock
from isthmus.dispatch.rules.shapes import Outcome
from isthmus.dispatch.rules.values import Document, plain
from isthmus.dispatch.scripts.evaluate import LOOK, parse_value
from isthmus.dispatch.scripts.limits import Limits

_LENGTH: Final = struct.Struct(">I")
_CHUNK: Final = 1 << 16
_START_SECONDS: Final = 60.0  # not a script's own time: a busy machine may take long
_NO_START: Final = "The process for scripts does not start"
_BY_SIGNAL: Final = {
    signal.SIGXCPU: "The script computed for too long",
    signal.SIGABRT: "The script needs more memory than one may use",
    signal.SIGKILL: "Something else ended the process for scripts, perhaps for want of memory",
}

_TOO_SLOW: Final = "The script took too long"
_BROKEN: Final = "The script calls itself without end or is nested too deeply"


class _Ended(Exception):
    """The worker is gone; `what` says why."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class ScriptWorker:
    """
    Runs scripts in one process of their own, in batches; safe to share between threads.

    The process starts with the first batch and again after a script that it did not survive; the
    scripts behind that one still run. Blocks: in an event loop use a thread. Close it, or use it
    as a context manager.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = Limits() if limits is None else limits
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, given: Document, scripts: Mapping[int, str]) -> dict[int, Outcome]:
        """
        Run scripts over one input, `$.input`; return what each came to, by its number.

        A script never raises here: what went wrong is in its outcome.
        """
        if not scripts:
            return {}
        text = json.dumps(plain(given), allow_nan=False).encode()
        if len(text) > self.limits.input_bytes:
            what = f"The record takes more than {self.limits.input_bytes} bytes"
            return dict.fromkeys(scripts, Outcome(trouble=what, remedy="Read less of it."))
        outcomes = {number: self._too_long(script) for number, script in scripts.items()}
        left = [number for number, outcome in outcomes.items() if outcome is None]
        with self._lock:
            while left:
                done = self._batch(text, [scripts[number] for number in left])
                outcomes |= dict(zip(left, done, strict=False))
                left = left[len(done) :]
        return {number: one for number, one in outcomes.items() if one is not None}

    def close(self) -> None:
        """End the process; the next batch starts another."""
        with self._lock:
            self._end()

    def _too_long(self, script: str) -> Outcome | None:
        if len(script.encode("utf-8", "replace")) <= self.limits.script_bytes:
            return None
        what = f"The script is longer than {self.limits.script_bytes} bytes"
        return Outcome(trouble=what, remedy="Shorten it.")

    def _batch(self, text: bytes, scripts: list[str]) -> list[Outcome]:
        """Run scripts until one ends the process; at least one outcome comes back."""
        done: list[Outcome] = []
        try:
            self._ask(text, scripts)
            done.extend(_outcome(self._answer()) for _ in scripts)
        except _Ended as ended:
            self._end()
            done.append(Outcome(trouble=ended.what, remedy=LOOK))
        return done

    def _ask(self, text: bytes, scripts: list[str]) -> None:
        rest = {
            "scripts": [script.encode("utf-8", "replace").decode() for script in scripts],
            "cpu_seconds": self.limits.cpu_seconds,
            "output_bytes": self.limits.output_bytes,
        }
        body = b'{"input":' + text + b"," + json.dumps(rest).encode()[1:]
        for attempt in (1, 2):
            process = self._started()
            try:
                stdin = cast("IO[bytes]", process.stdin)
                stdin.write(_LENGTH.pack(len(body)) + body)
                stdin.flush()
            except OSError:  # it was ended from outside while it waited
                self._end()
                if attempt == 2:
                    raise _Ended(_NO_START) from None
            else:
                return

    def _answer(self) -> dict[str, Any]:
        return _receive(self._started(), self.limits.seconds)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = self._start()
            try:
                _receive(self._process, _START_SECONDS)
            except _Ended:
                raise _Ended(_NO_START) from None
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-m", "isthmus.dispatch.scripts.child"]
        numbers = [str(self.limits.memory_mb), str(self.limits.trace_bytes)]
        return subprocess.Popen(  # noqa: S603 - our own module, no shell
            [*command, *numbers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # what was still to be written to it has no reader


def _receive(process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
    """Return the next answer. Raises: _Ended: it did not come in time, or will not come."""
    until = clock.monotonic() + seconds
    size = _LENGTH.unpack(_read(process, _LENGTH.size, until))[0]
    answer: dict[str, Any] = json.loads(_read(process, size, until))
    return answer


def _read(process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
    stdout = cast("IO[bytes]", process.stdout).fileno()
    got = bytearray()
    while len(got) < size:
        ready, _, _ = select.select([stdout], [], [], max(until - clock.monotonic(), 0))
        if not ready:
            process.kill()
            raise _Ended(_TOO_SLOW)
        chunk = os.read(stdout, min(size - len(got), _CHUNK))
        if not chunk:
            raise _Ended(_why(process.wait()))
        got += chunk
    return bytes(got)


def _outcome(answer: dict[str, Any]) -> Outcome:
    trace = str(answer.get("trace", ""))
    if "value" in answer:
        return Outcome(parse_value(answer["value"]), trace=trace)
    return Outcome(trouble=answer["trouble"], remedy=answer["remedy"], trace=trace)


def _why(code: int) -> str:
    """Return why the process is gone: a negative code is a signal."""
    told = {int(number): what for number, what in _BY_SIGNAL.items()}
    return told.get(-code, _BROKEN)
