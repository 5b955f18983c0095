"""Who may use the console, as what, and what each has done."""

from typing import Final

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.routes import deed, page
from isthmus.console.typed import role_named
from isthmus.wiring.people import (
    Account,
    NoSuchAccount,
    Role,
)

HERE: Final = "/settings/people"
AUDIT: Final = "/settings/audit"
MEANING: Final = {
    Role.VIEWER: "sees the data and the work, changes nothing; no people, no audit trail",
    Role.DISPATCHER: "also acts on links, letters, rules and mappings, and syncs",
    Role.ADMIN: "also connects, schedules, and says who may do what",
}
_LINES: Final = 100
_OUT: Final = "logged out everywhere, and the tokens of their programs are gone"


def people(ask: Ask) -> Response:
    """Show every account, and a refused new one as it was typed."""
    accounts = ask.site.people.accounts()
    return ask.show(
        "settings/people.html",
        accounts=accounts,
        tokens=ask.site.people.tokens(),
        logins={one.id: one.login for one in accounts},
        meaning=MEANING,
        roles=[(role, role) for role in Role],
        given=ask.form if ask.text("login") else {},
    )


def add(ask: Ask) -> Response:
    """Make an account."""
    login, role = ask.text("login"), ask.text("role", Role.VIEWER)
    ask.about, ask.detail = login, {"role": role}
    ask.site.people.add(login, ask.text("name"), role_named(role), ask.secret("password"))
    return ask.to(HERE, f"{login} may log in now, with the password you gave.")


def change(ask: Ask) -> Response:
    """Give an account another name or role, or let it in or keep it out."""
    account = _account(ask)
    role, wanted = ask.text("role"), ask.text("active")
    ask.about = account.login
    ask.detail = {"role": role} if role else {"active": wanted}
    ask.site.people.change(
        account.id,
        role=role_named(role) if role else None,
        is_active=None if not wanted else wanted == "yes",
    )
    if role:
        return ask.to(HERE, f"{account.login} is {role} now.")
    said = "may log in again" if wanted == "yes" else f"is kept out; {_OUT}"
    return ask.to(HERE, f"{account.login} {said}.")


def set_password(ask: Ask) -> Response:
    """Give somebody a new password, who lost theirs."""
    account = _account(ask)
    ask.about = account.login
    ask.site.people.set_password(account.id, ask.secret("password"))
    return ask.to(HERE, f"{account.login} has a new password; {_OUT}.")


def log_out(ask: Ask) -> Response:
    """End every session of an account."""
    account = _account(ask)
    ask.about = account.login
    count = ask.site.people.end_sessions(account.id)
    ask.is_done = count > 0
    return ask.to(HERE, f"{account.login} is logged out of {count} browsers.")


def audit(ask: Ask) -> Response:
    """Show what people did, the newest first."""
    number, text = ask.number("before"), ask.query("q")
    lines = ask.site.people.deeds(before=number, limit=_LINES + 1, text=text)
    shown = lines[:_LINES]
    return ask.show(
        "settings/audit.html",
        lines=shown,
        text=text,
        older=shown[-1].number if len(lines) > _LINES else None,
        is_first=number is None,
    )


def _account(ask: Ask) -> Account:
    found = ask.site.people.account(ask.path["id"])
    if found is None:
        raise NoSuchAccount("There is no such account.", where=HERE, remedy="Look at the list.")
    return found


ROUTES: Final = (
    page(HERE, people, Role.ADMIN),
    page(AUDIT, audit, Role.ADMIN),
    deed(HERE, add, Role.ADMIN, "made an account", again=people),
    deed(f"{HERE}/{{id}}", change, Role.ADMIN, "changed an account", again=people),
    deed(f"{HERE}/{{id}}/password", set_password, Role.ADMIN, "gave a new password", again=people),
    deed(f"{HERE}/{{id}}/log-out", log_out, Role.ADMIN, "logged somebody out", again=people),
)
