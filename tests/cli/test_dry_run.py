"""A dry run: the work order a ticket would become, and nothing done."""

from isthmus.cli.exits import Exit
from tests.cli.conftest import Run
from tests.cli.dispatching import RULE, library, within
from tests.dispatch.shores import Shores, writes


def test_a_dry_run_says_where_each_value_comes_from(shores: Shores, isthmus: Run) -> None:
    ticket = shores.fit_tickets(1)[0]
    answer = isthmus("dispatch", "dry-run", ticket["ticketNumber"], "--json").json()

    fields = {one["target"]: one for one in answer["fields"]}
    assert fields["location.city"]["source"] == "ticket.companyLocation.city"
    assert fields["location.city"]["value"]
    assert fields["schedule.service_window.start.utc"]["action"] == "date_convert"
    assert (
        fields["schedule.service_window.start.utc"]["before"]
        != (fields["schedule.service_window.start.utc"]["value"])
    )
    assert fields["title"]["value"] == answer["work_order"]["title"]
    assert (answer["rule"], answer["wanted"], answer["action"]) == (RULE, False, "publish")
    assert (answer["problems"], answer["written"], answer["exit"]) == ([], False, 0)


def test_a_dry_run_changes_nothing_on_either_side(shores: Shores, isthmus: Run) -> None:
    ticket = shores.fit_tickets(1)[0]["id"]
    shores.send_out(ticket)
    before = shores.ticket(ticket), shores.of_ticket("TicketNotes", ticket)
    ended = isthmus("dispatch", "dry-run", str(ticket))

    assert ended.code == Exit.OK
    assert "ticket_dispatch wants it now" in ended.out
    assert "ticket.companyLocation.city" in ended.out
    assert "Nothing was written, on either side." in ended.out
    assert (shores.ticket(ticket), shores.of_ticket("TicketNotes", ticket)) == before
    assert shores.orders() == []
    assert writes(shores.autotask) + writes(shores.fieldnation) == 0


def test_a_dry_run_names_what_cannot_be_sent_and_ends_with_3(shores: Shores, isthmus: Run) -> None:
    ticket = shores.fit_tickets(1)[0]["id"]
    shores.edit("Tickets", ticket, dueDateTime=None)
    ended = isthmus("dispatch", "dry-run", str(ticket))

    assert ended.code == Exit.PARTIAL
    assert "✗ Row 13: schedule.service_window.start.utc is required" in ended.out
    assert "It cannot be sent" in ended.out
    fatal = isthmus("dispatch", "dry-run", str(ticket), "--json").json()
    assert fatal["exit"] == Exit.PARTIAL
    assert all(one["fatal"] and one["remedy"] for one in fatal["problems"])


def test_a_dry_run_of_a_rule_that_is_switched_off_says_so(shores: Shores, isthmus: Run) -> None:
    within(shores, lambda stores: library(stores).enable(RULE, is_enabled=False, by="a test"))
    ended = isthmus("dispatch", "dry-run", str(shores.fit_tickets(1)[0]["id"]), "--rule", RULE)

    assert ended.code == Exit.OK
    assert "ticket_dispatch is switched off" in ended.out
