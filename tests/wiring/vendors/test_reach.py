"""How a home reaches Field Nation: what the environment says, over what is saved."""

from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.state import FieldNationConnection, FieldNationNote, State
from isthmus.wiring.build import House, NotConnected
from isthmus.wiring.environment.config import load_config

SAVED = FieldNationConnection(
    "client-17",
    "saved-secret",
    "saved@contoso.example",
    "saved-password",
    "https://api.example.com",
)
WHOLE = {
    "ISTHMUS_FIELDNATION_CLIENT_ID": "client-42",
    "ISTHMUS_FIELDNATION_CLIENT_SECRET": "tell-nobody",
    "ISTHMUS_FIELDNATION_USERNAME": "integration@contoso.example",
    "ISTHMUS_FIELDNATION_PASSWORD": "nor-anybody-else",
}


def house(home: Path, **more: str) -> House:
    return House(load_config({"ISTHMUS_HOME": str(home), **more}))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that knows a Field Nation."""
    with State.open(tmp_path / "home" / "state.db") as state:
        state.save_fieldnation(SAVED)
    return tmp_path / "home"


def test_a_home_that_knows_none_says_what_to_do_and_makes_nothing(tmp_path: Path) -> None:
    with house(tmp_path / "none") as empty:
        assert empty.fieldnation_reach() is None
        assert not (tmp_path / "none").exists()
        with pytest.raises(NotConnected, match="Field Nation") as caught:
            empty.fieldnation_connection()
    assert caught.value.remedy == "isthmus connect fieldnation"


def test_a_part_of_the_environment_alone_is_no_connection(tmp_path: Path) -> None:
    given = {"ISTHMUS_FIELDNATION_CLIENT_ID": "c", "ISTHMUS_FIELDNATION_PASSWORD": "p"}
    with house(tmp_path, **given) as half, pytest.raises(NotConnected) as caught:
        half.fieldnation_connection()
    assert (
        "ISTHMUS_FIELDNATION_CLIENT_SECRET and ISTHMUS_FIELDNATION_USERNAME" in caught.value.remedy
    )


def test_the_environment_alone_is_a_connection_and_touches_no_state(tmp_path: Path) -> None:
    with house(tmp_path / "none", **WHOLE) as told:
        connection = told.fieldnation_connection()
        reach = told.fieldnation_reach()

    assert connection == FieldNationConnection(
        "client-42",
        "tell-nobody",
        "integration@contoso.example",
        "nor-anybody-else",
        "https://api-sandbox.fndev.net",
    )
    assert reach == FieldNationNote(
        "client-42", "integration@contoso.example", "https://api-sandbox.fndev.net"
    )
    assert not (tmp_path / "none").exists()


def test_what_is_saved_is_used(home: Path) -> None:
    with house(home) as ours:
        assert ours.fieldnation_connection() == SAVED
        assert ours.fieldnation_reach() == FieldNationNote(
            SAVED.client_id, SAVED.username, SAVED.base_url
        )


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("CLIENT_ID", "client_id"),
        ("CLIENT_SECRET", "client_secret"),
        ("USERNAME", "username"),
        ("PASSWORD", "password"),
    ],
)
def test_each_part_of_the_environment_wins_over_the_saved_one(
    home: Path, name: str, part: str
) -> None:
    with house(home, **{f"ISTHMUS_FIELDNATION_{name}": "given"}) as ours:
        expected = replace(SAVED, **{part: "given"})
        assert ours.fieldnation_connection() == expected
        assert ours.fieldnation_reach() == FieldNationNote(
            expected.client_id, expected.username, expected.base_url
        )


def test_the_address_of_the_environment_wins_over_the_saved_one(home: Path) -> None:
    with house(home, ISTHMUS_FIELDNATION_URL="production") as ours:
        connection, reach = ours.fieldnation_connection(), ours.fieldnation_reach()

    assert connection == replace(SAVED, base_url="https://api.fieldnation.com")
    assert reach is not None
    assert reach.base_url == "https://api.fieldnation.com"
