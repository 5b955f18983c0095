"""Faults of ours: the vendor is to come again, and nothing acknowledged is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from isthmus.state import StateBroken, StateBusy
from isthmus.webhooks import DoorSettings
from tests.webhooks.conftest import MakeSite
from tests.webhooks.signing import (
    GUID,
    autotask_body,
    fieldnation_body,
)
from tests.webhooks.site import CALLOUT, Site, until


@pytest.mark.parametrize(
    "error",
    [StateBusy("The disk is full."), StateBroken("No such table."), ZeroDivisionError("Ours.")],
    ids=lambda error: type(error).__name__,
)
def test_what_cannot_be_kept_is_to_come_again(file_site: Site, error: Exception) -> None:
    def fail() -> None:
        raise error

    file_site.inbox.before_keeping = fail
    for said in (
        file_site.autotask(autotask_body()),
        file_site.fieldnation(fieldnation_body()),
        file_site.ask("GET", f"{CALLOUT}?id=5"),
    ):
        assert (said.status, said.body) == (503, b"later")
        assert int(said.headers["retry-after"]) > 0
    file_site.inbox.before_keeping = None
    assert file_site.autotask(autotask_body()).status == 200


def test_a_full_disk_is_to_come_again(file_site: Site) -> None:
    with file_site.engines[0].connect() as session:
        pages = session.exec_driver_sql("PRAGMA page_count").scalar()

    def limit(driver: Any, *_more: Any) -> None:
        driver.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(file_site.engines[0], "checkout", limit)
    said = file_site.autotask(autotask_body(1, Fields={"Title": "x" * 100_000}))
    assert said.status == 503
    assert file_site.kept() == []


def test_a_store_that_cannot_be_asked_for_secrets_is_a_fault_of_ours(file_site: Site) -> None:
    file_site.keys = replace(file_site.keys, autotask=())
    assert file_site.autotask(autotask_body()).status == 503


def test_a_full_queue_is_to_come_again_and_nothing_acknowledged_is_lost(
    make_site: MakeSite,
) -> None:
    site = make_site(most_waiting=20)
    gate = threading.Event()
    site.inbox.before_keeping = gate.wait
    with ThreadPoolExecutor(60) as threads:
        coming = [threads.submit(site.autotask, autotask_body(n)) for n in range(60)]
        try:
            until(lambda: sum(one.done() for one in coming) >= 20)  # 20 in hand, 20 waiting
        finally:
            gate.set()
        said = {n: one.result() for n, one in enumerate(coming)}
    later = [one for one in said.values() if one.status == 503]
    assert {one.status for one in said.values()} == {200, 503}
    assert all("retry-after" in one.headers for one in later)
    kept = {f"{GUID}:{n}" for n, one in said.items() if one.status == 200}
    assert set(site.kept()) == kept
    for n, one in said.items():
        if one.status == 503:
            assert site.autotask(autotask_body(n)).status == 200
    assert len(site.kept()) == 60


def test_bodies_that_are_more_than_fits_in_hand_are_to_come_again(make_site: MakeSite) -> None:
    site = make_site(settings=DoorSettings(most_in_hand=100_000))
    large = autotask_body(1, Fields={"Title": "x" * 200_000})
    assert site.autotask(large).status in {503, 0}
    for n in range(5):
        assert site.autotask(autotask_body(n, Fields={"Title": "x" * 60_000})).status == 200
