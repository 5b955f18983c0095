"""Dead letters: listed, mended, replayed, dismissed."""

import asyncio

import pytest

from isthmus.cli.exits import Exit
from tests.cli.conftest import Run
from tests.cli.dispatching import (
    RULE,
    break_mapping,
    on_one_line,
    publish_mapping,
)
from tests.dispatch.shores import Shores, flowing, writes


def test_a_dead_letter_of_a_broken_mapping_is_mended_and_replayed(
    shores: Shores, isthmus: Run
) -> None:
    whole = break_mapping(shores)
    ticket = shores.fit_tickets(1)[0]
    name = ticket["ticketNumber"]
    shores.send_out(ticket["id"])
    stuck = isthmus("dispatch", "now", name)

    assert stuck.code == Exit.PARTIAL
    assert "✗ validation" in stuck.out
    (letter,) = isthmus("deadletters", "--json").json()["dead_letters"]
    assert (letter["number"], letter["kind"], letter["tries"]) == (name, "validation", 1)
    assert "nothingOfThatName" in letter["what"]
    assert f"isthmus deadletters replay {letter['id']}" in isthmus("deadletters").out
    assert letter["id"] in isthmus("dispatch", "show", name).out
    publish_mapping(shores, whole)
    replayed = isthmus("deadletters", "replay", letter["id"])
    assert f"1 dead letter replayed: {name}." in replayed.out
    assert "isthmus serve does the work" in replayed.out
    assert isthmus("dispatch", "now", name).code == Exit.OK
    assert len(shores.orders()) == 1
    assert isthmus("deadletters").out == "✓ Nothing waits for a person.\n"
    assert "replayed" in isthmus("deadletters", "show", letter["id"]).out


async def test_what_is_replayed_is_done_by_the_worker_and_what_is_settled_is_left_alone(
    shores: Shores, isthmus: Run
) -> None:
    ticket = shores.fit_tickets(1)[0]
    async with flowing(shores) as flow:
        await asyncio.to_thread(shores.edit, "Tickets", ticket["id"], dueDateTime=None)
        await asyncio.to_thread(shores.send_out, ticket["id"])
        await flow.ask(f"Tickets/{ticket['id']}")
        await flow.idle()
        (letter,) = flow.stores.state.dead_letters()
        due = ticket["dueDateTime"]
        await asyncio.to_thread(shores.edit, "Tickets", ticket["id"], dueDateTime=due)
        told = await asyncio.to_thread(isthmus, "deadletters", "replay", "--kind", "validation")
        await flow.idle()
        before = writes(shores.autotask), writes(shores.fieldnation)
        again = await asyncio.to_thread(isthmus, "deadletters", "replay", letter.id)
        await flow.idle()

    assert "1 dead letter replayed" in told.out
    assert len(shores.orders()) == 1
    assert again.out == f"{letter.id} was replayed already; nothing is done.\n"
    assert (writes(shores.autotask), writes(shores.fieldnation)) == before


def test_one_value_is_set_for_several_that_lack_the_same_and_only_for_such(
    shores: Shores, isthmus: Run
) -> None:
    one, two = shores.fit_tickets(2)
    for ticket in (one, two):
        shores.edit("Tickets", ticket["id"], dueDateTime=None)
        isthmus("dispatch", "now", ticket["ticketNumber"], "--rule", RULE)
    names = [one["ticketNumber"], two["ticketNumber"]]
    start = "schedule.service_window.start.utc"

    told = isthmus("deadletters", "edit", *names, "--json").json()
    assert told["alike"] == [start]
    assert [each["fields"] for each in told["each"]] == [[start], [start]]
    assert f"At fault in each: {start}." in isthmus("deadletters", "edit", *names).out
    refused = isthmus("deadletters", "edit", *names, "pay.base.amount=250")
    assert refused.code != Exit.OK
    assert "pay.base.amount is not at fault in each of them" in refused.err
    assert f"{names[0]}: there it is {start}. Set that one by itself." in " ".join(
        refused.err.split()
    )
    nobody = isthmus("deadletters", "edit", f"{start}=2026-12-01 15:00:00")
    assert "It is not said which dead letter to edit" in nobody.err

    done = isthmus("deadletters", "edit", *names, f"{start}=2026-12-01 15:00:00", "--json").json()
    assert (len(done["edited"]), done["done"]) == (2, 2)
    assert isthmus("deadletters", "list", "--json").json()["dead_letters"] == []


def test_a_dismissed_dead_letter_is_closed_and_the_reason_kept(
    shores: Shores, isthmus: Run
) -> None:
    break_mapping(shores)
    name = shores.fit_tickets(1)[0]["ticketNumber"]
    isthmus("dispatch", "now", name, "--rule", RULE)
    (letter,) = isthmus("deadletters", "list", "--json").json()["dead_letters"]
    dismissed = isthmus("deadletters", "dismiss", name, "--why", "was done by hand")

    assert dismissed.out == f"{letter['id']} is dismissed.\n"
    assert isthmus("deadletters", "list", "--json").json()["dead_letters"] == []
    shown = " ".join(isthmus("dispatch", "show", name).out.replace("│", " ").split())
    assert f"dismissed the dead letter {letter['id']}: was done by hand" in shown
    again = isthmus("deadletters", "dismiss", letter["id"], "--why", "again", "--json").json()
    assert again["dismissed"] == []
    replayed = isthmus("deadletters", "replay", letter["id"], "--json").json()
    assert (replayed["replayed"], replayed["settled"]) == ([], [letter["id"]])
    assert shores.orders() == []


def test_only_the_kinds_asked_for_are_listed(shores: Shores, isthmus: Run) -> None:
    break_mapping(shores)
    isthmus("dispatch", "now", str(shores.fit_tickets(1)[0]["id"]), "--rule", RULE)

    listed = isthmus("deadletters", "list", "--kind", "validation")
    assert listed.out.endswith("1 dead letter: 1 validation.\n")
    assert isthmus("deadletters", "list", "--kind", "breaker").out.startswith("✓ Nothing")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["replay"], "It is not said which"),
        (["replay", "dl-1", "--all"], "It is not said which"),
        (["replay", "dl-1"], "There is no dead letter 'dl-1'"),
        (["show", "dl-1"], "There is no dead letter 'dl-1'"),
        (["dismiss", "dl-1", "--why", "x"], "There is no dead letter 'dl-1'"),
        (["dismiss", "dl-1"], "--why"),
    ],
)
def test_a_dead_letter_that_is_not_there_is_said(
    shores: Shores, isthmus: Run, arguments: list[str], told: str
) -> None:
    ended = isthmus("deadletters", *arguments)

    assert ended.code == Exit.USAGE
    assert told in on_one_line(ended)
