from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import zeep
from lxml import etree

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import SPACE, Wire, post, suds_of, texts, where, xml_query, zeep_of

TICKETS = xml_query("Ticket", where("id", "greaterthan", 0))
SXML = "<sXML>" + TICKETS.replace("<", "&lt;") + "</sXML>"


def body(operation: str, content: str = "", version: str = "1.6") -> str:
    return f'<{operation} xmlns="{SPACE[version]}">{content}</{operation}>'


def root(content: bytes) -> etree._Element:
    return etree.fromstring(content)


# Zone


@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_the_zone_is_told_without_a_login_and_keeps_the_version(
    soap_reading: AutotaskSim, version: str
) -> None:
    wire = Wire(soap_reading, version)
    domain = soap_reading.username.partition("@")[2]
    told = wire.call("getZoneInfo", f"<UserName>nobody@{domain}</UserName>", login=("", ""))
    assert texts(told, "ErrorCode") == ["0"]
    assert texts(told, "URL") == [wire.url]
    assert texts(told, "CI") == ["1"]
    names = [etree.QName(e).localname for e in told.find(".//{*}getZoneInfoResult")]
    assert names == ["URL", "ErrorCode", "DataBaseType", "CI", "WebUrl"]


@pytest.mark.parametrize("user", ["", "nobody", "nobody@elsewhere.example"])
def test_an_unknown_user_has_no_zone(reading_wire: Wire, user: str) -> None:
    told = reading_wire.call("getZoneInfo", f"<UserName>{user}</UserName>", login=("", ""))
    assert (texts(told, "ErrorCode"), texts(told, "CI")) == (["-1"], ["-1"])
    assert (texts(told, "URL"), texts(told, "WebUrl")) == ([""], [""])


def test_a_moved_zone_is_told_and_answers_only_there(autotask_sim: AutotaskSim) -> None:
    wire = Wire(autotask_sim)
    autotask_sim.admin("POST", "faults", {"kind": "zone_move", "to": 14})
    told = wire.call("getZoneInfo", f"<UserName>{autotask_sim.username}</UserName>")
    (moved,) = texts(told, "URL")
    assert "/zone-14/ATServices/1.6/" in moved
    assert wire.send(body("query", SXML)).status == 401
    assert wire.send(body("query", SXML), url=moved).status == 200
    described = post(moved.replace("asmx", "wsdl"), None, {})
    assert moved.encode() in described.body


# Signing in


@pytest.mark.parametrize("login", [("", ""), ("nobody@api.example.com", "x"), ("a", "")])
def test_bad_credentials_get_a_page_and_the_host_as_realm(
    reading_wire: Wire, login: tuple[str, str]
) -> None:
    answer = reading_wire.send(body("query", SXML), login=login)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic Realm="127.0.0.1"'
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"<html>" in answer.body


def test_zeep_is_told_of_a_wrong_password(soap_reading: AutotaskSim) -> None:
    client = zeep_of(soap_reading)
    client.transport.session.auth = requests.auth.HTTPBasicAuth(soap_reading.username, "wrong")
    with pytest.raises(zeep.exceptions.TransportError) as refused:
        client.service.query(TICKETS)
    assert refused.value.status_code == 401
    client.transport.session.close()


@pytest.mark.parametrize("header", ["", "<IntegrationCode>WRONG</IntegrationCode>"])
def test_a_bad_code_is_a_normal_answer_with_return_code_minus_one(
    reading_wire: Wire, header: str
) -> None:
    told = root(reading_wire.send(body("query", SXML), header=header).body)
    assert texts(told, "ReturnCode") == ["-1"]
    assert texts(told, "Message") == ["IntegrationCode is invalid."]
    assert texts(told, "EntityResultType") == [""]


def test_where_there_is_no_return_code_a_bad_code_is_a_fault(reading_wire: Wire) -> None:
    answer = reading_wire.send(
        body("GetFieldInfo", "<psObjectType>Ticket</psObjectType>"), header=""
    )
    assert answer.status == 500
    assert texts(root(answer.body), "faultstring") == ["IntegrationCode is invalid."]


def test_the_older_version_needs_no_code_but_refuses_a_wrong_one(
    autotask_sim: AutotaskSim,
) -> None:
    wire = Wire(autotask_sim, "1.5")
    asked = body("query", SXML, "1.5")
    assert texts(root(wire.send(asked, header="").body), "ReturnCode") == ["1"]
    wrong = "<IntegrationCode>WRONG</IntegrationCode>"
    assert texts(root(wire.send(asked, header=wrong).body), "ReturnCode") == ["-1"]
    autotask_sim.admin("PATCH", "switches", {"soap_code_required": "always"})
    assert texts(root(wire.send(asked, header="").body), "ReturnCode") == ["-1"]


def test_the_code_can_be_needless(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("PATCH", "switches", {"soap_code_required": "never"})
    told = root(Wire(autotask_sim).send(body("query", SXML), header="").body)
    assert texts(told, "ReturnCode") == ["1"]


def test_the_code_check_tells_of_code_and_user(reading_wire: Wire) -> None:
    user = f"<userName>{reading_wire.sim.username}</userName>"
    good = reading_wire.call("IntegrationCodeCheck", user)
    assert (texts(good, "ReturnCode"), texts(good, "IsApiUser")) == (["1"], ["true"])
    bad = reading_wire.call("IntegrationCodeCheck", "<userName>x</userName>", header="")
    assert (texts(bad, "ReturnCode"), texts(bad, "IsApiUser")) == (["-1"], ["false"])


# What is asked


@pytest.mark.parametrize("action", [None, "", "{}query", '"{}query"'])
def test_the_action_counts_with_and_without_quotes_or_else_the_body(
    reading_wire: Wire, action: str | None
) -> None:
    sent = None if action is None else action.format(SPACE["1.6"])
    answer = reading_wire.send(body("query", SXML), action=sent)
    assert texts(root(answer.body), "ReturnCode") == ["1"]
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize(
    ("sent", "action"),
    [
        (body("Query", SXML), None),
        (body("getEntityInfo"), None),
        (body("query", SXML, "1.5"), None),
        (body("query", SXML), "http://autotask.net/ATWS/v1_5/query"),
        (body("query", SXML), "urn:nonsense"),
    ],
)
def test_an_action_nobody_knows_is_a_fault(
    reading_wire: Wire, sent: str, action: str | None
) -> None:
    answer = reading_wire.send(sent, action=action)
    assert answer.status == 500
    told = root(answer.body)
    assert texts(told, "faultcode") == ["soap:Client"]
    assert "did not recognize" in texts(told, "faultstring")[0]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"not XML",
        b"<a><b></a>",
        b"<Envelope><Body/></Envelope>",
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b"\xff\xfe<\x00a\x00",
        b"\xc3\x28",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<?xml version="1.0"?><!-- x --><!DOCTYPE a><a/>',
        b"<a>" * 300 + b"</a>" * 300,
    ],
)
def test_what_is_no_envelope_is_a_fault(reading_wire: Wire, sent: bytes) -> None:
    answer = reading_wire.raw(sent)
    assert answer.status == 500
    assert texts(root(answer.body), "faultcode") == ["soap:Client"]
    assert b"root:" not in answer.body


def test_an_envelope_in_utf_16_and_with_other_prefixes_is_read(reading_wire: Wire) -> None:
    text = (
        '<?xml version="1.0" encoding="utf-16"?><a:Envelope '
        'xmlns:a="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:b="{SPACE["1.6"]}" xmlns:c="{SPACE["1.6"]}"><a:Header><b:AutotaskIntegrations>'
        f"<c:PartnerID/><c:IntegrationCode>{reading_wire.sim.integration_code}"
        "</c:IntegrationCode></b:AutotaskIntegrations></a:Header><a:Body><c:query>"
        f"<b:sXML><![CDATA[{TICKETS}]]></b:sXML></c:query></a:Body></a:Envelope>"
    )
    told = root(reading_wire.raw(text.encode("utf-16")).body)
    assert len(texts(told, "EntityId")) == 500


def test_an_envelope_of_soap_1_2_is_answered_in_kind(reading_wire: Wire) -> None:
    soap = "http://www.w3.org/2003/05/soap-envelope"
    kind = f'application/soap+xml; charset=utf-8; action="{SPACE["1.6"]}GetWsdlVersion"'
    code = f"<IntegrationCode>{reading_wire.sim.integration_code}</IntegrationCode>"
    text = (
        f'<s:Envelope xmlns:s="{soap}"><s:Header><AutotaskIntegrations xmlns="{SPACE["1.6"]}">'
        f"{code}</AutotaskIntegrations></s:Header><s:Body>{body('GetWsdlVersion')}"
        "</s:Body></s:Envelope>"
    )
    answer = reading_wire.raw(text.encode(), content_type=kind)
    assert answer.headers["Content-Type"].startswith("application/soap+xml")
    told = root(answer.body)
    assert etree.QName(told).namespace == soap
    assert texts(told, "GetWsdlVersionResult") == ["1.6.8"]
    wrong = reading_wire.raw(text.replace("GetWsdlVersion", "x").encode(), content_type=kind[:20])
    assert texts(root(wrong.body), "Value") == ["soap:Sender"]


# Limits and faults, shared with REST


def test_both_wires_spend_the_same_hour(autotask_sim: AutotaskSim) -> None:
    wire = Wire(autotask_sim)
    autotask_sim.get("ThresholdInformation")
    told = wire.call("getThresholdAndUsageInfo")
    assert texts(told, "Message") == [
        "ThresholdOfExternalRequest: 10000; TimeframeOfLimitation: 60; numberOfExternalRequest: 2;"
    ]
    wire.call("getZoneInfo", "<UserName>a@b</UserName>")
    post(wire.url.replace("asmx", "wsdl"), None, {})
    assert autotask_sim.get("ThresholdInformation").json["currentTimeframeRequestCount"] == 3


@pytest.mark.parametrize(
    ("how", "status", "where_told"),
    [
        ("return code", 200, "Message"),
        ("fault", 500, "faultstring"),
        ("status", 429, "faultstring"),
    ],
)
def test_a_call_over_the_hour_is_refused_as_the_switch_says(
    autotask_sim: AutotaskSim, how: str, status: int, where_told: str
) -> None:
    autotask_sim.admin("PATCH", "switches", {"hourly_limit": 1, "soap_limit_answer": how})
    wire = Wire(autotask_sim)
    wire.send(body("query", SXML))
    answer = wire.send(body("query", SXML))
    assert answer.status == status
    assert "threshold" in texts(root(answer.body), where_told)[0]


def test_a_refused_call_without_return_code_is_a_fault(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("PATCH", "switches", {"hourly_limit": 0})
    answer = Wire(autotask_sim).send(body("GetWsdlVersion"))
    assert (answer.status, texts(root(answer.body), "faultcode")) == (500, ["soap:Server"])


def test_a_fourth_call_at_once_for_one_entity_is_refused(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("PATCH", "switches", {"slot_release_delay_ms": 3_000})
    wire = Wire(autotask_sim)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: wire.send(body("query", SXML)), range(4)))
    codes = sorted(texts(root(answer.body), "ReturnCode")[0] for answer in answers)
    assert codes == ["-1", "1", "1", "1"]
    assert autotask_sim.get("Tickets/1").status == 429  # REST takes the same slots
    assert autotask_sim.get("Companies/1").status == 200


def test_a_fault_of_a_collection_strikes_both_wires(autotask_sim: AutotaskSim) -> None:
    fault = {"kind": "status", "status": 503, "text": "Busy", "entity": "Tickets"}
    autotask_sim.admin("POST", "faults", fault)
    wire = Wire(autotask_sim)
    answer = wire.send(body("query", SXML))
    assert answer.status == 503
    assert texts(root(answer.body), "faultstring") == ["Busy"]
    assert autotask_sim.get("Tickets/1").status == 503
    accounts = xml_query("Account").replace("<", "&lt;")
    assert wire.send(body("query", f"<sXML>{accounts}</sXML>")).status == 200


def test_a_fault_can_be_about_one_operation(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin(
        "POST", "faults", {"kind": "html_error", "status": 502, "path": "atws.asmx/query$"}
    )
    wire = Wire(autotask_sim)
    assert wire.send(body("query", SXML)).status == 502
    assert wire.send(body("GetWsdlVersion")).status == 200


@pytest.mark.parametrize("kind", ["malformed_json", "empty_body"])
def test_an_answer_can_be_spoilt(autotask_sim: AutotaskSim, kind: str) -> None:
    autotask_sim.admin("POST", "faults", {"kind": kind, "count": 1})
    answer = Wire(autotask_sim).send(body("GetWsdlVersion"))
    assert answer.status == 200
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.body)
    etree.fromstring(Wire(autotask_sim).send(body("GetWsdlVersion")).body)


def test_a_status_after_the_effect_leaves_the_effect(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin(
        "POST", "faults", {"kind": "status", "after_effect": True, "entity": "TicketNotes"}
    )
    before = len(autotask_sim.rows("TicketNotes"))
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    note = (
        f'<Entities><Entity xsi:type="TicketNote"><TicketID>{ticket}</TicketID>'
        "<Title>t</Title><Description>d</Description><NoteType>1</NoteType>"
        "<Publish>1</Publish></Entity></Entities>"
    )
    answer = Wire(autotask_sim).send(body("create", note))
    assert answer.status == 500
    assert texts(root(answer.body), "faultstring") == ["Simulated fault"]
    assert len(autotask_sim.rows("TicketNotes")) == before + 1


def test_a_lost_permission_refuses_and_hides_as_over_rest(autotask_sim: AutotaskSim) -> None:
    wire = Wire(autotask_sim)
    lost = {"kind": "permission_lost", "entity": "Tickets"}
    autotask_sim.admin("POST", "faults", {**lost, "verbs": ["query"], "count": 1})
    told = wire.query(TICKETS)
    assert texts(told, "ReturnCode") == ["-1"]
    assert "adequate permissions to query" in texts(told, "Message")[0]
    autotask_sim.admin("POST", "faults", {**lost, "mode": "hide"})
    assert texts(wire.query(TICKETS), "EntityId") == []
    autotask_sim.admin("DELETE", "faults")
    assert texts(wire.query(TICKETS), "EntityId") != []


def test_the_log_names_the_operation_and_the_collection(autotask_sim: AutotaskSim) -> None:
    Wire(autotask_sim).query(TICKETS)
    (line,) = autotask_sim.admin("GET", "requests?entity=Tickets")
    assert (line["method"], line["status"]) == ("POST", 200)
    assert line["path"] == "/ATServices/1.6/atws.asmx/query"


def test_a_client_that_waits_for_the_challenge_is_let_in(autotask_sim: AutotaskSim) -> None:
    found = suds_of(autotask_sim).service.query(TICKETS)
    assert found.ReturnCode == 1
    seen = autotask_sim.admin("GET", "requests?entity=Tickets")
    assert [line["status"] for line in seen] == [401, 200]
