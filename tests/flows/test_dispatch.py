"""The flow of dispatch from shore to shore: one ticket, one work order, both in step."""

import asyncio
import re
from functools import partial

import pytest

from isthmus.dispatch import preview
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.filing import export, parse_file
from isthmus.state.dispatch import CLOSED, LINKED, PARKED, STUCK
from tests.dispatch.shores import Flow, until, with_rule, writes


async def test_a_ticket_becomes_one_work_order_and_each_shows_the_other(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    assert link.state == LINKED
    order = flow.shores.order(link.work_order_id or 0)
    assert order["title"].startswith(ticket["ticketNumber"])
    assert order["status"]["name"] == "Published"
    shown = str(order["custom_fields"]) + str(order["incident_id"])
    assert link.id in shown
    assert f"TicketID={ticket['id']}" in shown
    udfs = {u["name"]: u["value"] for u in flow.shores.ticket(ticket["id"])["userDefinedFields"]}
    assert udfs["Field Nation ID"] == str(link.work_order_id)
    assert udfs["Field Nation Link"].endswith(str(link.work_order_id))


async def test_asking_again_makes_no_second_order_and_no_write(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await flow.dispatched(ticket)
    before = writes(flow.shores.autotask), writes(flow.shores.fieldnation)
    for _ in range(3):
        await flow.ask(f"Tickets/{ticket}")
        await flow.idle()
    assert len(flow.shores.orders()) == 1
    assert (writes(flow.shores.autotask), writes(flow.shores.fieldnation)) == before


async def test_a_ticket_that_no_rule_wants_is_left_alone(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await flow.ask(f"Tickets/{ticket}")
    await flow.idle()
    assert flow.shores.orders() == []
    assert flow.link(ticket) is None


async def test_what_changes_in_the_ticket_changes_in_the_order(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    flow.shores.edit("Tickets", ticket["id"], title="Now something else & more")
    await flow.ask(f"Tickets/{ticket['id']}", "record")
    await flow.idle()
    order = flow.shores.order(link.work_order_id or 0)
    assert order["title"] == f"{ticket['ticketNumber']} Now something else & more"


async def test_a_whole_job_is_told_in_the_ticket_once(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    before = len(flow.shores.of_ticket("TicketNotes", ticket))
    provider = flow.shores.assign(number)
    job = partial(flow.shores.fieldnation.do_job, number, provider, notes="Swapped it.", hours=2)
    await asyncio.to_thread(job)
    for _ in range(3):
        await flow.ask(f"Tickets/{ticket}", "order")
        await flow.idle()
    notes = flow.shores.of_ticket("TicketNotes", ticket)[before:]
    titles = [note["title"] for note in notes]
    assert len(titles) == len({(n["title"], n["description"]) for n in notes})
    told = " ".join(str(note["description"]) for note in notes)
    assert re.search(
        r"Work is done\.\nChecked in \S+ \S+, out \S+ \S+: 2 hours\nSwapped it\.", told
    )
    assert "has checked in" in told
    assert flow.shores.ticket(ticket)["status"] == flow.shores.status_code("In Progress")
    await asyncio.to_thread(flow.shores.fieldnation.post, f"workorders/{number}/approve")
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    assert flow.shores.ticket(ticket)["status"] == flow.shores.status_code("Complete")
    assert flow.stores.state.dead_letters() == (), flow.trouble()


async def test_a_sweep_finds_what_no_message_told(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await flow.sweep("autotask")
    await asyncio.to_thread(flow.shores.send_out, ticket)
    await flow.sweep("autotask")
    link = flow.link(ticket)
    assert link is not None
    assert link.work_order_id is not None
    flow.shores.assign(link.work_order_id)
    await flow.sweep("fieldnation")
    assert flow.shores.ticket(ticket)["status"] == flow.shores.status_code("Scheduled")
    before = writes(flow.shores.autotask)
    await flow.sweep("fieldnation")
    await flow.sweep("autotask")
    await flow.sweep("autotask")
    assert writes(flow.shores.autotask) == before


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "truncate", "empty_body"])
async def test_a_lost_answer_to_the_create_makes_no_second_order(flow: Flow, fault: str) -> None:
    flow.shores.fieldnation.admin(
        "POST", "faults", {"kind": fault, "method": "POST", "path": "workorders$", "count": 1}
    )
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert len(flow.shores.orders()) == 1
    assert flow.shores.order(link.work_order_id or 0)["status"]["name"] == "Published"


async def test_what_cannot_be_sent_waits_for_a_person_and_goes_on_when_mended(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    flow.shores.edit("Tickets", ticket["id"], dueDateTime=None)
    await asyncio.to_thread(flow.shores.send_out, ticket["id"])
    await flow.ask(f"Tickets/{ticket['id']}")
    await flow.idle()
    (letter,) = flow.stores.state.dead_letters()
    assert letter.kind == "validation"
    assert "dueDateTime" in letter.what + letter.remedy
    assert flow.shores.orders() == []
    flow.shores.edit("Tickets", ticket["id"], dueDateTime=ticket["dueDateTime"])
    assert await asyncio.to_thread(flow.stores.commands.replay, [letter], "a test") == 1
    await flow.idle()
    assert len(flow.shores.orders()) == 1
    assert flow.stores.state.dead_letters() == ()
    assert await asyncio.to_thread(flow.stores.commands.replay, [letter], "a test") == 0


async def test_a_parked_link_stands_still_until_it_is_resumed(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    await asyncio.to_thread(flow.stores.commands.park, link, "look at it", "a test")
    flow.shores.edit("Tickets", ticket["id"], title="Changed meanwhile")
    await flow.ask(f"Tickets/{ticket['id']}")
    await flow.idle()
    parked = flow.link(ticket["id"])
    assert parked is not None
    assert parked.state == PARKED
    assert "meanwhile" not in flow.shores.order(link.work_order_id or 0)["title"]
    await asyncio.to_thread(flow.stores.commands.resume, parked, "a test")
    await flow.idle()
    assert "meanwhile" in flow.shores.order(link.work_order_id or 0)["title"]


async def test_a_link_that_writes_too_often_is_parked_and_says_so(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    await flow.dispatched(ticket["id"])
    for turn in range(40):
        flow.shores.edit("Tickets", ticket["id"], title=f"Turn {turn}")
        await flow.ask(f"Tickets/{ticket['id']}", "record")
        await flow.idle()
    link = flow.link(ticket["id"])
    assert link is not None
    assert link.state == PARKED
    assert "circles" in link.waits_for
    assert flow.stores.state.dead_letters()[0].kind == "breaker"


async def test_a_cancelled_order_closes_the_link_and_tells_the_ticket(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=gone")
    await flow.sweep("fieldnation")
    closed = flow.link(ticket)
    assert closed is not None
    assert closed.state == CLOSED
    assert flow.shores.ticket(ticket)["status"] == flow.shores.status_code("Escalated")


async def test_a_dry_run_shows_the_order_and_where_each_value_came_from(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    record = await preview.find_record(flow.desk, "Tickets", ticket["ticketNumber"])
    shown = await preview.dry_run(flow.desk, record)
    assert not shown.is_wanted
    assert shown.problems == ()
    assert shown.origins["location.city"].source == "ticket.companyLocation.city"
    assert shown.body["title"].startswith(ticket["ticketNumber"])
    assert flow.shores.orders() == []
    assert writes(flow.shores.fieldnation) + writes(flow.shores.autotask) == 0


async def test_a_mapping_published_anew_is_used_by_the_next_run(flow: Flow) -> None:
    mapping = flow.desk.library.mapping("ticket_inbound")
    assert mapping is not None
    before = "{{ticket.ticketNumber}} {{ticket.title}}"
    text = export(mapping).replace(before, "New: {{ticket.title}}")
    assert parse_file(text).version != mapping.version
    await asyncio.to_thread(flow.desk.library.publish_mapping, text, by="a test")
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert flow.shores.order(link.work_order_id or 0)["title"].startswith("New: ")
    assert link.inbound == f"ticket_inbound@{parse_file(text).version}"


async def test_a_field_that_field_nation_owns_stays_as_it_is_there(flow: Flow) -> None:
    with_rule(flow, owners={"title": "fieldnation"})
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    before = flow.shores.order(link.work_order_id or 0)["title"]
    flow.shores.edit("Tickets", ticket["id"], title="Ours", description="Changed too")
    await flow.ask(f"Tickets/{ticket['id']}", "record")
    await flow.idle()
    order = flow.shores.order(link.work_order_id or 0)
    assert order["title"] == before
    assert "Changed too" in order["description"]["html"]


async def test_a_field_that_both_sides_changed_is_asked_of_a_person(flow: Flow) -> None:
    with_rule(flow, owners={"title": "person"})
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    number = link.work_order_id or 0
    flow.shores.fieldnation.put(f"workorders/{number}", {"title": "Theirs"})
    flow.shores.edit("Tickets", ticket["id"], title="Ours, later")
    await flow.ask(f"Tickets/{ticket['id']}", "record")
    await flow.idle()
    after = flow.link(ticket["id"])
    assert after is not None
    assert flow.shores.order(number)["title"] == "Theirs"
    assert after.state == STUCK
    assert flow.stores.state.dead_letters()[0].kind == "conflict"
    told = [one.what for one in flow.stores.state.entries(after.key)]
    assert any("Both sides changed title" in what for what in told)


async def test_a_field_that_a_person_decides_about_is_written_while_only_the_ticket_changes(
    flow: Flow,
) -> None:
    with_rule(flow, owners={"title": "person"})
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    for turn in ("first", "second"):
        flow.shores.edit("Tickets", ticket["id"], title=f"Ours {turn}")
        await flow.ask(f"Tickets/{ticket['id']}", "record")
        await flow.idle()
        shown = flow.shores.order(link.work_order_id or 0)["title"]
        assert shown.endswith(f"Ours {turn}"), flow.trouble()


async def test_a_public_note_of_the_ticket_is_a_message_once(flow: Flow) -> None:
    with_rule(flow, notes="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    note = {"ticketID": ticket, "title": "Gate code", "description": "1234, émoji 🚪",
            "publish": 1, "noteType": 1}  # fmt: skip
    flow.shores.autotask.admin("POST", "state/TicketNotes", note)
    for _ in range(3):
        await flow.ask(f"Tickets/{ticket}", "notes+order")
        await flow.idle()
    said = flow.shores.fieldnation.get(f"workorders/{link.work_order_id}/messages").json
    texts = [one["message"] for one in said["results"]]
    assert sum("1234, émoji 🚪" in text for text in texts) == 1
    notes = flow.shores.of_ticket("TicketNotes", ticket)
    assert sum("1234, émoji" in str(one["description"]) for one in notes) == 1


async def test_files_go_over_once_in_either_direction(flow: Flow) -> None:
    with_rule(flow, files="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    await flow.desk.records.attach("Tickets", ticket, "plan.txt", b"a plan", title="A plan")
    folder = (await flow.desk.orders.work_orders.attachments(number))[0]
    await flow.desk.orders.work_orders.attach(number, folder.id, "done.txt", b"a picture")
    for _ in range(3):
        await flow.ask(f"Tickets/{ticket}", "order")
        await flow.idle()
    there = [f.name for one in await flow.desk.orders.work_orders.attachments(number)
             for f in one.files]  # fmt: skip
    here = [one.file_name for one in await flow.desk.records.attachments("Tickets", ticket)]
    assert sorted(there) == ["done.txt", "plan.txt"], flow.trouble()
    assert sorted(here) == ["done.txt", "plan.txt"]


async def test_a_ticket_that_is_withdrawn_cancels_its_order(flow: Flow) -> None:
    condition = parse_condition({"field": "ticket.status.label", "is": "Complete"})
    with_rule(flow, cancel_when=condition, cancel_reason="No longer needed")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    flow.shores.edit("Tickets", ticket, status=flow.shores.status_code("Complete"))
    await flow.ask(f"Tickets/{ticket}")
    await flow.idle()
    await flow.sweep("fieldnation")
    assert flow.shores.order(link.work_order_id or 0)["status"]["name"] == "Cancelled"
    after = flow.link(ticket)
    assert after is not None
    assert after.state == CLOSED
    assert flow.shores.ticket(ticket)["status"] == flow.shores.status_code("Complete")
    titles = [note["title"] for note in flow.shores.of_ticket("TicketNotes", ticket)]
    assert titles.count(f"Field Nation {link.work_order_id}: Cancelled") == 1


async def test_wrong_credentials_make_one_dead_letter_and_the_work_goes_on_when_mended(
    flow: Flow,
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    flow.shores.fieldnation.admin(
        "POST", "faults", {"kind": "status", "status": 401, "path": "workorders"}
    )
    await asyncio.to_thread(flow.shores.send_out, ticket)
    await flow.ask(f"Tickets/{ticket}")
    await until(lambda: flow.stores.state.count_dead_letters() > 0)
    assert [one.kind for one in flow.stores.state.dead_letters()] == ["credentials"]
    flow.shores.fieldnation.admin("DELETE", "faults")
    await flow.idle()
    assert len(flow.shores.orders()) == 1
    assert flow.stores.state.dead_letters() == ()


async def test_resync_shows_both_sides_and_then_writes_what_differs(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    flow.shores.fieldnation.put(f"workorders/{number}", {"title": "Mangled"})
    shown = await preview.compare(flow.desk, link)
    title = next(one for one in shown.fields if one.path == "title")
    assert title.order_shows == "Mangled"
    assert title.differs
    assert flow.shores.order(number)["title"] == "Mangled"
    await asyncio.to_thread(flow.stores.commands.resync, link, "a test")
    await flow.idle()
    assert flow.shores.order(number)["title"] == title.record_says
