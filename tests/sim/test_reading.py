"""Reads over HTTP, as a client meets them."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from isthmus_sim.in_thread import Answer, AutotaskSim

ALL = {"filter": [{"op": "gte", "field": "id", "value": 0}]}


def search(document: dict[str, Any]) -> str:
    return "search=" + quote(json.dumps(document))


def follow(sim: AutotaskSim, method: str, url: str, body: Any = None) -> Answer:
    return sim.ask(method, url, body, sim.headers)


DISPATCH = 3  # fields for a broker, beside those asked for


def ids(answer: Answer) -> list[int]:
    return [item["id"] for item in answer.json["items"]]


def test_a_page_holds_500_whole_records_ascending_by_id(reading_sim: AutotaskSim) -> None:
    page = reading_sim.post("Tickets/query", ALL).json
    details = page["pageDetails"]
    assert (details["count"], details["requestCount"], details["prevPageUrl"]) == (500, 500, None)
    numbers = [item["id"] for item in page["items"]]
    assert numbers == sorted(set(numbers))
    assert all(len(item) == 76 for item in page["items"])
    assert all(len(item["userDefinedFields"]) == 5 + DISPATCH for item in page["items"])


def test_pages_are_what_the_state_holds(reading_sim: AutotaskSim) -> None:
    for collection in ("Tickets", "Companies", "TimeEntries", "ContractServiceUnits"):
        rows = {row["id"]: row for row in reading_sim.rows(collection)}
        url: str | None = f"{reading_sim.url}V1.0/{collection}/query"
        seen = []
        while url:
            page = follow(reading_sim, "POST", url, ALL).json
            seen += page["items"]
            url = page["pageDetails"]["nextPageUrl"]
        assert {row["id"]: row for row in seen} == rows
        assert len(seen) == len(rows)


def test_a_post_born_page_url_wants_post_and_the_body(reading_sim: AutotaskSim) -> None:
    first = reading_sim.post("Tickets/query", {**ALL, "maxRecords": 200})
    url = first.json["pageDetails"]["nextPageUrl"]
    assert "search" not in url
    assert urlsplit(url).path.endswith("/V1.0/Tickets/query/next")
    second = follow(reading_sim, "POST", url, {**ALL, "maxRecords": 200})
    assert ids(second)[0] > ids(first)[-1]
    refused = follow(reading_sim, "GET", url)
    assert refused.status == 405
    assert refused.json == {"Message": "The requested resource does not support http method 'GET'."}


def test_a_switch_makes_the_wrong_verb_silent(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("PATCH", "switches", {"get_of_post_page": "empty"})
    first = autotask_sim.post("Tickets/query", {**ALL, "maxRecords": 20})
    silent = follow(autotask_sim, "GET", first.json["pageDetails"]["nextPageUrl"])
    assert silent.status == 200
    assert silent.json["items"] == []


def test_a_get_born_page_url_carries_the_search(reading_sim: AutotaskSim) -> None:
    asked = {"Filter": [{"op": "exist", "field": "Id"}], "MaxRecords": 300}
    first = reading_sim.get(f"Tickets/query?{search(asked)}")
    second = follow(reading_sim, "GET", first.json["pageDetails"]["nextPageUrl"])
    third = follow(reading_sim, "GET", second.json["pageDetails"]["nextPageUrl"])
    assert [len(ids(page)) for page in (first, second, third)] == [300, 300, 20]
    assert third.json["pageDetails"]["nextPageUrl"] is None
    back = follow(reading_sim, "GET", third.json["pageDetails"]["prevPageUrl"])
    assert ids(back) == ids(second)
    assert back.json["pageDetails"]["nextPageUrl"] is not None
    front = follow(reading_sim, "GET", back.json["pageDetails"]["prevPageUrl"])
    assert ids(front) == ids(first)
    assert front.json["pageDetails"]["prevPageUrl"] is None


def test_the_token_is_keyset_by_id(reading_sim: AutotaskSim) -> None:
    first = reading_sim.post("Tickets/query", ALL)
    url = first.json["pageDetails"]["nextPageUrl"]
    token = {"pageSize": 500, "previousIds": [-1], "nextIds": [ids(first)[-1]]}
    assert quote(json.dumps(token, separators=(",", ":")), safe="") in url
    for broken in ("", "?paging=", "?paging=abc", "?paging=%7B%7D"):
        answer = reading_sim.post(f"Tickets/query/next{broken}", ALL)
        assert answer.status == 500
        assert "paging token" in answer.json["errors"][0]


def test_a_page_that_ends_with_the_rows_has_no_next(reading_sim: AutotaskSim) -> None:
    some = ids(reading_sim.post("Tickets/query", {**ALL, "maxRecords": 7}))
    exact = {"filter": [{"op": "in", "field": "id", "value": some}], "maxRecords": 7}
    details = reading_sim.post("Tickets/query", exact).json["pageDetails"]
    assert (details["count"], details["nextPageUrl"]) == (7, None)


def test_nothing_found_is_an_empty_page(reading_sim: AutotaskSim) -> None:
    page = reading_sim.post("Tickets/query", {"filter": [{"op": "lt", "field": "id", "value": 0}]})
    assert page.json == {
        "items": [],
        "pageDetails": {
            "count": 0,
            "requestCount": 500,
            "prevPageUrl": None,
            "nextPageUrl": None,
        },
    }


@pytest.mark.parametrize("size", [0, 501, -1, True, "x", 1.5])
def test_a_page_size_out_of_range_is_refused(reading_sim: AutotaskSim, size: Any) -> None:
    answer = reading_sim.post("Tickets/query", {**ALL, "maxRecords": size})
    assert answer.status == 500
    assert answer.json == {"errors": ["maxCountOfRecordsToReturn must be between 1 and 500"]}


def test_include_fields_trims_records(reading_sim: AutotaskSim) -> None:
    asked = {**ALL, "includeFields": ["TITLE", "id"], "maxRecords": 3}
    items = reading_sim.post("Tickets/query", asked).json["items"]
    assert all(list(item) == ["id", "title"] for item in items)
    unknown = reading_sim.post("Tickets/query", {**ALL, "includeFields": ["id", "nope"]})
    assert unknown.status == 500
    assert unknown.json == {"errors": ["Unable to find nope in the Ticket Entity."]}


def test_include_fields_without_id_stops_at_500_results(reading_sim: AutotaskSim) -> None:
    few = {"filter": [{"op": "eq", "field": "companyID", "value": 0}], "includeFields": ["title"]}
    assert reading_sim.post("Tickets/query", few).status == 200
    many = reading_sim.post("Tickets/query", {**ALL, "includeFields": ["title"], "maxRecords": 5})
    assert many.status == 500
    assert "IncludeFields must contain id" in many.json["errors"][0]


def test_count_counts_by_both_verbs(reading_sim: AutotaskSim) -> None:
    assert reading_sim.post("Tickets/query/count", ALL).json == {"queryCount": 620}
    assert reading_sim.get(f"Tickets/query/count?{search(ALL)}").json == {"queryCount": 620}


def test_an_empty_filter_is_accepted_or_refused_by_switch(autotask_sim: AutotaskSim) -> None:
    assert autotask_sim.post("Tickets/query/count", {"filter": []}).json == {"queryCount": 150}
    autotask_sim.admin("PATCH", "switches", {"empty_filter": "refuse"})
    assert autotask_sim.post("Tickets/query/count", {"filter": []}).status == 500


@pytest.mark.parametrize("body", ["[", "[]", "7", ""])
def test_a_query_that_is_no_document_is_refused(reading_sim: AutotaskSim, body: str) -> None:
    answer = reading_sim.get(f"Tickets/query?search={quote(body)}")
    assert answer.status == 500
    assert answer.json["errors"]


def test_one_row_by_id_and_none(reading_sim: AutotaskSim) -> None:
    company = reading_sim.get("Companies/0")
    assert company.json["item"]["id"] == 0
    assert reading_sim.get("Companies/999999999").json == {"item": None}
    assert reading_sim.get("Companies/999999999").status == 200


def test_a_missing_row_is_404_by_switch(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("PATCH", "switches", {"missing_item": "404"})
    assert autotask_sim.get("Companies/999999999").status == 404


def test_children_hang_below_their_parent(reading_sim: AutotaskSim) -> None:
    contact = reading_sim.rows("Contacts")[0]
    parent = contact["companyID"]
    listed = reading_sim.get(f"Companies/{parent}/Contacts")
    expected = [row["id"] for row in reading_sim.rows("Contacts") if row["companyID"] == parent]
    assert ids(listed) == expected
    one = reading_sim.get(f"Companies/{parent}/Contacts/{contact['id']}")
    assert one.json["item"] == contact
    assert reading_sim.get(f"Companies/{parent + 1}/Contacts/{contact['id']}").json == {
        "item": None
    }


def test_a_parent_segment_may_differ_from_the_collection(reading_sim: AutotaskSim) -> None:
    assert reading_sim.get("Expenses/1/Items").status == 200
    assert reading_sim.get("ExpenseReports/1/Items").status == 404
    assert reading_sim.get("ServiceLevelAgreements/1/Results").status == 200


def test_picklist_codes_are_text_in_metadata_and_numbers_in_records(
    reading_sim: AutotaskSim,
) -> None:
    fields = reading_sim.get("Tickets/entityInformation/fields/").json["fields"]
    status = next(field for field in fields if field["name"] == "status")
    assert status["isPickList"] is True
    codes = {entry["value"] for entry in status["picklistValues"]}
    assert "1" in codes
    ticket = reading_sim.rows("Tickets")[0]
    assert isinstance(ticket["status"], int)
    sub = next(field for field in fields if field["name"] == "subIssueType")
    assert sub["picklistParentValueField"] == "issueType"
    assert {entry["parentValue"] for entry in sub["picklistValues"]} - {""}
    title = next(field for field in fields if field["name"] == "title")
    assert (title["length"], title["picklistValues"]) == (255, None)


def test_references_carry_the_older_names(reading_sim: AutotaskSim) -> None:
    fields = reading_sim.get("Tickets/entityInformation/fields").json["fields"]
    told = {f["name"]: f["referenceEntityType"] for f in fields if f["isReference"]}
    assert told["companyID"] == "Account"
    assert told["configurationItemID"] == "InstalledProduct"
    assert told["billingCodeID"] == "AllocationCode"
    assert told["companyLocationID"] == "AccountPhysicalLocation"
    assert told["organizationalLevelAssociationID"] == "BusinessDivisionSubdivision"
    assert all(f["referenceEntityType"] == "" for f in fields if not f["isReference"])


def test_metadata_spells_some_names_its_own_way(reading_sim: AutotaskSim) -> None:
    fields = reading_sim.get("TicketWebhooks/entityInformation/fields").json["fields"]
    assert "webhookGuid" in {field["name"] for field in fields}


def test_user_defined_fields_are_described_and_hold_text(reading_sim: AutotaskSim) -> None:
    udfs = reading_sim.get("Tickets/entityInformation/userDefinedFields").json["fields"]
    assert len(udfs) == 5 + DISPATCH
    multi = next(udf for udf in udfs if not udf["isQueryable"])
    assert multi["isPickList"] is True
    values = [
        udf["value"] for row in reading_sim.rows("Tickets") for udf in row["userDefinedFields"]
    ]
    assert any(values)
    assert all(value is None or isinstance(value, str) for value in values)
    assert reading_sim.get("Roles/entityInformation/userDefinedFields").json == {"fields": []}


def test_entity_information_tells_what_is_allowed(reading_sim: AutotaskSim) -> None:
    info = reading_sim.get("tickets/EntityInformation").json["info"]
    assert info["name"] == "Ticket"
    assert (info["canCreate"], info["canDelete"]) == (True, False)
    assert (info["userAccessForQuery"], info["userAccessForDelete"]) == ("All", "None")
    every = reading_sim.get("EntityInformation").json["entityDescriptions"]
    assert len(every) == 232


def test_decimals_have_four_places_and_times_end_in_z(reading_sim: AutotaskSim) -> None:
    raw = reading_sim.post("TimeEntries/query", {**ALL, "maxRecords": 5}).body.decode()
    entry = reading_sim.rows("TimeEntries")[0]
    assert f'"hoursWorked":{entry["hoursWorked"]:.4f},' in raw
    assert entry["createDateTime"].endswith("Z")


def test_paths_match_in_any_case_with_slashes_to_spare(reading_sim: AutotaskSim) -> None:
    origin = reading_sim.url.removesuffix("/ATServicesRest/")
    for path in (
        "/atservicesrest/v1.0/companies/0",
        "/ATSERVICESREST/V1.0//Companies///0/",
        "/atservicesrest/atservicesrest/v1.0/Companies/0",
        "//ATServicesRest//v1.0/COMPANIES/0",
    ):
        answer = reading_sim.ask("GET", origin + path, None, reading_sim.headers)
        assert answer.json["item"]["id"] == 0


def test_header_names_match_in_any_case(reading_sim: AutotaskSim) -> None:
    odd = {
        "APIIntegrationcode": reading_sim.integration_code,
        "Username": reading_sim.username,
        "SECRET": reading_sim.secret,
    }
    url = reading_sim.url + "v1.0/Companies/0"
    assert reading_sim.ask("GET", url, None, odd).status == 200


def test_the_get_url_has_a_limit(reading_sim: AutotaskSim) -> None:
    asked = {"filter": [{"op": "in", "field": "id", "value": list(range(10**6, 10**6 + 300))}]}
    answer = reading_sim.get(f"Tickets/query?{search(asked)}")
    assert answer.status == 404
    assert reading_sim.post("Tickets/query", asked).status == 200


def test_gzip_only_when_both_sides_want_it(autotask_sim_factory: Any) -> None:
    plain = {"Accept-Encoding": "identity"}
    both = {"Accept-Encoding": "gzip, deflate"}
    sim = autotask_sim_factory(gzip=True)
    assert sim.get("Companies/0", plain).headers["Content-Encoding"] is None
    packed = sim.get("Companies/0", both)
    assert packed.headers["Content-Encoding"] == "gzip"
    without = autotask_sim_factory()
    assert without.get("Companies/0", both).headers["Content-Encoding"] is None


def test_empty_user_defined_fields_are_listed_or_left_out(autotask_sim: AutotaskSim) -> None:
    row = autotask_sim.admin("POST", "state/Opportunities", {"title": "x", "raw": True})
    path = f"Opportunities/{row['id']}"
    assert [u["value"] for u in autotask_sim.get(path).json["item"]["userDefinedFields"]] == [None]
    autotask_sim.admin("PATCH", "switches", {"empty_udfs": "omit"})
    assert "userDefinedFields" not in autotask_sim.get(path).json["item"]
    listed = autotask_sim.post("Opportunities/query", ALL).json["items"]
    assert any("userDefinedFields" not in item for item in listed)


def test_three_hundred_user_defined_fields_fit(autotask_sim_factory: Any) -> None:
    sim = autotask_sim_factory(ticket_udfs=300, tickets=30)
    items = sim.post("Tickets/query", ALL).json["items"]
    assert {len(item["userDefinedFields"]) for item in items} == {300}
