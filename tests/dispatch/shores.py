"""Both shores simulated, and a home between them: what tests of the whole flow stand on."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from isthmus.dispatch.desk import Desk, DispatchSettings
from isthmus.dispatch.process import LinkWork
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.sweep import Sweep
from isthmus.engine import Agenda, Kind, Settings
from isthmus.engine.worker import Worker
from isthmus.state.dispatch import Link
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus.wiring.environment.config import load_config
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.another import another_worker

DISPATCH: Final = "Dispatch to Field"
QUICK: Final = DispatchSettings(
    search_lag=timedelta(seconds=0.3),
    pause=timedelta(seconds=0.3),
    web_url="https://ww1.autotask.net/",
)
ENGINE: Final = Settings(
    silence=timedelta(seconds=2),
    poll=timedelta(milliseconds=30),
    first_pause=timedelta(milliseconds=50),
    longest_pause=timedelta(milliseconds=500),
)


@dataclass
class Shores:
    """The two vendors and the home of a test."""

    autotask: AutotaskSim
    fieldnation: FieldNationSim
    home: Path
    state: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings of the home."""
        told = {
            "ISTHMUS_HOME": str(self.home),
            "ISTHMUS_AUTOTASK_URL": self.autotask.url,
            "ISTHMUS_AUTOTASK_USERNAME": self.autotask.username,
            "ISTHMUS_AUTOTASK_SECRET": self.autotask.secret,
            "ISTHMUS_AUTOTASK_INTEGRATION_CODE": self.autotask.integration_code,
            "ISTHMUS_FIELDNATION_URL": self.fieldnation.url,
            "ISTHMUS_FIELDNATION_CLIENT_ID": self.fieldnation.client_id,
            "ISTHMUS_FIELDNATION_CLIENT_SECRET": self.fieldnation.client_secret,
            "ISTHMUS_FIELDNATION_USERNAME": self.fieldnation.username,
            "ISTHMUS_FIELDNATION_PASSWORD": self.fieldnation.password,
            "ISTHMUS_FIELDNATION_RATE": "60000",
            **self.more,
        }
        return {**told, "ISTHMUS_STATE": self.state} if self.state else told

    def house(self) -> House:
        """Open the home."""
        return House(load_config(self.environment))

    def settle_switches(self) -> None:
        """Let neither vendor slow down what is not about slowness."""
        self.autotask.admin("PATCH", "switches", {"added_latency_scale": 0, "hourly_limit": 10**7})
        self.fieldnation.admin("PATCH", "switches", {"rate_limit_per_minute": 0})

    # Autotask

    def status_code(self, label: str, entity: str = "Tickets") -> int:
        """Return the code of a status."""
        told = self.autotask.get(f"{entity}/entityInformation/fields").json["fields"]
        status = next(one for one in told if one["name"] == "status")
        return int(next(v["value"] for v in status["picklistValues"] if v["label"] == label))

    def fit_tickets(self, count: int) -> list[dict[str, Any]]:
        """Return tickets that can be dispatched: they have a place and a time."""
        places = {
            row["id"] for row in self.autotask.rows("CompanyLocations") if row.get("address1")
        }
        rows = self.autotask.rows("Tickets")
        fit = [r for r in rows if r.get("companyLocationID") in places and r.get("dueDateTime")]
        assert len(fit) >= count, f"only {len(fit)} tickets can be dispatched"
        return fit[:count]

    def edit(self, entity: str, number: int, **values: Any) -> None:
        """Change a record as a person would."""
        self.autotask.admin("PATCH", f"state/{entity}/{number}", values)

    def send_out(self, number: int) -> None:
        """Set a ticket to be dispatched."""
        self.edit("Tickets", number, status=self.status_code(DISPATCH))

    def ticket(self, number: int) -> dict[str, Any]:
        """Return a ticket as it is."""
        return self.autotask.rows("Tickets", number)[0]

    def of_ticket(self, entity: str, number: int) -> list[dict[str, Any]]:
        """Return what hangs on a ticket: notes, time entries, charges."""
        return [row for row in self.autotask.rows(entity) if row.get("ticketID") == number]

    # Field Nation

    def orders(self) -> list[dict[str, Any]]:
        """Return the work orders as stored."""
        found: list[dict[str, Any]] = self.fieldnation.admin("GET", "state/work_order")
        return found

    def order(self, number: int) -> dict[str, Any]:
        """Return a work order as the vendor shows it."""
        found: dict[str, Any] = self.fieldnation.get(f"workorders/{number}").json
        return found

    def assign(self, order: int) -> int:
        """Give an order to the first technician; returns which."""
        provider = int(self.fieldnation.provider("GET", "api/providers")[0]["id"])
        answer = self.fieldnation.post(f"workorders/{order}/assignee", {"user": {"id": provider}})
        assert answer.status < 300, answer.body
        return provider

    def act(self, order: int, action: str, **more: Any) -> None:
        """Do as a technician."""
        self.fieldnation.admin("POST", "act", {"order": order, "action": action, **more})


@dataclass
class Flow:
    """Dispatch at work in this process."""

    shores: Shores
    stores: Stores
    desk: Desk
    worker: Worker

    async def ask(self, key: str, event: str = "record+order+notes") -> None:
        """Have a key looked at, as a message would."""
        await asyncio.to_thread(self.stores.commands.ask, key, event, "a test")

    async def idle(self, seconds: float = 60) -> None:
        """Wait until nothing waits or runs."""
        await until(lambda: self.stores.agenda.count() == 0, seconds)

    async def sweep(self, side: str) -> None:
        """Sweep one side and let all be done that it found."""
        await asyncio.to_thread(self.stores.agenda.enqueue, "sweep", side)
        await self.idle()

    async def dispatched(self, ticket: int) -> Link:
        """Send a ticket out and wait for its order."""
        await asyncio.to_thread(self.shores.send_out, ticket)
        await self.ask(f"Tickets/{ticket}")
        await self.idle()
        link = self.link(ticket)
        assert link is not None, self.trouble()
        assert link.work_order_id is not None, self.trouble()
        return link

    def link(self, ticket: int) -> Link | None:
        """Return the link of a ticket."""
        return self.stores.state.link_of(f"Tickets/{ticket}")

    def trouble(self) -> str:
        """Say what is wrong."""
        letters = self.stores.state.dead_letters()
        return "; ".join(f"{one.key}: {one.what} {one.remedy}" for one in letters) or "no letters"


@asynccontextmanager
async def flowing(
    shores: Shores,
    *,
    rules: tuple[str, ...] = ("ticket_dispatch",),
    settings: DispatchSettings = QUICK,
    engine: Settings = ENGINE,
    alone: bool = False,
) -> AsyncIterator[Flow]:
    """
    Run dispatch between the shores while the block lasts, with some of the shipped rules on.

    Where the home is on a server another process works too, unless this one is to be `alone`.
    """
    with shores.house() as house, Stores.open(house) as stores, ExitStack() as others:
        async with open_desk(house, stores, settings) as desk:
            for rule in rules:
                desk.library.enable(rule, is_enabled=True, by="a test")
            agenda = stores.agenda
            if stores.is_shared and not alone:
                others.enter_context(another_worker(shores.environment, settings, engine))
                await until(lambda: len(agenda.signs()) == 1)
                agenda = Agenda(stores.agenda.engine)  # woken no sooner than the other
            kinds = {"link": Kind(LinkWork(desk)), "sweep": Kind(Sweep(desk), 1)}
            worker = Worker(agenda, kinds, engine)
            await worker.start()
            try:
                yield Flow(shores, stores, desk, worker)
            finally:
                await worker.stop(timedelta(seconds=2))


async def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < end, "it did not come about in time"
        await asyncio.sleep(0.03)


def writes(sim: Any) -> int:
    """How many calls that write a simulator has answered."""
    seen = sim.admin("GET", "requests")
    return sum(
        1
        for call in seen
        if call["method"] in {"POST", "PUT", "PATCH", "DELETE"}
        and not call["path"].endswith(("/query", "/query/count", "/oauth/token"))
    )


def with_rule(flow: Flow, **changes: Any) -> None:
    """Publish the ticket rule with some settings otherwise."""
    rule = flow.desk.library.rule("ticket_dispatch")
    assert rule is not None
    flow.desk.library.publish_rule(export_rule(replace(rule, **changes)), by="a test")


def staffed(flow: Flow) -> dict[str, Any]:
    """Settings of a rule that books the technician's hours: whose they are, and as what."""
    entries = flow.shores.autotask.rows("TimeEntries")
    done = next(one for one in entries if one.get("ticketID") and one.get("roleID"))
    return {"times": True, "time_resource_id": done["resourceID"], "time_role_id": done["roleID"]}


ORDERS = r"workorders$"


def break_off(flow: Flow, *, path: str = ORDERS, method: str = "POST", **more: Any) -> None:
    """Have Field Nation fail at some calls."""
    fault = {"kind": "status", "method": method, "path": path, **more}
    flow.shores.fieldnation.admin("POST", "faults", fault)


def mend(flow: Flow) -> None:
    """Have Field Nation fail no more."""
    flow.shores.fieldnation.admin("DELETE", "faults")


def posts(sim: Any, path: str = "workorders") -> int:
    """Return how many calls by POST a vendor was sent."""
    calls = sim.admin("GET", "requests")
    return sum(one["method"] == "POST" and one["path"].endswith(path) for one in calls)
