"""What arrived becomes work: each at least once, whatever dies in between."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.dispatch.relay import GAP_PATIENCE, Relay, key_of
from isthmus.engine import Agenda
from isthmus.engine.database import open_database
from isthmus.state import StateBusy
from isthmus.state.dispatch import Arrival, Clerk, Inbox, Message
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

ORDERS = {77: "Tickets/5"}


def resolve(message: Message) -> str | None:
    return key_of(message, ORDERS.get)


@pytest.fixture(params=["sqlite", "postgres"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """Give the databases of the inbox and of the agenda: two files, or twice the same one."""
    if request.param == "postgres":
        one = open_database(str(request.getfixturevalue("postgres_url")))
        yield one, one
        one.dispose()
        return
    two = open_database(tmp_path / "inbox.sqlite"), open_database(tmp_path / "engine.sqlite")
    yield two
    for each in two:
        each.dispose()


@pytest.fixture
def inbox(places: tuple[Engine, Engine]) -> Inbox:
    return Inbox.open(places[0])


@pytest.fixture
def agenda(places: tuple[Engine, Engine]) -> Agenda:
    return Agenda.open(places[1])


@pytest.fixture
def relay(inbox: Inbox, agenda: Agenda) -> Relay:
    return Relay(inbox, agenda, resolve, poll=timedelta(milliseconds=20))


def arrival(number: int = 1, **more: Any) -> Arrival:
    made = Arrival("autotask", f"hook:{number}", "Tickets.Update", f"Tickets/{number}", b"{}")
    return replace(made, **more)


def work(agenda: Agenda) -> set[tuple[str, str]]:
    return {(item.kind, item.key) for item in agenda.waiting()}


def test_a_message_becomes_the_work_of_its_key(inbox: Inbox, agenda: Agenda, relay: Relay) -> None:
    inbox.keep([arrival(1), arrival(2), arrival(2, message_id="again")])
    assert relay.hand_on() == 3
    assert work(agenda) == {("link", "Tickets/1"), ("link", "Tickets/2")}
    assert len(inbox.undone("Tickets/2")) == 2
    assert relay.hand_on() == 0


def test_an_order_becomes_the_work_of_its_link(inbox: Inbox, agenda: Agenda, relay: Relay) -> None:
    inbox.keep(
        [
            arrival(1, source="fieldnation", subject="WorkOrders/77"),
            arrival(2, source="fieldnation", subject="WorkOrders/78"),
        ]
    )
    relay.hand_on()
    assert work(agenda) == {("link", "Tickets/5"), ("link", "WorkOrders/78")}
    assert [message.subject for message in inbox.undone("Tickets/5")] == ["WorkOrders/77"]


@pytest.mark.parametrize("subject", ["Companies/5", "Contacts/1", "ConfigurationItems/2", ""])
def test_what_concerns_no_link_is_nobodys(
    inbox: Inbox, agenda: Agenda, relay: Relay, subject: str
) -> None:
    inbox.keep([arrival(subject=subject)])
    assert relay.hand_on() == 1
    assert work(agenda) == set()
    assert inbox.search()[0].outcome == "nobody"


def test_an_echo_is_no_work(inbox: Inbox, agenda: Agenda, relay: Relay) -> None:
    inbox.keep([arrival(is_echo=True)])
    assert relay.hand_on() == 0
    assert work(agenda) == set()


def test_a_lost_webhook_has_its_side_swept(inbox: Inbox, agenda: Agenda, relay: Relay) -> None:
    inbox.keep([arrival(event="Deactivated", subject="Webhooks/some-guid")])
    relay.hand_on()
    assert work(agenda) == {("sweep", "autotask")}
    assert inbox.search()[0].outcome == "nobody"


@pytest.mark.parametrize("side", ["autotask", "fieldnation"])
def test_what_is_broken_has_its_side_swept(
    inbox: Inbox, agenda: Agenda, relay: Relay, side: str
) -> None:
    inbox.keep([arrival(source=side, subject="", is_broken=True)])
    relay.hand_on()
    assert work(agenda) == {("sweep", side)}
    assert (inbox.search()[0].outcome, relay.hand_on()) == ("broken", 0)


def test_a_gap_has_autotask_swept_a_little_later(
    inbox: Inbox, agenda: Agenda, relay: Relay
) -> None:
    inbox.keep([arrival(1, webhook="hook", sequence=1)])
    inbox.keep([arrival(4, webhook="hook", sequence=4)])
    relay.hand_on()
    assert work(agenda) == {("link", "Tickets/1"), ("link", "Tickets/4"), ("sweep", "autotask")}
    due = {item.kind: item.due_at for item in agenda.waiting()}
    assert due["sweep"] is not None
    assert due["sweep"] > utc_now() + GAP_PATIENCE / 2


def test_a_gap_before_an_echo_is_no_other_work(inbox: Inbox, agenda: Agenda, relay: Relay) -> None:
    inbox.keep([arrival(n, webhook="hook", sequence=n, is_echo=True) for n in (1, 4)])
    relay.hand_on()
    assert work(agenda) == {("sweep", "autotask")}


def test_webhooks_go_before_what_a_sweep_found(
    inbox: Inbox, agenda: Agenda, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.keep([arrival(1, source="sweep"), arrival(2)])
    later = utc_now() + timedelta(minutes=1)
    monkeypatch.setattr("isthmus.state.dispatch.inbox.utc_now", lambda: later)
    relay.hand_on()
    claims = agenda.claim("worker", {"link": 9}, 9)
    assert [claim.item.key for claim in claims] == ["Tickets/2", "Tickets/1"]


def test_many_are_handed_on_in_parts(inbox: Inbox, agenda: Agenda, relay: Relay) -> None:
    inbox.keep([arrival(number) for number in range(1, 1_202)])
    assert [relay.hand_on() for _ in range(4)] == [500, 500, 201, 0]
    assert agenda.count() == 1_201


class Dying(Inbox):
    """Fails where told to, as a process that is killed there."""

    dies_at = ""

    def assign(self, *told: Any) -> None:
        self._die("before it is assigned")
        super().assign(*told)
        self._die("before it is enqueued")

    def relayed(self, *told: Any) -> None:
        self._die("before it is noted")
        super().relayed(*told)

    def _die(self, point: str) -> None:
        if self.dies_at == point:
            self.dies_at = ""
            raise ZeroDivisionError


@pytest.mark.parametrize(
    "point", ["before it is assigned", "before it is enqueued", "before it is noted"]
)
def test_who_dies_at_any_point_loses_nothing(
    places: tuple[Engine, Engine], agenda: Agenda, point: str
) -> None:
    inbox = Dying.open(places[0])
    inbox.keep([arrival(1), arrival(2, subject="Companies/2")])
    inbox.dies_at = point
    with pytest.raises(ZeroDivisionError):
        Relay(inbox, agenda, resolve).hand_on()
    assert Relay(Inbox(places[0]), agenda, resolve).hand_on() >= 1
    assert work(agenda) == {("link", "Tickets/1")}
    assert len(inbox.undone("Tickets/1")) == 1
    assert inbox.count_unrelayed() == 0


# Going on by itself


class Running:
    """A relay that runs until the test ends."""

    def __init__(self, relay: Relay) -> None:
        self._task = asyncio.create_task(relay.run())

    async def stop(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


async def until_handed_on(inbox: Inbox) -> None:
    async with asyncio.timeout(30):
        while inbox.count_unrelayed():  # noqa: ASYNC110 - another thread's doing
            await asyncio.sleep(0.01)


async def test_it_begins_with_what_an_earlier_process_left(
    inbox: Inbox, agenda: Agenda, relay: Relay
) -> None:
    inbox.keep([arrival(number) for number in range(1, 600)])
    running = Running(relay)
    await until_handed_on(inbox)
    assert agenda.count() == 599
    await running.stop()


async def test_it_goes_on_when_told_from_another_thread(inbox: Inbox, agenda: Agenda) -> None:
    relay = Relay(inbox, agenda, resolve, poll=timedelta(hours=1))
    running = Running(relay)
    await asyncio.sleep(0.05)
    await asyncio.to_thread(inbox.keep, [arrival(1)])
    await asyncio.to_thread(relay.tell)
    await until_handed_on(inbox)
    assert work(agenda) == {("link", "Tickets/1")}
    await running.stop()


async def test_it_finds_what_nobody_told(inbox: Inbox, relay: Relay) -> None:
    running = Running(relay)
    await asyncio.sleep(0.05)
    await asyncio.to_thread(inbox.keep, [arrival(1)])
    await until_handed_on(inbox)
    await running.stop()


async def test_it_outlives_an_outage(inbox: Inbox, agenda: Agenda) -> None:
    errors = [StateBusy("Away."), RuntimeError("Worse.")]

    def shaky(message: Message) -> str | None:
        if errors:
            raise errors.pop()
        return resolve(message)

    inbox.keep([arrival(1)])
    running = Running(Relay(inbox, agenda, shaky, poll=timedelta(milliseconds=1)))
    await until_handed_on(inbox)
    assert work(agenda) == {("link", "Tickets/1")}
    await running.stop()


def test_telling_one_that_does_not_run_does_no_harm(relay: Relay) -> None:
    relay.tell()


# In one transaction


@pytest.fixture
def one_place(postgres_url: str) -> Iterator[Engine]:
    opened = open_database(postgres_url)
    yield opened
    opened.dispose()


async def test_on_a_server_it_is_enqueued_in_the_transaction_that_keeps_it(
    one_place: Engine,
) -> None:
    inbox, agenda = Inbox.open(one_place), Agenda.open(one_place)
    relay = Relay(inbox, agenda, resolve)
    clerk, woken = Clerk(inbox, then=relay.within), list[bool]()
    agenda.on_enqueue(lambda: woken.append(True))
    arrivals = [
        arrival(1),
        arrival(2, source="fieldnation", subject="WorkOrders/77"),
        arrival(3, is_broken=True),
        arrival(4, is_echo=True),
        arrival(5, subject="Companies/1"),
    ]
    await asyncio.gather(*(clerk.keep(one) for one in arrivals))
    relay.tell()
    clerk.close()
    assert work(agenda) == {("link", "Tickets/1"), ("link", "Tickets/5"), ("sweep", "autotask")}
    assert (inbox.count_unrelayed(), woken) == (0, [True])
    assert len(inbox.undone("Tickets/5")) == 1


def test_where_enqueueing_fails_neither_is_kept(one_place: Engine) -> None:
    inbox, agenda = Inbox.open(one_place), Agenda.open(one_place)

    def fail(_message: Message) -> str | None:
        raise StateBusy("Away.")

    with pytest.raises(StateBusy):
        inbox.keep([arrival(1)], Relay(inbox, agenda, fail).within)
    assert (inbox.search(), agenda.count()) == ((), 0)


async def test_processes_that_keep_the_same_at_once_block_one_another_never(
    one_place: Engine,
) -> None:
    inbox, agenda = Inbox.open(one_place), Agenda.open(one_place)
    relays = [Relay(inbox, agenda, resolve) for _ in range(4)]
    clerks = [Clerk(inbox, then=relay.within) for relay in relays]

    async def keep(clerk: Clerk, numbers: Sequence[int]) -> int:
        told = await asyncio.gather(*(clerk.keep(arrival(number)) for number in numbers))
        return sum(receipt.is_new for receipt in told)

    for start in range(1, 120, 20):
        numbers = range(start, start + 20)
        new = await asyncio.gather(
            *(keep(clerk, numbers[:: 1 if at % 2 else -1]) for at, clerk in enumerate(clerks))
        )
        assert sum(new) == 20
    for clerk in clerks:
        clerk.close()
    relays[0].hand_on()
    assert agenda.count() == 120
    assert inbox.count_unrelayed() == 0
