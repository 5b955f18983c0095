"""What entities look like on the wire, and that both wires tell the same."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import zeep
from lxml import etree

from isthmus_sim.autotask.soap.catalog import SoapEntity, SoapField, edition
from isthmus_sim.autotask.store.catalog import catalog
from isthmus_sim.base.clock import parse_time
from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import SPACE, Wire, texts, where, xml_query

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
KNOWN = edition("1.6", "2023")
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def entities(wire: Wire, name: str, *conditions: str) -> list[etree._Element]:
    return list(wire.query(xml_query(name, *conditions)).iter("{*}Entity"))


def types(entity: etree._Element) -> dict[str, str | None]:
    return {etree.QName(field).localname: field.get(XSI_TYPE) for field in entity}


def test_an_entity_has_the_recorded_shape(reading_wire: Wire, soap_reading: AutotaskSim) -> None:
    row = soap_reading.rows("ServiceCallTickets")[0]
    asked = xml_query("serviceCallTicket", where("id", "equals", row["id"]))
    answer = reading_wire.send(
        f'<query xmlns="{SPACE["1.6"]}"><sXML><![CDATA[{asked}]]></sXML></query>'
    )
    assert answer.body.decode() == (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
        '<queryResponse xmlns="http://autotask.net/ATWS/v1_6/"><queryResult>'
        '<ReturnCode>1</ReturnCode><EntityResults><Entity xsi:type="ServiceCallTicket">'
        f"<id>{row['id']}</id><UserDefinedFields />"
        f'<ServiceCallID xsi:type="xsd:int">{row["serviceCallID"]}</ServiceCallID>'
        f'<TicketID xsi:type="xsd:int">{row["ticketID"]}</TicketID></Entity></EntityResults>'
        "<EntityResultType>servicecallticket</EntityResultType><Errors />"
        f"<EntityReturnInfoResults><EntityReturnInfo><EntityId>{row['id']}</EntityId>"
        "<DatabaseAction>None</DatabaseAction><DuplicateStatus><Found>false</Found>"
        "<Ignored>false</Ignored></DuplicateStatus></EntityReturnInfo>"
        "</EntityReturnInfoResults></queryResult></queryResponse></soap:Body></soap:Envelope>"
    )


def test_every_field_but_the_id_carries_its_recorded_type(reading_wire: Wire) -> None:
    account = types(entities(reading_wire, "Account")[0])
    assert account["id"] is None
    assert account["AccountType"] == "xsd:short"
    assert account["AccountName"] == "xsd:string"
    assert account["Active"] == "xsd:boolean"
    assert account["CreateDate"] == "xsd:dateTime"
    assert types(entities(reading_wire, "Contact")[0])["Active"] == "xsd:int"
    call = types(entities(reading_wire, "ServiceCall")[0])
    assert (call["Complete"], call["Duration"]) == ("xsd:int", "xsd:decimal")
    assert types(entities(reading_wire, "TimeEntry")[0])["HoursWorked"] == "xsd:double"


def test_fields_come_in_the_order_of_the_description(reading_wire: Wire) -> None:
    order = [field.name for field in KNOWN.entities["Ticket"].fields]
    for entity in entities(reading_wire, "Ticket"):
        names = [name for name in types(entity) if name != "UserDefinedFields"]
        assert names == sorted(names, key=order.index)


def test_nulls_are_left_out_and_empty_texts_are_not(
    reading_wire: Wire, soap_reading: AutotaskSim
) -> None:
    rows = soap_reading.rows("Tickets")
    empty = next(row["id"] for row in rows if row["purchaseOrderNumber"] == "")
    null = next(row["id"] for row in rows if row["description"] is None)
    (found,) = entities(reading_wire, "Ticket", where("id", "Equals", empty))
    order = found.find("{*}PurchaseOrderNumber")
    assert order is not None
    assert (order.text, order.get(XSI_TYPE)) == (None, "xsd:string")
    (other,) = entities(reading_wire, "Ticket", where("id", "Equals", null))
    assert "Description" not in types(other)


def test_user_defined_fields_are_all_listed_or_none(
    reading_wire: Wire, soap_reading: AutotaskSim
) -> None:
    rows = {row["id"]: row["userDefinedFields"] for row in soap_reading.rows("Tickets")}
    seen = set()
    for entity in entities(reading_wire, "Ticket"):
        known = rows[int(entity.findtext("{*}id") or 0)]
        listed = [
            (one.findtext("{*}Name"), one.findtext("{*}Value"), len(one))
            for one in entity.iter("{*}UserDefinedField")
        ]
        if all(udf["value"] is None for udf in known):
            assert listed == []
        else:
            values = [(u["name"], u["value"], 1 + (u["value"] is not None)) for u in known]
            assert listed == values
        seen.add(bool(listed))
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("entity", "kind"),
    [("TICKET", "ticket"), ("account", "account"), ("project", "Project"), ("Task", "Task")],
)
def test_older_entities_are_named_in_lower_case(reading_wire: Wire, entity: str, kind: str) -> None:
    told = reading_wire.query(xml_query(entity))
    assert texts(told, "EntityResultType") == [kind]
    assert next(told.iter("{*}Entity")).get(XSI_TYPE, "").lower() == kind.lower()


def test_tickets_are_told_of_with_two_more_elements(reading_wire: Wire) -> None:
    told = reading_wire.query(xml_query("Ticket"))
    assert len(texts(told, "MatchInfo")) == len(texts(told, "Message")) == 500
    assert texts(reading_wire.query(xml_query("Task")), "MatchInfo") == []


def test_a_password_is_stars(reading_wire: Wire) -> None:
    told = reading_wire.query(xml_query("Resource"))
    assert set(texts(told, "Password")) == {"******"}


def test_what_the_wsdl_types_itself_carries_no_type(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("POST", "state/NotificationHistory", {"raw": True, "isActive": 1})
    (found,) = entities(Wire(autotask_sim), "NotificationHistory")
    assert types(found)["IsActive"] is None
    assert [found.findtext(f"{{*}}{n}") for n in ("IsDeleted", "IsActive")] == ["false", "true"]


def test_a_number_too_large_for_an_int_is_a_long(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("POST", "state/Tickets", {"raw": True, "monitorID": 2**31})
    found = entities(Wire(autotask_sim), "Ticket", where("MonitorID", "IsNotNull"))
    assert types(found[0])["MonitorID"] == "xsd:long"


# Times


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("2026-06-15T14:00:00.000Z", "2026-06-15T10:00:00"),
        ("2026-01-15T14:00:00.000Z", "2026-01-15T09:00:00"),
        ("2018-05-01T23:14:36.240Z", "2018-05-01T19:14:36.24"),
        ("2025-03-09T06:59:59.999Z", "2025-03-09T01:59:59.999"),
        ("2025-03-09T07:00:00.000Z", "2025-03-09T03:00:00"),
        ("2025-11-02T05:30:00.000Z", "2025-11-02T01:30:00"),
        ("2025-11-02T06:30:00.000Z", "2025-11-02T01:30:00"),
        ("2024-01-31T15:04:05.1234567Z", "2024-01-31T10:04:05.1234567"),
        ("2024-01-31T15:04:05Z", "2024-01-31T10:04:05"),
    ],
)
def test_times_are_eastern_without_an_offset(
    autotask_sim: AutotaskSim, stored: str, shown: str
) -> None:
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    autotask_sim.admin("PATCH", f"state/Tickets/{ticket}", {"dueDateTime": stored, "raw": True})
    wire = Wire(autotask_sim)
    (found,) = entities(wire, "Ticket", where("id", "Equals", ticket))
    assert found.findtext("{*}DueDateTime") == shown
    autotask_sim.admin("PATCH", "switches", {"soap_times": "utc"})
    (found,) = entities(wire, "Ticket", where("id", "Equals", ticket))
    assert stored.startswith(found.findtext("{*}DueDateTime") or "x")


# Both wires


def shown(field: SoapField, value: Any) -> Any:
    """Give what zeep makes of a field whose REST value is this."""
    if value is None or field.type == "string":
        return None if value is None or value == "" else _text(str(value))
    if field.type == "datetime":
        at = parse_time(value)
        zone = None if field.unshifted else ZoneInfo("America/New_York")
        return (at.astimezone(zone) if zone else at).replace(tzinfo=None)
    if field.type in ("double", "decimal", "float"):
        return pytest.approx(float(value))
    if field.type == "boolean":
        return bool(value)
    return int(value)


def _text(text: str) -> str | None:
    # What XML cannot carry is dropped, and parsers read CR LF as LF.
    return UNFIT.sub("", text).replace("\r\n", "\n").replace("\r", "\n") or None


def differences(entity: SoapEntity, soap: Any, rest: dict[str, Any]) -> list[Any]:
    wrong = []
    for field in entity.fields:
        if field.rest is None or (entity.name, field.name) == ("Resource", "Password"):
            continue
        told, expected = getattr(soap, field.name), shown(field, rest[field.rest])
        told = float(told) if field.type in ("double", "decimal", "float") and told else told
        if told != expected and not (told is None and expected in ("", None)):
            wrong.append((entity.name, rest["id"], field.name, told, expected))
    return wrong


def test_every_entity_tells_over_soap_what_rest_tells(
    soap_reading: AutotaskSim, reader: zeep.Client
) -> None:
    soap_reading.admin("PATCH", "switches", {"added_latency_scale": 0})
    wrong: list[Any] = []
    compared = 0
    for entity in KNOWN:
        if entity.rest is None or "Q" not in entity.can:
            continue
        rows = {row["id"]: row for row in soap_reading.rows(entity.rest)}
        some = sorted(rows)[:40]
        top = some[-1] if some else 0
        first = [where("id", "LessThanOrEquals", top)] if entity.fields[0].queryable else []
        found = reader.service.query(xml_query(entity.name, *first))
        listed = found.EntityResults.Entity if found.EntityResults else []
        assert [soap.id for soap in listed] == some, entity.name
        for soap in listed:
            wrong += differences(entity, soap, rows[soap.id])
            compared += 1
    assert wrong == []
    assert compared > 1_000


def test_every_pair_of_types_has_a_spelling(autotask_sim: AutotaskSim, zeep_client: Any) -> None:
    autotask_sim.admin("PATCH", "switches", {"added_latency_scale": 0})
    wrong: list[Any] = []
    for entity in KNOWN:
        if entity.rest is None or "Q" not in entity.can:
            continue
        row: dict[str, Any] = {"raw": True}
        for field in entity.fields:
            if field.rest and field.rest != "id":
                kind = catalog()[entity.rest].by_name[field.rest.lower()].type
                made = {"string": "1", "datetime": "2026-01-01T12:00:00.000Z", "boolean": True}
                row[field.rest] = made.get(kind, 1)
        made_id = autotask_sim.admin("POST", f"state/{entity.rest}", row)["id"]
        by_id = [where("id", "Equals", made_id)] if entity.fields[0].queryable else []
        asked = xml_query(entity.name, *by_id)
        found = zeep_client.service.query(asked)
        assert found.ReturnCode == 1, (entity.name, found.Errors)
        soap = found.EntityResults.Entity[-1]
        wrong += [
            (entity.name, f.name)
            for f in entity.fields
            if f.rest is not None and getattr(soap, f.name) is None
        ]
    assert wrong == []


# Characters


def test_what_xml_cannot_carry_is_dropped_or_sent_as_references(
    autotask_sim: AutotaskSim,
) -> None:
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    odd = "bell\x07 <a & b> \x00end\r\nnext"
    autotask_sim.admin("PATCH", f"state/Tickets/{ticket}", {"title": odd})
    wire = Wire(autotask_sim)
    asked = (
        f'<query xmlns="{SPACE["1.6"]}"><sXML><![CDATA['
        + xml_query("Ticket", where("id", "Equals", ticket))
        + "]]></sXML></query>"
    )
    plain = wire.send(asked).body.decode()
    assert ">bell &lt;a &amp; b&gt; end\r\nnext</Title>" in plain
    autotask_sim.admin(
        "PATCH",
        "switches",
        {"soap_control_characters": "references", "soap_carriage_returns": "references"},
    )
    told = wire.send(asked).body.decode()
    assert ">bell&#x7; &lt;a &amp; b&gt; &#x0;end&#xD;\nnext</Title>" in told
