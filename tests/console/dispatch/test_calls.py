"""What was sent with a call and what was answered, seen in a page; nothing secret is in it."""

import re

import pytest

from isthmus.base.redaction import guard
from isthmus.dispatch.queries import timeline
from isthmus.wiring.people import Role
from isthmus.wiring.vendors.calls import call_log
from tests.console.site import PHONE, WIDE, Served, Visitor, audit, shots, signed_in
from tests.console.working import until
from tests.dispatch.shores import Shores

SAID = "Field Nation will not have it, as pelican-of-the-west is no manager"


def refused(console: Served, shores: Shores) -> str:
    """Send a ticket out whose order is refused; returns its link's id."""
    ticket = shores.fit_tickets(1)[0]
    fault = {"kind": "status", "status": 422, "method": "POST", "path": "workorders$", "text": SAID}
    shores.fieldnation.admin("POST", "faults", fault)
    shores.send_out(ticket["id"])
    key = f"Tickets/{ticket['id']}"
    console.stores.commands.ask(key, "record+order+notes", "a test")
    until(lambda: console.stores.state.dead_letters(keys=(key,)))
    link = console.stores.state.link_of(key)
    assert link is not None
    return link.id


def test_a_refused_write_is_shown_with_what_was_sent_and_answered_and_no_secret(
    console: Served, shores: Shores
) -> None:
    guard("pelican-of-the-west")
    link_id = refused(console, shores)
    link = console.stores.state.link(link_id)
    assert link is not None
    with signed_in(console, Role.VIEWER) as (http, _):
        plain = http.get(f"/dispatch/{link_id}").text
        assert f'href="/dispatch/{link_id}?calls=1"' in plain
        assert "POST workorders" not in plain
        shown = http.get(f"/dispatch/{link_id}?calls=1").text
        part = shown.partition("POST workorders")[2].partition("</details>")[0]
        assert "Sent, and refused" in part
        assert "&#34;title&#34;: &#34;" in part
        assert "Field Nation will not have it, as [redacted] is no manager" in part
        secrets = (shores.fieldnation.client_secret, shores.autotask.secret, "pelican")
        assert not [one for one in secrets if one in shown]

        [number] = {int(one) for one in re.findall(r"POST workorders, line (\d+)", part)}
        alone = http.get(f"/dispatch/calls/{number}").text
        assert "as [redacted] is no manager" in alone
        assert f'href="/dispatch/{link_id}?calls=1"' in alone
        assert http.get("/dispatch/calls/999999").status_code == 409
        assert http.get(f"/dispatch/calls/{2**63 - 1}").status_code == 409
    kept = timeline(console.stores.state, console.stores.inbox, link).entries
    assert "pelican" not in str(kept)


def test_a_call_of_activity_leads_to_what_was_sent_and_answered(
    console: Served, shores: Shores
) -> None:
    link_id = refused(console, shores)
    call_log(console.house.config).flush()
    with signed_in(console, Role.VIEWER) as (http, _):
        listed = http.get("/activity?kind=call&failed=1").text
        [there] = set(re.findall(r'href="(/activity/calls/\d+)"', listed))
        gone = http.get(there)
        assert gone.status_code == 303
        shown = http.get(gone.headers["location"]).text
        assert "Field Nation will not have it" in shown
        assert f'href="/dispatch/{link_id}"' in shown
        assert http.get("/activity/calls/999999").headers["location"] == "/activity?kind=call"


def test_a_long_body_is_cut_on_the_links_page_and_whole_on_its_own(
    console: Served, shores: Shores
) -> None:
    ticket = shores.fit_tickets(1)[0]
    words = " ".join(f"word{number}" for number in range(900))
    shores.edit("Tickets", ticket["id"], description=words)
    fault = {"kind": "status", "status": 422, "method": "POST", "path": "workorders$"}
    shores.fieldnation.admin("POST", "faults", fault)
    shores.send_out(ticket["id"])
    key = f"Tickets/{ticket['id']}"
    console.stores.commands.ask(key, "record+order+notes", "a test")
    until(lambda: console.stores.state.dead_letters(keys=(key,)))
    link = console.stores.state.link_of(key)
    assert link is not None
    with signed_in(console, Role.VIEWER) as (http, _):
        shown = http.get(f"/dispatch/{link.id}?calls=1").text
        [(said, there)] = re.findall(r"(The first 4,000 of [\d,]+) .*?href=\"([^\"]*)\"", shown)
        assert "word899" not in shown.partition(said)[0]
        assert "word899" in http.get(there).text


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_auditor_finds_nothing_where_calls_are_open(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    link_id = refused(console, shores)
    for scheme in ("light", "dark"):
        page = visitor.visit(f"/dispatch/{link_id}?calls=1", Role.VIEWER, size, scheme)
        page.get_by_text("Sent, and refused").first.click()
        assert audit(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shots(page, "dispatch-calls")
        shown = page.locator("details[open] pre").first
        number = re.findall(r"line (\d+)", shown.get_attribute("aria-label") or "")[0]
        page.goto(f"{console.url}/dispatch/calls/{number}")
        assert audit(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shots(page, "dispatch-call")
