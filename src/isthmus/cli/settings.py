"""`isthmus settings`: what can be changed while Isthmus runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from isthmus.base.clock import utc_now
from isthmus.cli.asking import Question, ask, read_secrets
from isthmus.cli.people import SOURCE
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.cli.words import ago, instant
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.following import person_here
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.people import people_of
from isthmus.wiring.tending.preferences import Channel, Preference, Preferences, expect

_SAYS = {
    "environment": "the environment",
    "saved": "set here",
    "default": "the default",
    "nothing": "",
}


def list_(*, json: bool = False) -> int:
    """
    List what can be changed, what counts now, and who says so.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), _opened() as (_, preferences):
        found = preferences.describe()
    if json:
        answer_json({"settings": [setting_as_json(one) for one in found]})
    else:
        _show(found)
    return 0


def set_(name: str, value: str | None = None, /, *, stdin: bool = False, json: bool = False) -> int:
    """
    Change a setting; isthmus serve goes by it within seconds.

    Parameters
    ----------
    name
        Which, such as ISTHMUS_KEEP_DAYS.
    value
        What it is to be; not for a secret.
    stdin
        Read the value from standard input, its first line.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), _opened() as (stores, preferences):
        changed = preferences.set(name, _value(name, value, from_stdin=stdin))
        _note(stores, "changed a setting", name)
    return _answer(changed, f"{name} is set: {changed.shown}", json=json)


def unset(name: str, /, *, json: bool = False) -> int:
    """
    Go back to the default of a setting.

    Parameters
    ----------
    name
        Which, such as ISTHMUS_KEEP_DAYS.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), _opened() as (stores, preferences):
        was = preferences.unset(name)
        if was:
            _note(stores, "unset a setting", name)
        now = next(one for one in preferences.describe() if one.name == name)
    default = f"The default counts: {now.default}" if now.default else "Nothing is set for it."
    return _answer(now, default if was else f"It was not set. {default}", json=json)


def send_test(channel: Channel, /, *, json: bool = False) -> int:
    """
    Send a test by a channel for alerts.

    Parameters
    ----------
    channel
        chat or mail.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), _opened() as (_, preferences):
        asyncio.run(preferences.send_test(channel))
    if json:
        answer_json({"sent": channel, "exit": 0})
    else:
        say(f"A test was sent by {channel}. Look whether it arrived.")
    return 0


def setting_as_json(one: Preference) -> dict[str, Any]:
    """Return a setting as machines get it."""
    return {
        "name": one.name,
        "source": one.source,
        "value": one.shown,
        "is_secret": one.is_secret,
        "default": one.default,
        "saved_at": instant(one.saved_at),
    }


@contextmanager
def _opened() -> Iterator[tuple[Stores, Preferences]]:
    with House.from_environment() as house, Stores.open(house) as stores:
        yield stores, Preferences.of(house, stores)


def _value(name: str, given: str | None, *, from_stdin: bool) -> str:
    """Return what a person wants: off the command line, standard input, or when asked."""
    setting = expect(name)
    if given is not None:
        if setting.is_secret:
            raise SettingWrong(
                f"{name} is a secret, and a command line can be read by others of the machine.",
                where="isthmus settings set",
                remedy="Leave it out to be asked for it, or give --stdin; and give the vendor's"
                " side a new one if this one is in use.",
            )
        return given
    question = Question(name, "--stdin", name, setting.is_secret)
    if from_stdin:
        (read,) = read_secrets([question], f"isthmus settings set {name}")
        return read
    return ask(question, f"isthmus settings set {name}")


def _note(stores: Stores, what: str, name: str) -> None:
    people_of(stores).note(person_here(), what, name, {}, SOURCE)


def _answer(one: Preference, told: str, *, json: bool) -> int:
    if json:
        answer_json({"setting": setting_as_json(one), "exit": 0})
    else:
        say(told)
    return 0


def _show(found: tuple[Preference, ...]) -> None:
    from rich.table import Table  # noqa: PLC0415 - not for --help
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("setting", "value", "from", "set"):
        table.add_column(heading, overflow="fold")
    now = utc_now()
    for one in found:
        since = ago(one.saved_at, now) if one.source == "saved" else ""
        table.add_row(one.name, Text(one.shown or "none"), _SAYS[one.source], since)
    out().print(table)
