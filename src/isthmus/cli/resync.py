"""`isthmus dispatch resync`: both sides compared field by field, then brought in step."""

from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.cli import words
from isthmus.cli.asking import agrees
from isthmus.cli.awaiting import awaited, end_as_json, show_end
from isthmus.cli.dispatch import PATIENCE
from isthmus.cli.exits import Exit
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.cli.values import value_in_words
from isthmus.dispatch.as_json import link_as_json
from isthmus.dispatch.preview import Comparison, FieldPair
from isthmus.dispatch.rules.values import plain
from isthmus.dispatch.story import event_in_words
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.following import person_here
from isthmus.wiring.dispatch.looking import compared
from isthmus.wiring.dispatch.stores import Stores

LONGEST = 160
"""Of a value so many characters are shown, and it is said that there are more."""


def resync(
    ticket: str,
    /,
    *,
    yes: bool = False,
    wait: Annotated[int, Parameter(show_default=True)] = PATIENCE,
    json: bool = False,
) -> int:
    """
    Compare both sides of a link field by field, then bring them in step.

    Parameters
    ----------
    ticket
        The ticket's number, the work order's, a key or an id.
    yes
        Write without asking.
    wait
        How many seconds to wait for the end.
    json
        Answer with one JSON object; without --yes nothing is written.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        link = stores.commands.fit_for_resync(ticket)
        name = link.record_number or link.key
        found = compared(house, stores, link)
        if not json:
            _show(out(), found)
        if not _is_to_be_written(found, yes=yes, can_ask=not json):
            if json:
                answer_json({**_as_json(found), "written": False, "exit": 0})
            else:
                say("Nothing was written.")
            return Exit.OK
        as_it_is_now = stores.commands.find(link.id)
        stores.commands.resync(
            as_it_is_now, person_here(), found.differing, has_untold=bool(found.untold)
        )
        end = awaited(house, stores, link.key, name, wait)
    if json:
        answer_json({**_as_json(found), "written": end.is_done, **end_as_json(end)})
    else:
        show_end(end)
    return end.code


def _is_to_be_written(found: Comparison, *, yes: bool, can_ask: bool) -> bool:
    """Ask, where there is something to write. Raises: SettingWrong: nobody is there to answer."""
    if not found.untold and not found.differing:
        return False
    return yes or (can_ask and agrees("Write these now?", "isthmus dispatch resync"))


def _show(console: Console, found: Comparison) -> None:
    link = found.link
    console.print(
        Text.assemble(
            (words.one_line(link.record_number or link.key), "bold"),
            ("  ⇄  ", "dim"),
            (f"work order {link.work_order_id}, {link.order_status or 'new'}", "bold"),
        )
    )
    console.print()
    console.print(_table(found.fields, "The ticket makes", "The work order shows"))
    console.print()
    if found.record:
        turned = tuple(
            replace(one, record_says=one.order_shows, order_shows=one.record_says)
            for one in found.record
        )
        console.print(_table(turned, "The work order makes", "The ticket shows"))
        console.print()
    differing = len(found.differing)
    stays = sum(one.is_theirs for one in found.fields)
    same = words.plural(len(found.fields) + len(found.record) - differing - stays, "field")
    nothing = "Nothing to write" if stays else "Nothing differs"
    told = f"{words.plural(differing, 'field')} to be written" if differing else nothing
    theirs = f"; {stays} stay as Field Nation has them" if stays else ""
    console.print(Text(f"{told}; {same} in step{theirs}.", style="bold"))
    if found.untold:
        events = ", ".join(dict.fromkeys(map(event_in_words, found.untold)))
        console.print(Text(f"The ticket has not heard yet: {events}", style="yellow"))


def _table(fields: tuple[FieldPair, ...], makes: str, shows: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", width=1)
    table.add_column("Field", overflow="fold", max_width=34)
    table.add_column(makes, overflow="fold", ratio=1)
    table.add_column(shows, overflow="fold", ratio=1)
    for one in sorted(fields, key=lambda one: (not one.differs, not one.is_theirs)):
        is_other = one.differs or one.is_theirs
        sign = Text("≠" if is_other else "=", "bold yellow" if one.differs else "dim")
        style = "" if one.differs else "dim"
        theirs = value_in_words(one.order_shows, LONGEST) if is_other else "same"
        mine = Text(value_in_words(one.record_says, LONGEST), style)
        table.add_row(sign, Text(one.path), mine, Text(theirs, style))
    return table


def _as_json(found: Comparison) -> dict[str, object]:
    return {
        "link": link_as_json(found.link),
        "fields": [_pair_as_json(one) for one in found.fields],
        "ticket_fields": [_pair_as_json(one) for one in found.record],
        "untold": found.untold,
    }


def _pair_as_json(one: FieldPair) -> dict[str, object]:
    return {
        "path": one.path,
        "ticket": plain(one.record_says),
        "work_order": plain(one.order_shows),
        "differs": one.differs,
        "stays": one.is_theirs,
    }
