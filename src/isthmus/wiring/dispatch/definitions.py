"""Joins what mappings and rules are kept and checked with; puts the shipped ones there."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from isthmus import __version__
from isthmus.dispatch.library import MAPPING, RULE, Library
from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.metadata import read_known
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.known import Known
from isthmus.dispatch.rules.rule import Rule, export_rule
from isthmus.dispatch.rules.shapes import Mapping, Problem
from isthmus.dispatch.scripts.check import check_scripts
from isthmus.dispatch.scripts.worker import ScriptWorker
from isthmus.engine.database import open_database
from isthmus.state.dispatch import Definition, Definitions, DispatchState
from isthmus.wiring.build import House
from isthmus.wiring.vendors.clients import fieldnation_client, records

__all__ = ["BY", "Definition", "check_live", "open_definitions", "read_live", "seed", "seed_once"]

BY: Final = "isthmus"
_SEEDED: Final = "shipped definitions"


@contextmanager
def open_definitions(house: House) -> Iterator[Library]:
    """
    Give the mappings and rules of a home, while the block lasts; nothing else of it is opened.

    Raises: EngineUnavailable, EngineBroken, StateBroken, StateBusy.
    """
    place = house.config.dispatch_place
    house.config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_database(place.path / "dispatch.db" if place.is_file else place.address)
    try:
        definitions = Definitions.open(engine)
        seed_once(DispatchState.open(engine), definitions)
        yield Library(definitions)
    finally:
        engine.dispose()


async def read_live(house: House, mappings: Sequence[Mapping], rules: Sequence[Rule]) -> Known:
    """
    Read what both vendors have now of what these mappings and rules touch; it is not remembered.

    Raises: NotConnected: one of the two vendors is not known; and what reading raises.
    """
    connection, field = house.connection(), house.fieldnation_connection()
    async with (
        records(house.config, connection, patient=False) as mine,
        fieldnation_client(house.config, field, patient=False) as orders,
    ):
        return await read_known(mine, orders.company, mappings, rules)


async def check_live(
    house: House, library: Library, items: Sequence[Mapping | Rule]
) -> dict[str, tuple[Problem, ...]]:
    """
    Return by name what is wrong with mappings or rules, in force or not, as both vendors are now.

    Scripts are read and not run. Raises: as `read_live`.
    """
    mappings = [one for one in items if isinstance(one, Mapping)]
    rules = [one for one in items if isinstance(one, Rule)]
    names = {one.name for one in mappings}
    users = [one for one in library.rules() if names & {one.inbound, one.outbound}]
    used = {name for rule in (*rules, *users) for name in (rule.inbound, rule.outbound)}
    others = [one for one in library.mappings() if one.name in used - names]
    known = await read_live(house, [*mappings, *others], [*rules, *users])
    found = {rule.name: library.problems_of_rule(rule, known) for rule in rules}
    with ScriptWorker() as scripts:
        for one in mappings:
            unread = await asyncio.to_thread(check_scripts, one, scripts)
            found[one.name] = (*library.problems_of_mapping(one, known), *unread)
    return found


def seed_once(state: DispatchState, definitions: Definitions) -> None:
    """Publish what comes with this version of Isthmus, the first time it runs in a home."""
    if state.mark(_SEEDED) != __version__:
        seed(definitions)
        state.save_mark(_SEEDED, __version__)


def seed(definitions: Definitions, enabled: tuple[str, ...] = ()) -> None:
    """
    Publish what comes with Isthmus, unless something of that name is there.

    Args: enabled: rules to switch on; by themselves all are off until an admin says so.
    """
    for name in NAMES:
        if definitions.current(MAPPING, name) is None:
            made = shipped(name)
            definitions.publish(MAPPING, name, made.version, export(made), by=BY)
    for name in RULES:
        if definitions.current(RULE, name) is None:
            rule = replace(shipped_rule(name), is_enabled=name in enabled)
            definitions.publish(RULE, name, rule.version, export_rule(rule), by=BY)
