"""Dispatch from the command line: between both simulators, by the flow as it is."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isthmus.cli import asking, dispatch_look
from isthmus.cli.exits import Exit
from isthmus.dispatch.library import Library
from isthmus.dispatch.rules.filing import export
from isthmus.state.dispatch import Link
from isthmus.wiring.dispatch import Stores
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.cli.conftest import Ended, Run
from tests.dispatch.shores import Shores, flowing
from tests.flows.test_dispatch import writes

RULE = "ticket_dispatch"


@pytest.fixture
def shores(
    isthmus: Run,
    home: Path,
    autotask_sim: AutotaskSim,
    fieldnation_sim: FieldNationSim,
    monkeypatch: pytest.MonkeyPatch,
) -> Shores:
    """Give both vendors, and a home that knows them and dispatches tickets."""
    made = Shores(autotask_sim, fieldnation_sim, home)
    made.settle_switches()
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    within(made, lambda stores: library(stores).enable(RULE, is_enabled=True, by="a test"))
    return made


def within(shores: Shores, work: Callable[[Stores], Any]) -> Any:
    """Do something with the stores of the home."""
    with shores.house() as house, Stores.open(house) as stores:
        return work(stores)


def library(stores: Stores) -> Library:
    return Library(stores.definitions)


def link_of(shores: Shores, ticket: int) -> Link | None:
    found = within(shores, lambda stores: stores.state.link_of(f"Tickets/{ticket}"))
    assert found is None or isinstance(found, Link)
    return found


def order_of(shores: Shores, ticket: int) -> int:
    link = link_of(shores, ticket)
    assert link is not None
    assert link.work_order_id is not None
    return link.work_order_id


def sent_out(shores: Shores, isthmus: Run) -> dict[str, Any]:
    """Dispatch a ticket, as a person does; returns it."""
    ticket = shores.fit_tickets(1)[0]
    shores.send_out(ticket["id"])
    ended = isthmus("dispatch", "now", ticket["ticketNumber"])
    assert ended.code == Exit.OK, ended
    return ticket


def break_mapping(shores: Shores, source: str = "ticket.nothingOfThatName") -> str:
    """Publish a mapping that reads a field which is not there; returns the file it was."""

    def publish(stores: Stores) -> str:
        mapping = library(stores).mapping("ticket_inbound")
        assert mapping is not None
        text = export(mapping)
        library(stores).publish_mapping(text.replace("ticket.dueDateTime", source), by="a test")
        return text

    return str(within(shores, publish))


def publish_mapping(shores: Shores, text: str) -> None:
    within(shores, lambda stores: library(stores).publish_mapping(text, by="a test"))


def on_one_line(ended: Ended) -> str:
    return " ".join((ended.out + ended.err).split())


# Dry run


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


# Now


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


# Import


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


# Links, show, status


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

    assert "Autotask was never swept" in never.out
    assert well.code == Exit.OK, well
    assert "!" not in well.out
    assert late.code == Exit.PARTIAL
    assert "Field Nation was last swept just now, though it is to be swept every" in late.out


# Park, resume, resync


def test_a_parked_link_stands_still_until_it_is_resumed(shores: Shores, isthmus: Run) -> None:
    ticket = sent_out(shores, isthmus)
    order, name = order_of(shores, ticket["id"]), ticket["ticketNumber"]
    parked = isthmus("dispatch", "park", name, "--why", "look at it", "--json").json()
    shores.edit("Tickets", ticket["id"], title="Changed meanwhile")
    refused = isthmus("dispatch", "now", name)

    assert parked["link"]["state"] == "parked"
    assert refused.code == Exit.USAGE
    assert f"{name} is parked: look at it" in on_one_line(refused)
    assert "meanwhile" not in shores.order(order)["title"]
    assert isthmus("dispatch", "resume", name).code == Exit.OK
    assert isthmus("dispatch", "now", name).code == Exit.OK
    assert "meanwhile" in shores.order(order)["title"]
    assert "parked it: look at it" in isthmus("dispatch", "show", name).out


def test_a_resync_shows_both_sides_and_writes_only_when_told(
    shores: Shores, isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = sent_out(shores, isthmus)
    order, name = order_of(shores, ticket["id"]), ticket["ticketNumber"]
    title = shores.order(order)["title"]
    shores.fieldnation.put(f"workorders/{order}", {"title": "Somebody else's title"})
    looked = isthmus("dispatch", "resync", name, "--json").json()

    assert [one for one in looked["fields"] if one["differs"]] == [
        {
            "path": "title",
            "ticket": title,
            "work_order": "Somebody else's title",
            "differs": True,
        }
    ]
    assert looked["written"] is False
    unasked = isthmus("dispatch", "resync", name)
    assert unasked.code == Exit.USAGE
    assert "≠  title" in unasked.out
    monkeypatch.setattr("isthmus.cli.resync.agrees", lambda *_: False)
    assert "Nothing was written." in isthmus("dispatch", "resync", name).out
    assert shores.order(order)["title"] == "Somebody else's title"
    done = isthmus("dispatch", "resync", name, "--yes")
    assert done.code == Exit.OK, done
    assert shores.order(order)["title"] == title
    trail = isthmus("dispatch", "show", name, "--json").json()["trail"]
    (write,) = [one for one in trail if one["what"] == "Changed the work order"]
    assert write["detail"]["fields"] == ["title"]
    assert "Nothing differs" in isthmus("dispatch", "resync", name).out


def test_a_question_takes_nothing_but_a_yes_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["y", "YES ", "", "no", "j"])

    class Terminal:
        def input(self, prompt: str) -> str:
            assert prompt == "Write these now? [y/N] "
            return next(answers)

    monkeypatch.setattr(asking, "is_person_asked", lambda: True)
    monkeypatch.setattr(asking, "err", Terminal)
    said = [asking.agrees("Write these now?", "isthmus dispatch resync") for _ in range(5)]

    assert said == [True, True, False, False, False]


def test_what_has_no_order_cannot_be_resynced(shores: Shores, isthmus: Run) -> None:
    ticket = shores.fit_tickets(1)[0]
    shores.edit("Tickets", ticket["id"], dueDateTime=None)
    shores.send_out(ticket["id"])
    isthmus("dispatch", "now", ticket["ticketNumber"])
    ended = isthmus("dispatch", "resync", ticket["ticketNumber"])

    assert ended.code == Exit.USAGE
    assert "has no work order yet" in ended.err


# Dead letters


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
    assert "schedule.service_window.start.utc" in letter["what"]
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


# Secrets


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
