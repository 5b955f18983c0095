from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from isthmus.autotask import (
    CallRefused,
    Label,
    NothingThere,
    PermissionDenied,
    RestRecords,
    UnknownField,
    ValidationFailed,
    WriteUncertain,
)
from isthmus.autotask.port import Difference, Record, Writable
from isthmus.autotask.soap import BatchRefused, Change, HalfKnown, New, SoapRecords
from isthmus_sim.in_thread import AutotaskSim
from tests.autotask.rest_records import NOTE, TICKET
from tests.autotask.soap.conftest import operations

FULL: dict[str, Writable] = {
    **TICKET,
    "title": "A < B & C",
    "description": "first line\r\nsecond line",
    "dueDateTime": datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    "estimatedHours": Decimal("1.25"),
    "purchaseOrderNumber": "PO 1",
    "source": Label("Phone"),
}
STAMPS = {"lastActivityDate", "lastTrackedModificationDateTime", "lastActivityResourceID"}


async def current(records: RestRecords | SoapRecords, record_id: int) -> Record:
    found = await records.fetch("Tickets", record_id)
    assert found is not None
    return found


async def test_a_ticket_is_created_as_over_rest(soap: SoapRecords, rest: RestRecords) -> None:
    ours = await soap.create("Tickets", {**FULL, "dueDateTime": TICKET["dueDateTime"]})
    theirs = await rest.create("Tickets", {**FULL, "dueDateTime": TICKET["dueDateTime"]})

    assert ours.differences == ()
    own = {"id", "ticketNumber"}
    over_soap, over_rest = await current(rest, ours.id), await current(rest, theirs.id)
    assert {n: v for n, v in over_soap.values.items() if n not in own} == {
        n: v for n, v in over_rest.values.items() if n not in own
    }


async def test_an_update_changes_the_given_fields_and_no_other(
    soap: SoapRecords, rest: RestRecords
) -> None:
    made = await rest.create("Tickets", {**FULL, "dueDateTime": TICKET["dueDateTime"]})
    before = await current(rest, made.id)

    changed = await soap.update("Tickets", made.id, {"title": "Now another"})

    after = await current(rest, made.id)
    assert changed.differences == ()
    different = {name for name in after.values if after.values[name] != before.values[name]}
    assert different - STAMPS == {"title", "description"}  # the text's line ends are XML's now
    assert after.values["description"] == "first line\nsecond line"
    assert after.udfs == before.udfs


async def test_what_stays_is_sent_back_in_the_vendors_own_words(
    sim: AutotaskSim, soap: SoapRecords, rest: RestRecords
) -> None:
    """The second half past one of autumn is read an hour early; sent back it would be moved."""
    made = await rest.create("Tickets", TICKET)
    sim.patch("Tickets", {"id": made.id, "dueDateTime": "2026-11-01T05:30:00.123Z"})

    await soap.update("Tickets", made.id, {"title": "Now another"})

    assert (await current(rest, made.id)).values["dueDateTime"] == datetime(
        2026, 11, 1, 5, 30, 0, 123_000, tzinfo=UTC
    )


async def test_a_time_in_the_second_pass_of_autumns_hour_is_told_with_its_reason(
    soap: SoapRecords,
) -> None:
    asked, first = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (6, 5))
    made = await soap.create("Tickets", {**TICKET, "dueDateTime": asked})
    changed = await soap.update("Tickets", made.id, {"dueDateTime": asked})
    kept = await soap.update("Tickets", made.id, {"dueDateTime": first})

    for told in (made.differences, changed.differences):
        assert [(one.field, one.asked, one.found) for one in told] == [
            ("dueDateTime", asked, first)
        ]
        assert "second pass" in told[0].why
    assert kept.differences == ()


async def test_a_record_with_every_kind_of_user_defined_field_is_changed(
    sim: AutotaskSim, soap: SoapRecords
) -> None:
    rows = sim.rows("ConfigurationItems")
    odd = next(r for r in rows for u in r["userDefinedFields"] if u["value"] in ("Yes", "No"))

    told = await soap.update("ConfigurationItems", odd["id"], {"referenceTitle": "Rack 4"})

    (after,) = sim.rows("ConfigurationItems", odd["id"])
    assert told.differences == ()
    assert (after["referenceTitle"], after["userDefinedFields"]) == (
        "Rack 4",
        odd["userDefinedFields"],
    )


async def test_user_defined_fields_stay_and_change(soap: SoapRecords, rest: RestRecords) -> None:
    known = await rest.user_defined_fields("Tickets")
    changed = next(udf.name for udf in known if udf.data_type == "string" and not udf.picklist)
    kept, label = next((udf.name, udf.picklist[0].label) for udf in known if udf.picklist)
    made = await soap.create("Tickets", TICKET, udfs={kept: Label(label), changed: "first"})
    assert made.differences == ()

    told = await soap.update("Tickets", made.id, {}, udfs={changed: "second"})
    assert told.differences == ()
    found = await current(rest, made.id)
    assert (found.udf_labels[kept], found.udfs[changed]) == (label, "second")

    await soap.update("Tickets", made.id, {}, udfs={changed: None})
    found = await current(rest, made.id)
    assert (found.udf_labels[kept], found.udfs[changed]) == (label, None)


async def test_none_empties_a_field_and_an_empty_text_is_taken(
    soap: SoapRecords, rest: RestRecords
) -> None:
    made = await soap.create("Tickets", {**FULL, "description": ""})

    await soap.update("Tickets", made.id, {"purchaseOrderNumber": None, "estimatedHours": None})

    found = await current(rest, made.id)
    assert found.values["purchaseOrderNumber"] is None
    assert found.values["estimatedHours"] in {None, 0}
    assert found.values["title"] == FULL["title"]


async def test_nothing_asked_is_nothing_sent(sim: AutotaskSim, soap: SoapRecords) -> None:
    assert (await soap.update("Tickets", 7601, {})).differences == ()
    assert "update" not in operations(sim)


async def test_an_update_of_what_is_not_there_says_so(soap: SoapRecords) -> None:
    with pytest.raises(NothingThere):
        await soap.update("Tickets", 999_999_999, {"title": "Nobody"})


async def test_values_are_checked_before_they_are_sent(sim: AutotaskSim, soap: SoapRecords) -> None:
    for changes in (
        {"title": "x" * 256},
        {"status": Label("Nope")},
        {"createDate": datetime(2026, 1, 1, tzinfo=UTC)},
        {"title": "half\x07bell"},
    ):
        with pytest.raises(ValidationFailed):
            await soap.update("Tickets", 7601, changes)
    with pytest.raises(UnknownField):
        await soap.update("Tickets", 7601, {"nope": 1})
    assert "update" not in operations(sim)


async def test_a_field_that_a_rule_reverts_is_told(sim: AutotaskSim, soap: SoapRecords) -> None:
    made = await soap.create("Tickets", TICKET)
    sim.admin("POST", "faults", {"kind": "workflow_revert", "entity": "Tickets", "field": "status"})

    told = await soap.update("Tickets", made.id, {"status": Label("Complete")})

    assert [one.field for one in told.differences] == ["status"]


async def test_a_field_sent_back_unchanged_that_is_otherwise_now_is_told(
    sim: AutotaskSim, soap: SoapRecords
) -> None:
    made = await soap.create("Tickets", {**TICKET, "purchaseOrderNumber": "PO 1"})
    sim.admin(
        "POST",
        "faults",
        {
            "kind": "workflow_revert", "entity": "Tickets", "field": "purchaseOrderNumber",
            "to": "PO 2",
        },
    )  # fmt: skip

    told = await soap.update("Tickets", made.id, {"title": "Now another"})

    assert told.differences == (
        Difference("purchaseOrderNumber", "PO 1", "PO 2", told.differences[0].why),
    )
    assert "replaces" in told.differences[0].why


async def test_a_batch_is_written_whole(soap: SoapRecords, rest: RestRecords) -> None:
    made = await soap.create_all(
        "Tickets", [New({**TICKET, "title": f"Batch {n}"}) for n in range(3)]
    )
    changed = await soap.update_all(
        "Tickets",
        [Change(one.id, {"title": f"Changed {n}"}) for n, one in enumerate(made)],
    )

    assert [one.id for one in changed] == [one.id for one in made]
    titles = [(await current(rest, one.id)).values["title"] for one in made]
    assert titles == ["Changed 0", "Changed 1", "Changed 2"]


async def test_a_batch_with_one_bad_record_writes_none_and_names_it(
    sim: AutotaskSim, soap: SoapRecords
) -> None:
    before = len(sim.rows("Tickets"))
    good = New(TICKET)
    bad = New({**TICKET, "contactID": 12345})

    with pytest.raises(BatchRefused) as caught:
        await soap.create_all("Tickets", [good, bad, good])

    assert [(one.index, one.field) for one in caught.value.refusals] == [(1, "contactID")]
    assert "record" in caught.value.what
    assert len(sim.rows("Tickets")) == before


async def test_too_large_a_batch_is_not_sent(sim: AutotaskSim, soap: SoapRecords) -> None:
    with pytest.raises(ValidationFailed, match="201"):
        await soap.create_all("TicketNotes", [New({**NOTE, "ticketID": 7601})] * 201)
    assert "create" not in operations(sim)


async def test_two_hundred_are_written_in_one_call(sim: AutotaskSim, soap: SoapRecords) -> None:
    made = await soap.create_all(
        "TicketNotes", [New({**NOTE, "ticketID": 7601})] * 200, read_back=False
    )

    assert len({one.id for one in made}) == 200
    assert operations(sim).count("create") == 1


async def test_a_record_is_not_changed_twice_in_a_batch(soap: SoapRecords) -> None:
    with pytest.raises(ValidationFailed, match="twice"):
        await soap.update_all("Tickets", [Change(7601, {"title": t}) for t in "ab"])


async def test_a_record_is_deleted_once(sim: AutotaskSim, soap: SoapRecords) -> None:
    entry: Any = next(row for row in sim.rows("ServiceCalls"))["id"]

    await soap.delete("ServiceCalls", entry)

    assert await soap.fetch("ServiceCalls", entry) is None
    with pytest.raises(NothingThere):
        await soap.delete("ServiceCalls", entry)


async def test_what_cannot_be_deleted_is_refused(soap: SoapRecords) -> None:
    with pytest.raises(CallRefused):
        await soap.delete("Tickets", 7601)


async def test_a_lost_answer_to_a_write_is_told_and_not_tried_again(
    sim: AutotaskSim, soap: SoapRecords
) -> None:
    await soap.fields("Tickets")
    sim.admin("POST", "faults", {"kind": "drop_after", "entity": "Tickets", "count": 1})
    before = len(sim.rows("Tickets"))

    with pytest.raises(WriteUncertain):
        await soap.create("Tickets", TICKET)

    assert len(sim.rows("Tickets")) == before + 1


async def test_a_missing_right_to_write_is_named(sim: AutotaskSim, soap: SoapRecords) -> None:
    await soap.fields("Tickets")
    sim.admin(
        "POST",
        "faults",
        {"kind": "permission_lost", "mode": "refuse", "entity": "Tickets", "verbs": ["create"]},
    )

    with pytest.raises(PermissionDenied):
        await soap.create("Tickets", TICKET)


async def test_a_record_that_is_masked_is_never_sent_back(
    sim: AutotaskSim, soap: SoapRecords
) -> None:
    resource = sim.rows("Resources")[2]["id"]

    with pytest.raises(HalfKnown, match="Password"):
        await soap.update("Resources", resource, {"title": "Boss"})
    assert "update" not in operations(sim)


async def test_a_day_is_written_as_the_day_it_is(
    sim: AutotaskSim, soap: SoapRecords, rest: RestRecords
) -> None:
    day = datetime(2026, 7, 1, tzinfo=UTC)
    made = await soap.create(
        "TicketCharges",
        {
            "ticketID": 7601, "name": "Cable", "datePurchased": day, "chargeType": 1,
            "unitQuantity": Decimal("2.5"), "unitPrice": Decimal("0.1"),
        },
    )  # fmt: skip

    found = await rest.fetch("TicketCharges", made.id)
    assert found is not None
    assert found.values["datePurchased"] == day
    assert made.differences == ()
