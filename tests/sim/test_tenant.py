from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from isthmus_sim.autotask.store.catalog import catalog
from isthmus_sim.autotask.tenant import hard_cases
from isthmus_sim.autotask.tenant.seed import Tenant, TenantPlan, generate
from isthmus_sim.autotask.tenant.udfs import DISPATCH
from isthmus_sim.autotask.tenant.worktime import eastern_offset, nth_sunday

Row = dict[str, Any]

DATASETS = [
    "Companies",
    "Contacts",
    "ConfigurationItems",
    "Resources",
    "Tickets",
    "ServiceCalls",
    "TimeEntries",
    "ServiceCallTasks",
    "ServiceCallTaskResources",
    "ServiceCallTickets",
    "ServiceCallTicketResources",
    "Projects",
    "Tasks",
    "Contracts",
    "ContractMilestones",
    "Services",
    "Products",
    "Invoices",
    "ContractRates",
    "ContractServiceBundles",
    "ContractServices",
    "ContractServiceUnits",
]


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    return generate(TenantPlan(seed=7, companies=60, tickets=2000))


@pytest.fixture(scope="module")
def rows(tenant: Tenant) -> dict[str, list[Row]]:
    return {
        collection: [dict(zip(columns, row, strict=True)) for row in found]
        for collection, columns, found in tenant.tables()
    }


@pytest.fixture(scope="module")
def hard(tenant: Tenant) -> set[tuple[str, int]]:
    cases = tenant.summary["hard_cases"].values()
    return {(case["collection"], case["id"]) for group in cases for case in group}


def by_id(rows: list[Row]) -> dict[int, Row]:
    return {row["id"]: row for row in rows}


def time(text: str) -> datetime:
    return datetime.fromisoformat(text[:19])


def everything(plan: TenantPlan) -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    return [(name, columns, list(found)) for name, columns, found in generate(plan).tables()]


def test_every_dataset_of_the_contract_has_rows(rows: dict[str, list[Row]]) -> None:
    assert [name for name in DATASETS if not rows.get(name)] == []


def test_every_column_is_a_field_or_a_defined_udf(tenant: Tenant) -> None:
    for part in tenant.parts:
        known = {f.name for f in catalog()[part.collection].fields}
        known |= {f"udf:{d.name}" for d in tenant.udfs.get(part.collection, [])}
        assert set(part.columns) <= known, part.collection


def test_ids_ascend_and_are_counted(tenant: Tenant) -> None:
    for part in tenant.parts:
        ids = [row[0] for row in part.rows()]
        assert ids == sorted(set(ids)), part.collection
        assert len(ids) == part.count == tenant.summary["rows"][part.collection]


def test_references_hold_except_the_listed_hard_cases(
    rows: dict[str, list[Row]], hard: set[tuple[str, int]]
) -> None:
    ids = {name: {row["id"] for row in found} for name, found in rows.items()}
    wrong = [
        (name, row["id"], field.name, row[field.name])
        for name, found in rows.items()
        for field in catalog()[name].fields
        if field.reference
        for row in found
        if row.get(field.name) is not None
        and row[field.name] not in ids.get(field.reference, set())
        and (name, row["id"]) not in hard
    ]
    assert wrong == []


def test_codes_are_in_their_picklist_except_the_listed_hard_cases(
    tenant: Tenant, rows: dict[str, list[Row]], hard: set[tuple[str, int]]
) -> None:
    wrong = [
        (name, row["id"], field, row[field])
        for (name, field), entries in tenant.picklists.items()
        for row in rows.get(name, [])
        if row.get(field) is not None
        and str(row[field]) not in {entry.value for entry in entries}
        and (name, row["id"]) not in hard
    ]
    assert wrong == []


def test_required_fields_are_filled_except_in_hard_cases(
    rows: dict[str, list[Row]], hard: set[tuple[str, int]]
) -> None:
    empty = [
        (name, row["id"], field.name)
        for name in DATASETS
        for field in catalog()[name].fields
        if field.required
        for row in rows[name]
        if row.get(field.name) is None and (name, row["id"]) not in hard
    ]
    assert empty == []


def test_every_picklist_field_of_the_datasets_has_entries(tenant: Tenant) -> None:
    missing = [
        (name, field.name)
        for name in DATASETS
        for field in catalog()[name].fields
        if field.picklist and not tenant.picklists.get((name, field.name))
    ]
    assert missing == []


def test_system_values_keep_the_vendors_labels(tenant: Tenant) -> None:
    labels = {e.value: e.label for e in tenant.picklists["Tickets", "status"]}
    assert (labels["1"], labels["5"], labels["7"]) == ("New", "Complete", "Waiting Customer")
    assert len(set(labels.values())) < len(labels), "two codes share a label on purpose"


def test_sub_issues_name_a_parent_that_is_there(tenant: Tenant) -> None:
    issues = {entry.value for entry in tenant.picklists["Tickets", "issueType"]}
    assert {e.parent for e in tenant.picklists["Tickets", "subIssueType"]} <= issues


def test_the_same_plan_gives_the_same_rows() -> None:
    plan = TenantPlan(seed=3, companies=25, tickets=400)
    assert everything(plan) == everything(plan)


def test_tables_can_be_read_twice(tenant: Tenant) -> None:
    part = next(part for part in tenant.parts if part.collection == "Tickets")
    assert list(part.rows()) == list(part.rows())


def test_another_seed_gives_another_tenant() -> None:
    one, two = (everything(TenantPlan(seed=n, companies=25, tickets=300)) for n in (1, 2))
    assert [t for t in one if t[0] == "Tickets"] != [t for t in two if t[0] == "Tickets"]


@pytest.mark.parametrize(("companies", "tickets"), [(2, 0), (2, 1), (5, 30), (12, 650)])
def test_small_tenants_are_possible(companies: int, tickets: int) -> None:
    tables = everything(TenantPlan(companies=companies, tickets=tickets))
    assert {name: len(found) for name, _, found in tables}.get("Tickets", 0) == tickets


def test_people_work_in_office_hours(rows: dict[str, list[Row]]) -> None:
    inside = 0
    people = [row for row in rows["Tickets"] if row["source"] != 8]
    for row in people:
        created = time(row["createDate"])
        local = created - timedelta(minutes=eastern_offset(created.date()))
        inside += local.weekday() < 5 and 8 <= local.hour < 18
    assert inside / len(people) > 0.85


def test_history_is_three_years_and_growing(rows: dict[str, list[Row]]) -> None:
    created = sorted(row["createDate"] for row in rows["Tickets"])
    assert time(created[-1]) - time(created[0]) > timedelta(days=3 * 365)
    years = Counter(text[:4] for text in created)
    assert years["2025"] > years["2024"]


def test_nothing_was_made_after_now(tenant: Tenant, rows: dict[str, list[Row]]) -> None:
    now = tenant.plan.epoch.strftime("%Y-%m-%dT%H:%M:%S")
    for name in DATASETS:
        entity = catalog()[name]
        for field in [*entity.modified_fields, entity.created_field]:
            late = [r["id"] for r in rows[name] if field and (r.get(field) or "") > now + ".999Z"]
            assert late == [], (name, field)


def test_few_rows_changed_in_the_last_hour(tenant: Tenant, rows: dict[str, list[Row]]) -> None:
    edge = (tenant.plan.epoch - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    for name in DATASETS:
        for field in catalog()[name].modified_fields:
            late = [row["id"] for row in rows[name] if (row.get(field) or "") >= edge]
            assert len(late) <= 10, (name, field)


def test_a_desk_of_30_tickets_a_week_has_about_50_open() -> None:
    tenant = generate(TenantPlan(seed=1, companies=120, tickets=5000))
    part = next(part for part in tenant.parts if part.collection == "Tickets")
    desk = [dict(zip(part.columns, row, strict=True)) for row in part.rows()]
    waiting = [row for row in desk if row["status"] != 5]
    assert 40 <= len(waiting) <= 80
    assert len({row["status"] for row in waiting}) >= 7
    assert len({row["queueID"] for row in waiting}) >= 5
    assert sum(row["assignedResourceID"] is not None for row in waiting) > len(waiting) / 2
    fresh = (tenant.plan.epoch - timedelta(days=14)).isoformat()
    recent = [row for row in desk if row["createDate"] >= fresh]
    assert sum(row["status"] != 5 for row in recent) > len(recent) / 4
    assert any(row["createDate"] < fresh for row in waiting), "a tail of older ones"


def test_some_tickets_are_part_of_a_project_of_their_company(rows: dict[str, list[Row]]) -> None:
    projects = by_id(rows["Projects"])
    linked = [row for row in rows["Tickets"] if row["projectID"] in projects]
    assert len(linked) >= 5
    for row in linked:
        project = projects[row["projectID"]]
        assert project["companyID"] == row["companyID"] or row["companyID"] == 0
        assert project["createDateTime"] < row["createDate"]


def test_change_dates_are_never_before_creation(
    rows: dict[str, list[Row]], hard: set[tuple[str, int]]
) -> None:
    for name in DATASETS:
        entity = catalog()[name]
        made = entity.created_field
        for field in entity.modified_fields if made else ():
            early = [
                row["id"]
                for row in rows[name]
                if row.get(field) and row[field] < row[str(made)] and (name, row["id"]) not in hard
            ]
            assert early == [], (name, field)


def test_a_ticket_was_last_active_no_earlier_than_its_notes_and_time(
    rows: dict[str, list[Row]], hard: set[tuple[str, int]]
) -> None:
    tickets = by_id(rows["Tickets"])
    for name, field in (("TicketNotes", "createDateTime"), ("TimeEntries", "createDateTime")):
        for row in rows[name]:
            ticket = tickets.get(row["ticketID"])
            if ticket is not None and ("Tickets", ticket["id"]) not in hard:
                assert ticket["createDate"][:16] <= row[field][:16] <= ticket["lastActivityDate"]


def test_hours_are_the_time_between_start_and_stop(rows: dict[str, list[Row]]) -> None:
    for row in rows["TimeEntries"]:
        gap = time(row["endDateTime"]) - time(row["startDateTime"])
        assert gap > timedelta(0)
        assert abs(row["hoursWorked"] - gap.total_seconds() / 0.36) <= 1
        assert row["dateWorked"] == f"{row['startDateTime'][:10]}T00:00:00.000Z"
        assert (row["ticketID"] is None) != (row["taskID"] is None)


def test_time_entries_are_on_tickets_and_on_tasks(rows: dict[str, list[Row]]) -> None:
    kinds = Counter(row["timeEntryType"] for row in rows["TimeEntries"])
    assert 1.1 <= kinds[2] / len(rows["Tickets"]) <= 1.4
    assert kinds[6] > 50


def test_contracts_of_every_type_exist_with_their_children(rows: dict[str, list[Row]]) -> None:
    types = {row["contractType"] for row in rows["Contracts"]}
    assert types == {1, 3, 4, 6, 7, 8}
    for child in ("ContractBlocks", "ContractRetainers", "ContractTicketPurchases",
                  "ContractMilestones", "ContractRates", "ContractServiceBundles"):  # fmt: skip
        assert rows[child], child


def test_units_are_sliced_by_month_without_gap_or_overlap(rows: dict[str, list[Row]]) -> None:
    slices = defaultdict(list)
    for row in rows["ContractServiceUnits"]:
        slices[row["contractServiceID"]].append((row["startDate"], row["endDate"]))
    assert max(len(parts) for parts in slices.values()) >= 12
    for parts in slices.values():
        for (_, end), (start, _) in pairwise(sorted(parts)):
            assert time(start) - time(end) == timedelta(days=1)


def test_visits_have_links_in_all_four_tables(rows: dict[str, list[Row]]) -> None:
    statuses = {row["status"] for row in rows["ServiceCalls"]}
    assert {1, 2, 101} <= statuses
    for kind in ("Task", "Ticket"):
        owners = {row[f"serviceCall{kind}ID"] for row in rows[f"ServiceCall{kind}Resources"]}
        assert owners <= {row["id"] for row in rows[f"ServiceCall{kind}s"]}


def test_all_fields_of_configuration_items_are_used(tenant: Tenant) -> None:
    part = next(part for part in tenant.parts if part.collection == "ConfigurationItems")
    fields = [f.name for f in catalog()["ConfigurationItems"].fields]
    assert len(fields) == 112
    assert set(fields) <= set(part.columns)


def test_company_0_and_resource_4_are_used(rows: dict[str, list[Row]]) -> None:
    assert rows["Companies"][0]["id"] == 0
    assert any(row["companyID"] == 0 for row in rows["Tickets"])
    assert any(row["creatorResourceID"] == 4 for row in rows["Tickets"])
    assert rows["Resources"][0]["id"] == 4


def test_old_rows_carry_inactive_values(tenant: Tenant, rows: dict[str, list[Row]]) -> None:
    retired = {e.value for e in tenant.picklists["Tickets", "queueID"] if not e.is_active}
    old = [row for row in rows["Tickets"] if str(row["queueID"]) in retired]
    assert old
    assert max(row["createDate"] for row in old) < "2024"


def test_every_hard_case_is_where_the_summary_says(
    tenant: Tenant, rows: dict[str, list[Row]]
) -> None:
    cases = tenant.summary["hard_cases"]
    tickets = by_id(rows["Tickets"])
    for name, changes in hard_cases.TICKETS:
        listed = [case["id"] for case in cases[name] if case["collection"] == "Tickets"]
        assert len(listed) == 1, name
        for field, content in changes.items():
            if field in tickets[listed[0]]:
                assert tickets[listed[0]][field] == content, name
    for collection, name, _, changes in hard_cases.OTHERS:
        found = [by_id(rows[collection])[c["id"]] for c in cases[name]
                 if c["collection"] == collection]  # fmt: skip
        assert any(all(r.get(k) == v for k, v in changes.items()) for r in found), name


def test_texts_reach_the_lengths_clients_fear(rows: dict[str, list[Row]]) -> None:
    longest = {
        name: max(len(row[name] or "") for row in rows["Tickets"])
        for name in ("description", "resolution")
    }
    assert longest["description"] == 1_000_000
    assert 31_900 <= longest["resolution"] <= 32_000


def test_more_than_a_page_of_tickets_changed_in_one_millisecond(
    tenant: Tenant, rows: dict[str, list[Row]]
) -> None:
    same = Counter(row["lastActivityDate"] for row in rows["Tickets"]).most_common(1)[0]
    assert same[1] == len(tenant.summary["hard_cases"]["bulk-edit-tie"]) > 500


def test_udfs_have_every_type_and_names_that_collide(tenant: Tenant) -> None:
    types = {d.type for definitions in tenant.udfs.values() for d in definitions}
    assert types == {"String", "LongText", "Integer", "Decimal", "Date", "Boolean", "List",
                     "MultiSelect"}  # fmt: skip
    names = {d.name for d in tenant.udfs["Companies"]}
    assert {"Site Code", "Site-Code", "site code"} <= names
    for collection in tenant.udfs:
        assert catalog()[collection].has_udfs, collection


def test_udf_values_are_text_and_keep_leading_zeros(rows: dict[str, list[Row]]) -> None:
    values = {v for r in rows["Tickets"] for k, v in r.items() if k.startswith("udf:")}
    assert {"007", None, ""} <= values
    assert all(value is None or isinstance(value, str) for value in values)


def test_a_tenant_can_have_300_ticket_udfs() -> None:
    tenant = generate(TenantPlan(companies=10, tickets=100, ticket_udfs=300))
    part = next(part for part in tenant.parts if part.collection == "Tickets")
    assert len(tenant.udfs["Tickets"]) == 300
    assert len([c for c in part.columns if c.startswith("udf:")]) == 300
    assert len({d.name for d in tenant.udfs["Tickets"]}) == 300


def test_a_tenant_is_set_up_for_dispatch(tenant: Tenant) -> None:
    for field in ("Tickets.status", "Tasks.status", "ServiceCalls.status"):
        collection, _, name = field.partition(".")
        (entry,) = [e for e in tenant.picklists[collection, name] if e.label == "Dispatch to Field"]
        assert (entry.is_active, entry.is_system) == (True, False), field
    labels = {e.label for e in tenant.picklists["Tickets", "issueType"] if e.is_active}
    queues = {e.label for e in tenant.picklists["Tickets", "queueID"] if e.is_active}
    assert ("On-Site Required" in labels, "Field Services" in queues) == (True, True)
    fields = {c: {d.name: d for d in tenant.udfs[c]} for c in ("Tickets", "Tasks")}
    for known in fields.values():
        assert known["Field Nation ID"].type == known["Field Nation Link"].type == "String"
    choice = fields["Tickets"]["Send to FN"]
    assert choice.type == "List"
    assert [entry.label for entry in choice.entries or ()] == ["Yes", "No"]


def test_nothing_generated_asks_to_be_dispatched(
    tenant: Tenant, rows: dict[str, list[Row]]
) -> None:
    for collection in ("Tickets", "Tasks", "ServiceCalls"):
        entries = tenant.picklists[collection, "status"]
        code = next(int(e.value) for e in entries if e.label == "Dispatch to Field")
        assert [row["id"] for row in rows[collection] if row["status"] == code] == []
    on_site = next(
        int(e.value)
        for e in tenant.picklists["Tickets", "issueType"]
        if e.label == "On-Site Required"
    )
    assert [row["id"] for row in rows["Tickets"] if row["issueType"] == on_site] == []
    for collection, names in DISPATCH.items():
        filled = {row.get(f"udf:{name}") for row in rows[collection] for name, _kind in names}
        assert filled == {None}, collection


def test_the_number_of_ticket_udfs_changes_nothing_else() -> None:
    few, many = (everything(TenantPlan(companies=10, tickets=100, ticket_udfs=n)) for n in (5, 40))
    assert [t for t in few if t[0] == "Contracts"] == [t for t in many if t[0] == "Contracts"]


@pytest.mark.parametrize(
    ("year", "spring", "autumn"),
    [(2025, "2025-03-09", "2025-11-02"), (2026, "2026-03-08", "2026-11-01")],
)
def test_clocks_change_on_the_legal_days(year: int, spring: str, autumn: str) -> None:
    assert nth_sunday(year, 3, 2).isoformat() == spring
    assert nth_sunday(year, 11, 1).isoformat() == autumn
