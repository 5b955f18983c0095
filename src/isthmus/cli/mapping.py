"""`isthmus mapping`: what becomes of what, version by version."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.files_of_definitions import Kind, is_file, read_file, read_files, write_files
from isthmus.cli.look_of_definitions import definition_as_json, plain_table, rows_table
from isthmus.cli.publishing import Wish, answer_checked, previous, publish, show_history
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.dispatch.library import MAPPING, Library
from isthmus.dispatch.mappings import NAMES, shipped
from isthmus.dispatch.rules.diff import Change, diff
from isthmus.dispatch.rules.filing import export as write
from isthmus.dispatch.rules.filing import parse_file
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Mapping, content_of
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.definitions import check_live, open_definitions
from isthmus.wiring.environment.settings import SettingWrong

SHIPPED = "shipped"


def _told(old: Mapping, new: Mapping) -> tuple[str, ...]:
    return tuple(map(str, diff(old, new)))


KIND: Kind[Mapping] = Kind(MAPPING, parse_file, write, _told)


@contextmanager
def _opened(*, json: bool) -> Iterator[tuple[House, Library]]:
    with (
        machine_told(wanted=json),
        House.from_environment() as house,
        open_definitions(house) as library,
    ):
        yield house, library


# Looking


def list_(*, json: bool = False) -> None:
    """
    List the mappings in force, and the rules that go by them.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (_, library):
        found = [(one, library.find(MAPPING, one.name)) for one in library.mappings()]
        rules = library.rules(enabled_only=False)
    if json:
        told = [
            {
                **definition_as_json(definition),
                "direction": mapping.direction,
                "root": mapping.root,
                "rows": len(mapping.rows),
                "rules": _users(mapping.name, rules),
            }
            for mapping, definition in found
        ]
        answer_json({"mappings": told})
        return
    table = plain_table("Mapping", "Direction", "Record", "Rows", "Version", "Published", "Rules")
    for mapping, definition in found:
        at = words.ago(definition.published_at, utc_now())
        used = ", ".join(_users(mapping.name, rules))
        name = Text(mapping.name, style="bold")
        count = str(len(mapping.rows))
        table.add_row(name, mapping.direction, mapping.root, count, mapping.version, at, used)
    out().print(table)


def _users(name: str, rules: tuple[Rule, ...]) -> list[str]:
    return [rule.name for rule in rules if name in {rule.inbound, rule.outbound}]


def show(name: str, /, *, version: str = "", json: bool = False) -> None:
    """
    Show a mapping row by row, and its versions.

    Parameters
    ----------
    name
        Which mapping.
    version
        An earlier version of it, by its digits or by the number of its publication.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (_, library):
        definition = library.find(MAPPING, name, version)
        mapping = parse_file(definition.content)
        history = library.definitions.history(MAPPING, name)
        if json:
            told = [definition_as_json(one) for one in history]
            here = definition_as_json(definition)
            answer_json({**here, "content": content_of(mapping), "history": told})
            return
        say(f"{mapping.name} {mapping.version}, {mapping.direction}, for a {mapping.root}")
        if mapping.note:
            say(words.one_line(mapping.note))
        say()
        out().print(rows_table(mapping.rows))
        if any(row.required for row in mapping.rows):
            say("* has to come out with a value")
        show_history(library, MAPPING, name)


def diff_(name: str, old: str = "", new: str = "", /, *, json: bool = False) -> None:
    """
    Show what differs between two versions of a mapping, row by row.

    Parameters
    ----------
    name
        Which mapping.
    old
        A version, the number of a publication, a file, or shipped: as it comes with Isthmus.
        Without it, what was in force before.
    new
        The same; without it, what is in force.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (_, library):
        before = _version(library, name, old or previous(library, MAPPING, name).version)
        after = _version(library, name, new)
    changes = diff(before, after)
    if json:
        told = [_change_as_json(one) for one in changes]
        answer_json({"name": name, "old": before.version, "new": after.version, "changes": told})
        return
    say(f"{name}: {before.version} to {after.version}")
    for change in changes:
        say(str(change))
    if not changes:
        say("Both are the same.")


def _version(library: Library, name: str, which: str) -> Mapping:
    if is_file(which):
        return read_file(KIND, which)
    if which == SHIPPED:
        if name in NAMES:
            return shipped(name)
        what, remedy = f"No mapping {name!r} comes with Isthmus.", f"These do: {', '.join(NAMES)}."
        raise SettingWrong(what, where="the names on the command line", remedy=remedy)
    return parse_file(library.find(MAPPING, name, which).content)


def _change_as_json(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "target": change.target,
        "old_row": change.old_row,
        "new_row": change.new_row,
        "details": change.details,
    }


# Checking and changing


def check(*mappings: str, json: bool = False) -> int:
    """
    Hold mappings against what both vendors have now.

    Parameters
    ----------
    mappings
        Names, or files; without one, all mappings in force.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (house, library):
        named = mappings or tuple(one.name for one in library.mappings())
        items = [_version(library, one, one if is_file(one) else "") for one in named]
        checked = asyncio.run(check_live(house, library, items))
    return answer_checked(items, checked, json=json)


def publish_(file: str, /, *, note: str = "", unchecked: bool = False, json: bool = False) -> int:
    """
    Put a mapping in force, by its file.

    Parameters
    ----------
    file
        The mapping, in TOML.
    note
        What was changed and why, for those who come later.
    unchecked
        Do not ask the vendors whether it fits.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (house, library):
        items = [read_file(KIND, file)]
        return publish(KIND, house, library, items, Wish(note, unchecked, json))


def import_(*files: str, note: str = "", unchecked: bool = False, json: bool = False) -> int:
    """
    Put several mappings in force, by their files: all of them, or none.

    Parameters
    ----------
    files
        Files, or folders of them.
    note
        What was changed and why, for those who come later.
    unchecked
        Do not ask the vendors whether they fit.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (house, library):
        items = read_files(KIND, files)
        return publish(KIND, house, library, items, Wish(note, unchecked, json))


def rollback(name: str, to: str = "", /, *, unchecked: bool = False, json: bool = False) -> int:
    """
    Put an earlier version of a mapping in force again.

    Parameters
    ----------
    name
        Which mapping.
    to
        A version, or the number of its publication. Without it, what was in force before.
    unchecked
        Do not ask the vendors whether it still fits.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (house, library):
        found = library.find(MAPPING, name, to) if to else previous(library, MAPPING, name)
        wish = Wish(f"back to {found.version}", unchecked, json)
        return publish(KIND, house, library, [parse_file(found.content)], wish)


def export_(*names: str, version: str = "", to: str | None = None) -> None:
    """
    Write mappings as files.

    Parameters
    ----------
    names
        Which mappings; without one, all.
    version
        An earlier version of the one that is named.
    to
        The folder, NAME.toml each; without it, one mapping goes to standard output.
    """
    with _opened(json=False) as (_, library):
        chosen = names or tuple(one.name for one in library.mappings())
        texts = [(name, library.find(MAPPING, name, version).content) for name in chosen]
    write_files(MAPPING, texts, to)
