"""
The worker process: reads batches on its standard input and answers on its standard output.

It limits itself before it reads the first byte: no new file, no new process, bounded memory. What
a script logs goes to its standard error, which is a file in memory of bounded size.
"""

import contextlib
import json
import os
import resource
import signal
import struct
import sys
import tempfile
import time
from typing import Any, BinaryIO, Final
from zoneinfo import available_timezones

from isthmus.dispatch.rules.dates import zone
from isthmus.dispatch.rules.values import Unfit
from isthmus.dispatch.scripts.evaluate import ScriptFailed, evaluate

_LENGTH: Final = struct.Struct(">I")
_STDERR: Final = 2
_TRACE: Final = b"TRACE: script:"


def main() -> None:
    """Serve until the standard input ends. Arguments: MB of memory, bytes of trace."""
    memory, trace = int(sys.argv[1]) << 20, int(sys.argv[2])
    for name in available_timezones():  # read now: afterwards no file can be opened
        with contextlib.suppress(Unfit):
            zone(name)
    coming, going = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(_STDERR, 0)
    os.dup2(_STDERR, 1)
    os.dup2(_memory_file(), _STDERR)
    _limit(memory, trace)
    _send(going, {"ready": True})
    while (asked := _receive(coming)) is not None:
        given = json.dumps(asked["input"])
        for script in asked["scripts"]:
            _send(going, _answer(script, given, asked["cpu_seconds"], asked["output_bytes"]))


def _answer(script: str, given: str, cpu_seconds: int, most: int) -> dict[str, Any]:
    os.ftruncate(_STDERR, 0)
    os.lseek(_STDERR, 0, os.SEEK_SET)
    _allow_cpu(cpu_seconds)
    told: dict[str, Any] = {}
    try:
        value = evaluate(script, given)
        if len(value.encode()) > most:
            told = {"trouble": f"It made more than {most} bytes", "remedy": "Make less of it."}
        else:
            told = {"value": value}
    except ScriptFailed as failed:
        told = {"trouble": str(failed), "remedy": failed.remedy}
    except MemoryError:
        told = {"trouble": "It needs more memory than a script may use", "remedy": "Make less."}
    except BaseException as broken:
        if type(broken).__name__ != "PanicException":
            raise
        told = {"trouble": "It logged too much, or broke the interpreter", "remedy": "Log less."}
    return {**told, "trace": _traced()}


def _limit(memory: int, trace: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (trace, trace))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # not every system lets a user lower it
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _allow_cpu(seconds: int) -> None:
    """Let the next script use so many seconds; the system ends the process after them."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard))


def _memory_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("trace")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _traced() -> str:
    size = os.fstat(_STDERR).st_size
    kept = os.pread(_STDERR, size, 0)
    lines = (line.removeprefix(_TRACE).split(b" ", 1)[-1] for line in kept.splitlines())
    return b"\n".join(lines).decode("utf-8", "replace")


def _receive(coming: BinaryIO) -> Any:
    head = coming.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    return json.loads(coming.read(_LENGTH.unpack(head)[0]))


def _send(going: BinaryIO, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    going.write(_LENGTH.pack(len(body)) + body)
    going.flush()


if __name__ == "__main__":
    main()
