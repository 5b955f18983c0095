"""`isthmus people` and `isthmus token`: what a person may do without the console."""

import io
from pathlib import Path

import pytest

from isthmus.cli import people as commands
from isthmus.cli.exits import Exit
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.people import LoginRefused, LoginThrottled, People, open_people, people_of
from tests.cli.conftest import Ended, Run

PASSWORD = "four words in a row"
OTHER = "another row of words"


class Commands:
    """Runs commands with a password on standard input."""

    def __init__(self, isthmus: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.isthmus, self.monkeypatch = isthmus, monkeypatch

    def __call__(self, *words: str, password: str | None = None) -> Ended:
        given = "" if password is None else password + "\n"
        self.monkeypatch.setattr("sys.stdin", io.StringIO(given))
        more = () if password is None else ("--password-stdin",)
        return self.isthmus(*words, *more)

    def logs_in(self, login: str, password: str = PASSWORD) -> str | None:
        """Return the secret of a session, None when it is refused."""
        with House.from_environment() as house, open_people(house) as people:
            try:
                return people.log_in(login, password, source="", agent="")[1]
            except LoginRefused:
                return None


@pytest.fixture
def run(isthmus: Run, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(isthmus, monkeypatch)


@pytest.fixture
def begun(run: Commands) -> Commands:
    assert run("people", "add", "ann", "--name", "Ann Lee", password=PASSWORD).code == Exit.OK
    assert run("people", "add", "bob", password=PASSWORD).code == Exit.OK
    return run


def trail() -> list[tuple[str, str, str]]:
    with House.from_environment() as house, open_people(house) as people:
        return [(one.what, one.about, one.source) for one in reversed(people.deeds())]


def test_a_home_without_accounts_says_how_to_begin(run: Commands) -> None:
    ended = run("people", "list")
    assert ended.code == Exit.OK
    assert "isthmus people add" in ended.out


def test_the_first_account_is_an_admins_and_later_ones_viewers(begun: Commands) -> None:
    told = begun("people", "list", "--json").json()["people"]
    assert [(one["login"], one["name"], one["role"]) for one in told] == [
        ("ann", "Ann Lee", "admin"),
        ("bob", "bob", "viewer"),
    ]
    shown = begun("people", "list").out
    assert "Ann Lee" in shown
    assert "never" in shown


def test_the_first_account_cannot_be_another_role(run: Commands) -> None:
    ended = run("people", "add", "bob", "--role", "viewer", password=PASSWORD)
    assert ended.code == Exit.USAGE
    assert "admin" in ended.err
    assert run("people", "list", "--json").json()["people"] == []


def test_what_is_refused_tells_why_and_not_the_password(begun: Commands) -> None:
    taken = begun("people", "add", "ANN", password=PASSWORD)
    weak = begun("people", "add", "cat", password="tooshort123")
    unknown = begun("people", "role", "eve", "admin")
    assert {taken.code, weak.code, unknown.code} == {Exit.USAGE}
    assert "already" in taken.err
    assert "12" in weak.err
    assert "tooshort123" not in weak.err
    assert "isthmus people list" in unknown.err


def test_without_a_terminal_or_standard_input_the_password_is_missing(run: Commands) -> None:
    ended = run("people", "add", "ann")
    assert ended.code == Exit.USAGE
    assert "--password-stdin" in ended.err
    assert run("people", "add", "ann", password="").code == Exit.USAGE


@pytest.mark.parametrize(("second", "code"), [(PASSWORD, Exit.OK), (OTHER, Exit.USAGE)])
def test_on_a_terminal_the_password_is_asked_for_twice(
    run: Commands, monkeypatch: pytest.MonkeyPatch, second: str, code: Exit
) -> None:
    answers = iter([PASSWORD, second])

    class Terminal:
        def input(self, prompt: str, *, password: bool) -> str:
            assert password, f"{prompt} shows what is typed"
            return next(answers)

    monkeypatch.setattr(commands, "is_person_asked", lambda: True)
    monkeypatch.setattr(commands, "err", Terminal)
    assert run.isthmus("people", "add", "ann").code == code


def test_a_lost_password_is_replaced_and_the_throttle_ended(begun: Commands) -> None:
    old = begun.logs_in("ann")
    for _ in range(5):
        begun.logs_in("ann", "wrong wrong wrong")
    with pytest.raises(LoginThrottled):
        begun.logs_in("ann", OTHER)
    assert begun("people", "set-password", "ann", password=OTHER).code == Exit.OK
    assert begun.logs_in("ann", OTHER) is not None
    with House.from_environment() as house, open_people(house) as people:
        assert old is not None
        assert people.session(old) is None


def test_somebody_is_disabled_and_enabled(begun: Commands) -> None:
    assert "no more" in begun("people", "disable", "bob").out
    assert begun.logs_in("bob") is None
    assert "viewer, disabled" in begun("people", "list").out
    told = begun("people", "set-password", "bob", password=OTHER)
    assert "people enable bob" in told.out
    assert begun("people", "enable", "bob", "--json").json()["person"]["is_active"]
    assert begun.logs_in("bob", OTHER) is not None


def test_roles_change_but_the_last_admins(begun: Commands) -> None:
    assert begun("people", "role", "ann", "viewer").code == Exit.USAGE
    assert begun("people", "role", "bob", "admin").code == Exit.OK
    told = begun("people", "role", "ann", "dispatcher", "--json").json()
    assert told["person"]["role"] == "dispatcher"


def test_a_token_is_made_listed_without_its_secret_and_revoked(begun: Commands) -> None:
    made = begun("token", "make", "report", "--login", "ann", "--days", "30", "--json").json()
    assert made["secret"].startswith("isthmus_")
    listed = begun("token", "list", "--json")
    assert listed.json()["tokens"] == [made["token"]]
    shown = begun("token", "list", "--login", "ann")
    for text in (listed.out, shown.out):
        assert made["secret"] not in text
    assert made["token"]["id"] in shown.out
    assert begun("token", "list", "--login", "bob").out.strip() == "There is no token."
    assert begun("token", "revoke", made["token"]["id"]).code == Exit.OK
    assert begun("token", "revoke", made["token"]["id"]).code == Exit.USAGE
    assert begun("token", "list", "--json").json()["tokens"] == []


def test_a_token_may_not_more_than_its_account(begun: Commands) -> None:
    ended = begun("token", "make", "report", "--login", "bob", "--role", "admin")
    assert ended.code == Exit.USAGE
    assert begun("token", "make", "report", "--login", "bob", "--days", "0").code == Exit.USAGE
    secret = begun("token", "make", "report", "--login", "bob").out.split()[0]
    with House.from_environment() as house, open_people(house) as people:
        assert people.token(secret) is not None


def test_what_is_done_on_the_command_line_is_in_the_audit_trail(begun: Commands) -> None:
    begun("people", "role", "bob", "dispatcher")
    begun("people", "disable", "bob")
    begun("people", "enable", "bob")
    begun("people", "set-password", "bob", password=OTHER)
    token = begun("token", "make", "report", "--login", "bob", "--json").json()["token"]["id"]
    begun("token", "revoke", token)
    assert trail() == [
        ("account made", "ann", "command line"),
        ("account made", "bob", "command line"),
        ("role changed", "bob", "command line"),
        ("account disabled", "bob", "command line"),
        ("account enabled", "bob", "command line"),
        ("password set", "bob", "command line"),
        ("token made", "bob: report", "command line"),
        ("token revoked", "report", "command line"),
    ]


def test_people_are_the_same_beside_the_stores_of_dispatch(begun: Commands, home: Path) -> None:
    with House.from_environment() as house, Stores.open(house) as stores:
        people: People = people_of(stores)
        assert [one.login for one in people.accounts()] == ["ann", "bob"]
    assert (home / "dispatch.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", [("people", "add", "cat"), ("token", "make", "x")])
def test_machines_are_told_what_is_wrong(begun: Commands, command: tuple[str, ...]) -> None:
    more = ("--login", "eve") if command[0] == "token" else ()
    ended = begun(*command, *more, "--json")
    error = ended.json()["error"]
    assert set(error) == {"kind", "what", "where", "remedy"}
    assert ended.json()["exit"] == Exit.USAGE
