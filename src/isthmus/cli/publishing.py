"""Mappings and rules held against both vendors, and put in force."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.exits import Exit
from isthmus.cli.files_of_definitions import Kind, T
from isthmus.cli.look_of_definitions import (
    definition_as_json,
    history_table,
    problem_as_json,
    problems_table,
)
from isthmus.cli.screen import answer_json, out, say
from isthmus.dispatch.library import Library
from isthmus.dispatch.rules.shapes import Problem
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.definitions import Definition, check_live
from isthmus.wiring.dispatch.following import person_here
from isthmus.wiring.environment.settings import SettingWrong

Checked = Mapping[str, Sequence[Problem]]


def is_refused(problems: Iterable[Problem]) -> bool:
    """Tell whether something keeps a mapping or rule from being used."""
    return any(one.is_fatal for one in problems)


# Checking


def answer_checked(items: Sequence[T], checked: Checked, *, json: bool) -> int:
    """Say of each item whether it fits, and return the exit code."""
    code = Exit.PARTIAL if any(map(is_refused, checked.values())) else Exit.OK
    if json:
        answer_json({"checks": checks_as_json(items, checked), "exit": int(code)})
    else:
        show_checked(items, checked)
    return code


def show_checked(items: Sequence[T], checked: Checked) -> None:
    """Show of each item whether it fits, and what is wrong with it."""
    console = out()
    for item in items:
        problems = checked[item.name]
        fatal = sum(1 for one in problems if one.is_fatal)
        sign = Text("✗", "bold red") if fatal else Text("✓", "green")
        told = f"does not fit: {words.plural(fatal, 'problem')}" if fatal else "fits"
        console.print(Text.assemble(sign, " ", (item.name, "bold"), f" {item.version} {told}"))
        if problems:
            console.print(problems_table(problems))


def checks_as_json(items: Sequence[T], checked: Checked) -> list[dict[str, Any]]:
    """Return findings as machines get them."""
    return [
        {
            "name": item.name,
            "version": item.version,
            "fits": not is_refused(checked[item.name]),
            "problems": [problem_as_json(one) for one in checked[item.name]],
        }
        for item in items
        if item.name in checked
    ]


# Publishing


@dataclass(frozen=True, slots=True)
class Publication:
    """What came of publishing one item. `is_new` False: that version was in force already."""

    made: Definition
    is_new: bool
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person wants something published."""

    note: str = ""
    unchecked: bool = False
    json: bool = False


def publish(kind: Kind[T], house: House, library: Library, items: Sequence[T], wish: Wish) -> int:
    """Check items, then put all of them in force, or none where one does not fit."""
    checked: Checked = {}
    if not wish.unchecked:
        checked = asyncio.run(check_live(house, library, items))
    refused = any(map(is_refused, checked.values()))
    done = [] if refused else list(_published(kind, library, items, wish.note))
    code = Exit.USAGE if refused else Exit.OK
    if wish.json:
        published = [
            {**definition_as_json(one.made), "is_new": one.is_new, "changes": one.changes}
            for one in done
        ]
        checks = checks_as_json(items, checked)
        answer_json({"published": published, "checks": checks, "exit": int(code)})
    else:
        _show_published([one for one in items if checked.get(one.name)], checked, done)
    return code


def _published(
    kind: Kind[T], library: Library, items: Sequence[T], note: str
) -> Iterator[Publication]:
    for item in items:
        before = library.definitions.current(kind.name, item.name)
        put = library.publish_mapping if kind.name == "mapping" else library.publish_rule
        made = put(kind.export(item), by=person_here(), note=note)
        is_new = before is None or before.version != made.version
        changes = () if before is None else kind.compare(kind.parse(before.content), item)
        yield Publication(made, is_new, changes)


def _show_published(troubled: Sequence[T], checked: Checked, done: Sequence[Publication]) -> None:
    show_checked(troubled, checked)
    if not done:
        say("Nothing was published.")
    for one in done:
        state = "is in force now" if one.is_new else "was in force already"
        say(f"{one.made.name} {one.made.version} {state} (publication {one.made.number}).")
        for change in one.changes:
            for line in change.splitlines():
                say(f"  {line}")


# Versions


def previous(library: Library, kind: str, name: str) -> Definition:
    """
    Return the version that was published before the one in force.

    Raises: NoSuchDefinition; SettingWrong: there is none.
    """
    now = library.find(kind, name)
    older = [one for one in library.definitions.history(kind, name) if one.number < now.number]
    if not older:
        raise SettingWrong(
            f"The {kind} {name} has one version only.",
            where=f"{kind} {name}",
            remedy=f"isthmus {kind} show {name} lists its versions.",
        )
    return older[0]


def show_history(library: Library, kind: str, name: str) -> None:
    """Show the versions of a name."""
    say()
    out().print(history_table(library.definitions.history(kind, name), utc_now()))
