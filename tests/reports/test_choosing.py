"""What a report may be narrowed to: a name that several have tells which one is meant."""

import pytest

from isthmus.reports.choosing import SeveralMeant, choices_of, value_of
from isthmus.warehouse.answering import TableReader
from tests.reports.conftest import COMPANIES
from tests.warehouse.building import Desk


@pytest.fixture
def clients(desk: Desk, reader: TableReader) -> tuple[tuple[str, str], ...]:
    """Give the clients of a home, of which three have one name."""
    names = {1: "Acme", 2: "Bolt", 17: "acme", 30: "Acme "}
    desk.publish(COMPANIES, *({"id": n, "companyName": name} for n, name in names.items()))
    return choices_of(reader, "company")


def test_names_that_several_have_are_told_apart(clients: tuple[tuple[str, str], ...]) -> None:
    assert sorted(clients) == [
        ("1", "Acme (1)"),
        ("17", "acme (17)"),
        ("2", "Bolt"),
        ("30", "Acme (30)"),
    ]
    for value, label in clients:
        assert value_of(clients, "company", label.upper()) == value


def test_a_name_that_several_have_is_asked_back_about(clients: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(SeveralMeant, match="3 have the name acme") as caught:
        value_of(clients, "company", "acme")
    assert all(f"({value})" in caught.value.remedy for value in (1, 17, 30))
    assert value_of(clients, "company", "17") == "17"
    assert value_of(clients, "company", "Nobody") == "Nobody"
