import socket
from collections.abc import Callable

import pytest
from lxml import etree

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import post, suds_of, zeep_of

SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
OPERATIONS = {
    "GetAttachment",
    "CreateAttachment",
    "DeleteAttachment",
    "getEntityInfo",
    "GetFieldInfo",
    "getUDFInfo",
    "query",
    "create",
    "update",
    "delete",
    "getZoneInfo",
    "getThresholdAndUsageInfo",
    "GetWsdlVersion",
    "GetInvoiceMarkup",
}


def described(sim: AutotaskSim, path: str = "/ATServices/1.6/atws.wsdl") -> etree._Element:
    answer = post(origin(sim) + path, None, {})
    assert answer.status == 200
    return etree.fromstring(answer.body)


def origin(sim: AutotaskSim) -> str:
    return sim.admin_url.removesuffix("/_sim/")


def entities(document: etree._Element) -> dict[str, list[str]]:
    return {
        kind.get("name", ""): [e.get("name", "") for e in extension.iter(f"{SCHEMA}element")]
        for kind in document.iter(f"{SCHEMA}complexType")
        if (extension := kind.find(f".//{SCHEMA}extension")) is not None
    }


def address(document: etree._Element) -> str:
    found = next(document.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address"))
    return found.get("location", "")


def test_zeep_loads_every_edition_strictly_with_all_operations(
    autotask_sim: AutotaskSim,
) -> None:
    for version, wsdl_of, later in (
        ("1.5", "2023", set()),
        ("1.6", "2019", set()),
        ("1.6", "2023", {"IntegrationCodeCheck"}),
    ):
        autotask_sim.admin("PATCH", "switches", {"soap_wsdl_of": wsdl_of})
        client = zeep_of(autotask_sim, version, strict=True)
        (service,) = client.wsdl.services.values()
        (port,) = service.ports.values()
        assert set(port.binding.all()) == OPERATIONS | later
        client.transport.session.close()


def test_suds_loads_every_version(soap_reading: AutotaskSim) -> None:
    for version in ("1.5", "1.6"):
        client = suds_of(soap_reading, version)
        assert client.factory.create("Ticket").id is None
        assert client.service.GetWsdlVersion().startswith(version)


@pytest.mark.parametrize(
    ("version", "wsdl_of", "count"),
    [("1.5", "2023", 124), ("1.6", "2019", 139), ("1.6", "2023", 167)],
)
def test_each_edition_has_its_entities(
    autotask_sim: AutotaskSim, version: str, wsdl_of: str, count: int
) -> None:
    autotask_sim.admin("PATCH", "switches", {"soap_wsdl_of": wsdl_of})
    known = entities(described(autotask_sim, f"/ATServices/{version}/atws.wsdl"))
    assert len(known) == count
    assert known["ServiceCallTicketResource"][:2] == ["ServiceCallTicketID", "ResourceID"]
    assert ("TicketHistory" in known) is (version == "1.6")
    assert ("RMMDeviceID" in known["InstalledProduct"]) is (version == "1.6")
    assert ("AEMDeviceID" in known["InstalledProduct"]) is (version == "1.5")


def test_only_the_later_edition_has_the_later_fields(autotask_sim: AutotaskSim) -> None:
    now = entities(described(autotask_sim))
    autotask_sim.admin("PATCH", "switches", {"soap_wsdl_of": "2019"})
    then = entities(described(autotask_sim))
    assert set(now["Ticket"]) - set(then["Ticket"]) == {
        "LastTrackedModificationDateTime",
        "RmaStatus",
        "RmaType",
        "ImpersonatorCreatorResourceID",
        "CreatedByContactID",
    }
    assert [name for name in now["Ticket"] if name in then["Ticket"]] == then["Ticket"]


@pytest.mark.parametrize(
    "path",
    ["/ATServices/1.6/atws.wsdl", "/atservices/1.6/ATWS.WSDL", "/AtServices//1.6/Atws.wsdl/"],
)
def test_the_path_is_read_in_any_case_and_needs_no_login(
    soap_reading: AutotaskSim, path: str
) -> None:
    assert address(described(soap_reading, path)) == soap_reading.soap_url


def test_the_address_is_the_host_it_was_asked_at(soap_reading: AutotaskSim) -> None:
    url = soap_reading.soap_url.replace("asmx", "wsdl")
    answer = post(url, None, {"Host": "webservices5.example.com"})
    told = address(etree.fromstring(answer.body))
    assert told == "http://webservices5.example.com/ATServices/1.6/atws.asmx"


def test_a_wrong_login_gets_the_page_even_for_the_description(soap_reading: AutotaskSim) -> None:
    url = soap_reading.soap_url.replace("asmx", "wsdl")
    answer = post(url, None, {"Authorization": "Basic bm9ib2R5OndvcnNl"})
    assert answer.status == 401
    assert b"<html>" in answer.body


@pytest.mark.parametrize("path", ["/ATServices/1.4/atws.wsdl", "/ATServices/", "/atservices/1.6/x"])
def test_other_paths_are_not_found(soap_reading: AutotaskSim, path: str) -> None:
    answer = post(origin(soap_reading) + path, None, {})
    assert answer.status == 404
    assert b"<html>" in answer.body


def test_the_description_is_not_for_posting(soap_reading: AutotaskSim) -> None:
    answer = post(soap_reading.soap_url.replace("asmx", "wsdl"), b"<x/>", {})
    assert answer.status == 405


def test_the_service_itself_shows_a_page(soap_reading: AutotaskSim) -> None:
    answer = post(soap_reading.soap_url, None, {})
    assert answer.status == 200
    assert b"atws.wsdl" in answer.body


@pytest.mark.parametrize(
    ("version", "wsdl_of", "count"),
    [("1.5", "2023", 124), ("1.6", "2019", 139), ("1.6", "2023", 167)],
)
def test_every_entity_of_every_edition_can_be_queried_or_says_it_cannot(
    autotask_sim: AutotaskSim, version: str, wsdl_of: str, count: int
) -> None:
    switches = {"soap_wsdl_of": wsdl_of, "added_latency_scale": 0}
    autotask_sim.admin("PATCH", "switches", switches)
    client = zeep_of(autotask_sim, version, strict=True)
    infos = {info.Name: info for info in client.service.getEntityInfo()}
    assert len(infos) == count
    wrong = []
    for name, info in infos.items():
        query = f"<queryxml><entity>{name}</entity><query></query></queryxml>"
        found = client.service.query(query)
        if (found.ReturnCode == 1) is not info.CanQuery:
            wrong.append(name)
    assert wrong == []
    client.transport.session.close()


def test_older_versions_answer_in_their_own_namespace(
    autotask_sim_factory: Callable[..., AutotaskSim],
) -> None:
    sim = autotask_sim_factory()
    client = zeep_of(sim, "1.5")
    found = client.service.query(
        "<queryxml><entity>Ticket</entity><query><field>id"
        '<expression op="greaterthan">0</expression></field></query></queryxml>'
    )
    assert found.EntityResults.Entity[0].TicketNumber.startswith("T20")
    client.transport.session.close()


def at(sim: AutotaskSim, head: str) -> bytes:
    """Ask by bytes written by hand: the request line and headers, each ending a line."""
    host, port = origin(sim).removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 30) as line:
        line.sendall(f"{head}\n".replace("\n", "\r\n").encode())
        return b"".join(iter(lambda: line.recv(65_536), b""))


WSDL = "/ATServices/1.6/atws.wsdl"
FORWARDED = "X-Forwarded-Host: webservices5.test, middle:82\n"


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (f"GET {WSDL} HTTP/1.1\nHost: sim.test:81\n", "http://sim.test:81"),
        (f"GET {WSDL} HTTP/1.1\nHost: autotask_sim:81\n", "http://autotask_sim:81"),
        (f"GET {WSDL} HTTP/1.1\nHost: [::1]:81\n", "http://[::1]:81"),
        (f"GET http://sim.test:81{WSDL} HTTP/1.1\nHost: sim.test:81\n", "http://sim.test:81"),
        (
            f"GET {WSDL} HTTP/1.1\nHost: inner:81\nX-Forwarded-Proto: https\n{FORWARDED}",
            "https://webservices5.test",
        ),
        (f"GET {WSDL} HTTP/1.1\nHost: sim.test\nX-Forwarded-Proto: gopher\n", "http://sim.test"),
        (f"GET {WSDL} HTTP/1.1\nHost:\n", ""),
        (f"GET {WSDL} HTTP/1.1\nHost: [bad\n", ""),
        (f'GET {WSDL} HTTP/1.1\nHost: a"b<c\n', ""),
        (f"GET {WSDL} HTTP/1.0\n", ""),
    ],
)
def test_behind_proxies_the_address_is_the_callers(
    soap_reading: AutotaskSim, head: str, told: str
) -> None:
    answer = at(soap_reading, f"{head}Connection: close\n")
    found = address(etree.fromstring(answer.partition(b"\r\n\r\n")[2]))
    assert found == f"{told or origin(soap_reading)}/ATServices/1.6/atws.asmx"


def test_a_host_that_is_none_spoils_no_refusal(soap_reading: AutotaskSim) -> None:
    head = f"GET {WSDL} HTTP/1.1\nHost: [bad\nAuthorization: Basic eDp5\nConnection: close\n"
    assert b" 401 " in at(soap_reading, head).splitlines()[0]
