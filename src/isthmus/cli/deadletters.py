"""`isthmus deadletters`: work that waits for a person; looked at, replayed, dismissed."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Final, Literal

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.dispatch import NO_WORKER
from isthmus.cli.exits import Exit
from isthmus.cli.look_of_links import needs_person
from isthmus.cli.resync import LONGEST
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.cli.values import value_in_words
from isthmus.dispatch.as_json import letter_as_json
from isthmus.dispatch.commands import NothingToDo
from isthmus.dispatch.rules.values import plain
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.following import person_here
from isthmus.wiring.dispatch.looking import ToBeSent, what_would_be_sent
from isthmus.wiring.dispatch.setting import ManyToBeSent, set_for_many, what_many_lack
from isthmus.wiring.dispatch.stores import DeadLetter, Stores
from isthmus.wiring.environment.settings import SettingWrong

Kind = Literal[
    "credentials", "validation", "refused", "vendor", "script", "conflict", "breaker", "double"
]  # fmt: skip
MOST: Final = 100_000
"""So many are looked through, which is all of them."""


def listing(
    *,
    kind: tuple[Kind, ...] = (),
    limit: Annotated[int, Parameter(show_default=True)] = 50,
    json: bool = False,
) -> int:
    """
    List the work that waits for a person: what is wrong, and what to do.

    Parameters
    ----------
    kind
        Only these: credentials, validation, refused, vendor, script, conflict, breaker, double. May
        be given again.
    limit
        How many, the newest.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        found = _open_ones(stores, kind)
    if json:
        answer_json({"dead_letters": [letter_as_json(one) for one in found]})
        return Exit.OK
    console = out()
    if not found:
        console.print(Text.assemble(("✓ ", "green"), "Nothing waits for a person."))
        return Exit.OK
    now = utc_now()
    for letter in found[:limit]:
        console.print(needs_person(letter, now))
        console.print()
    if len(found) > limit:
        say(f"{len(found) - limit:,} more are older; --limit shows more.")
    say(_summed_up(found))
    return Exit.OK


def _open_ones(stores: Stores, kinds: tuple[str, ...] = ()) -> tuple[DeadLetter, ...]:
    found = stores.state.dead_letters(limit=MOST)
    return tuple(one for one in found if not kinds or one.kind in kinds)


def _summed_up(found: tuple[DeadLetter, ...]) -> str:
    counts: dict[str, int] = {}
    for one in found:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(counts.items()))
    return f"{words.plural(len(found), 'dead letter')}: {kinds}."


def show(name: str, /, *, json: bool = False) -> int:
    """
    Show dead letters by id, by ticket number or by key.

    Parameters
    ----------
    name
        The id of a dead letter; or a ticket's number or key, for its open ones.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        found = _named(stores, (name,))
    if json:
        answer_json({"dead_letters": [letter_as_json(one) for one in found]})
        return Exit.OK
    now = utc_now()
    for number, letter in enumerate(found):
        if number:
            say()
        out().print(needs_person(letter, now))
    for key in dict.fromkeys(one.record_number or one.key for one in found):
        say(f"\nisthmus dispatch show {key} tells what happened before.")
    return Exit.OK


def replay(
    ids: tuple[str, ...] = (),
    /,
    *,
    all_open: Annotated[bool, Parameter(name="--all")] = False,
    kind: tuple[Kind, ...] = (),
    json: bool = False,
) -> int:
    """
    Have the work of dead letters done again, once what was wrong is mended.

    Parameters
    ----------
    ids
        Which: ids, or ticket numbers or keys.
    all_open
        All that are open.
    kind
        All that are open of these kinds. May be given again.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json):
        if sum((bool(ids), all_open, bool(kind))) != 1:
            raise SettingWrong(
                "It is not said which dead letters to replay.",
                where="the command line",
                remedy="Give ids, or --all, or --kind; one of the three.",
            )
        with House.from_environment() as house, Stores.open(house) as stores:
            chosen = _named(stores, ids) if ids else _open_ones(stores, kind)
            opened = [one for one in chosen if one.state == "open"]
            settled = [one for one in chosen if one.state != "open"]
            stores.commands.replay(opened, person_here())
            is_worked = bool(stores.agenda.alive())
    if json:
        told = {"replayed": [one.id for one in opened], "settled": [one.id for one in settled]}
        answer_json({**told, "worker": is_worked, "exit": 0})
        return Exit.OK
    _show_replayed(opened, settled, is_worked=is_worked)
    return Exit.OK


def _show_replayed(opened: list[DeadLetter], settled: list[DeadLetter], *, is_worked: bool) -> None:
    for one in settled:
        say(f"{one.id} was {one.state} already; nothing is done.")
    if opened:
        names = list(dict.fromkeys(one.record_number or one.key for one in opened))
        some = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
        say(f"{words.plural(len(opened), 'dead letter')} replayed: {some}.")
        if not is_worked:
            out().print(Text(NO_WORKER, style="yellow"))
    elif not settled:
        say("Nothing waits for a person; nothing is done.")


def edit(given: tuple[str, ...], /, *, json: bool = False) -> int:
    """
    Set fields of the work order that a dead letter is about, and have its work done again.

    Without fields: show what would be sent, and what is wrong with it. Of several: what they lack
    alike; a field is set in all of them, where it is at fault in each.

    Parameters
    ----------
    given
        The id of a dead letter; or a ticket's number or key, for its only open one; several may be
        named. Then FIELD=VALUE, such as pay.base.amount=250 or location.state=TX. Nothing behind
        the = sends nothing there.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json):
        names = [text for text in given if "=" not in text]
        values = dict(_pair(text) for text in given if "=" in text)
        if not names:
            raise SettingWrong(
                "It is not said which dead letter to edit.",
                where="the arguments on the command line",
                remedy="Name one or more, then FIELD=VALUE.",
            )
        with House.from_environment() as house, Stores.open(house) as stores:
            if len(names) > 1:
                return _edit_many(house, stores, names, values, json=json)
            letter = _only(stores, names[0])
            if not values:
                found = asyncio.run(what_would_be_sent(house, stores, letter))
                return _show_sent(found, json=json)
            stores.commands.edit(letter, values, person_here())
            is_worked = bool(stores.agenda.alive())
    if json:
        answer_json({"edited": letter.id, "exit": 0})
        return Exit.OK
    say(f"{letter.record_number or letter.key} is done again with what you set.")
    if not is_worked:
        out().print(Text(NO_WORKER, style="yellow"))
    return Exit.OK


def _edit_many(
    house: House, stores: Stores, names: list[str], values: dict[str, str], *, json: bool
) -> int:
    """Set one value for several, or show what they lack alike."""
    letters = [_only(stores, name) for name in names]
    if not values:
        return _show_lacking(asyncio.run(what_many_lack(house, stores, letters)), json=json)
    count = set_for_many(house, stores, letters, values, person_here())
    if json:
        answer_json({"edited": [one.id for one in letters], "done": count, "exit": 0})
        return Exit.OK
    say(f"{words.plural(count, 'dead letter')} done again with what you set.")
    if not stores.agenda.alive():
        out().print(Text(NO_WORKER, style="yellow"))
    return Exit.OK


def _show_lacking(found: ManyToBeSent, *, json: bool) -> int:
    alike = [one.path for one in found.fields]
    if json:
        each = [
            {"id": one.letter.id, "fields": [field.path for field in one.fields], "why": one.why}
            for one in found.each
        ]
        answer_json({"alike": alike, "each": each, "exit": 0})
        return Exit.OK
    for one in found.each:
        lacks = ", ".join(field.path for field in one.fields) or one.why
        say(f"{one.letter.record_number or one.letter.key}  {lacks}")
    if alike:
        say(f"\nAt fault in each: {', '.join(alike)}. Give FIELD=VALUE behind the names to set it.")
    else:
        say("\nNo field is at fault in each of them: set them one by one.")
    return Exit.OK


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise SettingWrong(
            f"{text!r} is no FIELD=VALUE.",
            where="the arguments on the command line",
            remedy="Write it like pay.base.amount=250.",
        )
    return name.strip(), value


def _only(stores: Stores, name: str) -> DeadLetter:
    found = _named(stores, (name,))
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise NothingToDo(f"{name} has several dead letters: {ids}", remedy="Name one of these.")
    return found[0]


def _show_sent(found: ToBeSent, *, json: bool) -> int:
    if json:
        fields = [{**asdict(one), "value": plain(one.value)} for one in found.fields]
        wrong = [str(one) for one in found.problems]
        answer_json({"mapping": found.mapping, "fields": fields, "problems": wrong, "exit": 0})
        return Exit.OK
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Field", "Would be sent", "From", "What is wrong"):
        table.add_column(title, overflow="fold")
    for one in found.fields:
        value = value_in_words(one.value, LONGEST)
        origin = f"set by {one.by}" if one.by else one.source
        table.add_row(Text(one.path), Text(value), Text(origin), Text(one.problem, style="red"))
    out().print(table)
    for problem in found.problems:
        out().print(Text(str(problem), style="red"))
    say(f"\nisthmus deadletters edit {found.letter.id} FIELD=VALUE sets a field and tries again.")
    return Exit.OK


def dismiss(name: str, /, *, why: str, json: bool = False) -> int:
    """
    Close a dead letter without doing its work.

    Parameters
    ----------
    name
        The id of a dead letter; or a ticket's number or key, for its open ones.
    why
        The reason; it is kept in the link's story.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        found = _named(stores, (name,))
        by = person_here()
        done = [one for one in found if stores.commands.dismiss(one, why, by)]
    if json:
        answer_json({"dismissed": [one.id for one in done], "exit": 0})
        return Exit.OK
    for one in found:
        is_done = one in done
        say(f"{one.id} {'is dismissed' if is_done else f'was {one.state} already'}.")
    return Exit.OK


def _named(stores: Stores, names: tuple[str, ...]) -> tuple[DeadLetter, ...]:
    """Return the dead letters a person means. Raises: NothingToDo: there is none of a name."""
    opened = _open_ones(stores)
    found: dict[str, DeadLetter] = {}
    for name in names:
        letter = stores.state.dead_letter(name)
        meant = [one for one in opened if name in {one.record_number, one.key, one.link_id}]
        for one in [letter] if letter is not None else meant:
            found[one.id] = one
        if letter is None and not meant:
            raise NothingToDo(
                f"There is no dead letter {name!r}, and no open one of such a ticket",
                where="dead letters",
                remedy="isthmus deadletters lists those that are open.",
            )
    return tuple(found.values())
