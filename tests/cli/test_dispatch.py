"""Dispatch from the command line: between both simulators, by the flow as it is."""

import asyncio
import io
from pathlib import Path

import pytest

from isthmus.cli.exits import Exit
from tests.cli.conftest import Run
from tests.cli.dispatching import (
    RULE,
    on_one_line,
    order_of,
    sent_out,
    within,
)
from tests.dispatch.shores import Shores, flowing


def test_a_ticket_dispatched_from_the_command_line_has_one_work_order(
    shores: Shores, isthmus: Run
) -> None:
    ticket = shores.fit_tickets(1)[0]
    shores.send_out(ticket["id"])
    first = isthmus("dispatch", "now", ticket["ticketNumber"])
    again = isthmus("dispatch", "now", str(ticket["id"]), "--json")

    (order,) = shores.orders()
    assert first.code == Exit.OK
    assert f"{ticket['ticketNumber']}  ⇄  work order {order['id']}, Published" in first.out
    answer = again.json()
    assert answer["link"]["work_order"] == order["id"]
    assert (answer["in_step"], answer["exit"]) == (True, 0)


def test_a_ticket_that_no_rule_wants_is_left_alone_unless_a_rule_is_named(
    shores: Shores, isthmus: Run
) -> None:
    ticket = shores.fit_tickets(1)[0]["ticketNumber"]
    unwanted = isthmus("dispatch", "now", ticket)

    assert unwanted.code == Exit.PARTIAL
    assert f"No rule dispatches {ticket} as it is now." in unwanted.out
    assert shores.orders() == []
    assert isthmus("dispatch", "now", ticket, "--rule", RULE).code == Exit.OK
    assert len(shores.orders()) == 1


def test_a_ticket_whose_order_was_cancelled_is_dispatched_again_where_a_rule_wants_it(
    shores: Shores, isthmus: Run
) -> None:
    ticket = sent_out(shores, isthmus)
    order, name = order_of(shores, ticket["id"]), ticket["ticketNumber"]
    shores.fieldnation.delete(f"workorders/{order}?cancel_reason=gone")
    shores.edit("Tickets", ticket["id"], status=shores.status_code("Complete"))
    early = isthmus("dispatch", "now", name)  # that it was cancelled is found out
    unwanted = isthmus("dispatch", "now", name)
    refused = isthmus("dispatch", "resume", name)
    shores.send_out(ticket["id"])
    again = isthmus("dispatch", "now", name)

    assert early.code == Exit.PARTIAL
    assert f"Work order {order} is cancelled, which was not known yet" in on_one_line(early)
    assert f"isthmus dispatch now {name}" in early.out
    assert unwanted.code == Exit.PARTIAL
    assert f"No rule dispatches {name} as it is now." in unwanted.out
    assert f"isthmus dispatch now {name} dispatches it" in on_one_line(refused)
    assert again.code == Exit.OK
    assert f"work order {order_of(shores, ticket['id'])}, Published" in again.out
    assert order_of(shores, ticket["id"]) != order


async def test_a_worker_that_lives_does_the_work_and_its_end_is_waited_for(
    shores: Shores, isthmus: Run
) -> None:
    ticket = shores.fit_tickets(1)[0]
    await asyncio.to_thread(shores.send_out, ticket["id"])
    async with flowing(shores):
        ended = await asyncio.to_thread(isthmus, "dispatch", "now", str(ticket["id"]), "--json")

    assert ended.json()["in_step"] is True
    assert len(shores.orders()) == 1


def test_what_takes_longer_than_one_waits_is_said_and_not_lost(
    shores: Shores, isthmus: Run
) -> None:
    ticket = shores.fit_tickets(1)[0]["id"]
    shores.send_out(ticket)
    fault = {"kind": "status", "status": 503, "method": "POST", "path": "workorders$", "count": 9}
    shores.fieldnation.admin("POST", "faults", fault)
    ended = isthmus("dispatch", "now", str(ticket), "--wait", "1")

    assert ended.code == Exit.PARTIAL
    assert "isthmus serve" in ended.out
    assert within(shores, lambda stores: stores.agenda.find("link", f"Tickets/{ticket}"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["now", "T20991231.0001"], "There is no ticket 'T20991231.0001'"),
        (["dry-run", "T20991231.0001"], "There is no ticket 'T20991231.0001'"),
        (["now", "1", "--rule", "no_such"], "There is no rule 'no_such'"),
        (["now", "1", "--rule", "task_dispatch"], "is for a task"),
        (["now", "1", "--entity", "task", "--rule", "task_dispatch"], "is switched off"),
        (["show", "T20991231.0001"], "Nothing is linked under 'T20991231.0001'"),
        (["park", "T20991231.0001", "--why", "x"], "Nothing is linked under"),
        (["resume", "T20991231.0001"], "Nothing is linked under"),
        (["resync", "T20991231.0001"], "Nothing is linked under"),
        (["import", "no-such-file.txt"], "The list cannot be read"),
        (["links", "--limit", "0"], "--limit 0 cannot be used"),
    ],
)
def test_what_is_not_there_is_said_with_what_to_do(
    shores: Shores, isthmus: Run, arguments: list[str], told: str
) -> None:
    ended = isthmus("dispatch", *arguments)

    assert ended.code == Exit.USAGE, ended
    assert told in on_one_line(ended)
    assert "What to do" in ended.err
    assert shores.orders() == []


def test_a_home_without_field_nation_says_how_to_connect(
    shores: Shores, isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in shores.environment:
        if name.startswith("ISTHMUS_FIELDNATION_"):
            monkeypatch.delenv(name)
    ended = isthmus("dispatch", "dry-run", "1")

    assert ended.code == Exit.UNREADABLE
    assert "isthmus connect fieldnation" in on_one_line(ended)


def test_a_list_is_dispatched_and_what_is_not_found_is_named(
    shores: Shores, isthmus: Run, tmp_path: Path
) -> None:
    done = sent_out(shores, isthmus)
    others = shores.fit_tickets(3)[1:]
    listed = [done["ticketNumber"], str(others[0]["id"]), f'"{others[1]["ticketNumber"]}",']
    file = tmp_path / "list.txt"
    file.write_text("\ufeff" + "\n".join([*listed, "", "nonsense", "99999999"]), "utf-8")
    ended = isthmus("dispatch", "import", str(file), "--rule", RULE)

    assert ended.code == Exit.PARTIAL
    assert "✓ 2 to be dispatched" in ended.out
    assert "· 1 have a work order already" in ended.out
    assert "✗ 2 not found:\n  nonsense\n  99999999\n" in ended.out
    assert "isthmus serve does the work" in ended.out
    for other in others:
        assert isthmus("dispatch", "now", str(other["id"])).code == Exit.OK
    assert len(shores.orders()) == 3


def test_a_list_from_standard_input_is_looked_up_by_the_hundred(
    shores: Shores, isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = shores.autotask.rows("Tickets")[:150]
    listed = "\n".join(row["ticketNumber"].lower() for row in tickets)
    monkeypatch.setattr("sys.stdin", io.StringIO(listed))
    answer = isthmus("dispatch", "import", "-", "--json").json()

    assert answer["new"] == [f"Tickets/{row['id']}" for row in tickets]
    assert (answer["linked"], answer["not_found"], answer["worker"]) == ([], [], False)
    seen = shores.autotask.admin("GET", "requests")
    asked = [call for call in seen if call["path"].endswith("/Tickets/query")]
    assert len(asked) == 2


def test_no_command_shows_a_secret(shores: Shores, isthmus: Run) -> None:
    ticket = sent_out(shores, isthmus)
    name = ticket["ticketNumber"]
    told = [
        isthmus("dispatch", *command)
        for command in (
            ["dry-run", name, "--json"],
            ["now", name, "--json"],
            ["show", name, "--calls"],
            ["show", name, "--json"],
            ["resync", name, "--json"],
            ["links", "--json"],
            ["status", "--json"],
        )
    ]
    text = "".join(ended.out + ended.err for ended in told)

    sides = shores.autotask, shores.fieldnation
    secrets = [sides[0].secret, sides[1].client_secret, sides[1].password, sides[1].token]
    secrets += [sides[0].username, sides[0].integration_code, sides[1].username]
    assert "oauth/token" in text
    assert [secret for secret in secrets if secret in text] == []
