"""Secrets by name, such as those of webhooks, and how one takes the place of another."""

from datetime import UTC

import pytest

from isthmus.base.clock import utc_now
from isthmus.state import KeyWrong, State

NAME = "webhook/fieldnation"
SECRETS = ("f1rst-secret-of-all", "s3cond-secret-of-all", "th1rd-secret-of-all")
FIRST, SECOND, THIRD = SECRETS


def test_a_secret_comes_back_as_it_was_saved(state: State) -> None:
    assert state.load_secret(NAME) is None
    assert state.live_secrets(NAME) == ()
    state.save_secret(NAME, FIRST)

    assert state.load_secret(NAME) == FIRST
    assert state.live_secrets(NAME) == (FIRST,)


def test_when_it_was_saved_is_known(state: State) -> None:
    before = utc_now()
    state.save_secret(NAME, FIRST)
    (found,) = state.secrets()

    assert before <= found.saved_at <= utc_now()
    assert found.saved_at.tzinfo is UTC
    assert (found.value, found.is_changing) == (FIRST, False)


def test_while_a_secret_changes_both_count_newest_first(state: State) -> None:
    state.save_secret(NAME, FIRST)
    state.rotate_secret(NAME, SECOND)

    assert state.live_secrets(NAME) == (SECOND, FIRST)
    assert state.load_secret(NAME) == SECOND
    assert state.secrets()[0].is_changing


def test_once_settled_only_the_new_one_counts(state: State) -> None:
    state.save_secret(NAME, FIRST)
    state.rotate_secret(NAME, SECOND)

    assert state.settle_secret(NAME)
    assert state.live_secrets(NAME) == (SECOND,)
    assert not state.settle_secret(NAME)


def test_a_change_that_is_begun_twice_drops_none_the_other_side_may_use(state: State) -> None:
    state.save_secret(NAME, FIRST)
    state.rotate_secret(NAME, SECOND)
    state.rotate_secret(NAME, THIRD)

    assert state.live_secrets(NAME) == (THIRD, SECOND, FIRST)
    state.settle_secret(NAME)
    state.rotate_secret(NAME, FIRST)
    assert state.live_secrets(NAME) == (FIRST, THIRD)


def test_a_change_that_is_repeated_changes_nothing(state: State) -> None:
    state.save_secret(NAME, FIRST)
    state.rotate_secret(NAME, SECOND)
    state.rotate_secret(NAME, SECOND)

    assert state.live_secrets(NAME) == (SECOND, FIRST)


def test_a_change_without_a_secret_before_is_a_saving(state: State) -> None:
    state.rotate_secret(NAME, FIRST)

    assert state.live_secrets(NAME) == (FIRST,)
    assert not state.settle_secret(NAME)


def test_a_secret_that_is_saved_takes_the_place_of_all(state: State) -> None:
    state.save_secret(NAME, FIRST)
    state.rotate_secret(NAME, SECOND)
    state.save_secret(NAME, THIRD)

    assert state.live_secrets(NAME) == (THIRD,)


def test_secrets_are_listed_by_how_their_names_begin(state: State) -> None:
    for name in ("webhook/b", "webhook/a", "Webhook/a", "webhook_a", "other"):
        state.save_secret(name, f"secret of {name}")
    state.rotate_secret("webhook/a", SECOND)

    found = state.secrets("webhook/")
    assert [secret.name for secret in found] == ["webhook/a", "webhook/b"]
    assert found[0].live == (SECOND, "secret of webhook/a")
    assert [secret.name for secret in state.secrets("webhook_")] == ["webhook_a"]
    assert len(state.secrets()) == 5


def test_a_forgotten_secret_is_gone_with_all_its_values(state: State) -> None:
    state.save_secret(NAME, FIRST)
    state.save_secret("other", THIRD)
    state.rotate_secret(NAME, SECOND)

    assert state.forget_secret(NAME)
    assert not state.forget_secret(NAME)
    assert state.live_secrets(NAME) == ()
    assert state.load_secret("other") == THIRD


def test_another_process_sees_a_change_at_once(state: State) -> None:
    state.save_secret(NAME, FIRST)
    with State.open(state.path) as other:
        other.rotate_secret(NAME, SECOND)

    assert state.live_secrets(NAME) == (SECOND, FIRST)


def test_no_file_of_the_home_and_no_repr_holds_a_secret_in_clear(state: State) -> None:
    state.save_secret(NAME, FIRST)
    state.rotate_secret(NAME, SECOND)
    shown = repr(state.secrets())
    state.close()

    stored = b"".join(path.read_bytes() for path in state.path.parent.iterdir())
    assert NAME.encode() in stored
    for secret in (FIRST, SECOND):
        assert secret.encode() not in stored
        assert secret not in shown


def test_without_the_key_no_secret_is_told(state: State) -> None:
    state.save_secret(NAME, FIRST)
    state.path.with_name("key").unlink()

    with State.open(state.path) as again, pytest.raises(KeyWrong):
        again.live_secrets(NAME)
