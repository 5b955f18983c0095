"""The audit trail, and what is forgotten."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from isthmus.state.people import Deed, LoginRefused, People, Role
from tests.state.people.conftest import PASSWORD, Clock
from tests.state.people.test_accounts import of


def whats(lines: Sequence[Deed]) -> list[str]:
    return [line.what for line in lines]


def test_a_deed_is_told_as_it_was_noted(begun: People, clock: Clock) -> None:
    begun.note("ann", "parked", "Tickets/7", {"why": "zw\u00f6lf", "rows": 3}, "10.0.0.1")
    (deed,) = begun.deeds()
    assert (deed.at, deed.who, deed.what, deed.about) == (clock.now, "ann", "parked", "Tickets/7")
    assert (dict(deed.detail), deed.source) == ({"why": "zw\u00f6lf", "rows": 3}, "10.0.0.1")


def test_deeds_are_read_backwards_page_by_page(begun: People) -> None:
    for number in range(7):
        begun.note("ann", f"deed {number}")
    first = begun.deeds(limit=3)
    assert whats(first) == ["deed 6", "deed 5", "deed 4"]
    second = begun.deeds(limit=3, before=first[-1].number)
    assert whats(second) == ["deed 3", "deed 2", "deed 1"]


@pytest.mark.parametrize("text", ["ANN", "parked", "tickets/7", "50%", "10.0.0.1"])
def test_deeds_are_found_by_a_text_in_any_part(begun: People, text: str) -> None:
    begun.note("bob", "resumed", "WorkOrders/9", {"share": "50 of 100"}, "10.9.9.9")
    begun.note("ann", "parked", "Tickets/7", {"share": "50%"}, "10.0.0.1")
    assert whats(begun.deeds(text=text)) == ["parked"]


def test_deeds_are_found_whatever_the_case_of_any_letter(begun: People) -> None:
    begun.note("ann", "parked", "Ticket of M\u00dcLLER", {"who": "\u0416ANNA"})
    begun.note("ann", "resumed", "Ticket of Meier")
    for text in ("m\u00fcller", "M\u00fcLLER", "\u0436anna", "TICKET OF M\u00dc"):
        assert whats(begun.deeds(text=text)) == ["parked"], text


def test_no_secret_gets_into_the_trail(begun: People) -> None:
    _, cookie = begun.log_in("bob", PASSWORD, source="", agent="")
    begun.note("bob", f"pasted {cookie}", "form", {"password": "hunter2hunter2", "said": cookie})
    (deed,) = begun.deeds(limit=1)
    assert cookie not in str(deed)
    assert "hunter2" not in str(deed)


def test_characters_no_database_takes_are_left_out(begun: People) -> None:
    begun.note("ann", "wrote\0", "\ud83d", {"x": "\0"})
    (deed,) = begun.deeds()
    assert (deed.what, deed.about) == ("wrote", "?")


def test_log_ins_are_noted_whether_or_not_they_succeed(begun: People) -> None:
    begun.log_in("bob", PASSWORD, source="10.0.0.1", agent="")
    for login in ("bob", "nobody"):
        with pytest.raises(LoginRefused):
            begun.log_in(login, "not the right words", source="10.0.0.2", agent="")
    told = [(one.who, one.what, one.about, one.source) for one in begun.deeds()]
    assert told == [
        ("", "log-in refused", "", "10.0.0.2"),
        ("bob", "log-in refused", "bob", "10.0.0.2"),
        ("bob", "logged in", "bob", "10.0.0.1"),
    ]


def test_what_is_old_or_over_is_forgotten(begun: People, clock: Clock) -> None:
    bob = of(begun, "bob").id
    begun.log_in("bob", PASSWORD, source="", agent="")  # a session, and a line
    begun.issue_token(bob, "short", Role.VIEWER, timedelta(hours=1))
    kept, _ = begun.issue_token(bob, "long", Role.VIEWER, None)
    clock.move(days=30)
    _, cookie = begun.log_in("bob", PASSWORD, source="", agent="")
    assert begun.forget(clock.now - timedelta(days=7)) == 3
    assert whats(begun.deeds()) == ["logged in"]
    assert begun.session(cookie) is not None
    assert begun.tokens() == (kept,)


def test_however_many_old_lines_are_forgotten(
    begun: People, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.state.people.deeds._BATCH", 10)
    for _ in range(25):
        begun.note("ann", "looked")
    clock.move(days=1)
    assert begun.forget(clock.now) == 25
    assert begun.deeds() == ()
