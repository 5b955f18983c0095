"""A link parked, resumed, and brought in step."""

import pytest

from isthmus.cli import asking
from isthmus.cli.exits import Exit
from tests.cli.conftest import Run
from tests.cli.dispatching import on_one_line, order_of, sent_out
from tests.dispatch.shores import Shores


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
            "stays": False,
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


def test_where_both_sides_are_in_step_nothing_is_done_and_nothing_told(
    shores: Shores, isthmus: Run
) -> None:
    name = sent_out(shores, isthmus)["ticketNumber"]
    isthmus("dispatch", "now", name)  # the ticket hears that its order was published
    before = isthmus("dispatch", "show", name, "--json").json()["trail"]
    ended = isthmus("dispatch", "resync", name, "--yes")
    asked = isthmus("dispatch", "resync", name, "--yes", "--json").json()

    assert ended.code == Exit.OK
    assert "Nothing was written." in ended.out
    assert (asked["written"], asked["exit"]) == (False, 0)
    assert isthmus("dispatch", "show", name, "--json").json()["trail"] == before


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
