"""Connections, and the secrets in them."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from isthmus.state import Connection, KeyWrong, State, ZoneNote

CONNECTION = Connection(
    title="Contoso",
    username="api@contoso.example",
    secret="h0w-n0w-br0wn-c0w",
    integration_code="TRACK1234567890",
    base_url="http://127.0.0.1:9/ATServicesRest/",
    zone=None,
)


def every_byte(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_connection_comes_back_as_it_was_saved(state: State) -> None:
    state.save_connection(CONNECTION)

    assert state.load_connection() == CONNECTION
    assert state.load_connection("Contoso") == CONNECTION


def test_without_a_connection_there_is_none(state: State) -> None:
    assert state.load_connection() is None
    assert state.load_connection("Contoso") is None


def test_a_connection_of_the_same_title_is_replaced(state: State) -> None:
    state.save_connection(CONNECTION)
    other = Connection("Contoso", "new", "other-secret", "OTHERCODE", zone=7)
    state.save_connection(other)

    assert state.load_connection("Contoso") == other


def test_the_connection_saved_last_is_taken_when_none_is_named(state: State) -> None:
    state.save_connection(CONNECTION)
    other = Connection("Fabrikam", "u", "s", "c")
    state.save_connection(other)

    assert state.load_connection() == other


def test_connections_can_be_listed_without_the_key(state: State) -> None:
    state.save_connection(CONNECTION)
    state.save_connection(Connection("Fabrikam", "u", "s", "c", zone=5, api="soap"))
    state.path.with_name("key").unlink()

    notes = state.connections()
    assert [(note.title, note.zone) for note in notes] == [("Fabrikam", 5), ("Contoso", None)]
    assert notes[1].base_url == CONNECTION.base_url
    assert [note.api for note in notes] == ["soap", "rest"]


def test_a_forgotten_connection_is_gone(state: State) -> None:
    state.save_connection(CONNECTION)

    assert state.forget_connection("Contoso")
    assert not state.forget_connection("Contoso")
    assert state.load_connection() is None


def test_no_file_of_the_home_holds_a_secret_in_clear(state: State) -> None:
    state.save_connection(CONNECTION)
    state.close()

    stored = every_byte(state.path.parent)
    assert CONNECTION.username.encode() in stored
    assert CONNECTION.secret.encode() not in stored
    assert CONNECTION.integration_code.encode() not in stored


def test_repr_shows_no_secret() -> None:
    assert CONNECTION.secret not in repr(CONNECTION)
    assert CONNECTION.integration_code not in repr(CONNECTION)


def test_home_state_and_key_are_for_their_owner_alone(state: State) -> None:
    state.save_connection(CONNECTION)

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (state.path.parent, state.path, state.path.with_name("key"))
    }
    assert modes == {"home": 0o700, "state.db": 0o600, "key": 0o600}


def test_no_key_is_made_before_there_is_a_secret(state: State) -> None:
    assert state.load_connection() is None
    assert not state.path.with_name("key").exists()


def test_a_given_key_is_used_and_not_written_down(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    with State.open(tmp_path / "state.db", key=key) as state:
        state.save_connection(CONNECTION)
    with State.open(tmp_path / "state.db", key=key) as state:
        assert state.load_connection() == CONNECTION

    assert key.encode() not in every_byte(tmp_path)
    assert not (tmp_path / "key").exists()


def test_another_key_is_told_from_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with State.open(path, key=Fernet.generate_key().decode()) as state:
        state.save_connection(CONNECTION)

    with (
        State.open(path, key=Fernet.generate_key().decode()) as state,
        pytest.raises(KeyWrong, match="another key") as caught,
    ):
        state.load_connection()
    assert caught.value.where == "ISTHMUS_KEY"
    assert "isthmus connect autotask" in caught.value.remedy


def test_a_lost_key_file_is_named_and_not_replaced(state: State) -> None:
    state.save_connection(CONNECTION)
    key_file = state.path.with_name("key")
    key_file.unlink()

    with (
        State.open(state.path) as again,
        pytest.raises(KeyWrong, match="is gone") as caught,
    ):
        again.load_connection()
    assert caught.value.where == str(key_file)
    assert not key_file.exists()


def test_a_key_that_is_none_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    with (
        State.open(tmp_path / "state.db", key="hunter2-hunter2") as state,
        pytest.raises(KeyWrong, match="32 bytes") as caught,
    ):
        state.save_connection(CONNECTION)
    assert "hunter2" not in str(caught.value)


def test_a_key_file_of_another_process_is_taken_over(state: State) -> None:
    key = Fernet.generate_key()
    state.path.with_name("key").write_bytes(key)
    state.save_connection(CONNECTION)

    with State.open(state.path, key=key.decode()) as again:
        assert again.load_connection() == CONNECTION


def test_the_zone_is_remembered_until_the_connection_changes(state: State) -> None:
    zone = ZoneNote("Zone 5", "https://webservices5.example/", "https://ww5.example/", 4711)
    state.save_connection(CONNECTION)
    state.save_zone("Contoso", zone)
    assert state.load_zone("Contoso") == zone

    state.save_connection(CONNECTION)
    assert state.load_zone("Contoso") is None
    assert state.load_zone("nobody") is None


def test_a_state_made_readable_for_others_is_kept_to_its_owner_again(state: State) -> None:
    state.save_connection(CONNECTION)
    state.path.chmod(0o644)
    with State.open(state.path) as again:
        again.save_connection(CONNECTION)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in _kept(state.path)}

    assert modes
    assert set(modes.values()) == {0o600}, modes


def _kept(path: Path) -> list[Path]:
    return list(path.parent.glob("state.db*"))
