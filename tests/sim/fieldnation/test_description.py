"""Every operation that is served answers as the simulator's own description says."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from isthmus_sim.fieldnation.api.description import document, operations
from isthmus_sim.fieldnation.api.operations import OPERATIONS
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.in_thread import Answer, FieldNationSim, ask

WHEN = {"utc": "2026-06-15 18:00:00"}
UNTIL = {"utc": "2026-06-15 20:00:00"}
WINDOW = {"mode": "between", "start": WHEN, "end": UNTIL}
PLACE = {"mode": "custom", "address1": "1 Elm St", "city": "Reno", "state": "NV", "zip": "89501",
         "country": "US", "saved_location": None}  # fmt: skip
PAY = {"type": "hourly", "base": {"units": 2, "amount": 50}}
SHIPMENT = {"name": "Router", "direction": "to site",
            "carrier": {"name": "ups", "tracking": "1Z"}}  # fmt: skip
LOG = {"in": {"created": WHEN}, "out": {"created": UNTIL}}
EXPENSE = {"category": {"id": 501, "uid": 501}, "description": "Toll", "amount": "4.50"}
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=b0"}
UPLOAD = (
    b'--b0\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nhello\r\n"
    b'--b0\r\nContent-Disposition: form-data; name="notes"\r\n\r\nseen\r\n--b0--\r\n'
)


class Driver:
    """Calls operations by id and checks each answer against the description."""

    def __init__(self, sim: FieldNationSim) -> None:
        self.sim = sim
        self.known = {op.operation_id: op for op in operations()}
        self.done: set[str] = set()
        self.wrong: list[str] = []

    def __call__(
        self,
        operation_id: str,
        *ids: object,
        body: Any = None,
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> Any:
        op = self.known[operation_id]
        path = "/".join(op.pattern[3:])
        for value in ids:
            path = re.sub(r"{\w+}", str(value), path, count=1)
        answer = self.sim.call(op.method, f"{path}?{query}" if query else path, body, headers)
        self.check(operation_id, answer)
        return answer.json

    def check(self, operation_id: str, answer: Answer) -> None:
        if answer.status >= 300:
            self.wrong.append(f"{operation_id}: {answer.status} {answer.body[:300]!r}")
            return
        self.done.add(operation_id)
        schema = answer_schema(self.known[operation_id].method, operation_id, answer.status)
        for error in Draft202012Validator(schema).iter_errors(answer.json):
            where = "/".join(map(str, error.absolute_path))
            self.wrong.append(f"{operation_id}: {where}: {error.message[:200]}")


def answer_schema(method: str, operation_id: str, status: int) -> dict[str, Any]:
    for item in document()["paths"].values():
        said = item.get(method.lower())
        if said and said["operationId"] == operation_id:
            answers = said["responses"]
            content = answers.get(str(status), answers["default"]).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            return {"components": document()["components"], **schema}
    raise AssertionError(operation_id)


@pytest.fixture
def drive(fieldnation_sim_factory: Any) -> Driver:
    sim: FieldNationSim = fieldnation_sim_factory(frozen_clock=True)
    sim.service.world.ground.switches.change({"rate_limit_per_minute": 0})
    return Driver(sim)


def test_every_operation_is_served() -> None:
    known = {op.operation_id for op in operations()}
    assert len(known) == 144
    assert known - set(OPERATIONS) == {"v2_generateAuthToken"}  # the token endpoint answers it
    assert set(OPERATIONS) <= known


def test_an_unserved_operation_says_so_by_name(
    fieldnation_sim: FieldNationSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(OPERATIONS, "v2_clients_get")
    answer = fieldnation_sim.get("clients")
    assert answer.status == 501
    assert "v2_clients_get" in answer.json["detail"]


def test_the_description_is_served_without_signing_in(fieldnation_sim: FieldNationSim) -> None:
    served = fieldnation_sim.call("GET", "swagger-json")
    assert served.json == document()
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_served_operation_answers_as_described(drive: Driver) -> None:
    read_lookups(drive)
    order = worked_order(drive)
    read_order(drive, order)
    change_parts(drive, order)
    finish(drive, order)
    side_ways(drive)
    assert drive.wrong == []
    assert set(OPERATIONS) - drive.done == set()


def test_what_is_answered_before_it_is_done_answers_as_described(drive: Driver) -> None:
    order = worked_order(drive)
    later = [op for op in operations() if op.takes_async]
    for op in later:
        ids = [order, 1, 1][: sum(part.startswith("{") for part in op.pattern)]
        body = {"title": "x", "label": "x", "valid_statuses": [], "types": []}
        drive(op.operation_id, *ids, body=body, query="async=true")
    assert drive.wrong == []
    assert len(later) > 15


def test_refusals_and_tokens_answer_as_described(fieldnation_sim: FieldNationSim) -> None:
    refused = fieldnation_sim.get("workorders/1")
    schema = {"components": document()["components"], "$ref": "#/components/schemas/Problem"}
    Draft202012Validator(schema).validate(refused.json)
    assert refused.headers["Content-Type"] == "application/problem+json"
    given = ask("POST", fieldnation_sim.token_url, fieldnation_sim.credentials)
    schema = answer_schema("POST", "v2_generateAuthToken", 200)
    Draft202012Validator(schema).validate(given.json)


def read_lookups(d: Driver) -> None:
    for name in (
        "v2_templates_get", "v2_typesOfWork_get", "v2_projects_get", "v2_clients_get",
        "v2_companyTags_get", "v2_companyExpenses_get", "v2_companyManagers_get",
        "v2_companyIncompleteReasons_get", "v2_customFields_get", "v2_company_bonuses_get",
        "v2_penalties_get", "v2_locations_get", "v2_preferredProviderGroups_get",
        "v2_talentPoolGroups_get", "v2_woListing_get",
    ):  # fmt: skip
        d(name)
    d("v2_templateById_get", 2201)
    d("v2_typesOfWorkByTypeOfWorkIdServiceTypes_get", 41)
    d("v2_companyNetworks_get", d.sim.company_id)
    d("v2_companySiteRevisitReasons_get", d.sim.company_id, query="action_type=revisit")
    d("v2_usersByUserId_get", d.sim.user_id)
    d("v2_projectsByProjectId_get", 310)
    d("v2_clientById_get", 905)
    d("v2_locationsByLocationId_get", 15001)
    d("v2_companyTags_post", body={"label": "New", "valid_statuses": ["draft"], "types": []})
    d("v2_locations_post", body={"name": "Shop", "state": "NV", "zip": 89501, "type": "Other"})
    d("v2_clients_post", body={"name": "Acme"})
    project = d("v2_projects_post", body={"name": "Rollout", "manager": {"id": d.sim.user_id}})
    pools(d, project["id"])


def pools(d: Driver, project: int) -> None:
    d("v2_preferredProviderGroupsByPreferredProviderGroupId_get", 401)
    d("v2_preferredProviderGroupsByPreferredProviderGroupIdByUserId_post", 401, 62003)
    d("v2_preferredProviderGroupsByPreferredProviderGroupIdUsers_get", 401)
    d("v2_preferredProviderGroupsByPreferredProviderGroupIdUsers_delete", 401, body={"id": [62003]})
    d("v2_providersSelectAllByPreferredProviderGroupId_get", query="f_preferred_groups=401")
    given = {"name": "North", "project_id": project, "attributes": [{"name": "a", "value": "b"}]}
    made = d("v2_talentPoolGroups_post", body=given)["talent_pool_group_id"]
    d("v2_talentPoolGroups_get", query="limit=1")
    d("v2_talentPoolGroupByGroupUuid_get", made)
    d("v2_talentPoolGroupByGroupUuid_put", made, body=given)
    groups = [{"talent_pool_group_id": made, "tier_id": 1}]
    both = {"provider_id": [62000], "talent_pool_groups": groups}
    d("v2_projectProviders_post", project, body=both)
    d("v2_projectProviderById_get", project, 62000)
    d("v2_projectProviderById_put", project, 62000, body={"talent_pool_groups": groups})
    members = d("v2_talentPoolGroupProviders_get", made)["data"]
    assert [row["provider_id"] for row in members] == [62000]
    gone = d("v2_talentPoolGroupProviderByProviderId_delete", made, 62000, query="tierId=1")
    assert gone["removed_count"] == 1
    d("v2_talentPoolGroupByGroupUuid_delete", made)
    attributes(d)


def attributes(d: Driver) -> None:
    at, whose = "v2_talentPoolsByTalentPoolIdProvidersByProviderIdAttributes", (401, 62000)
    made = d(f"{at}_post", *whose, body={"attributes": [{"name": "badge", "value": "1"}]})
    key = made["attributes"][0]["talent_pool_provider_attribute_id"]
    row = {"talent_pool_provider_attribute_id": key, "value": "2"}
    d(f"{at}_put", *whose, body={"attributes": [row]})
    d(f"{at}ByAttributeUuid_put", *whose, key, body={"value": "3"})
    assert d(f"{at}_get", *whose)["data"][0]["value"] == "3"
    d(f"{at}ByAttributeUuid_delete", *whose, key)
    assert d(f"{at}_get", *whose)["data"] == []


def worked_order(d: Driver) -> int:
    """Make an order with something in every part, routed and assigned."""
    body = {
        "title": "Replace router", "template": {"id": 2201}, "location": PLACE, "pay": PAY,
        "schedule": {"service_window": WINDOW}, "client": {"id": 905},
        "shipments": {"results": [SHIPMENT]}, "networks": {"results": [{"id": 11}]},
        "custom_fields": {"results": [{"results": [{"id": 8101, "value": "T1"}]}]},
    }  # fmt: skip
    order: int = d("v2_workOrder_post", body=body)["id"]
    d("v2_workOrder_put", order, body={"incident_id": "INC-1"})
    d("v2_woSchedule_put", order, body={"service_window": WINDOW})
    d("v2_woLocation_put", order, body=PLACE)
    d("v2_woPay_put", order, body=PAY)
    d("v2_woPublish_post", order)
    d("v2_woPublish_delete", order)
    d("v2_woRoute_post", order, body={"technician": {"id": 62000}})
    d("v2_woRoute_delete", order, body={"technician": {"id": 62000}})
    d("v2_woMassRoute_post", order, body={"ids": [62000, 62001]})
    d.sim.service.world.ground.clock.advance(5)
    d("v2_workOrder_get", order)
    d("v2_woDraft_delete", order)
    d("v2_woAssignee_post", order, body={"user": {"id": 62000}})
    return order


def read_order(d: Driver, order: int) -> None:
    for name in (
        "v2_woPay_get", "v2_woSchedule_get", "v2_woEta_get", "v2_woLocation_get",
        "v2_woStatus_get", "v2_woPayDiscounts_get", "v2_woPayIncreases_get",
        "v2_woSignatures_get", "v2_woTimeLogs_get", "v2_woQualifications_get",
        "v2_woMessages_get", "v2_woAttachments_get", "v2_woContacts_get", "v2_woExpenses_get",
        "v2_bonuses_get", "v2_woPenalties_get", "v2_woCustomFields_get", "v2_woTasks_get",
        "v2_woShipments_get", "v2_woTags_get", "v2_woProblems_get", "v2_woProviders_get",
        "v2_woMilestones_get", "v2_woSiteRevisits_get",
    ):  # fmt: skip
        d(name, order)
    d("v2_woList_get", query="list=workorders_all&sticky=false&columns=id,title,status,pay")
    d("v2_woCustomFieldsByCustomFieldId_get", order, 8101)


def change_parts(d: Driver, order: int) -> None:
    d("v2_woCustomFieldsByCustomFieldId_put", order, 8102, body={"value": "4"})
    task = d(
        "v2_woTasks_post", order, body={"type": {"id": 9}, "alerts": [{"email": "a@b.example"}]}
    )
    number = task["tasks"]["results"][-1]["id"]
    d("v2_woTasks_put", order, body={"tasks": [{"id": number, "status": "complete"}]})
    d("v2_woTasksByTaskId_put", order, number, body={"label": "Other", "alerts": [{"email": "c"}]})
    alert = d("v2_woTasksByTaskId_get", order, number)["alerts"][0]["id"]
    d("v2_woTasksByTaskIdAlertsByAlertId_delete", order, number, alert)
    d("v2_woTasksByTaskIdAlerts_delete", order, number)
    d("v2_woTasksByTaskId_delete", order, number)
    parts_by_number(d, order)
    posted = d("v2_woMessages_post", order, body={"message": "Hi", "type": "ASSIGNEDTECH"})
    d(
        "v2_woMessagesByMessageId_post",
        order,
        posted["results"][0]["msg_id"],
        body={"message": "Yo"},
    )
    d("v2_woTags_post", order, body={"id": 121})
    d("v2_woTags_get", order)
    d("v2_woTagsByTagId_delete", order, 121)
    d("v2_woBonusesByBonusId_post", order, 21, body={"charged": True})
    d("v2_woPenaltiesByPenaltyId_post", order, 31, body={"charged": True})
    files(d, order)
    rule = {"selection_rule": {"name": "Near", "results": [{"name": "SC_EQUIPMENT"}]}}
    d("v2_woQualifications_post", order, body=rule)
    made = d("v2_woQualifications_put", order, body=rule)
    one = made["selection_rule"]["results"][0]["id"]
    d("v2_woQualificationsByQualificationId_delete", order, one)
    revisits(d, order)


def parts_by_number(d: Driver, order: int) -> None:
    """Add, change and remove each part that has a number of its own."""
    contact = d("v2_woContacts_post", order, body={"name": "Jo", "role": "Technical help"})
    number = contact["contacts"]["results"][-1]["id"]
    d("v2_woContacts_put", order, number, body={"phone": "1"})
    d("v2_woContacts_delete", order, number)
    made = d("v2_woShipments_post", order, body=SHIPMENT)["shipments"]["results"][-1]["id"]
    d("v2_woShipments_put", order, made, body={"name": "Switch"})
    d("v2_woShipments_delete", order, made)
    d("v2_woTimeLogs_post", order, body=LOG)
    made = d("v2_woTimeLogs_get", order)["results"][-1]["id"]
    d("v2_woTimeLogs_put", order, body={"data": [{"id": made, **LOG}]})
    d("v2_woTimeLogsByWorkorderHoursId_put", order, made, body=LOG)
    d("v2_woTimeLogsByWorkorderHoursId_delete", order, made)
    d("v2_woExpenses_post", order, body=EXPENSE)
    made = d("v2_woExpenses_get", order)["results"][-1]["id"]
    d("v2_woExpenses_put", order, made, body={**EXPENSE, "status": "approved"})
    d("v2_woProblems_post", order, body={"type": {"id": 3}, "comments": "Closed"})
    made = d("v2_woProblems_get", order)["results"][-1]["id"]
    d("v2_woProblemsByProblemId_put", order, made, body={"resolution": {"status": "resolved"}})
    d("v2_woProblems_delete", order, made)
    signature = {"name": "Jo", "format": "svg", "data": "<svg/>"}
    d("v2_woSignatures_post", order, body=signature)
    made = d("v2_woSignatures_get", order)["results"][-1]["id"]
    d("v2_woSignaturesById_get", order, made)
    d("v2_woSignatures_delete", order, made)
    moves.add_increase(d.sim.service.world.ground, order, 62000, PAY, "Longer drive")
    made = d("v2_woPayIncreases_get", order)["results"][-1]["id"]
    d("v2_woPayIncreasesById_get", order, made)
    decided = {"id": made, "status": "accepted", "status_description": "ok"}
    d("v2_woPayIncreasesById_put", order, made, body=decided)


def files(d: Driver, order: int) -> None:
    d("v2_woAttachments_post", order, body={"name": "Photos", "max_files": 3})
    folder = d("v2_woAttachments_get", order)["results"][-1]["id"]
    d("v2_woAttachmentsByFolderId_post", order, folder, body=UPLOAD, headers=BOUNDARY)
    file = d("v2_woAttachments_get", order)["results"][-1]["results"][0]
    d("v2_woAttachmentsByFolderIdByAttachmentId_put", order, folder, file["id"],
      body={"status": "APPROVED"})  # fmt: skip
    d("v2_woAttachments_get", order)
    d("v2_woAttachmentsByFolderIdByAttachmentId_delete", order, folder, file["id"])


def revisits(d: Driver, order: int) -> None:
    d("v2_woIncident_put", order, body={"incident_id": "INC-2"})
    reasons = d("v2_companySiteRevisitReasons_get", d.sim.company_id, query="action_type=revisit")[
        "results"
    ]
    visit = {"revisit_reason": reasons[0]["reason_id"], "is_billable": True}
    made = d("v2_woSiteRevisits_post", order, body=visit)["revisits"][0]["revisit_id"]
    d("v2_woSiteRevisits_put", order, made, body=visit)
    why = d("v2_companySiteRevisitReasons_get", d.sim.company_id, query="action_type=job_status")
    reason = why["results"][0]
    job = {"status": "incomplete", "reason_id": reason["reason_id"]}
    told = d("v2_woJobStatus_put", order, body=job)["job_status"]
    assert told["reason"]["label"] == reason["name"]
    d("v2_woSiteRevisits_get", order)
    d("v2_woSiteRevisits_delete", order, made)
    d("v2_woIncident_delete", order)


def finish(d: Driver, order: int) -> None:
    """Let the provider work, send it back, approve."""
    ground = d.sim.service.world.ground
    d("v2_woProviderDelay_post", order, body={"delay": 600})
    moves.check_in(ground, order, 62000)
    d("v2_woTimeLogs_get", order)
    d("v2_workOrder_get", order)
    moves.check_out(ground, order, 62000)
    moves.work_done(ground, order, 62000, "All good")
    d("v2_woComplete_delete", order, query="reason=Photos&reason_id=1")
    moves.work_done(ground, order, 62000)
    d("v2_woApprove_post", order)
    moves.mark_paid(ground, order, d.sim.user_id)
    d("v2_workOrder_get", order)
    d("v2_woPay_get", order)


def side_ways(d: Driver) -> None:
    numbers = [d("v2_workOrder_post", body={"title": f"Visit {n}"})["id"] for n in (1, 2)]
    d("v2_workordersBundleValidate_post", body={"ids": numbers})
    d("v2_workordersBundle_post", body={"ids": numbers})
    d("v2_workOrder_get", numbers[0])
    d("v2_woBundle_delete", numbers[0])
    d("v2_workordersUnbundle_post", body={"ids": numbers[1:]})
    d("v2_workordersAutoDispatch_post", body={"work_order_ids": numbers, "also_publish": True})
    d("v2_woAssignee_post", numbers[0], body={"user": {"id": 62000}})
    d("v2_woAssignee_delete", numbers[0], body={"user": {"id": 62000}, "reason_id": "1"})
    d("v2_woAssignee_post", numbers[0], body={"user": {"id": 62000}})
    d("v2_woRemoveProvider_post", numbers[0])
    d("v2_workOrder_delete", numbers[0], query="cancel_reason=Gone")
    d("v2_workOrder_put", numbers[1], body={"title": "Later"}, query="async=true")
