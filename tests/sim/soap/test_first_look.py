import zeep

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import Wire, post, texts, where, xml_query


def test_zone_is_told_without_a_login(soap_reading: AutotaskSim, reading_wire: Wire) -> None:
    domain = soap_reading.username.partition("@")[2]
    told = reading_wire.call(
        "getZoneInfo", f"<UserName>nobody@{domain}</UserName>", login=("", ""), header=""
    )
    assert texts(told, "ErrorCode") == ["0"]
    assert texts(told, "URL") == [soap_reading.soap_url]


def test_a_page_is_at_most_500_rows_by_id(reader: zeep.Client) -> None:
    first = reader.service.query(xml_query("ticket", where("id", "greaterthan", 0)))
    ids = [one.id for one in first.EntityResults.Entity]
    assert len(ids) == 500
    assert ids == sorted(ids)
    rest = reader.service.query(xml_query("Ticket", where("ID", "GreaterThan", ids[-1])))
    assert rest.EntityResults.Entity[0].id > ids[-1]


def test_the_description_needs_no_login(soap_reading: AutotaskSim) -> None:
    found = post(soap_reading.soap_url.replace("asmx", "wsdl"), None, {})
    assert found.status == 200
    assert soap_reading.soap_url.encode() in found.body


def test_fields_carry_the_tenants_codes(reader: zeep.Client) -> None:
    known = {field.Name: field for field in reader.service.GetFieldInfo("Ticket")}
    labels = {v.Label for v in known["Status"].PicklistValues.PickListValue}
    assert {"New", "Complete"} <= labels
