"""Who asks: the cookie of a session, and the proofs that a form was sent from a page of ours."""

import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from isthmus.base.errors import NeedsPerson
from isthmus.console.site import Site
from isthmus.console.typed import ours
from isthmus.wiring.people import Session

COOKIE: Final = "isthmus_session"
CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf"
_SESSION_SECONDS: Final = 14 * 86_400
_PORTS: Final = {"http": 80, "https": 443}


class NotAllowed(NeedsPerson):
    """Who asks has not the role for it; HTTP 403."""


class Foreign(NeedsPerson):
    """A form was not sent from a page of ours; HTTP 403. Nothing was done."""


def session_of(site: Site, request: Request) -> Session | None:
    """
    Return the session whose cookie came along, if it still counts. Blocks.

    A page that fetches its parts anew by itself is not in use: nobody may sit before it.
    """
    secret = request.cookies.get(cookie_name(site), "")
    is_use = not (request.method == "GET" and request.headers.get("hx-request") == "true")
    return site.people.session(secret, is_use=is_use) if secret else None


def counts_still(site: Site, request: Request) -> bool:
    """Tell whether the session whose cookie came along counts; that is no use of it. Blocks."""
    return site.people.session(request.cookies.get(cookie_name(site), ""), is_use=False) is not None


def cookie_name(site: Site) -> str:
    """Return the cookie's name; its prefix has browsers keep it to this host and to TLS."""
    return f"__Host-{COOKIE}" if site.address.startswith("https://") else COOKIE


def give_cookie(site: Site, answer: Response, secret: str) -> None:
    """Hand a session to the browser."""
    answer.set_cookie(
        cookie_name(site),
        secret,
        max_age=_SESSION_SECONDS,
        path="/",
        secure=site.address.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def let_in(site: Site, secret: str, following: str) -> Response:
    """Give who just logged in a session, and the page that was wanted if it is one of ours."""
    answer = RedirectResponse(ours(following, "/"), status_code=303)
    give_cookie(site, answer, secret)
    return answer


def take_cookie(site: Site, answer: Response) -> None:
    """Have the browser forget its session."""
    answer.delete_cookie(
        cookie_name(site), path="/", secure=site.address.startswith("https://"), httponly=True
    )


def check_origin(site: Site, request: Request) -> None:
    """
    Refuse what a page of another origin sends. Raises: Foreign.

    Browsers say in Sec-Fetch-Site and Origin where a form stands; a request that carries neither
    does not come from a browser's page, and has to show the session's token all the same. Our own
    origin is the site's address where it is told, since a proxy may name us another Host.
    """
    told = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    if told not in {"same-origin", "none"}:
        raise _foreign()
    if origin is None:
        return
    if not site.address:
        if urlsplit(origin).netloc != request.headers.get("host", ""):
            raise _foreign()
    elif _origin_of(origin) != _origin_of(site.address):
        raise _foreign(f"This console is to be opened at {site.address}; try again there.")


def _origin_of(address: str) -> tuple[str, str | None, int | None]:
    """Return what tells origins apart: scheme, host and port."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:  # such as a port that is none
        return "", None, None


def shown_page(site: Site, request: Request) -> str:
    """Return path and query of the page whose part is asked for; "" where it is none of ours."""
    told = request.headers.get("hx-current-url", "")
    try:
        parts = urlsplit(told)
    except ValueError:
        return ""
    here = request.headers.get("host", "")
    is_ours = _origin_of(told) == _origin_of(site.address) if site.address else parts.netloc == here
    path = ours(parts.path, "") if is_ours else ""
    return f"{path}?{parts.query}" if path and parts.query else path


def check_token(session: Session, sent: str) -> None:
    """Refuse a form without the token of the session. Raises: Foreign."""
    if not hmac.compare_digest(session.csrf.encode(), sent.encode()):
        raise _foreign()


def _foreign(remedy: str = "Open the page anew and try again.") -> Foreign:
    return Foreign(
        "This was not sent from a page of this console, so nothing was done.",
        where="the form",
        remedy=remedy,
    )
