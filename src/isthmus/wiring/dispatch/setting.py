"""One value set for many dead letters: which fields they lack alike, and setting them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from isthmus.base.errors import IsthmusError
from isthmus.dispatch.commands import EditWrong, NothingToDo
from isthmus.dispatch.editing import to_be_sent
from isthmus.dispatch.edits_many import Lacking, ManyToBeSent, lacking, lacking_alike
from isthmus.state.dispatch import DeadLetter
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus.wiring.vendors import waiting

__all__ = ["MOST", "Lacking", "ManyToBeSent", "set_for_many", "what_many_lack"]

MOST: Final = 100
"""So many at once: each is read anew before."""


async def what_many_lack(
    house: House, stores: Stores, letters: Sequence[DeadLetter]
) -> ManyToBeSent:
    """
    Return what is at fault in each of several dead letters, and what is in all of them.

    Reads each record and writes nothing. What cannot be told of one is its `why`.
    Raises: EditWrong: they are more than `MOST`. NotConnected.
    """
    if len(letters) > MOST:
        raise EditWrong(
            f"{len(letters):,} dead letters are more than can be set at once",
            where="dead letters",
            remedy=f"Choose {MOST} or fewer.",
        )
    async with open_desk(house, stores) as desk:

        async def look(letter: DeadLetter) -> Lacking:
            if letter.state != "open":
                return Lacking(letter, why=f"It is {letter.state} already.")
            try:
                return lacking(await to_be_sent(desk, letter))
            except IsthmusError as error:
                return Lacking(letter, why=f"{error.what}. {error.remedy}".strip())

        return lacking_alike(await asyncio.gather(*map(look, letters)))


def set_for_many(
    house: House,
    stores: Stores,
    letters: Sequence[DeadLetter],
    values: Mapping[str, str],
    by: str,
) -> int:
    """
    Set fields in each of several dead letters, and have their work done again; returns how many.

    Nothing is set unless each of the fields is at fault in each of them. Blocks.
    Args: values: by path, as a person writes them; "": nothing is to be sent there.
    Raises: EditWrong, NotConnected.
    """
    letters = tuple({one.key: one for one in letters}.values())
    stores.commands.check_edit(values)
    found = waiting.run(what_many_lack(house, stores, letters))
    known = {one.path for one in found.fields}
    for path in values:
        if path not in known:
            raise EditWrong(
                f"{path} is not at fault in each of them", where=path, remedy=_why_not(found, path)
            )
    done = 0
    for letter in letters:
        try:
            stores.commands.edit(letter, values, by)
        except NothingToDo:  # somebody settled it just now
            continue
        done += 1
    return done


def _why_not(found: ManyToBeSent, path: str) -> str:
    for one in found.each:
        if path not in {field.path for field in one.fields}:
            name = one.letter.record_number or one.letter.key
            lacks = ", ".join(field.path for field in one.fields)
            why = one.why or f"there it is {lacks}."
            return f"{name}: {why} Set that one by itself."
    return "Choose dead letters that lack the same field."
