"""How Field Nation is reached, and the secrets in it."""

import pytest
from sqlalchemy import create_engine, text

from isthmus.state import Connection, FieldNationConnection, FieldNationNote, KeyWrong, State

CONNECTION = FieldNationConnection(
    client_id="client-17",
    client_secret="cl13nt-s3cret-of-ours",
    username="integration@contoso.example",
    password="p4ss of the user",
    base_url="https://api-sandbox.fndev.net",
)


def test_a_connection_comes_back_as_it_was_saved(state: State) -> None:
    assert state.load_fieldnation() is None
    state.save_fieldnation(CONNECTION)

    assert state.load_fieldnation() == CONNECTION


def test_a_home_knows_one_field_nation(state: State) -> None:
    state.save_fieldnation(CONNECTION)
    other = FieldNationConnection("c", "s", "u", "p", "https://api.fieldnation.com")
    state.save_fieldnation(other)

    assert state.load_fieldnation() == other


def test_it_is_told_without_the_key_and_without_its_secrets(state: State) -> None:
    assert state.fieldnation() is None
    state.save_fieldnation(CONNECTION)
    state.path.with_name("key").unlink()

    assert state.fieldnation() == FieldNationNote(
        CONNECTION.client_id, CONNECTION.username, CONNECTION.base_url
    )


def test_autotask_and_field_nation_do_not_meet(state: State) -> None:
    autotask = Connection("Contoso", "api@contoso.example", "secret", "code")
    state.save_connection(autotask)
    state.save_fieldnation(CONNECTION)

    assert [note.title for note in state.connections()] == ["Contoso"]
    assert state.forget_fieldnation()
    assert state.load_connection() == autotask
    assert not state.forget_fieldnation()
    assert state.load_fieldnation() is None


def test_no_file_of_the_home_holds_secret_or_password_in_clear(state: State) -> None:
    state.save_fieldnation(CONNECTION)
    state.close()

    stored = b"".join(path.read_bytes() for path in state.path.parent.iterdir())
    assert CONNECTION.username.encode() in stored
    assert CONNECTION.client_secret.encode() not in stored
    assert CONNECTION.password.encode() not in stored


def test_repr_shows_neither_secret_nor_password() -> None:
    assert CONNECTION.client_secret not in repr(CONNECTION)
    assert CONNECTION.password not in repr(CONNECTION)


def test_a_lost_key_is_told_with_the_command_that_mends_it(state: State) -> None:
    state.save_fieldnation(CONNECTION)
    state.path.with_name("key").unlink()

    with State.open(state.path) as again, pytest.raises(KeyWrong, match="is gone") as caught:
        again.load_fieldnation()
    assert "isthmus connect fieldnation" in caught.value.remedy


def test_the_table_has_room_for_one(state: State) -> None:
    state.save_fieldnation(CONNECTION)
    state.save_fieldnation(CONNECTION)
    engine = create_engine(f"sqlite:///{state.path}")
    with engine.connect() as session:
        assert session.execute(text("SELECT id FROM fieldnation")).scalars().all() == [1]
    engine.dispose()
