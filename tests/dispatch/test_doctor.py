"""The doctor names what keeps dispatch from working and the way to mend it, and writes nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from isthmus.base.clock import utc_now
from isthmus.dispatch.doctor import Finding, Verdict, count_alive
from isthmus.dispatch.hooks import HookSecrets
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.filing import export, parse_file
from isthmus.engine import Agenda
from isthmus.engine.worker import Worker
from isthmus.state.dispatch import PARKED, Arrival, DeadLetter, Link
from isthmus.wiring.tending.doctor import examine_home
from tests.dispatch.attended import Attended, attended
from tests.dispatch.shores import ENGINE, Shores
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
BEAT = timedelta(seconds=0.6)
LEVELS = "Security > Security Levels"


async def examined(where: Attended | Shores) -> list[Finding]:
    if isinstance(where, Attended):
        return [one async for one in examine_home(where.house, BEAT)]
    with where.house() as house:
        return [one async for one in examine_home(house, BEAT)]


async def about(where: Attended | Shores, subject: str, area: str = "") -> Finding:
    """Return what is said first about a subject that begins so."""
    found = await examined(where)
    fits = [one for one in found if one.subject.startswith(subject) and area in one.area]
    assert fits, [one.subject for one in found]
    return fits[0]


@asynccontextmanager
async def worker(home: Attended) -> AsyncIterator[None]:
    """Have somebody at work, who swept just now."""
    for side in ("autotask", "fieldnation"):
        home.stores.state.save_mark(f"swept/{side}", utc_now().isoformat())
    living = Worker(home.stores.agenda, {}, ENGINE)
    await living.start()
    try:
        yield
    finally:
        await living.stop()


async def install(home: Attended) -> None:
    async with home.hooks() as hooks:
        assert all(plan.is_well for plan in await hooks.install())


def lose(home: Attended, entity: str, *verbs: str, mode: str = "refuse") -> None:
    fault = {"kind": "permission_lost", "entity": entity, "mode": mode}
    home.shores.autotask.admin("POST", "faults", fault | ({"verbs": verbs} if verbs else {}))


def publish(home: Attended, name: str, **values: Any) -> None:
    """Publish a mapping with one more row."""
    mapping = home.library.mapping(name)
    assert mapping is not None
    text = export(mapping) + "\n[[rows]]\n" + "\n".join(f"{k} = {v}" for k, v in values.items())
    home.library.publish_mapping(export(parse_file(text)), by="a test")


# All well, and not set up at all


async def test_a_home_that_is_set_up_has_nothing_wrong(home: Attended) -> None:
    await install(home)
    async with worker(home):
        found = await examined(home)

    assert [one for one in found if one.verdict in {Verdict.WRONG, Verdict.UNKNOWN}] == []
    warned = [one.subject for one in found if one.verdict is Verdict.WARNING]
    assert warned == ["public address"]  # it is this machine's own
    areas = [one.area for one in found]
    assert list(dict.fromkeys(areas)) == sorted(set(areas), key=areas.index)
    assert sorted(areas, key=list(dict.fromkeys(areas)).index) == areas


async def test_it_writes_nothing_to_either_vendor(home: Attended) -> None:
    await examined(home)

    asked = [
        call["path"]
        for sim in (home.shores.autotask, home.shores.fieldnation)
        for call in sim.admin("GET", "requests")
        if call["method"] != "GET"
    ]
    assert all(path.endswith(("/query", "/query/count", "/oauth/token")) for path in asked)


async def test_where_nothing_is_known_it_says_what_to_do_first(
    shores: Shores, tmp_path: Path
) -> None:
    shores.home = tmp_path / "bare"
    keep = ("ISTHMUS_AUTOTASK", "ISTHMUS_FIELDNATION")
    shores.more |= {name: "" for name in shores.environment if name.startswith(keep)}

    first, second = await examined(shores)

    assert first.remedy.startswith("isthmus connect autotask")
    assert second.remedy.startswith("isthmus connect fieldnation")
    assert not (shores.home / "dispatch.db").exists()


async def test_without_field_nation_the_way_to_autotask_is_looked_at(shores: Shores) -> None:
    shores.more["ISTHMUS_FIELDNATION_PASSWORD"] = ""

    assert (await about(shores, "credentials")).verdict is Verdict.OK
    missing = await about(shores, "connection", "Field Nation")
    assert missing.verdict is Verdict.WRONG
    assert "isthmus connect fieldnation" in missing.remedy


async def test_without_a_rule_it_says_how_to_enable_one(shores: Shores) -> None:
    with attended(shores, rules=()) as home:
        finding = await about(home, "rules")

    assert finding.verdict is Verdict.WRONG
    assert "isthmus rule enable" in finding.remedy


async def test_wrong_credentials_are_told_and_end_that_side(shores: Shores) -> None:
    shores.more |= {"ISTHMUS_AUTOTASK_SECRET": "wrong", "ISTHMUS_FIELDNATION_PASSWORD": "wrong"}

    found = await examined(shores)

    wrong = {one.subject for one in found if one.verdict is Verdict.WRONG and one.area != "Work"}
    assert wrong == {"credentials", "log-in"}
    assert "Rules and mappings" not in {one.area for one in found}


# Rights


@pytest.mark.parametrize(
    ("entity", "verb", "place"),
    [
        ("Tickets", "update", "Service Desk > Tickets set Edit to All"),
        ("TicketNotes", "create", "Service Desk > Ticket Notes set Add to Yes"),
        ("Contacts", "query", "CRM > Contacts set View to All"),
        ("CompanyLocations", "query", "CRM > Companies set View to All"),
    ],
)
async def test_a_missing_right_is_named_with_its_click_path(
    home: Attended, entity: str, verb: str, place: str
) -> None:
    lose(home, entity, verb)

    finding = await about(home, entity)

    assert finding.verdict is Verdict.WRONG
    assert LEVELS in finding.remedy
    assert place in finding.remedy


async def test_rights_are_asked_for_that_the_rules_need_and_no_others(home: Attended) -> None:
    for entity in ("TimeEntries", "TicketCharges", "TicketAttachments"):
        lose(home, entity)
    assert not [one for one in await examined(home) if "TimeEntries" in one.subject]

    home.change(costs="charge", files="both")

    found = await examined(home)
    wrong = {one.subject for one in found if one.verdict is Verdict.WRONG}
    assert {"TicketCharges", "TicketAttachments"} <= wrong
    assert "TimeEntries" not in wrong


async def test_hidden_rows_are_a_warning(home: Attended) -> None:
    lose(home, "Tickets", mode="hide")

    finding = await about(home, "Tickets")

    assert finding.verdict is Verdict.WARNING
    assert "Service Desk > Tickets to All" in finding.remedy


async def test_the_right_to_create_webhooks_is_off_by_default_and_named(home: Attended) -> None:
    home.shores.autotask.admin("PATCH", "switches", {"webhook_right_max": 0})

    finding = await about(home, "Autotask Tickets")

    assert finding.verdict is Verdict.WRONG
    assert 'Other > "Create Company Webhooks"' in finding.remedy


async def test_who_we_are_is_told_or_that_it_is_not_known(home: Attended) -> None:
    assert "as resource" in (await about(home, "our own changes", "Autotask")).detail
    lose(home, "Resources")

    hidden = await about(home, "our own changes", "Autotask")

    assert hidden.verdict is Verdict.WARNING
    assert LEVELS in hidden.remedy
    await install(home)
    assert "as user" in (await about(home, "our own changes", "Field Nation")).detail


async def test_hours_need_a_resource_and_a_role_that_are_there(home: Attended) -> None:
    sim = home.shores.autotask
    pair = sim.rows("ResourceServiceDeskRoles")[0]
    home.change(times=True, time_resource_id=pair["resourceID"], time_role_id=pair["roleID"])
    assert (await about(home, "hours")).verdict is Verdict.OK

    home.change(times=True, time_resource_id=99, time_role_id=pair["roleID"])
    gone = await about(home, "hours")
    home.change(times=True, time_resource_id=pair["resourceID"], time_role_id=pair["roleID"])
    sim.admin("PATCH", f"state/Roles/{pair['roleID']}", {"isActive": False})
    inactive = await about(home, "hours")

    assert (gone.verdict, inactive.verdict) == (Verdict.WRONG, Verdict.WRONG)
    assert "no resource 99" in gone.detail
    assert inactive.detail == f"role {pair['roleID']} is inactive"
    assert "time_role_id" in inactive.remedy


async def test_a_resource_without_the_role_is_a_warning(home: Attended) -> None:
    sim = home.shores.autotask
    pairs = {(row["resourceID"], row["roleID"]) for row in sim.rows("ResourceServiceDeskRoles")}
    pairs |= {(row["resourceID"], row["roleID"]) for row in sim.rows("ResourceRoles")}
    active = [row["id"] for row in sim.rows("Roles") if row["isActive"]]
    people = [row["id"] for row in sim.rows("Resources") if row["isActive"]]
    who, role = next((p, r) for p in people for r in active if (p, r) not in pairs)
    home.change(times=True, time_resource_id=who, time_role_id=role)

    finding = await about(home, "hours")

    assert finding.verdict is Verdict.WARNING
    assert "Associations > Roles" in finding.remedy


# Rules and mappings


async def test_a_label_that_no_ticket_ever_has_is_told(home: Attended) -> None:
    home.change(when=parse_condition({"field": "ticket.status.label", "is": "Beamed up"}))

    finding = await about(home, "rule ticket_dispatch")

    assert finding.verdict is Verdict.WRONG
    assert "never is 'Beamed up'" in finding.detail
    assert "isthmus rule show ticket_dispatch" in finding.remedy


async def test_a_label_that_is_inactive_is_a_warning(home: Attended) -> None:
    code = home.shores.status_code("Dispatch to Field")
    home.shores.autotask.admin(
        "POST",
        "picklists",
        {"collection": "Tickets", "field": "status", "value": str(code),
         "label": "Dispatch to Field", "is_active": False},
    )  # fmt: skip

    assert (await about(home, "rule ticket_dispatch")).verdict is Verdict.WARNING


async def test_a_mapping_that_writes_a_deleted_field_is_told(home: Attended) -> None:
    publish(
        home, "ticket_outbound", target="'ticket.udf[\"Gone\"]'", action="'static'", value="'x'",
        events='["workorder.status.assigned"]',
    )  # fmt: skip

    finding = await about(home, "mapping ticket_outbound")

    assert finding.verdict is Verdict.WRONG
    assert "deleted or renamed" in finding.detail


async def test_a_mapping_that_is_gone_or_of_another_kind_is_told(home: Attended) -> None:
    home.change(inbound="nothing")
    gone = await about(home, "rule ticket_dispatch")
    home.change(inbound="task_inbound")
    other = await about(home, "rule ticket_dispatch")

    assert "isthmus mapping list" in gone.remedy
    assert "is inbound for a task" in other.detail
    assert gone.verdict is other.verdict is Verdict.WRONG


async def test_fields_that_show_the_other_side_are_looked_for_on_both(home: Attended) -> None:
    home.change(id_udf="No such", link_udf="", id_field="None such", link_field="Nor this")
    publish(home, "ticket_inbound", target="'incident_id'", action="'sync'", source="'ticket.id'")

    udf = await about(home, "field 'No such' of Tickets")
    field = await about(home, "custom field 'None such'")
    link = await about(home, "custom field 'Nor this'")

    assert "User-Defined Fields" in udf.remedy
    assert "Custom Fields" in field.remedy
    assert field.verdict is Verdict.WRONG  # it has no other place
    assert udf.verdict is link.verdict is Verdict.WARNING


async def test_a_list_that_cannot_be_read_does_not_hide_the_rest(home: Attended) -> None:
    fault = {"kind": "status", "status": 403, "path": "company/managers"}
    home.shores.fieldnation.admin("POST", "faults", fault)
    lose(home, "TicketNotes", "create")

    found = await examined(home)

    wrong = {one.subject for one in found if one.verdict is Verdict.WRONG}
    assert {"TicketNotes", "custom fields", "rules"} <= wrong


# Webhooks


async def test_a_webhook_that_was_deactivated_is_told_with_the_command_that_mends_it(
    home: Attended,
) -> None:
    await install(home)
    (hook,), (other,) = home.autotask_hooks(), home.field_hooks()
    home.shores.autotask.patch("TicketWebhooks", {"id": hook["id"], "isActive": False})
    home.shores.fieldnation.admin("PATCH", f"state/webhook/{other['id']}", {"status": "inactive"})

    tickets = await about(home, "Autotask Tickets")
    field = await about(home, "Field Nation", "Webhooks")

    assert tickets.verdict is field.verdict is Verdict.WRONG
    assert tickets.remedy == field.remedy == "isthmus webhooks install mends it."


async def test_a_webhook_that_was_made_and_is_gone_is_wrong_one_never_made_a_warning(
    home: Attended,
) -> None:
    assert (await about(home, "Autotask Tickets")).verdict is Verdict.WARNING
    await install(home)
    home.shores.autotask.delete(f"TicketWebhooks/{home.autotask_hooks()[0]['id']}")

    assert (await about(home, "Autotask Tickets")).verdict is Verdict.WRONG


async def test_after_the_public_address_changed_the_webhooks_lead_elsewhere(
    shores: Shores,
) -> None:
    with attended(shores) as home:
        await install(home)
    with attended(shores, url="https://elsewhere.example.com") as home:
        assert (await about(home, "public address")).verdict is Verdict.OK
        finding = await about(home, "Autotask Tickets")

        assert finding.verdict is Verdict.WRONG
        assert "leads to another host" in finding.detail


async def test_without_a_public_address_polling_is_told_to_work(shores: Shores) -> None:
    with attended(shores):
        pass
    del shores.more["ISTHMUS_PUBLIC_URL"]

    finding = await about(shores, "public address")

    assert finding.verdict is Verdict.WARNING
    assert "polling" in finding.detail
    assert "ISTHMUS_PUBLIC_URL" in finding.remedy


# Work


async def test_a_worker_that_was_killed_does_not_count(home: Attended) -> None:
    home.stores.agenda.enter("a worker of before")

    finding = await about(home, "workers")

    assert finding.verdict is Verdict.WRONG
    assert "isthmus serve" in finding.remedy


async def test_on_postgresql_a_worker_lives_while_its_beats_move(postgres_url: str) -> None:
    agenda = Agenda.open(postgres_url)
    agenda.enter("dead")
    agenda.enter("alive")

    async def beat() -> None:
        while True:
            await asyncio.to_thread(agenda.beat, "alive")
            await asyncio.sleep(0.05)

    beating = asyncio.create_task(beat())
    assert await count_alive(agenda, BEAT) == 1
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    assert await count_alive(agenda, BEAT) == 0
    agenda.close()


async def test_a_sweep_that_is_late_is_told(home: Attended) -> None:
    home.stores.state.save_mark("swept/autotask", (utc_now() - timedelta(hours=2)).isoformat())

    late = await about(home, "asking Autotask for changes")

    assert late.verdict is Verdict.WRONG
    assert "every 5 min" in late.detail
    assert (await about(home, "asking Field Nation for changes")).verdict is Verdict.WARNING


async def test_what_waits_for_a_person_is_counted(
    home: Attended, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = home.stores.state
    state.save_dead_letter(
        DeadLetter("dl-1", "Tickets/7", "vendor", "what", "where", "do", utc_now())
    )
    state.save_link(Link("isth-1", "Tickets/7", "Tickets", 7, state=PARKED))
    home.stores.inbox.keep([Arrival("autotask", "m", "Tickets.Update", "Tickets/7")])
    monkeypatch.setattr("isthmus.dispatch.doctor.work._HAND_ON", timedelta(seconds=-1))

    found = {one.subject: one for one in await examined(home)}

    assert found["dead letters"].verdict is Verdict.WRONG
    assert "isthmus deadletters" in found["dead letters"].remedy
    assert found["inbox"].verdict is Verdict.WRONG
    assert found["parked links"].verdict is Verdict.WARNING


async def test_secrets_that_cannot_be_unlocked_are_told(shores: Shores) -> None:
    with attended(shores) as home:
        await install(home)
        assert len(HookSecrets(home.house.state).names()) == 2
    shores.more["ISTHMUS_KEY"] = Fernet.generate_key().decode()

    found = await examined(shores)

    locked = [one for one in found if "locked with another key" in one.detail]
    assert {one.area for one in locked} == {"Webhooks", "Work"}
    assert all(one.verdict is Verdict.WRONG for one in locked)
    assert "isthmus webhooks remove --callout" in locked[-1].remedy
    with attended(shores) as home:
        async with home.hooks() as hooks:
            assert all(plan.is_well for plan in await hooks.remove(callout=True))
        await install(home)
        assert (await about(home, "secrets")).verdict is Verdict.OK
