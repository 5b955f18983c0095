"""`isthmus people`: who may use the console; the way back in when nobody can log in."""

import sys
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from isthmus.base.clock import utc_now
from isthmus.cli.screen import answer_json, err, is_person_asked, machine_told, out, say
from isthmus.cli.words import ago, instant
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.following import person_here
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.people import Account, NoSuchAccount, People, Role, open_people

SOURCE = "command line"
RoleName = Literal["viewer", "dispatcher", "admin"]


def list_(*, json: bool = False) -> int:
    """
    List who may use the console.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        found = people.accounts()
    if json:
        answer_json({"people": [account_as_json(one) for one in found]})
    elif found:
        _show(found)
    else:
        say("Nobody yet. The first to open the console becomes its admin; or: isthmus people add")
    return 0


def add(
    login: str,
    /,
    *,
    role: Annotated[RoleName | None, Parameter()] = None,
    name: str = "",
    password_stdin: bool = False,
    json: bool = False,
) -> int:
    """
    Make an account for the console.

    Parameters
    ----------
    login
        What is typed to log in, such as an address of mail.
    role
        viewer, the default, dispatcher or admin. The first account is an admin's.
    name
        The person's name.
    password_stdin
        Read the password from standard input, its first line.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        is_first = people.is_empty()
        wanted = Role(role or ("admin" if is_first else "viewer"))
        password = _password("isthmus people add", from_stdin=password_stdin)
        if is_first and wanted is Role.ADMIN:
            made = people.begin(login, name, password)
        else:
            made = people.add(login, name, wanted, password)
        _note(people, "account made", made, role=made.role.value)
    return _answer(made, f"{made.login} may log in, as {made.role.value}.", json=json)


def set_password(login: str, /, *, password_stdin: bool = False, json: bool = False) -> int:
    """
    Give an account another password; it is logged out everywhere, and its tokens end.

    Parameters
    ----------
    login
        Whose.
    password_stdin
        Read the password from standard input, its first line.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        account = named(people, login)
        password = _password("isthmus people set-password", from_stdin=password_stdin)
        people.set_password(account.id, password)
        _note(people, "password set", account)
    told = f"{account.login} has another password."
    if not account.is_active:
        told += f" The account is disabled: isthmus people enable {account.login}"
    return _answer(account, told, json=json)


def disable(login: str, /, *, json: bool = False) -> int:
    """
    Let somebody in no more: their sessions and tokens end at once.

    Parameters
    ----------
    login
        Whom.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        changed = people.change(named(people, login).id, is_active=False)
        _note(people, "account disabled", changed)
    return _answer(changed, f"{changed.login} may log in no more.", json=json)


def enable(login: str, /, *, json: bool = False) -> int:
    """
    Let somebody in again who was disabled.

    Parameters
    ----------
    login
        Whom.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        changed = people.change(named(people, login).id, is_active=True)
        _note(people, "account enabled", changed)
    return _answer(changed, f"{changed.login} may log in, as {changed.role.value}.", json=json)


def role(login: str, role: RoleName, /, *, json: bool = False) -> int:
    """
    Change what somebody may do; it counts at once.

    Parameters
    ----------
    login
        Who.
    role
        viewer, dispatcher or admin.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        before = named(people, login)
        changed = people.change(before.id, role=Role(role))
        detail = {"before": before.role.value, "role": changed.role.value}
        _note(people, "role changed", changed, **detail)
    return _answer(changed, f"{changed.login} is {changed.role.value} now.", json=json)


def named(people: People, login: str) -> Account:
    """Return the account a person means. Raises: NoSuchAccount."""
    found = people.find(login)
    if found is None:
        raise NoSuchAccount(
            f"There is no account {login!r}.",
            where="the command line",
            remedy="isthmus people list names all.",
        )
    return found


def account_as_json(account: Account) -> dict[str, Any]:
    """Return an account as machines get it."""
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "role": account.role.value,
        "is_active": account.is_active,
        "created_at": instant(account.created_at),
        "last_seen_at": instant(account.last_seen_at),
    }


def _password(command: str, *, from_stdin: bool) -> str:
    """Return a password: from standard input, or asked for twice."""
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
        if given:
            return given
        raise SettingWrong(
            "No password came on standard input.",
            where="--password-stdin",
            remedy=f"Pipe it in: {command} ... --password-stdin < file",
        )
    if not is_person_asked():
        raise SettingWrong(
            "The password is missing, and there is nobody to ask.",
            where=command,
            remedy="Give --password-stdin, and the password on standard input.",
        )
    first = err().input("Password (12 or more signs): ", password=True)
    if err().input("Once more: ", password=True) == first:
        return first
    raise SettingWrong("The two are not the same.", where=command, remedy="Try again.")


def _note(people: People, what: str, account: Account, **detail: str) -> None:
    people.note(person_here(), what, account.login, detail, SOURCE)


def _answer(account: Account, told: str, *, json: bool) -> int:
    if json:
        answer_json({"person": account_as_json(account), "exit": 0})
    else:
        say(told)
    return 0


def _show(found: tuple[Account, ...]) -> None:
    from rich.table import Table  # noqa: PLC0415 - not for --help
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("login", "name", "role", "last seen"):
        table.add_column(heading, overflow="fold")
    now = utc_now()
    for one in found:
        shown = one.role.value if one.is_active else f"{one.role.value}, disabled"
        seen = ago(one.last_seen_at, now) or "never"
        table.add_row(Text(one.login), Text(one.name), shown, seen)
    out().print(table)
