"""How dispatch stands, and what happened to each link."""

import asyncio

import pytest

from isthmus.cli import dispatch_look
from isthmus.cli.exits import Exit
from tests.cli.conftest import Run
from tests.cli.dispatching import (
    RULE,
    order_of,
    sent_out,
)
from tests.dispatch.shores import Shores, flowing


def test_the_story_of_a_link_tells_all_that_happened(shores: Shores, isthmus: Run) -> None:
    ticket = sent_out(shores, isthmus)
    order = order_of(shores, ticket["id"])
    shores.assign(order)
    isthmus("dispatch", "now", str(ticket["id"]))
    shown = isthmus("dispatch", "show", str(order)).out

    story = shown[shown.index("Ticket Work order") :]
    parts = (
        "Rule ticket_dispatch dispatches it by ticket_inbound@",
        f"●──────▸│  Made the work order {order}",
        "●──────▸│  Published the work order",
        "│◂──────●       │  Wrote the order's number to the ticket",
        "│       │◂──────●  Assigned",
        "│◂──────●       │  Made the note",
    )
    places = [story.index(part) for part in parts]
    assert places == sorted(places)
    assert f"{ticket['ticketNumber']}  ⇄  work order {order}" in shown
    assert "the technician's work" in shown
    assert "POST workorders" not in shown
    with_calls = isthmus("dispatch", "show", ticket["ticketNumber"], "--calls").out
    assert "POST workorders  200" in with_calls
    assert f"POST Tickets/{ticket['id']}/Notes  200" in with_calls


def test_the_story_for_machines_holds_both_sides_and_every_line(
    shores: Shores, isthmus: Run
) -> None:
    ticket = sent_out(shores, isthmus)
    answer = isthmus("dispatch", "show", ticket["ticketNumber"], "--json").json()

    assert answer["link"]["key"] == f"Tickets/{ticket['id']}"
    assert answer["link"]["inbound"].startswith("ticket_inbound@")
    assert [one["kind"] for one in answer["made"]] == ["order"]
    assert answer["made"][0]["id"] == str(answer["link"]["work_order"])
    kinds = {entry["kind"] for entry in answer["trail"]}
    assert {"person", "decision", "call", "write"} <= kinds
    assert answer["whole"] is True
    short = isthmus("dispatch", "show", ticket["ticketNumber"], "--limit", "3")
    assert "Earlier lines are left out; --limit shows more." in short.out


def test_the_story_fits_a_terminal_of_80_columns(
    shores: Shores, isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = sent_out(shores, isthmus)
    monkeypatch.setattr("isthmus.cli.screen.PIPE_WIDTH", 80)
    monkeypatch.setenv("COLUMNS", "80")
    for command in (["show", "--calls"], ["dry-run"], ["links"]):
        name = [] if command == ["links"] else [ticket["ticketNumber"]]
        lines = isthmus("dispatch", command[0], *name, *command[1:]).out.splitlines()
        assert lines
        assert [line for line in lines if len(line) > 80] == []


def test_links_stand_under_their_states_and_what_is_left_out_is_counted(
    shores: Shores, isthmus: Run
) -> None:
    first = sent_out(shores, isthmus)
    for other in shores.fit_tickets(3)[1:]:
        isthmus("dispatch", "now", str(other["id"]), "--rule", RULE)
    isthmus("dispatch", "park", first["ticketNumber"], "--why", "the customer asks to wait")
    shown = isthmus("dispatch", "links", "--limit", "1").out

    assert "1 parked, 2 linked" in shown
    assert "the customer asks to wait" in shown
    assert "1 more; --limit shows more" in shown
    assert shown.index("parked  ") < shown.index("linked  ")
    answer = isthmus("dispatch", "links", "--state", "parked", "--json").json()
    assert [link["number"] for link in answer["links"]] == [first["ticketNumber"]]
    assert answer["counts"]["linked"] == 2


def test_the_status_warns_when_nobody_works_or_something_waits_for_a_person(
    shores: Shores, isthmus: Run
) -> None:
    ticket = shores.fit_tickets(1)[0]["id"]
    shores.edit("Tickets", ticket, dueDateTime=None)
    shores.send_out(ticket)
    isthmus("dispatch", "now", str(ticket))
    ended = isthmus("dispatch", "status")

    assert ended.code == Exit.PARTIAL
    assert "1 stuck" in ended.out
    assert "No worker runs" in ended.out
    assert "1 dead letter for a person" in ended.out
    answer = isthmus("dispatch", "status", "--json").json()
    assert (answer["links"]["stuck"], answer["dead_letters"], answer["workers"]) == (1, 1, 0)
    assert len(answer["warnings"]) == 2


async def test_the_status_is_calm_when_all_is_well_and_warns_of_a_late_sweep(
    shores: Shores, isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with flowing(shores) as flow:
        never = await asyncio.to_thread(isthmus, "dispatch", "status")
        await flow.sweep("autotask")
        await flow.sweep("fieldnation")
        well = await asyncio.to_thread(isthmus, "dispatch", "status")
        monkeypatch.setattr(dispatch_look, "SWEEPS_MISSED", 0)
        late = await asyncio.to_thread(isthmus, "dispatch", "status")

    assert "Autotask was never asked for changes" in never.out
    assert well.code == Exit.OK, well
    assert "!" not in well.out
    assert late.code == Exit.PARTIAL
    assert "Field Nation was last asked for changes just now, which is due every" in late.out
