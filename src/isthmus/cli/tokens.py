"""`isthmus token`: what programs show to the API of the console instead of a password."""

from datetime import timedelta
from typing import Any

from isthmus.base.clock import utc_now
from isthmus.cli.people import SOURCE, RoleName, named
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.cli.words import ago, instant
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.following import person_here
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.people import NoSuchAccount, Role, Token, open_people


def list_(*, login: str | None = None, json: bool = False) -> int:
    """
    List the tokens, the newest first; none shows its secret.

    Parameters
    ----------
    login
        Only those of this account.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        owner = None if login is None else named(people, login).id
        logins = {one.id: one.login for one in people.accounts()}
        found = people.tokens(owner)
    if json:
        answer_json({"tokens": [_as_json(one, logins[one.account_id]) for one in found]})
    elif found:
        _show(found, logins)
    else:
        say("There is no token.")
    return 0


def make(
    name: str,
    /,
    *,
    login: str,
    role: RoleName = "viewer",
    days: int | None = None,
    json: bool = False,
) -> int:
    """
    Make a token; its secret is shown once and kept nowhere.

    Parameters
    ----------
    name
        What it is for.
    login
        The account it belongs to: when that is disabled, the token ends.
    role
        viewer, the default, dispatcher or admin; never more than the account may.
    days
        After how many days it ends. Without it, it lasts until it is revoked.
    json
        Answer with one JSON object.
    """
    if days is not None and not 0 < days <= 36_500:
        raise SettingWrong(
            f"--days {days} is no number of days.",
            where="the options on the command line",
            remedy="Give 1 or more, or leave it out.",
        )
    lasts = None if days is None else timedelta(days=days)
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        owner = named(people, login)
        token, secret = people.issue_token(owner.id, name, Role(role), lasts)
        detail = {"role": token.role.value, "id": token.id, "ends_at": instant(token.ends_at)}
        people.note(person_here(), "token made", f"{owner.login}: {name}", detail, SOURCE)
    if json:
        answer_json({"token": _as_json(token, owner.login), "secret": secret, "exit": 0})
    else:
        say(secret)
        say()
        say("It is shown this once. Programs send it as: Authorization: Bearer ...")
    return 0


def revoke(token: str, /, *, json: bool = False) -> int:
    """
    End a token for good.

    Parameters
    ----------
    token
        Its id, as isthmus token list shows it.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, open_people(house) as people:
        found = [one for one in people.tokens() if one.id == token]
        if not found or not people.revoke(token):
            raise NoSuchAccount(
                f"There is no token {token!r}.",
                where="the command line",
                remedy="isthmus token list names all.",
            )
        people.note(person_here(), "token revoked", found[0].name, {"id": token}, SOURCE)
    if json:
        answer_json({"revoked": token, "exit": 0})
    else:
        say(f"{found[0].name} opens nothing any more.")
    return 0


def _as_json(token: Token, login: str) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role.value,
        "login": login,
        "made_at": instant(token.made_at),
        "used_at": instant(token.used_at),
        "ends_at": instant(token.ends_at),
    }


def _show(found: tuple[Token, ...], logins: dict[str, str]) -> None:
    from rich.table import Table  # noqa: PLC0415 - not for --help
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("id", "name", "login", "role", "last used", "ends"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "id")
    now = utc_now()
    for one in found:
        ends = "" if one.ends_at is None else f"{one.ends_at.astimezone():%Y-%m-%d %H:%M}"
        if one.ends_at is not None and one.ends_at <= now:
            ends += ", over"
        used = ago(one.used_at, now) or "never"
        owner = Text(logins[one.account_id])
        table.add_row(one.id, Text(one.name), owner, one.role.value, used, ends)
    out().print(table)
