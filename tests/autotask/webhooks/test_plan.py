from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from isthmus.autotask.webhooks import (
    Found,
    Plan,
    Standing,
    Target,
    Verb,
    Wanted,
    WantedWrong,
    Watched,
    plan_removal,
    plan_webhook,
    recognise,
)
from isthmus.autotask.webhooks.ownership import shown
from isthmus.autotask.webhooks.shapes import FoundExcluded, FoundField
from isthmus.base.redaction import MASK

URL = "https://in.example.com/autotask/acme?token=plain-token"
OFF = "https://in.example.com/autotask/acme/off"
SECRET = "a-secret-that-no-one-may-see"
API_USER = 29682885

WANTED = Wanted(
    entity="Tickets",
    connection="acme",
    url=URL,
    deactivation_url=OFF,
    secret=SECRET,
    fields=(Watched("Status"), Watched("Title", fires=False)),
    udfs=(Watched("Send to FN", always=False),),
    excluded=(API_USER,),
)
TARGET = Target(
    wanted=WANTED,
    fields={5: WANTED.fields[0], 2: WANTED.fields[1]},
    udfs={900: WANTED.udfs[0]},
    excluded={API_USER: "Isthmus API"},
)


def hook(id: int = 7, **changes: Any) -> Found:  # noqa: A002 - as the vendor names it
    """A webhook just as `TARGET` wants it, but for the changes."""
    whole: dict[str, Any] = {
        "entity": "Tickets",
        "id": id,
        "guid": f"guid-{id}",
        "name": WANTED.name,
        "url": URL,
        "deactivation_url": OFF,
        "secret": None,
        "email": "",
        "notifies": False,
        "active": True,
        "ready": True,
        "creates": True,
        "updates": True,
        "deletes": True,
        "owner_id": API_USER,
        "fields": (FoundField(71, 5, True, True), FoundField(72, 2, False, True)),
        "udfs": (FoundField(73, 900, True, False),),
        "excluded": (FoundExcluded(74, API_USER),),
    }
    return Found(**(whole | changes))


def writes(plan: Plan) -> list[tuple[Verb, str, int | None, Mapping[str, Any]]]:
    return [(step.verb, step.collection, step.id, step.values) for step in plan.steps]


def test_a_new_webhook_is_inactive_until_everything_else_is_there() -> None:
    plan = plan_webhook(TARGET, [])
    assert [(step.verb, step.collection) for step in plan.steps] == [
        (Verb.CREATE, "TicketWebhooks"),
        (Verb.CREATE, "TicketWebhookExcludedResources"),
        (Verb.CREATE, "TicketWebhookFields"),
        (Verb.CREATE, "TicketWebhookFields"),
        (Verb.CREATE, "TicketWebhookUdfFields"),
        (Verb.UPDATE, "TicketWebhooks"),
    ]
    assert plan.steps[0].values["isActive"] is False
    assert plan.steps[-1].values == {"isActive": True}
    assert [dict(step.values) for step in plan.steps[2:5]] == [
        {"webhookID": 0, "fieldID": 5, "isSubscribedField": True, "isDisplayAlwaysField": True},
        {"webhookID": 0, "fieldID": 2, "isSubscribedField": False, "isDisplayAlwaysField": True},
        {"webhookID": 0, "udfFieldID": 900, "isSubscribedField": True,
         "isDisplayAlwaysField": False},
    ]  # fmt: skip


def test_what_is_as_wanted_needs_no_step() -> None:
    plan = plan_webhook(TARGET, [hook()])
    assert plan.steps == ()
    assert plan.keeps == 7
    assert plan_webhook(TARGET, [hook(secret=SECRET)]).notices == ()


def test_wherever_a_run_died_the_next_plan_does_the_rest_and_no_more() -> None:
    """Each half-made state, in the order of creation, is continued and never made again."""
    whole = hook()
    bare = replace(whole, active=False, ready=False, fields=(), udfs=(), excluded=())
    states = [
        (bare, 5),
        (replace(bare, excluded=whole.excluded), 4),
        (replace(bare, excluded=whole.excluded, fields=whole.fields[:1]), 3),
        (replace(bare, excluded=whole.excluded, fields=whole.fields), 2),
        (replace(whole, active=False), 1),
        (whole, 0),
    ]
    for found, left in states:
        plan = plan_webhook(TARGET, [found])
        assert len(plan.steps) == left
        assert all(step.collection != "TicketWebhooks" for step in plan.steps[:-1])
        assert not plan.steps or dict(plan.steps[-1].values) == {"isActive": True}


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({"url": "https://in.example.com/old"}, {"webhookUrl": URL}),
        ({"deactivation_url": URL}, {"deactivationUrl": OFF}),
        ({"name": "mine"}, {"name": "Isthmus/acme/Tickets"}),
        ({"secret": "another-secret-quite"}, {"secretKey": SECRET}),
        ({"deletes": False, "creates": False},
         {"isSubscribedToCreateEvents": True, "isSubscribedToDeleteEvents": True}),
        ({"notifies": True}, {"sendThresholdExceededNotification": False}),
    ],
)  # fmt: skip
def test_a_wrong_value_is_put_right_while_the_webhook_stays_active(
    changes: dict[str, Any], values: dict[str, Any]
) -> None:
    plan = plan_webhook(TARGET, [hook(**changes)])
    assert writes(plan) == [(Verb.UPDATE, "TicketWebhooks", 7, values)]


def test_fields_are_added_changed_and_dropped_and_excluded_resources_come_first() -> None:
    found = hook(
        fields=(
            FoundField(71, 5, False, True),
            FoundField(72, 99, True, True),
            FoundField(75, 5, True, True),
        ),
        udfs=(),
        excluded=(FoundExcluded(74, 4),),
    )
    flags = {"isSubscribedField": False, "isDisplayAlwaysField": True}
    assert writes(plan_webhook(TARGET, [found])) == [
        (Verb.CREATE, "TicketWebhookExcludedResources", None,
         {"webhookID": 7, "resourceID": API_USER}),
        (Verb.UPDATE, "TicketWebhookFields", 71,
         {"isSubscribedField": True, "isDisplayAlwaysField": True}),
        (Verb.CREATE, "TicketWebhookFields", None, {"webhookID": 7, "fieldID": 2, **flags}),
        (Verb.CREATE, "TicketWebhookUdfFields", None,
         {"webhookID": 7, "udfFieldID": 900, "isSubscribedField": True,
          "isDisplayAlwaysField": False}),
        (Verb.DELETE, "TicketWebhookExcludedResources", 74, {}),
        (Verb.DELETE, "TicketWebhookFields", 72, {}),
        (Verb.DELETE, "TicketWebhookFields", 75, {}),
    ]  # fmt: skip


def test_a_secret_that_cannot_be_seen_is_told_and_set_only_when_asked() -> None:
    quiet = plan_webhook(TARGET, [hook()])
    assert "secret" in " ".join(quiet.notices)
    anew = plan_webhook(TARGET, [hook()], renew_secret=True)
    assert writes(anew) == [(Verb.UPDATE, "TicketWebhooks", 7, {"secretKey": SECRET})]


def test_of_two_that_are_ours_the_one_that_works_stays() -> None:
    dead, alive = hook(3, active=False, ready=False), hook(9)
    plan = plan_webhook(TARGET, [dead, alive])
    assert plan.keeps == 9
    assert writes(plan) == [(Verb.DELETE, "TicketWebhooks", 3, {})]
    moved = hook(3, url="https://in.example.com/old")
    assert plan_webhook(TARGET, [moved, hook(9, active=False)]).keeps == 9
    twins = plan_webhook(TARGET, [hook(9), hook(3)])
    assert (twins.keeps, [step.id for step in twins.steps]) == (3, [9])


def test_a_webhook_is_known_by_name_and_host_or_by_its_address() -> None:
    found = [
        hook(1),
        hook(2, url="HTTPS://In.Example.com:443/autotask/acme?token=plain-token"),
        hook(3, url="https://in.example.com/moved"),
        hook(4, name="made by hand"),
        hook(5, url="https://other.example.com/x"),
        hook(6, name="Isthmus/beta/Tickets", url="https://in.example.com/beta"),
        hook(7, name="Isthmus/acme/Tickets (copy)", url="https://elsewhere.example.com/x"),
        hook(8, name="ISTHMUS/ACME/TICKETS", url="https://in.example.com/caps"),
    ]
    standing = {one.found.id: one.standing for one in recognise(found, "acme", URL)}
    assert standing == {
        1: Standing.OURS,
        2: Standing.DUPLICATE,
        3: Standing.DUPLICATE,
        4: Standing.ORPHAN,
        5: Standing.ORPHAN,
        6: Standing.ORPHAN,
        7: Standing.FOREIGN,
        8: Standing.DUPLICATE,
    }


def test_one_made_by_hand_to_our_address_is_taken_over_because_a_second_would_be_refused() -> None:
    plan = plan_webhook(TARGET, [hook(4, name="made by hand", active=False)])
    assert plan.keeps == 4
    assert writes(plan) == [
        (Verb.UPDATE, "TicketWebhooks", 4, {"name": "Isthmus/acme/Tickets"}),
        (Verb.UPDATE, "TicketWebhooks", 4, {"isActive": True}),
    ]


def test_an_orphan_is_named_with_its_troubles_and_removed_only_when_a_person_says_so() -> None:
    orphan = hook(5, url="https://old.example.com/x?token=abc", active=False, ready=False)
    plan = plan_webhook(TARGET, [orphan, hook(7, secret=SECRET)])
    assert plan.steps == ()
    (notice,) = plan.notices
    assert "webhook 5" in notice
    assert "https://old.example.com/x?..." in notice
    assert "inactive" in notice
    assert "not ready" in notice
    removing = plan_webhook(TARGET, [orphan, hook(7, secret=SECRET)], remove={5, 999})
    assert [(step.verb, step.id) for step in removing.steps] == [(Verb.DELETE, 5)]
    assert removing.notices == ()


def test_after_a_move_the_old_hosts_webhook_goes_when_the_new_one_is_active() -> None:
    orphan = hook(5, url="https://old.example.com/x")
    plan = plan_webhook(TARGET, [orphan], remove={5})
    assert [(step.verb, step.id) for step in plan.steps[-2:]] == [
        (Verb.UPDATE, None),
        (Verb.DELETE, 5),
    ]
    assert plan.steps[0].verb is Verb.CREATE


def test_a_foreign_webhook_is_never_touched_even_when_named() -> None:
    foreign = hook(5, name="RMM", url="https://rmm.example.com/hook")
    plan = plan_webhook(TARGET, [foreign, hook(7, secret=SECRET)], remove={5})
    assert (plan.steps, plan.notices) == ((), ())
    assert plan_removal([foreign], "Tickets", "acme", URL, remove={5}).steps == ()


def test_removal_takes_ours_and_duplicates_and_names_orphans() -> None:
    found = [hook(7), hook(8), hook(5, url="https://old.example.com/x")]
    plan = plan_removal(found, "Tickets", "acme", URL)
    assert [(step.verb, step.id) for step in plan.steps] == [(Verb.DELETE, 7), (Verb.DELETE, 8)]
    assert "5" in plan.notices[0]
    assert plan_removal([], "Tickets", "acme", URL).steps == ()


def test_an_owner_that_is_not_excluded_is_told() -> None:
    plan = plan_webhook(TARGET, [hook(secret=SECRET, owner_id=31)])
    assert "resource 31" in plan.notices[0]


def test_the_preview_is_readable_and_holds_no_secret() -> None:
    plan = plan_webhook(TARGET, [])
    to = "https://in.example.com/autotask/acme?..."
    assert plan.lines() == (
        "Tickets: webhook 'Isthmus/acme/Tickets' will be made",
        f"  + webhook to {to} on create, update, delete, inactive at first",
        "  + changes by Isthmus API are left out",
        "  + field Status fires, always sent",
        "  + field Title always sent",
        "  + UDF Send to FN fires",
        "  * it is activated",
    )
    mended = plan_webhook(TARGET, [hook(name="x", secret="wrong-secret-wrong")])
    assert mended.lines()[1] == "  ~ webhook 7: name = Isthmus/acme/Tickets, the secret is set"
    for shown_text in (repr(plan), repr(plan.steps), repr(WANTED), repr(hook(secret=SECRET))):
        assert SECRET not in shown_text
        assert "plain-token" not in shown_text


def test_a_secret_within_an_address_is_masked_too() -> None:
    sly = replace(WANTED, url=f"https://in.example.com/{SECRET}/x")
    plan = plan_webhook(replace(TARGET, wanted=sly), [])
    assert MASK in plan.lines()[1]
    assert SECRET not in "".join(plan.lines())


@pytest.mark.parametrize(
    "changes",
    [
        {"connection": "Acme"},
        {"connection": "a" * 21},
        {"entity": "Tasks"},
        {"entity": "tickets"},
        {"entity": "TicketNotes"},
        {"url": "ftp://in.example.com/"},
        {"url": "https:///x"},
        {"url": "https://in.example.com/" + "x" * 500},
        {"url": "https://in.example.com:999999/"},
        {"deactivation_url": ""},
        {"secret": "short"},
        {"secret": "x" * 65},
        {"fields": (), "udfs": ()},
        {"fields": (Watched("Status"), Watched("status"))},
        {"fields": (Watched("Status", fires=False, always=False),)},
        {"creates": False, "updates": False, "deletes": False},
    ],
)
def test_what_cannot_be_a_webhook_is_refused_before_anything_is_sent(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(WantedWrong):
        replace(WANTED, **changes)


def test_every_name_fits_the_vendors_fifty_characters() -> None:
    longest = replace(WANTED, entity="ConfigurationItems", connection="a" * 20)
    assert len(longest.name) <= 50


def test_an_address_is_shown_without_what_may_be_secret() -> None:
    assert shown("https://me:pw@Example.com:8443/a?b=c#d") == "https://example.com:8443/a?..."
    assert shown("http://[::1]:9000/in?t=1") == "http://[::1]:9000/in?..."
    assert shown("nonsense") == "an address that is none"
