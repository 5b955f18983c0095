"""Zone, versions, sign-in and routes."""

import json
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from isthmus_sim.autotask.api.routes import find_place
from isthmus_sim.autotask.store.catalog import catalog
from isthmus_sim.in_thread import AutotaskSim


def test_the_zone_is_told_without_signing_in(reading_sim: AutotaskSim) -> None:
    for path in ("v1.0/zoneInformation", "V1.0/ZoneInformation/", "v1.0/zoneinformation"):
        url = f"{reading_sim.url}{path}?user={reading_sim.username}"
        zone = reading_sim.ask("GET", url).json
        assert zone["url"] == reading_sim.url
        assert zone["webUrl"].endswith("/")
        assert set(zone) == {"zoneName", "url", "webUrl", "ci"}


def test_the_zone_answers_with_the_host_the_caller_used(reading_sim: AutotaskSim) -> None:
    other = reading_sim.url.replace("127.0.0.1", "localhost")
    url = f"{reading_sim.url}v1.0/zoneInformation?user={reading_sim.username}"
    host = {"Host": other.split("/")[2]}
    assert reading_sim.ask("GET", url, None, host).json["url"] == other
    query = f"{reading_sim.url}V1.0/Tickets/query"
    page = reading_sim.ask("POST", query, {"filter": []}, {**reading_sim.headers, **host}).json
    assert page["pageDetails"]["nextPageUrl"].startswith(other)


@pytest.mark.parametrize("user", ["", "?user=", "?user=nobody@example.com"])
def test_an_unknown_user_has_no_zone(reading_sim: AutotaskSim, user: str) -> None:
    answer = reading_sim.ask("GET", f"{reading_sim.url}v1.0/zoneInformation{user}")
    assert answer.status == 500
    assert answer.json == {"errors": ["Zone information could not be determined"]}


def test_versions_threshold_and_modules(reading_sim: AutotaskSim) -> None:
    assert reading_sim.ask("GET", reading_sim.url + "versioninformation").json == {
        "apiVersions": ["V1.0"]
    }
    version = reading_sim.get("Version").json
    assert set(version) == {"majorVersion", "minorVersion", "build", "customerType"}
    threshold = reading_sim.get("ThresholdInformation").json
    assert threshold["externalRequestThreshold"] == 10_000
    assert threshold["requestThresholdTimeframe"] == 60
    modules = reading_sim.get("Modules").json["modules"]
    assert all(set(module) == {"key", "value"} for module in modules)


@pytest.mark.parametrize("wrong", [{"UserName": "x"}, {"Secret": "x"}, {"Secret": ""}])
def test_wrong_credentials_are_401_and_empty(
    reading_sim: AutotaskSim, wrong: dict[str, str]
) -> None:
    answer = reading_sim.get("Companies/0", wrong)
    assert (answer.status, answer.body) == (401, b"")


def test_a_wrong_integration_code_is_500_or_401_by_switch(autotask_sim: AutotaskSim) -> None:
    wrong = {"ApiIntegrationCode": "x"}
    answer = autotask_sim.get("Companies/0", wrong)
    assert (answer.status, answer.json) == (500, {"errors": ["IntegrationCode is invalid."]})
    autotask_sim.admin("PATCH", "switches", {"bad_code_status": 401})
    answer = autotask_sim.get("Companies/0", wrong)
    assert (answer.status, answer.body) == (401, b"")


@pytest.mark.parametrize(
    "path",
    ["Nonsense", "Tickets/batch", "Tickets/1/Nonsense", "Tickets/1/Notes/query", "Tickets/query/x"],
)
def test_a_path_nobody_serves_is_404(reading_sim: AutotaskSim, path: str) -> None:
    answer = reading_sim.get(path)
    assert answer.status == 404
    assert set(answer.json) == {"Message"}


def test_outside_of_the_api_is_404(reading_sim: AutotaskSim) -> None:
    origin = reading_sim.url.removesuffix("ATServicesRest/")
    for path in ("", "nothing", "ATServicesRest", "ATServicesRest/v2.0/Tickets/1"):
        assert reading_sim.ask("GET", origin + path, None, reading_sim.headers).status == 404


def test_a_child_has_no_top_level_create(reading_sim: AutotaskSim) -> None:
    for collection in ("TicketNotes", "Tasks", "Contacts"):
        assert reading_sim.post(collection, {}).status == 404


def test_a_verb_a_path_does_not_take_is_405_in_aspnet_shape(reading_sim: AutotaskSim) -> None:
    for answer in (
        reading_sim.patch("Tickets/1", {}),
        reading_sim.delete("Tickets/1"),
        reading_sim.get("Tickets"),
        reading_sim.post("Tickets/entityInformation", {}),
    ):
        assert answer.status == 405
        assert answer.json["Message"].startswith("The requested resource does not support http")


def test_every_date_header_is_the_simulators_clock(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("POST", "clock", {"frozen": True})
    now = autotask_sim.admin("POST", "clock", {"advance_s": 86_400})["now"]
    assert autotask_sim.get("Companies/0").headers["Date"].split()[1] == now[8:10]


def test_the_description_lists_paths_and_verbs(reading_sim: AutotaskSim) -> None:
    answer = reading_sim.ask("GET", reading_sim.url + "swagger/docs/v1")
    document = json.loads(answer.body)
    assert set(document["paths"]["/V1.0/Tickets"]) == {"post", "put", "patch"}
    assert set(document["paths"]["/V1.0/Tickets/query"]) == {"get", "post"}
    assert set(document["paths"]["/V1.0/Tickets/{parentId}/Notes"]) == {
        "get",
        "post",
        "put",
        "patch",
    }
    assert "/V1.0/TicketNotes" not in document["paths"]
    assert document["basePath"] == "/ATServicesRest"


def test_calls_made_at_once_count_at_once(reading_sim: AutotaskSim) -> None:
    address = urlsplit(reading_sim.url)
    head = "".join(f"{name}: {value}\r\n" for name, value in reading_sim.headers.items())
    path = f"{address.path}V1.0/Roles/query/count?search=%7B%22filter%22:[]%7D"
    call = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{head}Connection: close\r\n\r\n"
    at = (str(address.hostname), address.port or 0)
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(at, 30)) for _ in range(12)]
        for line in lines:
            line.sendall(call.encode())
        statuses = [line.makefile("rb").readline().split()[1] for line in lines]
    assert statuses.count(b"200") >= 3
    assert set(statuses) <= {b"200", b"429"}


def test_every_collection_has_its_place() -> None:
    for entity in catalog():
        place = find_place(catalog(), (entity.collection, "entityInformation", "fields"))
        assert place is not None
        assert place.verbs == {"GET": "fields"}


def test_every_reference_and_parent_points_to_a_collection() -> None:
    known = catalog()
    for entity in known:
        for field in entity.fields:
            assert field.reference is None or field.reference in known.entities
        parent = entity.parent
        assert parent is None or parent.collection is None or parent.collection in known.entities
        assert parent is None or parent.field is None or entity.field(parent.field)


def test_invoice_documents_are_refused_rather_than_made_up(reading_sim: AutotaskSim) -> None:
    invoice = reading_sim.rows("Invoices")[0]["id"]
    for name in ("InvoicePdf", "InvoiceMarkupHtml", "InvoiceMarkupXml"):
        answer = reading_sim.get(f"Invoices/{invoice}/{name}")
        assert answer.status == 501
        assert "does not answer" in answer.json["errors"][0]
        assert reading_sim.post(f"Invoices/{invoice}/{name}", {}).status == 405
