"""A home with its doors open, between both simulated shores: what tests of webhooks stand on."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from isthmus.dispatch.hooks import HookPlan, Hooks, HookSecrets
from isthmus.dispatch.hooks.secrets import autotask_name
from isthmus.dispatch.library import Library
from isthmus.dispatch.rules.rule import Rule, export_rule
from isthmus.webhooks import DoorServer
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.doors import open_reception
from isthmus.wiring.dispatch.hooks import open_hooks
from isthmus.wiring.dispatch.stores import Stores
from tests.dispatch.shores import Shores, until

NOWHERE = "http://127.0.0.1:9"
"""An address at which nobody listens."""
TICKETS = autotask_name("Tickets")
BOTH = ("autotask", "fieldnation")


@dataclass
class Attended:
    """A home, its stores, and where its doors are."""

    shores: Shores
    house: House
    stores: Stores

    @property
    def library(self) -> Library:
        return Library(self.stores.definitions)

    @property
    def secrets(self) -> HookSecrets:
        return HookSecrets(self.house.state)

    def change(self, name: str = "ticket_dispatch", **values: Any) -> None:
        """Publish a rule with other settings, enabled unless said otherwise."""
        rule = self.library.rule(name)
        assert isinstance(rule, Rule)
        changed = replace(rule, **{"is_enabled": True, **values})
        self.library.publish_rule(export_rule(changed), by="a test")

    @asynccontextmanager
    async def hooks(self) -> AsyncIterator[Hooks]:
        async with open_hooks(self.house, self.stores) as opened:
            yield opened

    # What the vendors hold

    def autotask_hooks(self, kind: str = "Ticket") -> list[dict[str, Any]]:
        return self.shores.autotask.rows(f"{kind}Webhooks")

    def watched(self, kind: str = "Ticket") -> set[str]:
        """Return the names of the fields that a webhook has."""
        sim = self.shores.autotask
        return _names(sim, f"{kind}WebhookFields", "fieldID")

    def watched_udfs(self) -> set[str]:
        return _names(self.shores.autotask, "TicketWebhookUdfFields", "udfFieldID")

    def field_hooks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.shores.fieldnation.admin("GET", "state/webhook")
        return found

    def attempts(self) -> list[tuple[str, int]]:
        """Return every attempt to deliver an event, and what was answered."""
        autotask = self.shores.autotask.admin("GET", "deliveries?kind=webhook")
        field = self.shores.fieldnation.admin("GET", "state/delivery_log")
        told = [("autotask", int(one["status"])) for one in autotask]
        return told + [("fieldnation", int(one["deliveryStatus"])) for one in field]

    def settle_deliveries(self) -> None:
        for sim in (self.shores.autotask, self.shores.fieldnation):
            assert sim.admin("POST", "settle", {"most_s": 20}) == {"settled": True}


def _names(sim: Any, collection: str, key: str) -> set[str]:
    fields = sim.get(f"{collection}/entityInformation/fields").json["fields"]
    entries = next(one["picklistValues"] for one in fields if one["name"] == key)
    labels = {str(entry["value"]): entry["label"] for entry in entries}
    return {labels[str(row[key])] for row in sim.rows(collection)}


@contextmanager
def attended(
    shores: Shores, *, url: str = NOWHERE, rules: tuple[str, ...] = ("ticket_dispatch",)
) -> Iterator[Attended]:
    """Give a home with some of the shipped rules on, that is said to be reached at a URL."""
    shores.more["ISTHMUS_PUBLIC_URL"] = url
    with shores.house() as house, Stores.open(house) as stores:
        home = Attended(shores, house, stores)
        for name in rules:
            home.change(name)
        yield home


@contextmanager
def answering(shores: Shores) -> Iterator[Attended]:
    """Give such a home with its doors open to the simulated vendors."""
    with (
        shores.house() as house,
        Stores.open(house) as stores,
        open_reception(house, stores, None) as reception,
    ):
        server = DoorServer(reception)
        server.start()
        try:
            with attended(shores, url=f"http://{server.address}") as home:
                yield home
        finally:
            server.stop()


class Traffic:
    """Changes tickets and orders again and again, so that both vendors always have news."""

    def __init__(self, shores: Shores, order: int) -> None:
        self._shores = shores
        self._order = order
        self._ticket = shores.fit_tickets(1)[0]["id"]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.rounds = 0

    async def __aenter__(self) -> "Traffic":
        self._thread.start()
        return self

    async def __aexit__(self, *_told: object) -> None:
        self._ended.set()
        await asyncio.to_thread(self._thread.join)

    async def some(self, rounds: int = 5) -> None:
        """Wait until some more changes were made."""
        most = self.rounds + rounds
        await until(lambda: self.rounds >= most or not self._thread.is_alive())
        assert self._thread.is_alive()

    def _run(self) -> None:
        while not self._ended.wait(0.01):
            self.rounds += 1
            title = hashlib.sha256(str(self.rounds).encode()).hexdigest()
            self._shores.edit("Tickets", self._ticket, title=title)
            step = "publish" if self.rounds % 2 else "unpublish"
            self._move(step)

    def _move(self, step: str) -> None:
        sim = self._shores.fieldnation
        path = f"workorders/{self._order}/publish"
        answer = sim.post(path, {}) if step == "publish" else sim.delete(path)
        assert answer.status == 200, answer.json


def named(lines: tuple[Any, ...], name: str) -> Any:
    """Return the line of that name."""
    return next(one for one in lines if one.name == name)


async def install(home: Attended, *remove: str) -> tuple[HookPlan, ...]:
    """Install webhooks on both sides; remove those named."""
    async with home.hooks() as hooks:
        return await hooks.install(remove)


async def some_news(home: Attended) -> None:
    """Have both vendors tell something, and wait until it came."""
    shores = home.shores
    ticket = shores.fit_tickets(1)[0]["id"]
    shores.edit("Tickets", ticket, title="Something new")
    order = draft(home)
    shores.fieldnation.post(f"workorders/{order}/publish", {})
    home.settle_deliveries()
    assert {side for side, _ in home.attempts()} == set(BOTH)


def draft(home: Attended) -> int:
    """Make a work order; returns its number."""
    answer = home.shores.fieldnation.post("workorders", {"title": "A visit"})
    assert answer.status == 200, answer.json
    return int(answer.json["id"])
