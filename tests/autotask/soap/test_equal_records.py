"""The same calls give equal records over REST and SOAP: types, labels, times."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from isthmus.autotask import ClientSettings, Label, RestRecords, q
from isthmus.autotask.port import Record, Records, Value, Writable
from isthmus.autotask.soap import SoapRecords
from isthmus.autotask.soap.times import EASTERN
from isthmus_sim.in_thread import AutotaskSim, start
from tests.autotask.rest_records import NOTE, SOON, TICKET, records_of
from tests.autotask.soap.conftest import credentials_of

RELATIONS = {
    "Tickets": 157,
    "Companies": 12,
    "Contacts": 100,
    "CompanyLocations": 12,
    "Resources": 10,
    "Contracts": 30,
    "TicketNotes": 100,
    "TimeEntries": 300,
    "ServiceCalls": 20,
    "ServiceCallTickets": 10,
    "ServiceCallTicketResources": 10,
    "TicketCharges": 2,
    "ConfigurationItems": 100,
    "Projects": 5,
    "Tasks": 80,
    "Phases": 20,
    "BillingCodes": 10,
    "Roles": 5,
    "TicketSecondaryResources": 1,
    "ContractServices": 50,
    "Invoices": 100,
}
"""What a ticket hangs together with, and the fewest records there must be to compare."""
EDGES = [
    "2026-03-08T06:59:59Z",  # the last second of winter in the East
    "2026-03-08T07:00:00Z",
    "2026-11-01T04:59:59Z",
    "2026-11-01T05:30:00Z",  # half past one, the first time
    "2026-11-01T06:30:00Z",  # half past one, the second time
    "2026-11-01T07:00:00Z",
    "2026-07-04T03:30:00Z",  # the evening before, in the East
]
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def as_xml_has_it(text: str) -> str:
    """XML has no control characters, and one kind of line end."""
    return UNFIT.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def as_soap_has_it(value: Value) -> Value:
    """Of the hour that autumn has twice in the East, SOAP cannot tell the second pass."""
    if isinstance(value, str):
        return as_xml_has_it(value)
    if isinstance(value, datetime) and value.astimezone(EASTERN).fold:
        return value - timedelta(hours=1)
    return value


def typed(values: Any) -> dict[str, tuple[type, Value]]:
    return {name: (type(value), as_soap_has_it(value)) for name, value in values.items()}


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AutotaskSim]:
    sim = start(frozen_clock=True, folder=tmp_path_factory.getbasetemp())
    first = sim.rows("Tickets")[0]
    for due in EDGES:
        made = sim.post(
            "Tickets",
            {
                "title": f"due {due}", "companyID": 0, "status": 1, "priority": 1, "queueID": 8,
                "dueDateTime": due,
            },
        )  # fmt: skip
        assert made.status == 200, made.body
    for day in ("2026-03-08T00:00:00Z", "2026-11-01T00:00:00Z"):
        sim.admin(
            "POST",
            "state/TicketCharges",
            {
                "ticketID": first["id"], "name": "Cable", "datePurchased": day, "chargeType": 1,
                "unitQuantity": 2.5, "unitPrice": 0.1,
            },
        )  # fmt: skip
    sim.admin(
        "POST",
        "state/TicketSecondaryResources",
        {"ticketID": first["id"], "resourceID": 4, "roleID": 1},
    )
    yield sim
    sim.stop()


@pytest.mark.parametrize("entity", RELATIONS)
async def test_records_over_soap_equal_those_over_rest(
    tenant: AutotaskSim, quick: ClientSettings, entity: str
) -> None:
    async with (
        records_of(tenant, quick) as rest,
        SoapRecords.connect(
            credentials_of(tenant), base_url=tenant.url, settings=quick, writes=SOON
        ) as soap,
    ):
        over_rest = [record async for record in rest.read(entity)]
        over_soap = [record async for record in soap.read(entity)]
        both = await shared(rest, soap, entity)
        coded = await picklists(rest, entity) & await picklists(soap, entity)

    assert len(over_rest) >= RELATIONS[entity]
    assert [one.id for one in over_soap] == [one.id for one in over_rest]
    for ours, theirs in zip(over_soap, over_rest, strict=True):
        assert only(typed(ours.values), both) == only(typed(theirs.values), both)
        assert only(ours.labels, coded) == only(theirs.labels, coded)
        assert ours.udfs == {name: as_soap_has_it(text) for name, text in theirs.udfs.items()}
        assert ours.udf_labels == theirs.udf_labels


async def shared(rest: RestRecords, soap: SoapRecords, entity: str) -> set[str]:
    """The fields both wires have, by the metadata of each; most of REST's must be among them."""
    theirs = {field.name for field in await rest.fields(entity)}
    both = theirs & {field.name for field in await soap.fields(entity)}
    assert len(both) >= 0.7 * len(theirs)
    return both


async def picklists(records: RestRecords | SoapRecords, entity: str) -> set[str]:
    return {field.name for field in await records.fields(entity) if field.picklist is not None}


def only(values: Any, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in names}


@pytest.mark.parametrize("entity", ["Tickets", "Companies", "Contacts", "TimeEntries", "Projects"])
async def test_fields_are_described_alike(
    rest: RestRecords, soap: SoapRecords, entity: str
) -> None:
    over_rest = {field.name: field for field in await rest.fields(entity)}
    over_soap = {field.name: field for field in await soap.fields(entity)}

    both = over_rest.keys() & over_soap.keys()
    coded = [n for n in both if over_rest[n].picklist and over_soap[n].picklist]
    referring = [n for n in both if over_rest[n].reference and over_soap[n].reference]
    assert coded
    assert referring
    for name in coded:
        assert over_soap[name].picklist == over_rest[name].picklist, name
    for name in referring:
        assert over_soap[name].reference == over_rest[name].reference, name
    fractions = dict.fromkeys(("double", "float"), "decimal")
    udfs = [
        replace(udf, data_type=fractions.get(udf.data_type, udf.data_type))
        for udf in await soap.user_defined_fields(entity)
    ]
    assert tuple(udfs) == await rest.user_defined_fields(entity)


async def test_what_may_be_done_is_told_alike(rest: RestRecords, soap: SoapRecords) -> None:
    for entity in ("Tickets", "Companies", "TicketNotes", "Roles"):
        ours, theirs = await soap.entity_info(entity), await rest.entity_info(entity)

        assert (ours.can_query, ours.can_create, ours.can_update) == (
            theirs.can_query,
            theirs.can_create,
            theirs.can_update,
        )
        assert ours.query_access == theirs.query_access
        assert ours.has_user_defined_fields == theirs.has_user_defined_fields


async def test_what_is_created_over_one_is_found_over_the_other(
    rest: RestRecords, soap: SoapRecords
) -> None:
    values: dict[str, Writable] = {**TICKET, "dueDateTime": datetime(2026, 12, 1, 3, tzinfo=UTC)}
    over_soap = await soap.create("Tickets", values)
    over_rest = await rest.create("Tickets", values)
    note = await soap.create("TicketNotes", {**NOTE, "ticketID": over_rest.id})

    for made in (over_soap, over_rest):
        assert made.differences == ()
        ours, theirs = await soap.fetch("Tickets", made.id), await rest.fetch("Tickets", made.id)
        assert whole(ours) == whole(theirs)
        assert ours is not None
        assert ours.values["dueDateTime"] == values["dueDateTime"]
        assert ours.labels["status"] == "New"
    found = await rest.fetch("TicketNotes", note.id)
    assert found is not None
    assert found.values["description"] == NOTE["description"]


def whole(record: Record | None) -> dict[str, Value]:
    assert record is not None
    rest_alone = {"isAssignedToComanaged", "isVisibleToComanaged"}
    return {name: value for name, value in record.values.items() if name not in rest_alone}


async def test_one_port_serves_both(soap: SoapRecords, rest: RestRecords) -> None:
    ports: tuple[Records, ...] = (soap, rest)
    where = q.and_(q.eq("companyID", 0), q.noteq("status", 99))

    found = [[one.id for one in await port.find("Tickets", where, limit=5)] for port in ports]

    assert found[0] == found[1] != []
    for port in ports:
        assert await port.fetch("Tickets", 999_999_999) is None


async def test_a_label_is_understood_as_over_rest(soap: SoapRecords) -> None:
    made = await soap.create("Tickets", TICKET)
    changed = await soap.update("Tickets", made.id, {"status": Label("Complete")})

    found = await soap.fetch("Tickets", made.id)
    assert changed.differences == ()
    assert found is not None
    assert found.labels["status"] == "Complete"
