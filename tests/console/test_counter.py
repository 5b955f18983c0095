"""A vendor who hangs: pages that ask nobody answer as ever, the others say what is the matter."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import pytest

from isthmus.base.clock import monotonic
from isthmus.console import counter
from isthmus.console.counter import TURNS
from isthmus.dispatch.library import MAPPING
from isthmus.wiring.dispatch.bench import BenchBusy
from isthmus.wiring.people import Role
from isthmus.wiring.tables.warehouse import open_warehouse
from isthmus.wiring.vendors import waiting
from isthmus.wiring.vendors.waiting import VendorsSlow
from tests.console.relay import Relay, relayed
from tests.console.shore import until
from tests.console.site import Served, signed_in
from tests.dispatch.shores import Shores
from tests.reports.conftest import COMPANIES
from tests.warehouse.building import Desk

MANY = 50
"""More than the process has threads for pages."""
ASKING = "/definitions/pick?what=target&direction=inbound"


@pytest.fixture
def held_up(shores: Shores, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Served, Relay]]:
    monkeypatch.setattr(counter, "PATIENCE_S", 0.2)
    with relayed(shores) as given:
        yield given


@contextmanager
def turns_taken(console: Served, relay: Relay) -> Iterator[None]:
    """Have the vendors' turns taken by as many as may wait while the block lasts."""
    account = console.cookie(Role.VIEWER)
    with (
        httpx2.Client(
            base_url=console.url, cookies={account["name"]: account["value"]}, timeout=60
        ) as http,
        ThreadPoolExecutor(TURNS + 1) as pool,
    ):
        relay.hold()
        asked = [pool.submit(http.get, ASKING) for _ in range(TURNS + 1)]
        try:
            until(lambda: any(one.done() for one in asked))
            yield
        finally:
            relay.let_go()
    assert sorted(one.result().status_code for one in asked) == [200] * TURNS + [503]


def test_while_many_wait_for_a_vendor_who_hangs_all_other_pages_answer(
    held_up: tuple[Served, Relay],
) -> None:
    console, relay = held_up
    limits = httpx2.Limits(max_connections=2 * MANY)
    account = console.cookie(Role.DISPATCHER)
    with (
        signed_in(console, Role.DISPATCHER) as (http, csrf),
        httpx2.Client(
            base_url=console.url, cookies={account["name"]: account["value"]}, timeout=60,
            limits=limits,
        ) as others,
        ThreadPoolExecutor(MANY) as pool,
    ):  # fmt: skip
        relay.hold()
        asked = [pool.submit(others.get, ASKING) for _ in range(MANY)]
        until(lambda: sum(one.done() for one in asked) == MANY - TURNS)
        refused = [one.result() for one in asked if one.done()]
        assert {one.status_code for one in refused} == {503}
        assert "requests wait for a vendor that does not answer" in refused[0].text
        assert httpx2.get(f"{console.url}/login", timeout=30).status_code == 200
        assert http.get("/dispatch", timeout=30).status_code == 200

        sent = {"csrf": csrf, "number": "T1"}
        board = http.post("/dispatch/now", data=sent, timeout=30)
        assert board.status_code == 503
        assert "requests wait for a vendor" in board.text
        assert 'value="T1"' in board.text

        current = console.stores.definitions.current(MAPPING, "ticket_inbound")
        assert current is not None
        changed = current.content.replace("value = 150", "value = 175")
        sent = {"csrf": csrf, "page": "p", "as_text": "1", "text": changed, "do": "publish"}
        draft = http.post("/mappings/ticket_inbound/draft", data=sent, timeout=30)
        kept = console.site.drafts.find(MAPPING, "ticket_inbound")
        assert draft.status_code == 503
        assert "requests wait for a vendor" in draft.text
        assert "value = 175" in draft.text
        assert kept is not None
        assert kept.content == changed

        account_id = console.site.people.find("dispatcher@example.com")
        assert account_id is not None
        _, secret = console.site.people.issue_token(account_id.id, "a", Role.DISPATCHER, None)
        bearer = {"Authorization": f"Bearer {secret}"}
        assert http.get("/api/v1/links", headers=bearer, timeout=30).status_code == 200
        call = http.post("/api/v1/links", json={"number": "T1"}, headers=bearer, timeout=30)
        assert call.status_code == 503

        relay.let_go()
        assert {one.result(60).status_code for one in asked} == {200, 503}
    assert [one for one in console.site.people.deeds() if "dispatched" in one.what] == []


def test_what_asks_nobody_needs_no_turn_while_a_vendor_hangs(
    held_up: tuple[Served, Relay],
) -> None:
    console, relay = held_up
    warehouse = open_warehouse(console.house.config)
    Desk(warehouse, console.house.config.spool).publish(COMPANIES, {"id": 1, "companyName": "Acme"})
    warehouse.close()
    definitions = console.stores.definitions
    current = definitions.current(MAPPING, "ticket_inbound")
    assert current is not None
    changed = current.content.replace("value = 150", "value = 175")
    draft = {"page": "p", "as_text": "1", "text": changed, "do": "publish", "unchecked": "yes"}
    with turns_taken(console, relay), signed_in(console, Role.DISPATCHER) as (http, csrf):
        off = http.post("/rules/ticket_dispatch/switch", data={"csrf": csrf, "on": "no"})
        on = http.post("/rules/ticket_dispatch/switch", data={"csrf": csrf, "on": "yes"})
        made = http.post("/mappings/ticket_inbound/draft", data={"csrf": csrf, **draft})
        back = {"csrf": csrf, "to": current.version, "unchecked": "yes"}
        again = http.post("/mappings/ticket_inbound/rollback", data=back)
        columns = http.get("/datasets/Companies/columns")
        to_come = http.get("/datasets/Contacts/columns")
    assert [one.status_code for one in (off, on, made, again)] == [303, 503, 303, 303]
    assert [one.status_code for one in (columns, to_come)] == [200, 503]
    rule = console.site.library.rule("ticket_dispatch")
    assert rule is not None
    assert not rule.is_enabled
    history = definitions.history(MAPPING, "ticket_inbound")
    assert [one.content for one in history][:2] == [current.content, changed]


def test_a_page_waits_only_so_long_and_says_who_was_silent(
    held_up: tuple[Served, Relay], monkeypatch: pytest.MonkeyPatch
) -> None:
    console, relay = held_up
    monkeypatch.setattr(counter, "PAGE_SECONDS", 1.0)
    with signed_in(console, Role.DISPATCHER) as (http, csrf):
        relay.hold()
        answer = http.post("/rules/ticket_dispatch/switch", data={"csrf": csrf, "on": "yes"})
        told = http.get(answer.headers["location"]).text
    assert "cannot be checked now. The vendors did not answer within 1 s." in told


def test_all_that_one_request_asks_shares_its_patience(
    held_up: tuple[Served, Relay], monkeypatch: pytest.MonkeyPatch
) -> None:
    console, relay = held_up
    now = monotonic()
    monkeypatch.setattr(waiting, "monotonic", lambda: now)
    with waiting.patience(60.0):
        now += 60.0
        with pytest.raises(VendorsSlow, match="did not answer within 60 s"):
            waiting.run(asyncio.sleep(60))
        relay.hold()
        with pytest.raises(BenchBusy, match="did not answer within 60 s"):
            console.site.bench.do(lambda _: asyncio.sleep(60))
    relay.let_go()


def test_a_newer_dry_run_of_the_same_page_ends_the_older(
    held_up: tuple[Served, Relay],
) -> None:
    console, relay = held_up
    trying = "/mappings/ticket_inbound/try"
    with (
        signed_in(console, Role.DISPATCHER) as (http, _),
        ThreadPoolExecutor() as pool,
    ):
        relay.hold()
        first = pool.submit(http.get, trying, params={"page": "one"})
        other = pool.submit(http.get, trying, params={"page": "two"})
        until(lambda: len(console.site.bench._last) == 2)
        second = pool.submit(http.get, trying, params={"page": "one"})
        assert "A newer dry run of this page took the place of this one." in first.result(60).text
        assert not other.done()
        relay.let_go()
        assert "A newer dry run" not in second.result(60).text + other.result(60).text
    assert console.site.bench._last == {}


def test_without_a_bound_what_asks_vendors_runs_to_its_end() -> None:
    async def work() -> int:
        return 7

    async def own() -> None:
        raise TimeoutError

    assert waiting.run(work()) == 7
    with waiting.patience(60), pytest.raises(TimeoutError):
        waiting.run(own())
