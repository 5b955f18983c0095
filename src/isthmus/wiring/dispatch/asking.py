"""A record that a person wants dispatched: held against what is there, then asked for."""

from isthmus.dispatch.library import Library
from isthmus.dispatch.named import rule_named
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.looking import key_named
from isthmus.wiring.dispatch.stores import Stores

__all__ = ["have_dispatched"]


def have_dispatched(
    house: House, stores: Stores, entity: str, text: str, rule: str, *, by: str, resume: str
) -> tuple[str, str]:
    """
    Have a record dispatched that a person names; returns its key, and what people call it. Blocks.

    Args: text: its number or id. rule: "": the first that wants it. resume: how a link that is
    parked goes on, with {name} for what people call it.
    Raises: NoRule, NoSuchRecord, NothingToDo: it is parked; NotConnected, what the clients do.
    """
    if rule:
        rule_named(Library(stores.definitions), entity, rule)
    key, name = key_named(house, stores, entity, text)
    stores.commands.expect_going(key, name, resume)
    stores.commands.dispatch(key, rule, by)
    return key, name
