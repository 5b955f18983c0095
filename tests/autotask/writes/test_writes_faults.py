import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask import (
    BudgetSettings,
    ClientSettings,
    HourlyLimitHit,
    Label,
    RestRecords,
    ServerTrouble,
    Unreachable,
    ValidationFailed,
    Waits,
    WriteSettings,
    WriteUncertain,
)
from isthmus_sim.in_thread import start
from tests.autotask.rest_records import NOTE, TICKET, records_of, row_of, sent_to


@pytest.fixture
async def records(autotask_sim: Any, quick: ClientSettings) -> AsyncIterator[RestRecords]:
    async with records_of(autotask_sim, quick) as opened:
        await opened.fields("Tickets")  # the faults below are for the writes
        yield opened


def fault(sim: Any, kind: str, **settings: Any) -> None:
    sim.admin("POST", "faults", {"kind": kind, **settings})


def ids(sim: Any, entity: str) -> set[int]:
    return {row["id"] for row in sim.rows(entity)}


# Answers that are lost


LOST: list[tuple[dict[str, Any], int]] = [
    ({"kind": "drop_before"}, 0),
    ({"kind": "drop_after"}, 1),
    ({"kind": "status", "status": 500, "text": "Something nobody knows."}, 0),
    ({"kind": "status", "status": 500, "text": "Too late.", "after_effect": True}, 1),
    ({"kind": "html_error"}, 0),
    ({"kind": "truncate"}, 1),
    ({"kind": "empty_body"}, 1),
    ({"kind": "malformed_json"}, 1),
]


@pytest.mark.parametrize(("lost", "made"), LOST, ids=lambda part: str(part)[:40])
async def test_a_lost_answer_is_told_as_uncertain_and_never_sent_again(
    autotask_sim: Any, records: RestRecords, lost: dict[str, Any], made: int
) -> None:
    before = ids(autotask_sim, "Tickets")
    fault(autotask_sim, **{"entity": "Tickets", "method": "POST", "path": "Tickets$", **lost})
    with pytest.raises(WriteUncertain, match="not known") as caught:
        await records.create("Tickets", TICKET)
    assert isinstance(caught.value, ServerTrouble)
    assert (caught.value.entity, caught.value.record_id) == ("Tickets", None)
    assert len(ids(autotask_sim, "Tickets") - before) == made


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_a_lost_answer_names_the_record_it_was_about(
    autotask_sim: Any, records: RestRecords, method: str
) -> None:
    call = min(ids(autotask_sim, "ServiceCalls"))
    fault(autotask_sim, "drop_after", entity="ServiceCalls", method=method)
    writing = (
        records.update("ServiceCalls", call, {"description": "x"})
        if method == "PATCH"
        else records.delete("ServiceCalls", call)
    )
    with pytest.raises(WriteUncertain) as caught:
        await writing
    assert caught.value.record_id == call
    assert len(sent_to(autotask_sim, method)) == 1


async def test_a_refusal_for_too_many_at_once_is_tried_again_and_writes_once(
    autotask_sim: Any, records: RestRecords
) -> None:
    before = ids(autotask_sim, "Tickets")
    fault(autotask_sim, "status", entity="Tickets", method="POST", status=429, text="", count=2)
    written = await records.create("Tickets", TICKET)
    assert ids(autotask_sim, "Tickets") - before == {written.id}
    assert len(sent_to(autotask_sim, "POST")) == 3


async def test_a_zone_that_moved_takes_the_write_once(
    autotask_sim: Any, records: RestRecords
) -> None:
    before = ids(autotask_sim, "Tickets")
    fault(autotask_sim, "zone_move", to=14)
    written = await records.create("Tickets", TICKET)
    assert ids(autotask_sim, "Tickets") - before == {written.id}


async def test_no_connection_means_no_effect(tmp_path: Path, quick: ClientSettings) -> None:
    sim = start(folder=tmp_path)
    async with records_of(sim, quick) as records:
        await records.fields("Tickets")
        sim.stop()
        with pytest.raises(Unreachable):
            await records.create("Tickets", TICKET)


async def test_a_spent_hour_writes_nothing(autotask_sim: Any, quick: ClientSettings) -> None:
    before = ids(autotask_sim, "Tickets")
    raising = replace(quick, budget=BudgetSettings(on_limit="raise", share=1.0))
    async with records_of(autotask_sim, raising) as records:
        await records.fields("Tickets")
        fault(autotask_sim, "quota_eaten", calls=20_000)
        with pytest.raises(HourlyLimitHit):
            await records.create("Tickets", TICKET)
    assert ids(autotask_sim, "Tickets") == before


async def test_a_write_tells_its_id_at_once_although_the_hour_is_spent_right_after_it(
    autotask_sim: Any, quick: ClientSettings
) -> None:
    before = ids(autotask_sim, "Tickets")
    looking = WriteSettings(read_back_tries=10_000, read_back_waits=Waits(0.01, 0.02, 0.0))
    async with records_of(autotask_sim, quick, looking) as records:
        await records.fields("Tickets")
        fault(autotask_sim, "replication_lag", seconds=600)
        writing = asyncio.create_task(records.create("Tickets", TICKET))
        async with asyncio.timeout(30):
            for _ in range(3_000):
                if sent_to(autotask_sim, "POST"):
                    break
                await asyncio.sleep(0.01)
            fault(autotask_sim, "quota_eaten", calls=20_000)
            written = await writing
    (told,) = written.differences
    assert (told.field, told.found) == ("id", None)
    assert "written, but not read back: Autotask refuses calls" in told.why
    assert ids(autotask_sim, "Tickets") - before == {written.id}


# What the vendor keeps otherwise


async def test_a_workflow_rule_that_reverts_is_told(
    autotask_sim: Any, records: RestRecords
) -> None:
    ticket = next(row for row in autotask_sim.rows("Tickets") if row["status"] == 5)
    fault(autotask_sim, "workflow_revert", entity="Tickets", field="status")
    written = await records.update("Tickets", ticket["id"], {"status": Label("In Progress")})
    (told,) = written.differences
    assert (told.field, told.asked, told.found) == ("status", 8, 5)
    with_text = await records.update(
        "Tickets", ticket["id"], {"status": Label("In Progress"), "description": "New text"}
    )
    (told,) = with_text.differences
    assert "workflow rule set it back" in told.why


async def test_a_workflow_rule_that_sets_something_else_is_told_at_once(
    autotask_sim: Any, records: RestRecords
) -> None:
    fault(autotask_sim, "workflow_revert", entity="Tickets", field="priority", to=3)
    (told,) = (await records.create("Tickets", TICKET)).differences
    assert (told.field, told.asked, told.found) == ("priority", 1, 3)
    gets = [one for one in sent_to(autotask_sim, "GET") if "/Tickets/" in one["path"]]
    assert sum("entity" not in one["path"].casefold() for one in gets) == 1


async def test_a_row_that_shows_late_is_waited_for(
    autotask_sim: Any, quick: ClientSettings
) -> None:
    patient = WriteSettings(read_back_tries=8, read_back_waits=Waits(0.1, 0.3, 0.0))
    async with records_of(autotask_sim, quick, patient) as records:
        await records.fields("Tickets")
        fault(autotask_sim, "replication_lag", seconds=0.5)
        written = await records.create("Tickets", TICKET)
        assert written.differences == ()
        note = await records.create("TicketNotes", {**NOTE, "ticketID": written.id})
        assert (await records.update("TicketNotes", note.id, {"title": "x"})).differences == ()


@pytest.mark.parametrize("missing", ["null", "404"])
async def test_a_row_that_does_not_show_is_told_as_written(
    autotask_sim: Any, records: RestRecords, missing: str
) -> None:
    autotask_sim.admin("PATCH", "switches", {"missing_item": missing})
    fault(autotask_sim, "replication_lag", seconds=600)
    written = await records.create("Tickets", TICKET)
    (told,) = written.differences
    assert (told.field, told.asked, told.found) == ("id", written.id, None)
    assert row_of(autotask_sim, "Tickets", written.id)["title"] == TICKET["title"]


async def test_a_write_that_cannot_be_read_back_has_succeeded_all_the_same(
    autotask_sim: Any, records: RestRecords
) -> None:
    fault(autotask_sim, "permission_lost", entity="Tickets", verbs=["query"])
    written = await records.create("Tickets", TICKET)
    (told,) = written.differences
    assert "not read back" in told.why
    assert row_of(autotask_sim, "Tickets", written.id)


async def test_hours_that_follow_the_clock_are_told(
    autotask_sim: Any, records: RestRecords
) -> None:
    entry = next(row for row in autotask_sim.rows("TimeEntries") if row["endDateTime"])
    hours = Decimal("7.75")
    written = await records.update("TimeEntries", entry["id"], {"hoursWorked": hours})
    (told,) = written.differences
    assert told.field == "hoursWorked"
    assert "start and stop" in told.why


async def test_a_contact_that_metadata_calls_writable_is_told_as_ignored(
    autotask_sim: Any, records: RestRecords
) -> None:
    contact = next(row["id"] for row in autotask_sim.rows("Contacts") if row["isActive"])
    ticket = autotask_sim.rows("Tickets")[0]["id"]
    note = {**NOTE, "ticketID": ticket, "createdByContactID": contact}
    (told,) = (await records.create("TicketNotes", note)).differences
    assert (told.field, told.found) == ("createdByContactID", None)
    assert "ignored" in told.why


async def test_a_day_that_loses_its_time_is_told(autotask_sim: Any, records: RestRecords) -> None:
    contract = autotask_sim.rows("Contracts")[0]["id"]
    at = datetime(2031, 5, 6, 15, 30, tzinfo=UTC)
    (told,) = (await records.update("Contracts", contract, {"endDate": at})).differences
    assert told.found == datetime(2031, 5, 6, tzinfo=UTC)
    assert "day" in told.why
    midnight = at.replace(hour=0, minute=0) + timedelta(days=1)
    assert (await records.update("Contracts", contract, {"endDate": midnight})).differences == ()


# Limits


@pytest.mark.parametrize("whose", ["child", "parent"])
async def test_writes_at_once_never_meet_the_thread_limit(
    autotask_sim_factory: Callable[..., Any], quick: ClientSettings, whose: str
) -> None:
    sim = autotask_sim_factory(latency_ms=10)
    sim.admin("PATCH", "switches", {"child_slot": whose})
    tickets = sorted(ids(sim, "Tickets"))[:8]
    async with records_of(sim, quick) as records:
        notes = [records.create("TicketNotes", {**NOTE, "ticketID": ticket}) for ticket in tickets]
        others = [records.update("Tickets", ticket, {"externalID": "x"}) for ticket in tickets]
        await asyncio.gather(*notes, *others)
    assert {one["status"] for one in sim.admin("GET", "requests")} == {200}


async def test_a_label_that_is_newer_than_what_is_known_is_looked_up_anew(
    autotask_sim: Any, quick: ClientSettings
) -> None:
    fresh: dict[str, Any] = {"collection": "Tickets", "field": "status", "value": "777"}
    given = {**TICKET, "status": Label("Brand new")}
    async with (
        records_of(autotask_sim, quick, WriteSettings(reread_age=0.0)) as curious,
        records_of(autotask_sim, quick, WriteSettings(reread_age=60.0)) as sure,
    ):
        for records in (curious, sure):
            with pytest.raises(ValidationFailed, match="Brand new"):
                await records.create("Tickets", given)
        autotask_sim.admin("POST", "picklists", {**fresh, "label": "Brand new"})
        written = await curious.create("Tickets", given)
        assert row_of(autotask_sim, "Tickets", written.id)["status"] == 777
        with pytest.raises(ValidationFailed, match="Brand new"):
            await sure.create("Tickets", given)
