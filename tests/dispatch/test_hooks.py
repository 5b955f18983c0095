"""Webhooks of a home: made on both sides, kept right, renewed without a lost delivery, removed."""

import pytest

from isthmus.autotask.webhooks import WebhookRightMissing
from isthmus.dispatch.hooks import HookStanding, NothingWanted
from isthmus.dispatch.hooks.secrets import FIELDNATION
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.fieldnation import PermissionDenied
from isthmus.state.dispatch import Arrival
from tests.dispatch.attended import (
    BOTH,
    NOWHERE,
    TICKETS,
    Attended,
    answering,
    attended,
    draft,
    install,
    named,
    some_news,
)
from tests.dispatch.shores import Shores


async def standing(home: Attended, name: str) -> HookStanding:
    async with home.hooks() as hooks:
        found: HookStanding = named(await hooks.standing(), name)
        return found


def writes(home: Attended) -> int:
    """Return how many calls that change something the vendors have answered."""
    return sum(
        1
        for sim in (home.shores.autotask, home.shores.fieldnation)
        for call in sim.admin("GET", "requests")
        if call["method"] != "GET" and not call["path"].endswith(("/query", "/oauth/token"))
    )


# Install


async def test_both_vendors_are_told_where_to_call(home: Attended) -> None:
    done = await install(home)

    assert all(plan.is_well for plan in done)
    (hook,) = home.autotask_hooks()
    assert hook["webhookUrl"] == f"{NOWHERE}/hooks/autotask/Tickets"
    assert hook["deactivationUrl"] == f"{NOWHERE}/hooks/autotask/Tickets/deactivated"
    assert hook["isActive"]
    assert hook["isReady"]
    assert (hook["isSubscribedToCreateEvents"], hook["isSubscribedToUpdateEvents"]) == (1, 1)
    assert not hook["isSubscribedToDeleteEvents"]
    (other,) = home.field_hooks()
    assert (other["url"], other["status"]) == (f"{NOWHERE}/hooks/fieldnation", "active")
    assert other["secret"] == home.secrets.newest(FIELDNATION)
    assert home.autotask_hooks("TicketNote") == []


async def test_a_preview_says_the_same_and_writes_nothing(home: Attended) -> None:
    async with home.hooks() as hooks:
        before = writes(home)
        told = await hooks.preview()
        assert writes(home) == before
        assert home.secrets.names() == ()
        done = await hooks.install()

    assert [plan.changes for plan in told] == [plan.changes for plan in done]


async def test_a_second_install_writes_nothing(home: Attended) -> None:
    await install(home)
    before = writes(home)

    again = await install(home)

    assert writes(home) == before
    assert [(plan.changes, plan.notices, plan.is_well) for plan in again] == [((), (), True)] * 2


async def test_what_rules_and_mappings_read_of_a_ticket_fires(home: Attended) -> None:
    await install(home)

    watched = home.watched()
    assert {"Status", "Title", "DueDateTime", "Priority", "PurchaseOrderNumber"} <= watched
    assert {"CompanyLocationID", "ContactID"} <= watched  # by them the ticket refers to others
    assert not watched & {"Resolution", "QueueID", "LastActivityDate"}


async def test_a_field_that_people_made_fires_where_a_rule_looks_at_it(home: Attended) -> None:
    home.shores.autotask.admin(
        "POST", "udfs", {"collection": "Tickets", "name": "Shade", "type": "String"}
    )
    home.change(when=parse_condition({"field": 'ticket.udf["Shade"]', "is": "Dark"}))

    await install(home)

    assert home.watched_udfs() == {"Shade"}


async def test_a_field_that_no_webhook_can_watch_is_named(home: Attended) -> None:
    home.change(when=parse_condition({"field": "ticket.serviceThermometerTemperature", "above": 3}))

    done = named(await install(home), "Autotask Tickets")

    assert done.is_well
    assert any("serviceThermometerTemperature" in notice for notice in done.notices)


async def test_our_own_writes_to_a_ticket_are_not_told(shores: Shores) -> None:
    with answering(shores) as home:
        await install(home)
        ticket = shores.fit_tickets(1)[0]["id"]
        shores.autotask.patch("Tickets", {"id": ticket, "title": "by the API user"})
        shores.edit("Tickets", ticket, title="by a person")
        home.settle_deliveries()

    told = shores.autotask.admin("GET", "deliveries?kind=webhook")
    assert [one["id"] for one in told] == [ticket]


async def test_field_nation_tells_what_mappings_name_and_the_flow_needs(home: Attended) -> None:
    await install(home)

    events = set(home.field_hooks()[0]["events"])
    assert {"workorder.status.assigned", "workorder.status.paid"} <= events
    assert {"workorder.message_posted", "workorder.declined"} <= events
    assert "workorder.created" not in events
    home.change(creates_tickets=True)
    done = named(await install(home), "Field Nation")
    assert done.changes == ("~ its events: + workorder.created",)
    assert "workorder.created" in home.field_hooks()[0]["events"]


async def test_notes_are_told_only_while_a_rule_sends_them_out(home: Attended) -> None:
    home.change(notes="both")
    await install(home)
    assert home.watched("TicketNote") == {"TicketID", "Title", "Description", "Publish"}

    home.change(notes="in")
    assert (await standing(home, "Autotask TicketNotes")).troubles == ("no rule wants it any more",)
    await install(home)

    assert home.autotask_hooks("TicketNote") == []
    assert len(home.autotask_hooks()) == 1


async def test_tasks_alone_need_no_webhook_of_autotask(shores: Shores) -> None:
    with attended(shores, rules=("task_dispatch",)) as home:
        done = await install(home)

        assert [plan.name for plan in done] == ["Field Nation"]
        assert home.autotask_hooks() == []


async def test_without_a_rule_nothing_is_asked_for(shores: Shores) -> None:
    with attended(shores, rules=()) as home:
        async with home.hooks() as hooks:
            with pytest.raises(NothingWanted, match="No rule is enabled"):
                await hooks.install()


# Mending


async def test_what_was_deactivated_is_activated_again(home: Attended) -> None:
    await install(home)
    (hook,), (other,) = home.autotask_hooks(), home.field_hooks()
    home.shores.autotask.patch("TicketWebhooks", {"id": hook["id"], "isActive": False})
    home.shores.fieldnation.admin("PATCH", f"state/webhook/{other['id']}", {"status": "inactive"})
    assert not (await standing(home, "Autotask Tickets")).is_well
    assert not (await standing(home, "Field Nation")).is_well

    done = await install(home)

    assert "* it is activated" in named(done, "Autotask Tickets").changes
    assert named(done, "Field Nation").changes == ("* it is activated",)
    assert home.autotask_hooks()[0]["isActive"]
    assert home.field_hooks()[0]["status"] == "active"


async def test_what_somebody_changed_is_mended(home: Attended) -> None:
    await install(home)
    before = home.watched()
    (hook,), (other,) = home.autotask_hooks(), home.field_hooks()
    field = home.shores.autotask.rows("TicketWebhookFields")[0]["id"]
    home.shores.autotask.delete(f"TicketWebhooks/{hook['id']}/Fields/{field}")
    changed = {"events": ["workorder.tag_added"], "secret": "7a2c0a11-13c5-4a39-9d3e-8a4a2c2a0a11"}
    home.shores.fieldnation.admin("PATCH", f"state/webhook/{other['id']}", changed)
    assert "another secret" in " ".join((await standing(home, "Field Nation")).troubles)

    await install(home)

    assert home.watched() == before
    assert "workorder.tag_added" not in home.field_hooks()[0]["events"]
    assert home.field_hooks()[0]["secret"] == home.secrets.newest(FIELDNATION)


async def test_resources_that_a_person_left_out_stay_left_out(home: Attended) -> None:
    await install(home)
    (hook,) = home.autotask_hooks()
    person = home.shores.autotask.rows("Resources")[0]["id"]
    home.shores.autotask.post(
        f"TicketWebhooks/{hook['id']}/ExcludedResources",
        {"webhookID": hook["id"], "resourceID": person},
    )

    await install(home)

    left_out = home.shores.autotask.rows("TicketWebhookExcludedResources")
    assert person in {row["resourceID"] for row in left_out}
    assert len(left_out) == 2


async def test_a_missing_right_is_named_and_the_other_side_is_done(home: Attended) -> None:
    home.shores.autotask.admin("PATCH", "switches", {"webhook_right_max": 0})
    async with home.hooks() as hooks:
        told = named(await hooks.preview(), "Autotask Tickets")
        done = await hooks.install()

    assert any("Create Company Webhooks" in notice for notice in told.notices)
    refused = named(done, "Autotask Tickets")
    assert isinstance(refused.error, WebhookRightMissing)
    assert "Security Levels" in refused.error.remedy
    assert named(done, "Field Nation").is_well
    assert len(home.field_hooks()) == 1

    home.shores.autotask.admin("PATCH", "switches", {"webhook_right_max": 5})
    assert all(plan.is_well for plan in await install(home))


async def test_a_refusal_of_field_nation_is_told_in_its_place(home: Attended) -> None:
    home.shores.fieldnation.admin(
        "POST", "faults", {"kind": "status", "status": 403, "path": "webhooks", "method": "POST"}
    )

    done = await install(home)

    assert isinstance(named(done, "Field Nation").error, PermissionDenied)
    assert named(done, "Autotask Tickets").is_well


async def test_an_answer_that_was_lost_leaves_one_webhook_with_a_secret_known_here(
    shores: Shores,
) -> None:
    with answering(shores) as home:
        for sim in (shores.autotask, shores.fieldnation):
            fault = {"kind": "drop_after", "method": "POST", "path": "[Ww]ebhooks$", "count": 1}
            sim.admin("POST", "faults", fault)
        first = await install(home)
        assert not all(plan.is_well for plan in first)
        assert all(plan.is_well for plan in await install(home))

        assert (len(home.autotask_hooks()), len(home.field_hooks())) == (1, 1)
        await some_news(home)
        assert {status for _, status in home.attempts()} == {200}


async def test_a_home_that_lost_its_secrets_gets_them_right_again(shores: Shores) -> None:
    with answering(shores) as home:
        await install(home)
        secret = home.secrets.newest(FIELDNATION)
        for name in (TICKETS, FIELDNATION):
            home.secrets.forget(name)
        assert "not known here" in " ".join((await standing(home, "Field Nation")).troubles)

        await install(home)

        assert home.secrets.newest(FIELDNATION) == secret  # Field Nation shows it, so it is kept
        await some_news(home)
        assert {status for _, status in home.attempts()} == {200}


async def test_the_owner_of_the_webhook_tells_who_we_are_where_resources_are_hidden(
    home: Attended,
) -> None:
    home.shores.autotask.admin("POST", "faults", {"kind": "permission_lost", "entity": "Resources"})

    done = named(await install(home), "Autotask Tickets")

    (owner,) = {row["ownerResourceID"] for row in home.autotask_hooks()}
    left_out = home.shores.autotask.rows("TicketWebhookExcludedResources")
    assert [row["resourceID"] for row in left_out] == [owner]
    assert done.is_well


# After a move


async def test_after_a_move_the_old_webhooks_are_named_and_removed_when_asked(
    shores: Shores,
) -> None:
    with attended(shores) as home:
        await install(home)
    with attended(shores, url="http://localhost:9") as home:
        told = named(await install(home), "Autotask Tickets")
        stood = await standing(home, "Field Nation")
        old = [str(home.autotask_hooks()[0]["id"]), home.field_hooks()[0]["webhookId"]]
        assert any("another host" in notice for notice in told.notices)
        assert stood.is_well
        assert (len(home.autotask_hooks()), len(home.field_hooks())) == (2, 2)

        await install(home, *old)

        assert [row["webhookUrl"][:16] for row in home.autotask_hooks()] == ["http://localhost"]
        assert [row["url"][:16] for row in home.field_hooks()] == ["http://localhost"]


# Status and removal


async def test_the_standing_tells_what_came_and_what_did_not(home: Attended) -> None:
    await install(home)
    kept = home.stores.inbox.keep(
        [
            Arrival("autotask", f"g:{n}", "Tickets.Update", "Tickets/7", webhook="g", sequence=n)
            for n in (1, 2, 5)
        ]
    )

    tickets, field = (
        await standing(home, "Autotask Tickets"),
        await standing(home, "Field Nation"),
    )

    assert all(receipt.is_new for receipt in kept)
    assert (tickets.last is not None, tickets.missed) == (True, 2)
    assert (field.last, field.missed) == (None, 0)
    assert (tickets.secret, tickets.is_well, field.is_well) == ("known", True, True)


async def test_a_delivery_that_reached_nobody_shows(home: Attended) -> None:
    await install(home)
    order = draft(home)
    home.shores.fieldnation.post(f"workorders/{order}/publish", {})
    home.settle_deliveries()

    troubles = (await standing(home, "Field Nation")).troubles

    assert any("latest delivery" in trouble for trouble in troubles)


async def test_removal_takes_ours_and_leaves_those_of_others(home: Attended) -> None:
    theirs = {
        "name": "Theirs", "webhookUrl": f"{NOWHERE}/theirs", "deactivationUrl": f"{NOWHERE}/gone",
        "secretKey": "a secret of theirs", "isActive": True,
        "sendThresholdExceededNotification": False, "isSubscribedToCreateEvents": True,
        "isSubscribedToUpdateEvents": True, "isSubscribedToDeleteEvents": True,
    }  # fmt: skip
    assert home.shores.autotask.post("TicketWebhooks", theirs).status == 200
    home.change(notes="both")
    await install(home)
    async with home.hooks() as hooks:
        told = await hooks.removal()
        done = await hooks.remove(callout=True)

    assert [len(plan.changes) for plan in told] == [1, 1, 1]
    assert all(plan.is_well for plan in done)
    assert [row["name"] for row in home.autotask_hooks()] == ["Theirs"]
    assert home.autotask_hooks("TicketNote") == []
    assert home.field_hooks() == []
    assert home.secrets.names() == ()


async def test_no_secret_is_in_what_is_told(home: Attended) -> None:
    told: list[object] = [*await install(home)]
    async with home.hooks() as hooks:
        told += [*await hooks.preview(), *await hooks.rotate(BOTH), *await hooks.standing()]

    secrets = [one for name in home.secrets.names() for one in home.house.state.live_secrets(name)]
    assert len(secrets) == 4
    assert not [one for one in secrets if one in repr(told)]
