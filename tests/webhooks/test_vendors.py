"""Real webhooks of both simulated vendors, at real doors."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from isthmus.state import StateBusy
from isthmus_sim.in_thread import ask
from tests.sim.hooks.receiving import advance, new_ticket, register, settle
from tests.webhooks.signing import (
    AUTOTASK_SECRET,
    FIELDNATION_SECRET,
    TOKEN,
    autotask_headers,
)
from tests.webhooks.site import Site, until

PUBLISHED = "workorder.status.published"


def hook_autotask(sim: Any, site: Site, entity: str = "Ticket") -> int:
    """Register a webhook at the site's door."""
    path = f"/hooks/autotask/{entity.lower()}s"
    return register(
        sim,
        site.url,
        entity,
        subscribed=("Title",),
        always=("TicketID",) if entity == "TicketNote" else (),
        webhookUrl=f"{site.url}{path}",
        deactivationUrl=f"{site.url}{path}/deactivated",
        secretKey=AUTOTASK_SECRET,
    )


def someone(sim: Any) -> int:
    """Return a person that is not the API user."""
    people = [one for one in sim.rows("Resources") if one["isActive"]]
    return max(int(one["id"]) for one in people if "api" not in str(one["email"]).lower())


def edit(sim: Any, ticket: int, title: str, by: int | None = None) -> None:
    """Change a ticket as one at a desk does, or over the API as a person."""
    headers = {} if by is None else {"ImpersonationResourceId": str(by)}
    answer = sim.patch("Tickets", {"id": ticket, "title": title}, headers)
    assert answer.status == 200, answer.body


def test_a_webhook_of_autotask_arrives(autotask_sim: Any, site: Site) -> None:
    hook_autotask(autotask_sim, site)
    ticket = new_ticket(autotask_sim)
    title = "Müller & Söhne <printer> \"on\" fire + 'smoke' 🔥 \\"
    edit(autotask_sim, ticket, title, someone(autotask_sim))
    until(lambda: len(site.kept()) == 2)
    newest = site.inbox.search()[0]
    assert (newest.event, newest.subject) == ("Tickets.Update", f"Tickets/{ticket}")
    assert json.loads(newest.body)["Fields"]["Title"] == title
    site.relay.hand_on()
    assert {(one.kind, one.key) for one in site.agenda.waiting()} == {("link", f"Tickets/{ticket}")}


def test_what_our_own_user_wrote_is_no_work(autotask_sim: Any, site: Site) -> None:
    site.keys = replace(site.keys, own_resource=29682885)  # the simulated tenant's API user
    hook_autotask(autotask_sim, site)
    ticket = new_ticket(autotask_sim)
    until(lambda: len(site.kept()) == 1)
    edit(autotask_sim, ticket, "By another", someone(autotask_sim))
    until(lambda: len(site.kept()) == 2)
    assert [one.outcome == "echo" for one in site.inbox.search()] == [False, True]


def test_one_delivered_five_times_is_kept_once(autotask_sim: Any, site: Site) -> None:
    hook_autotask(autotask_sim, site)
    for _ in range(4):
        autotask_sim.admin("POST", "deliveries/double", {"count": 1})
    made = [new_ticket(autotask_sim) for _ in range(4)]
    until(lambda: len(site.kept()) == 4)
    body = site.inbox.search()[0].body
    headers = autotask_headers(body)
    for _ in range(5):
        assert site.ask("POST", "/hooks/autotask/tickets", body, headers).status == 200
    assert sorted(one.subject for one in site.inbox.search()) == [f"Tickets/{n}" for n in made]


def test_an_event_that_found_us_away_is_kept_when_we_are_back(
    autotask_sim_factory: Callable[..., Any], site: Site
) -> None:
    sim = autotask_sim_factory(frozen_clock=True)
    hook_autotask(sim, site)

    def fail() -> None:
        raise ZeroDivisionError

    site.inbox.before_keeping = fail
    ticket = new_ticket(sim)
    for _ in range(3):
        advance(sim, 30)
    assert site.kept() == []
    site.inbox.before_keeping = None
    advance(sim, 30)
    until(lambda: len(site.kept()) == 1)
    assert site.inbox.search()[0].subject == f"Tickets/{ticket}"


def test_a_lost_event_is_noticed_by_the_next_one(autotask_sim: Any, site: Site) -> None:
    hook_autotask(autotask_sim, site)
    new_ticket(autotask_sim)
    until(lambda: len(site.kept()) == 1)
    autotask_sim.admin("POST", "deliveries/drop", {"count": 2})
    for _ in range(3):
        new_ticket(autotask_sim)
    until(lambda: len(site.kept()) == 2)
    assert site.inbox.search()[0].missed == 2
    site.relay.hand_on()
    assert ("sweep", "autotask") in {(one.kind, one.key) for one in site.agenda.waiting()}


def test_a_note_arrives_as_news_of_its_ticket(autotask_sim: Any, site: Site) -> None:
    hook_autotask(autotask_sim, site, "TicketNote")
    ticket = new_ticket(autotask_sim)
    note = {"title": "Hello", "description": "World", "noteType": 1, "publish": 1}
    made = autotask_sim.post(f"Tickets/{ticket}/Notes", note)
    assert made.status == 200, made.body
    until(site.kept)
    (kept,) = site.inbox.search()
    assert (kept.event, kept.subject) == ("TicketNotes.Create", f"Tickets/{ticket}")


def test_a_removed_webhook_is_believed_only_where_that_is_signed(
    autotask_sim: Any, site: Site
) -> None:
    for signature in ("none", "wrong", "signed"):
        autotask_sim.admin("PATCH", "switches", {"deactivated_signature": signature})
        hook = hook_autotask(autotask_sim, site)
        assert autotask_sim.delete(f"TicketWebhooks/{hook}").status == 200
    until(site.kept)
    settle(autotask_sim)
    (kept,) = site.inbox.search()
    assert kept.event == "Deactivated"


@pytest.mark.parametrize("form", ["name_value", "json", "xml", "query"])
def test_a_callout_of_autotask_arrives(autotask_sim: Any, site: Site, form: str) -> None:
    rule = {
        "on": ["edited"],
        "callout": {"method": "POST", "format": form, "url": f"{site.url}/hooks/callout/{TOKEN}"},
    }
    autotask_sim.admin("POST", "workflow_rules", rule)
    ticket = new_ticket(autotask_sim)
    edit(autotask_sim, ticket, "One")
    edit(autotask_sim, ticket, "Two")
    until(lambda: len(site.kept()) == 2)
    subjects = {message.subject for message in site.inbox.search()}
    number = autotask_sim.rows("Tickets", ticket)[0]["ticketNumber"]
    assert subjects <= {f"Tickets/{ticket}", f"TicketNumbers/{number}"}
    assert len(subjects) == 1


# Field Nation


@pytest.fixture
def account(fieldnation_sim_factory: Callable[..., Any]) -> Any:
    """Give an account whose clock a test moves, and whose rate holds up none."""
    made = fieldnation_sim_factory(frozen_clock=True)
    made.admin("PATCH", "switches", {"settle_s": 0, "rate_limit_per_minute": 0})
    return made


def hook_fieldnation(account: Any, site: Site, event: str = PUBLISHED) -> None:
    """Make a webhook at the site's door."""
    wanted = {
        "url": f"{site.url}/hooks/fieldnation",
        "method": "post",
        "status": "active",
        "events": [event],
        "secret": FIELDNATION_SECRET,
    }
    made = ask("POST", account.webhooks_url, wanted, {"Authorization": f"Bearer {account.token}"})
    assert made.status in {200, 201}, made.body


def publish(account: Any) -> int:
    """Publish a new work order; returns its id."""
    number: int = account.post("workorders", {"title": "A job"}).json["id"]
    published = account.post(f"workorders/{number}/publish")
    assert published.status < 300, published.body
    return number


@pytest.mark.parametrize("dialect", ["snake_case", "camelCase"])
def test_a_webhook_of_field_nation_arrives_once_though_it_comes_twice(
    account: Any, site: Site, dialect: str
) -> None:
    account.admin("PATCH", "switches", {"webhook_dialect": dialect})
    hook_fieldnation(account, site)
    account.admin("POST", "deliveries", {"double": 1})
    number = publish(account)
    account.admin("POST", "settle")
    until(site.kept)
    (kept,) = site.inbox.search()
    assert (kept.event, kept.subject) == (PUBLISHED, f"WorkOrders/{number}")
    site.relay.hand_on()
    assert {one.key for one in site.agenda.waiting()} == {f"WorkOrders/{number}"}


def test_field_nation_tries_five_times_while_our_disk_is_full(account: Any, site: Site) -> None:
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        if len(tries) <= 2 * 4:  # the clerk itself tries twice
            raise StateBusy("The disk is full.")

    site.inbox.before_keeping = fail
    hook_fieldnation(account, site)
    number = publish(account)
    for _ in range(12):
        account.admin("POST", "settle")
        account.admin("POST", "clock", {"advance_s": 6 * 3_600})
    until(site.kept)
    (kept,) = site.inbox.search()
    assert kept.subject == f"WorkOrders/{number}"
    (delivery,) = account.admin("GET", "deliveries")
    assert (delivery["state"], delivery["attempt"]) == ("delivered", 5)


def test_a_delivery_of_field_nation_that_is_sent_again_by_hand_is_kept_once(
    account: Any, site: Site
) -> None:
    hook_fieldnation(account, site)
    publish(account)
    account.admin("POST", "settle")
    until(site.kept)
    until(lambda: account.admin("GET", "deliveries")[0]["state"] == "delivered")
    (delivery,) = account.admin("GET", "deliveries")
    headers = {"Authorization": f"Bearer {account.token}"}
    for _ in range(4):
        where = f"{account.webhooks_url}/delivery-logs/{delivery['uuid']}/retry"
        assert ask("PATCH", where, {}, headers).status < 300
        account.admin("POST", "settle")
    until(lambda: account.admin("GET", "deliveries")[0]["attempt"] == 5)
    assert len(site.kept()) == 1
