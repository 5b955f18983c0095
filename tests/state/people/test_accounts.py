"""Accounts: the first one, the last admin, logins, roles."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Engine, text

from isthmus.state.dispatch import DispatchState
from isthmus.state.dispatch.session import reading
from isthmus.state.people import (
    Account,
    AlreadyBegun,
    LastAdmin,
    LoginTaken,
    LoginWrong,
    NoSuchAccount,
    NotBegun,
    PasswordWeak,
    People,
    Role,
)
from tests.state.people.conftest import PASSWORD


def of(people: People, login: str) -> Account:
    found = people.find(login)
    assert found is not None
    return found


def outcomes(works: list[Callable[[], object]]) -> list[object]:
    """Do things at the same time; an error stands for what it ended."""

    def tried(work: Callable[[], object]) -> object:
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - each is looked at
            return error

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(tried, works))


@pytest.mark.parametrize(
    ("role", "covered"),
    [
        (Role.VIEWER, {Role.VIEWER}),
        (Role.DISPATCHER, {Role.VIEWER, Role.DISPATCHER}),
        (Role.ADMIN, set(Role)),
    ],
)
def test_a_role_covers_those_below_it(role: Role, covered: set[Role]) -> None:
    assert {other for other in Role if role.covers(other)} == covered


def test_tables_of_people_lie_beside_those_of_dispatch(database: Engine) -> None:
    DispatchState.open(database)
    People.open(database)
    People.open(database).begin("ann", "Ann", PASSWORD)


def test_the_first_account_is_an_admin(people: People) -> None:
    assert people.is_empty()
    ann = people.begin(" ann@contoso.example ", " Ann  Lee ", PASSWORD)
    assert (ann.login, ann.name, ann.role) == ("ann@contoso.example", "Ann Lee", Role.ADMIN)
    assert (ann.is_active, ann.last_seen_at) == (True, None)
    assert not people.is_empty()
    assert people.accounts() == (ann,)
    assert people.account(ann.id) == ann


def test_nobody_begins_twice(begun: People) -> None:
    with pytest.raises(AlreadyBegun):
        begun.begin("eve", "Eve", PASSWORD)
    assert [one.login for one in begun.accounts()] == ["ann", "bob"]


def test_of_many_who_begin_at_once_one_does(people: People) -> None:
    logins = [f"first{number}" for number in range(6)]
    ended = outcomes([partial(people.begin, login, "", PASSWORD) for login in logins])
    (made,) = people.accounts()
    assert [one for one in ended if isinstance(one, Account)] == [made]
    assert sum(isinstance(one, AlreadyBegun) for one in ended) == 5


def test_nobody_but_an_admin_comes_first(people: People) -> None:
    with pytest.raises(NotBegun):
        people.add("bob", "Bob", Role.VIEWER, PASSWORD)
    assert people.is_empty()


@pytest.mark.parametrize("login", ["bob", "BOB", " Bob ", "\uff42ob"])
def test_a_login_is_one_accounts_in_any_case(begun: People, login: str) -> None:
    with pytest.raises(LoginTaken):
        begun.add(login, "Another", Role.VIEWER, PASSWORD)


def test_of_many_who_take_a_login_at_once_one_has_it(begun: People) -> None:
    ended = outcomes([lambda: begun.add("cat", "", Role.VIEWER, PASSWORD)] * 5)
    assert sum(isinstance(one, LoginTaken) for one in ended) == 4
    assert len(begun.accounts()) == 3


@pytest.mark.parametrize("login", ["", "  ", "two words", "a\0b", "a\u200bb", "x" * 201])
def test_a_login_that_cannot_be_typed_is_refused(people: People, login: str) -> None:
    with pytest.raises(LoginWrong):
        people.begin(login, "Name", PASSWORD)


def test_without_a_name_the_login_is_shown(people: People) -> None:
    assert people.begin("ann", " ", PASSWORD).name == "ann"


def test_name_role_and_activity_change_apart(begun: People) -> None:
    bob = of(begun, "bob")
    assert begun.change(bob.id, name="Robert").name == "Robert"
    assert begun.change(bob.id, role=Role.VIEWER).role is Role.VIEWER
    assert not begun.change(bob.id, is_active=False).is_active
    changed = of(begun, "bob")
    assert (changed.name, changed.role, changed.is_active) == ("Robert", Role.VIEWER, False)
    assert begun.change(bob.id, is_active=True).is_active


def test_an_account_nobody_has_is_not_changed(begun: People) -> None:
    with pytest.raises(NoSuchAccount):
        begun.change("nobody", name="X")
    with pytest.raises(NoSuchAccount):
        begun.set_password("nobody", PASSWORD)
    assert begun.account("nobody") is None


def test_an_id_that_somebody_made_up_is_nobodys(begun: People) -> None:
    odd = "a\0b\ud83d" + "x" * 500
    assert begun.account(odd) is None
    assert begun.find(odd) is None
    assert begun.sessions(odd) == ()
    assert begun.tokens(odd) == ()
    assert begun.deeds(text=odd) == ()
    assert not begun.end_session(odd)
    assert not begun.revoke(odd)


def test_the_last_admin_can_be_neither_lowered_nor_disabled(begun: People) -> None:
    ann = of(begun, "ann")
    with pytest.raises(LastAdmin):
        begun.change(ann.id, role=Role.DISPATCHER)
    with pytest.raises(LastAdmin):
        begun.change(ann.id, is_active=False)
    assert begun.change(ann.id, name="Ann, still").role is Role.ADMIN


def test_a_disabled_admin_does_not_count_as_one(begun: People) -> None:
    ann, bob = of(begun, "ann"), of(begun, "bob")
    begun.change(bob.id, role=Role.ADMIN)
    begun.change(bob.id, is_active=False)
    with pytest.raises(LastAdmin):
        begun.change(ann.id, role=Role.VIEWER)
    begun.change(bob.id, is_active=True)
    assert begun.change(ann.id, role=Role.VIEWER).role is Role.VIEWER


def test_two_admins_who_lower_each_other_at_once_leave_one(begun: People) -> None:
    ann, bob = of(begun, "ann"), of(begun, "bob")
    begun.change(bob.id, role=Role.ADMIN)
    ended = outcomes(
        [
            lambda: begun.change(ann.id, role=Role.VIEWER),
            lambda: begun.change(bob.id, is_active=False),
        ]
    )
    assert sum(isinstance(one, LastAdmin) for one in ended) == 1
    assert sum(one.is_active and one.role is Role.ADMIN for one in begun.accounts()) == 1


def test_a_disabled_account_has_neither_sessions_nor_tokens(begun: People) -> None:
    bob = of(begun, "bob")
    _, cookie = begun.log_in("bob", PASSWORD, source="", agent="")
    _, secret = begun.issue_token(bob.id, "script", Role.VIEWER, None)
    begun.change(bob.id, is_active=False)
    assert begun.session(cookie) is None
    assert begun.token(secret) is None
    begun.change(bob.id, is_active=True)
    assert begun.session(cookie) is None, "it stays ended"
    assert begun.token(secret) is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven sign", "fewer than 12"),
        ("passwordpassword", "everybody"),
        ("PasswordPassword", "everybody"),
        ("correct horse battery staple", "everybody"),
        ("aaaabbbbaaaa", "everybody"),
        ("annalise.reyes", "the login"),
        ("Annalise.Reyes1!", "the login"),
        ("x" * 500 + "yzabc" * 101, "more than 1,000"),
    ],
)
def test_a_weak_password_is_refused_and_not_repeated(
    people: People, password: str, why: str
) -> None:
    with pytest.raises(PasswordWeak) as refused:
        people.begin("annalise.reyes", "Ann", password)
    assert why in refused.value.what
    assert password not in str(refused.value)
    assert people.is_empty()


def test_a_long_password_needs_no_digits_or_signs(people: People) -> None:
    people.begin("ann", "Ann", "nothingbutsmallletters")


def test_a_password_is_kept_as_argon2id_and_nowhere_else(begun: People, database: Engine) -> None:
    with reading(database) as session:
        rows = session.execute(text("SELECT * FROM people_accounts")).all()
    kept = [value for row in rows for value in row if str(value).startswith("$argon2id$")]
    assert len(set(kept)) == 2, "the same password twice, and two salts"
    assert PASSWORD not in str(rows)


def test_a_password_is_right_however_its_accents_are_composed(people: People) -> None:
    ann = people.begin("ann", "Ann", "zw\u00f6lf B\u00e4ume im Wald")
    assert people.check_password(ann.id, "zwo\u0308lf Ba\u0308ume im Wald")
    assert not people.check_password(ann.id, "zwolf Baume im Wald")


def test_another_password_takes_the_place_of_the_first(begun: People) -> None:
    bob = of(begun, "bob")
    begun.set_password(bob.id, "another row of words")
    assert begun.check_password(bob.id, "another row of words")
    assert not begun.check_password(bob.id, PASSWORD)


def test_another_password_ends_the_sessions_but_the_one_named(begun: People) -> None:
    bob = of(begun, "bob")
    mine, cookie = begun.log_in("bob", PASSWORD, source="", agent="")
    _, other = begun.log_in("bob", PASSWORD, source="", agent="")
    begun.set_password(bob.id, "another row of words", but=mine.id)
    assert begun.session(cookie) is not None
    assert begun.session(other) is None
    begun.set_password(bob.id, "a third row of words")
    assert begun.session(cookie) is None


def test_another_password_ends_the_tokens_unless_they_are_to_count_on(begun: People) -> None:
    bob = of(begun, "bob")
    _, secret = begun.issue_token(bob.id, "report", Role.VIEWER, None)
    begun.set_password(bob.id, "another row of words", keep_tokens=True)
    assert begun.token(secret) is not None
    begun.set_password(bob.id, "a third row of words")
    assert begun.token(secret) is None
