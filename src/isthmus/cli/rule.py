"""`isthmus rule`: what is dispatched, by which mappings, and how it is kept in step."""

import asyncio
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

from rich.table import Table
from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.exits import Exit
from isthmus.cli.files_of_definitions import Kind, is_file, read_file, read_files, write_files
from isthmus.cli.look_of_definitions import condition_words, definition_as_json, plain_table
from isthmus.cli.publishing import Wish, answer_checked, previous, publish, show_history
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.dispatch.library import RULE, Library
from isthmus.dispatch.rules.rule import Rule, export_rule, parse_rule
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.definitions import Definition, check_live, open_definitions


def _told(old: Rule, new: Rule) -> tuple[str, ...]:
    """Return a line for each setting that became another."""
    before, after = _words(old), _words(new)
    return tuple(
        f"{name}: {before[name] or 'nothing'} became {after[name] or 'nothing'}"
        for name in before
        if before[name] != after[name]
    )


def _words(rule: Rule) -> dict[str, str]:
    """Return every setting as a person reads it."""
    return {one.name: words.one_line(_word(getattr(rule, one.name))) for one in fields(Rule)}


def _word(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{path}: {owner}" for path, owner in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value) if isinstance(value, int) else condition_words(value)


KIND: Kind[Rule] = Kind(RULE, parse_rule, export_rule, _told)


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
    List the rules, those that are asked first first.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (_, library):
        rules = library.rules(enabled_only=False)
        found = [(rule, library.find(RULE, rule.name)) for rule in rules]
    if json:
        told = [{**definition_as_json(one), **_as_json(rule)} for rule, one in found]
        answer_json({"rules": told})
        return
    table = plain_table("Rule", "On", "Order", "When", "Does", "Mappings", "Version", "Published")
    for rule, definition in found:
        is_on = Text("yes", "green") if rule.is_enabled else Text("no", "dim")
        mappings = "\n".join(one for one in (rule.inbound, rule.outbound) if one)
        table.add_row(
            Text(rule.name, style="bold"), is_on, str(rule.order), Text(condition_words(rule.when)),
            rule.action, mappings, rule.version, words.ago(definition.published_at, utc_now()),
        )  # fmt: skip
    out().print(table)
    if not any(rule.is_enabled for rule in rules):
        say()
        say("None is on, so nothing is dispatched. isthmus rule enable NAME switches one on.")


def _as_json(rule: Rule) -> dict[str, Any]:
    content = {one.name: getattr(rule, one.name) for one in fields(Rule)}
    plain = {"owners": dict(rule.owners), "when": condition_words(rule.when)}
    return {**content, **plain, "cancel_when": condition_words(rule.cancel_when) or None}


def show(name: str, /, *, version: str = "", json: bool = False) -> None:
    """
    Show every setting of a rule, and its versions.

    Parameters
    ----------
    name
        Which rule.
    version
        An earlier version of it, by its digits or by the number of its publication.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (_, library):
        definition = library.find(RULE, name, version)
        rule = parse_rule(definition.content)
        history = library.definitions.history(RULE, name)
        if json:
            told = [definition_as_json(one) for one in history]
            here = {**definition_as_json(definition), **_as_json(rule)}
            answer_json({**here, "content": tomllib.loads(definition.content), "history": told})
            return
        say(f"{rule.name} {rule.version} is {'on' if rule.is_enabled else 'off'}")
        if rule.note:
            say(words.one_line(rule.note))
        say()
        out().print(_settings(rule))
        show_history(library, RULE, name)


def _settings(rule: Rule) -> Table:
    """Return the settings, those that are left at their default dim."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    told = _words(rule)
    for one in fields(Rule):
        if one.name not in {"name", "note", "is_enabled"}:
            is_default = getattr(rule, one.name) == one.default or not told[one.name]
            style = "dim" if is_default else ""
            table.add_row(Text(one.name, style), Text(told[one.name], style))
    return table


# Checking and changing


def check(*rules: str, json: bool = False) -> int:
    """
    Hold rules and their mappings against what both vendors have now.

    Parameters
    ----------
    rules
        Names, or files; without one, all rules.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (house, library):
        named = rules or tuple(one.name for one in library.rules(enabled_only=False))
        items = [
            read_file(KIND, one) if is_file(one) else parse_rule(library.find(RULE, one).content)
            for one in named
        ]
        checked = asyncio.run(check_live(house, library, items))
    return answer_checked(items, checked, json=json)


def publish_(file: str, /, *, note: str = "", unchecked: bool = False, json: bool = False) -> int:
    """
    Put a rule in force, by its file.

    Parameters
    ----------
    file
        The rule, in TOML.
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
    Put several rules in force, by their files: all of them, or none.

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


def enable(name: str, /, *, unchecked: bool = False, json: bool = False) -> int:
    """
    Switch a rule on, when it and its mappings fit.

    Parameters
    ----------
    name
        Which rule.
    unchecked
        Do not ask the vendors whether it fits.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (house, library):
        rule = parse_rule(library.find(RULE, name).content)
        wish = Wish("switched on", unchecked, json)
        code = publish(KIND, house, library, [replace(rule, is_enabled=True)], wish)
    if code == Exit.OK and not json:
        say("isthmus serve goes by it from now on. With webhooks: isthmus webhooks install.")
    return code


def disable(name: str, /, *, json: bool = False) -> int:
    """
    Switch a rule off: nothing more is dispatched by it, what is linked goes on.

    Parameters
    ----------
    name
        Which rule.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (house, library):
        rule = parse_rule(library.find(RULE, name).content)
        wish = Wish("switched off", unchecked=True, json=json)
        return publish(KIND, house, library, [replace(rule, is_enabled=False)], wish)


def rollback(name: str, to: str = "", /, *, unchecked: bool = False, json: bool = False) -> int:
    """
    Put an earlier version of a rule in force again; it stays on or off, as it is now.

    Parameters
    ----------
    name
        Which rule.
    to
        A version, or the number of its publication. Without it, what was in force before.
    unchecked
        Do not ask the vendors whether it still fits.
    json
        Answer with one JSON object.
    """
    with _opened(json=json) as (house, library):
        found = library.find(RULE, name, to) if to else _before(library, name)
        wish = Wish(f"back to {found.version}", unchecked, json)
        rule = library.switched_as_now(parse_rule(found.content))
        return publish(KIND, house, library, [rule], wish)


def _before(library: Library, name: str) -> Definition:
    """
    Return the last version that said something else than what is in force, its switch aside.

    Raises: NoSuchDefinition, SettingWrong: there is none.
    """
    now = library.find(RULE, name)
    for one in library.definitions.history(RULE, name):
        if one.number < now.number:
            rule = library.switched_as_now(parse_rule(one.content))
            if rule.version != now.version:
                return one
    return previous(library, RULE, name)


def export_(*names: str, version: str = "", to: str | None = None) -> None:
    """
    Write rules as files.

    Parameters
    ----------
    names
        Which rules; without one, all.
    version
        An earlier version of the one that is named.
    to
        The folder, NAME.toml each; without it, one rule goes to standard output.
    """
    with _opened(json=False) as (_, library):
        chosen = names or tuple(one.name for one in library.rules(enabled_only=False))
        texts = [(name, library.find(RULE, name, version).content) for name in chosen]
    write_files(RULE, texts, to)
