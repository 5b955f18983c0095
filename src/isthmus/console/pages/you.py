"""What is one's own: password, where one is logged in, tokens for programs."""

from datetime import timedelta
from typing import Final

from starlette.responses import Response

from isthmus.base.errors import NeedsPerson
from isthmus.console.asking import Ask
from isthmus.console.routes import deed, page
from isthmus.console.typed import NotOffered, role_named, whole
from isthmus.wiring.people import Role, RoleTooHigh, Session, Token

HERE: Final = "/settings/me"
LASTING: Final = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("0", "until revoked"))


_MOST_DAYS: Final = 3650


class PasswordWrong(NeedsPerson):
    """The present password is not right."""


class NotYours(NeedsPerson):
    """A session or token is somebody else's."""


def me(ask: Ask) -> Response:
    """Show one's account."""
    return _shown(ask)


def change_password(ask: Ask) -> Response:
    """Give oneself another password; other browsers are logged out."""
    session = known(ask)
    people, account = ask.site.people, session.account
    ask.about = account.login
    _check_password(ask, account.id)
    people.set_password(account.id, ask.secret("new"), but=session.id, keep_tokens=True)
    return ask.to(HERE, "Your password is changed; your other browsers are logged out.")


def end_session(ask: Ask) -> Response:
    """Log out one of one's browsers."""
    mine = known(ask)
    chosen = next(
        (s for s in ask.site.people.sessions(mine.account.id) if s.id == ask.text("id")), None
    )
    if chosen is None:
        raise NotYours("That browser is logged out already.", where=HERE, remedy="Nothing to do.")
    ask.about = mine.account.login
    ask.site.people.end_session(chosen.id)
    return ask.to(HERE, "That browser is logged out.")


def make_token(ask: Ask) -> Response:
    """Make a token for a program; its secret is shown this once."""
    mine = known(ask)
    ask.about = name = ask.text("name") or "a program"
    role, days = role_named(ask.text("role")), _days(ask)
    ask.detail = {"role": str(role), "days": days}
    try:
        made, secret = ask.site.people.issue_token(
            mine.account.id, name, role, timedelta(days=days) if days else None
        )
    except RoleTooHigh:
        raise RoleTooHigh(
            "A token may do no more than you may.", where="role", remedy="Choose a lower role."
        ) from None
    return _shown(ask, made=made, secret=secret)


def revoke_token(ask: Ask) -> Response:
    """Have a token count no more."""
    mine = known(ask)
    tokens = ask.site.people.tokens(None if ask.may(Role.ADMIN) else mine.account.id)
    chosen = next((one for one in tokens if one.id == ask.text("id")), None)
    if chosen is None:
        raise NotYours("There is no such token of yours.", where=HERE, remedy="Nothing to do.")
    ask.about = chosen.name
    ask.site.people.revoke(chosen.id)
    back = "/settings/people" if ask.text("from") == "people" else HERE
    return ask.to(back, f"The token {chosen.name} counts no more.")


def known(ask: Ask) -> Session:
    """Return the session of who asks; these pages are for nobody else."""
    assert ask.session is not None  # noqa: S101 - each of these routes names a role
    return ask.session


def _days(ask: Ask) -> int:
    """Return how long a token is to last; 0 for ever. Raises: NotOffered."""
    days = whole(ask.text("days", "90"), most=_MOST_DAYS)
    if days is None:
        raise NotOffered(
            "A token cannot last that long.", where="days", remedy=f"{_MOST_DAYS} days at most."
        )
    return days


def _check_password(ask: Ask, account_id: str) -> None:
    if not ask.site.people.check_password(account_id, ask.secret("present")):
        raise PasswordWrong(
            "The present password is not right.", where="present password", remedy="Try again."
        )


def _shown(ask: Ask, made: Token | None = None, secret: str = "") -> Response:
    mine = known(ask)
    people = ask.site.people
    return ask.show(
        "settings/me.html",
        sessions=people.sessions(mine.account.id),
        tokens=people.tokens(mine.account.id),
        roles=[(r, r) for r in Role if mine.account.role.covers(r)],
        lasting=LASTING,
        typed=ask.text if ask.error else lambda _, default="": default,
        made=made,
        secret=secret,
    )


ROUTES: Final = (
    page(HERE, me),
    deed(f"{HERE}/password", change_password, Role.VIEWER, "changed own password", again=me),
    deed(f"{HERE}/sessions/end", end_session, Role.VIEWER, "logged out a browser", again=me),
    deed(f"{HERE}/tokens", make_token, Role.VIEWER, "made a token", again=me),
    deed(f"{HERE}/tokens/revoke", revoke_token, Role.VIEWER, "revoked a token", again=me),
)
