"""Coming in and going out: the first account, logging in, logging out, how one sees things."""

import hmac
from typing import Final

from starlette.responses import RedirectResponse, Response

from isthmus.base.errors import NeedsPerson
from isthmus.console import guard
from isthmus.console.asking import Ask
from isthmus.console.routes import deed, page
from isthmus.console.trailing import write_line
from isthmus.wiring.people import (
    AlreadyBegun,
    LoginRefused,
    LoginThrottled,
    LoginWrong,
    PasswordWeak,
    Role,
)

_MADE: Final = "made the first account"


class CodeWrong(NeedsPerson):
    """The first account needs the code that `isthmus serve` prints."""


def begin(ask: Ask) -> Response:
    """Show the form of the first account; where there is one, log in."""
    if not ask.site.people.is_empty():
        return RedirectResponse("/login", status_code=303)
    return ask.show("begin.html", code=ask.query("code"), error=None, given={})


def make_first(ask: Ask) -> Response:
    """Make the first account, and log it in."""
    login, name = ask.text("login"), ask.text("name")
    try:
        _check_code(ask)
        made = ask.site.people.begin(login, name, ask.secret("password"))
    except AlreadyBegun:
        return RedirectResponse("/login", status_code=303)
    except (CodeWrong, LoginWrong, PasswordWeak) as error:
        given = {"login": login, "name": name}
        return ask.show("begin.html", 422, code=ask.text("code"), error=error, given=given)
    ask.about = ask.maker = made.login
    try:
        return _enter(ask, login, "/welcome")
    except LoginThrottled as error:
        write_line(ask.site, ask.who, _MADE, about=ask.about, detail={}, source=ask.source)
        return ask.show("login.html", 429, next="/welcome", error=error, login=login)


def login(ask: Ask) -> Response:
    """Show the form to log in."""
    if ask.site.people.is_empty():
        return RedirectResponse("/begin", status_code=303)
    if ask.session is not None:
        return RedirectResponse("/", status_code=303)
    return ask.show("login.html", next=ask.query("next"), error=None, login="")


def log_in(ask: Ask) -> Response:
    """Begin a session."""
    name = ask.text("login")
    ask.about = name
    try:
        return _enter(ask, name, ask.text("next"))
    except (LoginRefused, LoginThrottled) as error:
        status = 429 if isinstance(error, LoginThrottled) else 422
        return ask.show("login.html", status, next=ask.text("next"), error=error, login=name)


def log_out(ask: Ask) -> Response:
    """End this session."""
    if ask.session is not None:
        ask.site.people.end_session(ask.session.id)
    answer = RedirectResponse("/login", status_code=303)
    guard.take_cookie(ask.site, answer)
    return answer


def _enter(ask: Ask, login_name: str, following: str) -> Response:
    agent = ask.request.headers.get("user-agent", "")[:200]
    _, secret = ask.site.people.log_in(
        login_name, ask.secret("password"), source=ask.source, agent=agent
    )
    return guard.let_in(ask.site, secret, following)


def _check_code(ask: Ask) -> None:
    code = ask.site.setup_code
    if not code or not hmac.compare_digest(code.encode(), ask.text("code").encode()):
        raise CodeWrong(
            "The set-up code is not right.",
            where="set-up code",
            remedy="Use the link that isthmus serve printed when it started, or the code in it.",
        )


ROUTES: Final = (
    page("/begin", begin, None),
    deed("/begin", make_first, None, _MADE),
    page("/login", login, None),
    deed("/login", log_in, None),
    deed("/logout", log_out, Role.VIEWER, "logged out"),
)
