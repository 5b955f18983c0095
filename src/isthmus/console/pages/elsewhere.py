"""Logging in at an identity provider, and coming back from there."""

from typing import Final

from starlette.responses import RedirectResponse, Response

from isthmus.base.errors import IsthmusError
from isthmus.console import guard
from isthmus.console.asking import Ask
from isthmus.console.away import LASTS, sealed, unsealed
from isthmus.console.counter import Asks
from isthmus.console.routes import page
from isthmus.wiring.people import (
    LoginNotProven,
    LoginRefused,
    LoginTaken,
    LoginTurnedDown,
    NoRole,
    NotBegun,
    ProviderAway,
    ProviderWrong,
    log_in_as,
)
from isthmus.wiring.vendors import waiting

BACK: Final = "/login/back"
_COOKIE: Final = "isthmus_away"
_FAILED: Final = (
    LoginNotProven, LoginRefused, LoginTaken, LoginTurnedDown, NoRole, NotBegun, ProviderAway,
    ProviderWrong,
)  # fmt: skip


def go(ask: Ask) -> Response:
    """Send the browser to the provider."""
    provider = ask.site.provider
    if provider is None:
        return RedirectResponse("/login", status_code=303)
    try:
        begun = waiting.run(provider.begin(_back(ask)), _slow)
    except _FAILED as error:
        return ask.show("login.html", 502, next="", error=error, login="")
    answer = RedirectResponse(begun.url, status_code=303)
    answer.set_cookie(
        _COOKIE,
        sealed(ask.site.house, begun, ask.query("next")),
        max_age=int(LASTS.total_seconds()),
        path=BACK,
        secure=ask.site.address.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return answer


def back(ask: Ask) -> Response:
    """Log in who comes back from the provider."""
    provider = ask.site.provider
    gone = unsealed(ask.site.house, ask.request.cookies.get(_COOKIE, ""))
    if provider is None or gone is None or not gone.begun.is_answered_by(ask.query("state")):
        return _refused(ask, LoginNotProven("this browser did not begin it, or too long ago"))
    try:
        identity = waiting.run(provider.finish(gone.begun, _code(ask), _back(ask)), _slow)
        agent = ask.request.headers.get("user-agent", "")[:200]
        _, secret = log_in_as(ask.site.people, identity, source=ask.source, agent=agent)
    except _FAILED as error:
        answer = _refused(ask, error)
    else:
        answer = guard.let_in(ask.site, secret, gone.following)
    answer.delete_cookie(_COOKIE, path=BACK)
    return answer


def _slow(seconds: float) -> ProviderAway:
    return ProviderAway(
        f"The identity provider did not answer within {seconds:.0f} s.",
        where="log-in",
        remedy="Try again later, or log in with a password.",
    )


def _code(ask: Ask) -> str:
    """Return the code that came back. Raises: LoginTurnedDown; LoginNotProven: there is none."""
    error, code = ask.query("error"), ask.query("code")
    if error:
        raise LoginTurnedDown(error, ask.query("error_description"))
    if not code:
        raise LoginNotProven("it sent no code")
    return code


def _refused(ask: Ask, error: IsthmusError) -> Response:
    return ask.show("login.html", 422, next="", error=error, login="")


def _back(ask: Ask) -> str:
    base = ask.site.address or f"{ask.request.url.scheme}://{ask.request.url.netloc}"
    return base.rstrip("/") + BACK


def _crowded(ask: Ask) -> Response:
    """Show that so many wait for the provider already; the password still serves."""
    return ask.show("login.html", 503, next="", error=ask.error, login="")


_ASKS: Final = Asks(is_vendor=False, otherwise=_crowded)

ROUTES: Final = (
    page("/login/elsewhere", go, None, asks=_ASKS),
    page(BACK, back, None, asks=_ASKS),
)
