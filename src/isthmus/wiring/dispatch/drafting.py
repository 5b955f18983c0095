"""Joins what people are still writing with where that is kept."""

from isthmus.state.dispatch.drafts import Draft, DraftMoved, Drafts, Use
from isthmus.wiring.dispatch.stores import Stores

__all__ = ["Draft", "DraftMoved", "Drafts", "Use", "drafts_of"]


def drafts_of(stores: Stores) -> Drafts:
    """Return the drafts of a home whose stores are open. Raises: StateBroken, StateBusy."""
    return Drafts.open(stores.state.engine)
