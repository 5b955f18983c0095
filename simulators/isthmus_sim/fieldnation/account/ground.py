"""What every room of one simulated account stands on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.events import Bus
from isthmus_sim.fieldnation.base.statuses import status_id
from isthmus_sim.fieldnation.store.said import Said

if TYPE_CHECKING:
    from isthmus_sim.base.clock import SimClock
    from isthmus_sim.base.switches import Switches
    from isthmus_sim.fieldnation.store.store import Store

SEARCHED = ("type_of_work", "client", "project", "company", "user")
"""Kinds whose names a search for work orders looks at, beside the orders' own texts."""


@dataclass(frozen=True)
class Account:
    """
    Who the buyer is and how its integration signs in.

    company_id and user_id (the API user, a manager too) are Field Nation's numbers.
    """

    company_id: int
    company_name: str
    user_id: int
    username: str
    password: str
    client_id: str
    client_secret: str
    zone: str = "America/New_York"


@dataclass
class Ground:
    """
    One account: its documents, clock, switches and the bus that tells what happens.

    environment: "sandbox" or "production"; ids differ. origin: where it is served, for links.
    said: the texts of work orders, for searches.
    """

    store: Store
    clock: SimClock
    switches: Switches
    environment: str
    seed: int
    account: Account
    bus: Bus = field(default_factory=Bus)
    origin: str = "http://127.0.0.1"

    def __post_init__(self) -> None:
        self.said = Said(self.store, SEARCHED)

    def status_id(self, name: str) -> int:
        """Give the number of a status."""
        return status_id(name, self.switches)

    def token_text(self, *parts: object, length: int = 40) -> str:
        """Give a text that only this account gives for these parts: tokens, correlation ids."""
        said = "\0".join(map(str, (self.seed, self.environment, *parts)))
        return hashlib.sha256(said.encode()).hexdigest()[:length]

    def name_of(self, user_id: int) -> dict[str, Any]:
        """Give {id, first_name, last_name} of a user; empty names for one nobody knows."""
        user = self.store.look("user", user_id) or {}
        return {
            "id": user_id,
            "first_name": user.get("first_name", ""),
            "last_name": user.get("last_name", ""),
        }
