"""Log-ins: what is told to whom, and how often one may fail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import Engine, text

from isthmus.state.dispatch.session import reading
from isthmus.state.people import (
    LoginRefused,
    LoginTaken,
    LoginThrottled,
    LoginWrong,
    NotBegun,
    People,
    Role,
    passwords,
)
from isthmus.state.people.throttle import LONGEST_WAIT, OF_LOGIN, OF_SOURCE
from tests.state.people.conftest import PASSWORD, Clock
from tests.state.people.test_accounts import of

WRONG = "not the right words"


def fail(people: People, login: str = "bob", source: str = "10.0.0.1", times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            people.log_in(login, WRONG, source=source, agent="")


def enter(people: People, login: str = "bob", source: str = "10.0.0.1") -> str:
    return people.log_in(login, PASSWORD, source=source, agent="Firefox")[1]


def refused(people: People, login: str, password: str) -> str:
    with pytest.raises(LoginRefused) as ended:
        people.log_in(login, password, source="", agent="")
    return str(ended.value)


def test_whoever_is_right_gets_a_session_and_its_secret(begun: People) -> None:
    session, secret = begun.log_in(" BOB ", PASSWORD, source="10.0.0.1", agent="Firefox")
    assert session.account.login == "bob"
    assert session.account.last_seen_at == session.begun_at
    assert (session.source, session.agent) == ("10.0.0.1", "Firefox")
    assert begun.session(secret) == session


def test_all_refusals_are_in_the_same_words(begun: People) -> None:
    begun.add("cat", "", Role.VIEWER, PASSWORD)
    begun.change(of(begun, "cat").id, is_active=False)
    words = {
        refused(begun, "bob", WRONG),
        refused(begun, "nobody", WRONG),
        refused(begun, "cat", PASSWORD),
        refused(begun, "bob\0\ud83d", WRONG),
        refused(begun, "x" * 5_000, WRONG),
        refused(begun, "bob", "\ud83d" * 20),
        refused(begun, "bob", PASSWORD + "x" * 5_000),
    }
    assert len(words) == 1


@pytest.mark.parametrize("login", ["bob", "nobody"])
def test_every_try_costs_one_hash_whether_or_not_there_is_the_login(
    begun: People, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    verify = passwords._verify

    def counting(kept: str, password: str) -> bool:
        looked_at.append(kept)
        return verify(kept, password)

    monkeypatch.setattr(passwords, "_verify", counting)
    refused(begun, login, WRONG)
    assert len(looked_at) == 1


def test_the_hash_of_nobody_costs_what_all_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real settings
    assert extract_parameters(passwords.NOBODYS) == extract_parameters(passwords.hashed("x"))
    assert not passwords.matches(None, "")


def test_a_hash_of_older_settings_is_renewed(
    begun: People, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", dearer)
    enter(begun)
    with reading(database) as session:
        query = text("SELECT password_hash FROM people_accounts WHERE login = 'bob'")
        assert "m=16,t=2" in session.execute(query).scalar_one()
    enter(begun)


def test_a_password_changed_while_it_was_looked_at_lets_nobody_in(
    begun: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = of(begun, "bob")
    matches = passwords.matches

    def slow(kept: str | None, password: str) -> bool:
        is_right = matches(kept, password)
        begun.set_password(bob.id, "another row of words")
        return is_right

    monkeypatch.setattr(passwords, "matches", slow)
    refused(begun, "bob", PASSWORD)


# The throttle


@pytest.mark.parametrize("login", ["bob", "nobody"])
def test_a_login_is_throttled_after_five_failures_ever_longer(
    begun: People, clock: Clock, login: str
) -> None:
    waits = []
    fail(begun, login, times=OF_LOGIN.free)
    for _ in range(11):
        with pytest.raises(LoginThrottled) as throttled:
            begun.log_in(login, PASSWORD, source="10.0.0.9", agent="")
        waits.append(throttled.value.wait)
        clock.move(seconds=waits[-1].total_seconds())
        fail(begun, login)
    assert waits == [timedelta(seconds=min(2**n, 900)) for n in range(11)]
    assert max(waits) == LONGEST_WAIT


def test_asking_while_throttled_does_not_make_it_longer(begun: People, clock: Clock) -> None:
    fail(begun, times=5)
    for _ in range(50):
        with pytest.raises(LoginThrottled) as throttled:
            enter(begun)
        assert throttled.value.wait == timedelta(seconds=1)
    clock.move(seconds=1)
    enter(begun)


def test_whoever_is_let_in_starts_anew(begun: People, clock: Clock) -> None:
    fail(begun, times=5)
    clock.move(seconds=1)
    enter(begun)
    fail(begun, times=5)


def test_failures_are_forgotten_after_a_day(begun: People, clock: Clock) -> None:
    fail(begun, times=5)
    clock.move(seconds=1)
    fail(begun)
    clock.move(hours=24, seconds=1)
    fail(begun, times=5)


def test_a_source_is_throttled_over_all_logins(begun: People, clock: Clock) -> None:
    for number in range(OF_SOURCE.free):
        fail(begun, f"guess{number}", "10.0.0.1")
    with pytest.raises(LoginThrottled):
        enter(begun, "ann", "10.0.0.1")
    enter(begun, "ann", "10.0.0.2")
    clock.move(seconds=1)
    enter(begun, "ann", "10.0.0.1")


def test_an_account_of_ones_own_does_not_clear_the_source(begun: People, clock: Clock) -> None:
    for number in range(OF_SOURCE.free - 1):
        fail(begun, f"guess{number}")
        enter(begun, "ann")
    fail(begun, "one more")
    with pytest.raises(LoginThrottled):
        enter(begun, "ann")


def test_a_line_of_ipv6_is_one_source(begun: People, clock: Clock) -> None:
    for number in range(OF_SOURCE.free):
        fail(begun, f"guess{number}", f"2001:db8:1:2::{number:x}")
    with pytest.raises(LoginThrottled):
        enter(begun, "ann", "2001:db8:1:2:ffff::1")
    enter(begun, "ann", "2001:db8:1:3::1")


def test_the_throttle_is_kept_in_the_database(
    begun: People, clock: Clock, database: Engine
) -> None:
    fail(begun, times=5)
    with pytest.raises(LoginThrottled):
        enter(People.open(database))


def test_many_guesses_at_once_are_not_each_the_first(begun: People, clock: Clock) -> None:
    def guess(_: int) -> type[Exception]:
        with pytest.raises((LoginRefused, LoginThrottled)) as ended:
            begun.log_in("bob", WRONG, source="", agent="")
        return ended.type

    with ThreadPoolExecutor(8) as threads:
        ended = list(threads.map(guess, range(16)))
    assert ended.count(LoginRefused) == OF_LOGIN.free
    assert ended.count(LoginThrottled) == 16 - OF_LOGIN.free


def test_wrong_passwords_of_one_who_is_in_are_throttled_too(begun: People, clock: Clock) -> None:
    bob = of(begun, "bob")
    for _ in range(OF_LOGIN.free):
        assert not begun.check_password(bob.id, WRONG)
    with pytest.raises(LoginThrottled):
        begun.check_password(bob.id, PASSWORD)
    clock.move(seconds=1)
    assert begun.check_password(bob.id, PASSWORD)


def test_another_password_ends_the_throttle(begun: People, clock: Clock) -> None:
    fail(begun, times=5)
    begun.set_password(of(begun, "bob").id, PASSWORD)
    enter(begun, source="10.0.0.2")


def test_neither_logins_nor_sources_are_kept_in_clear(begun: People, database: Engine) -> None:
    fail(begun, "my-password-by-mistake", "10.0.0.1")
    with reading(database) as session:
        tables = [
            session.execute(text(f"SELECT * FROM {table}")).all()
            for table in ("people_tries", "people_deeds")
        ]
    assert "my-password" not in str(tables)
    assert "10.0.0.1" not in str(tables[0])


def test_old_tries_do_not_pile_up(begun: People, clock: Clock, database: Engine) -> None:
    for number in range(5):
        fail(begun, f"guess{number}")
    clock.move(hours=25)
    fail(begun)
    with reading(database) as session:
        assert session.execute(text("SELECT count(*) FROM people_tries")).scalar() == 2


# By an identity provider


def vouched(people: People, subject: str = "42", **changed: Any) -> str:
    told = {"login": "dee@contoso.example", "name": "Dee", "role": None} | changed
    session, secret = people.log_in_as(
        "https://id.example.com", subject, **told, source="10.0.0.1", agent="Firefox"
    )
    assert people.session(secret) == session
    return session.account.id


def test_whoever_is_vouched_for_gets_an_account_the_first_time(begun: People) -> None:
    first = vouched(begun)
    dee = begun.account(first)
    assert dee is not None
    assert (dee.login, dee.name, dee.role) == ("dee@contoso.example", "Dee", Role.VIEWER)
    assert vouched(begun, login="dee.new@contoso.example") == first, "known by issuer and subject"
    assert len(begun.accounts()) == 3


def test_the_providers_role_is_taken_each_time_and_none_leaves_it(begun: People) -> None:
    dee = vouched(begun, role=Role.DISPATCHER)
    vouched(begun)
    assert of(begun, "dee@contoso.example").role is Role.DISPATCHER
    vouched(begun, role=Role.VIEWER)
    assert of(begun, "dee@contoso.example").role is Role.VIEWER
    begun.change(dee, role=Role.ADMIN)
    begun.change(of(begun, "ann").id, role=Role.VIEWER)
    vouched(begun, role=Role.VIEWER)
    assert of(begun, "dee@contoso.example").role is Role.ADMIN, "the last one stays"


def test_an_account_with_a_password_is_not_taken_over(begun: People) -> None:
    with pytest.raises(LoginTaken):
        vouched(begun, login="ANN")
    assert len(begun.accounts()) == 2


def test_a_disabled_account_is_not_let_in_by_a_provider(begun: People) -> None:
    begun.change(vouched(begun), is_active=False)
    with pytest.raises(LoginRefused):
        vouched(begun)


def test_a_provider_does_not_make_the_first_account(people: People) -> None:
    with pytest.raises(NotBegun):
        vouched(people, role=Role.ADMIN)
    assert people.is_empty()


def test_a_provider_cannot_name_what_is_no_login(begun: People) -> None:
    with pytest.raises(LoginWrong):
        vouched(begun, login="")


def test_an_account_of_a_provider_has_no_password(begun: People) -> None:
    dee = vouched(begun)
    assert not begun.check_password(dee, "")
    refused(begun, "dee@contoso.example", "")
