"""How a command ends, in one number."""

from enum import IntEnum

from isthmus.base.errors import IsthmusError


class Exit(IntEnum):
    """The exit codes; `docs/cli.md` tells them to people, `MEANINGS` to `--help`."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    PARTIAL = 3
    UNREADABLE = 4
    BUSY = 5
    STORE = 6
    INTERRUPTED = 130
    UNHEARD = 141


MEANINGS: dict[Exit, str] = {
    Exit.OK: "all is well",
    Exit.UNEXPECTED: "a fault of Isthmus itself; please report it",
    Exit.USAGE: "the command, a setting or the key is wrong; nothing was done",
    Exit.PARTIAL: "something failed or is wrong, named with its remedy; the rest is done",
    Exit.UNREADABLE: "nothing could be read: no connection, refused, or out of reach",
    Exit.BUSY: "another process holds the home or the warehouse; try again later",
    Exit.STORE: "the warehouse or the state cannot be used: rights, room, a damaged file",
    Exit.INTERRUPTED: "stopped from the keyboard; the next run goes on from there",
    Exit.UNHEARD: "whoever read the answer closed the pipe; what was to be done is done",
}


def exit_of(error: IsthmusError) -> Exit:
    """Return how a command ends that such an error ended."""
    from isthmus.wiring.faults import Fault, fault_of  # noqa: PLC0415 - only when it went wrong

    exits = {Fault.USAGE: Exit.USAGE, Fault.BUSY: Exit.BUSY, Fault.STORE: Exit.STORE}
    return exits.get(fault_of(error), Exit.UNREADABLE)
