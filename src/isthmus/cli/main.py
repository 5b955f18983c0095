"""Runs a command and turns however it ends into an exit code."""

import io
import os
import sys
from collections.abc import Sequence

from cyclopts import CycloptsError

from isthmus.base.errors import IsthmusError, NeedsPerson
from isthmus.cli.exits import Exit, exit_of
from isthmus.cli.screen import show_error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; without arguments, this process's own."""
    _never_stumble_over_a_character()
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()  # while a closed pipe can still be met with calm
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. The next run goes on from there.\n")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _forget_readers()
        return Exit.UNHEARD
    except Exception as error:  # noqa: BLE001 - the last net: a person never sees a traceback
        return _end(error)
    return code


def _end(error: Exception) -> int:
    """Tell what went wrong, if there is anyone to tell, and return the exit code."""
    known = _known(error)
    try:
        _show(known or _unexpected(error))
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_readers()
    return Exit.UNEXPECTED if known is None else exit_of(known)


def _known(error: Exception) -> IsthmusError | None:
    try:
        from isthmus.wiring.faults import told  # noqa: PLC0415 - only when it went wrong
    except ImportError:  # the installation itself is broken, and that is what went wrong
        return None
    return told(error)


def _forget_readers() -> None:
    """Whoever read us has seen enough: Python must not stumble over what is left to flush."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())


def _never_stumble_over_a_character() -> None:
    """A terminal that cannot show a sign gets a question mark in its place, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run(arguments: list[str]) -> int:
    from isthmus.cli.app import app  # noqa: PLC0415 - errors of the set-up are shown as well

    app.suppress_keyboard_interrupt = False
    try:
        result = app(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
    except CycloptsError as error:
        show_error(_usage(error))
        return Exit.USAGE
    except SystemExit as left:  # how the console that shows the help meets a closed pipe
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise
    return int(result or 0)


def _usage(error: CycloptsError) -> IsthmusError:
    command = " ".join(("isthmus", *(error.command_chain or ())))
    return NeedsPerson(str(error).strip(), remedy=f"{command} --help tells what it takes.")


def _unexpected(error: Exception) -> IsthmusError:
    from isthmus.base.redaction import redact  # noqa: PLC0415 - only when it went wrong

    told = redact(str(error)).partition("\n")[0][:200]
    return IsthmusError(
        f"Isthmus met something it did not expect: {type(error).__name__}: {told}",
        where="in Isthmus itself",
        remedy="Run it again with ISTHMUS_LOG=debug to see more, and report what it shows.",
    )


def _show(error: IsthmusError) -> None:
    if _wants_traceback():
        import traceback  # noqa: PLC0415 - only for those who asked for it

        from isthmus.base.redaction import redact  # noqa: PLC0415

        sys.stderr.write(redact(traceback.format_exc()))
    show_error(error)


def _wants_traceback() -> bool:
    from isthmus.wiring.environment.config import load_config  # noqa: PLC0415

    try:
        return load_config().log == "debug"
    except IsthmusError:
        return False
