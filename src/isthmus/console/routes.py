"""
What an address is: a page that shows, or a deed that does. Each names who may use it.

Pages of one subject keep their own tables of these in `pages`.
"""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from isthmus.base.errors import IsthmusError, NeedsPerson, Permanent
from isthmus.console import guard
from isthmus.console.asking import Ask
from isthmus.console.bounding import MOST_FORM, TooMuch, too_many_fields, too_much
from isthmus.console.counter import Asks
from isthmus.console.faulting import failed_at, log_fault
from isthmus.console.rendering import Look
from isthmus.console.trailing import note
from isthmus.console.turns import Crowded
from isthmus.wiring.people import Role

if TYPE_CHECKING:
    from isthmus.console.site import Site

Answering = Callable[[Ask], Response]
Streaming = Callable[[Ask], AsyncIterator[str]]
MOST_FIELDS: Final = 5_000
"""Fields that a form may have: those of the longest mapping, and what stands beside them."""


def page(
    path: str, answer: Answering, role: Role | None = Role.VIEWER, *, asks: Asks | None = None
) -> Route:
    """
    Return the route of something that shows; it changes nothing.

    Args: role: who may see it at least; None: everybody, without logging in. asks: whom it asks
    who may hang.
    """
    return Route(path, partial(_page, answer, role, asks=asks), methods=["GET"])


def deed(
    path: str, answer: Answering, role: Role | None, what: str = "", *,
    again: Answering | None = None, asks: Asks | None = None,
) -> Route:  # fmt: skip
    """
    Return the route of something that is done; it stands in the audit trail when it succeeded.

    Args: what: was done, in the past tense, as the trail says it; "" where the rooms behind it
    write their own line, or where nothing is changed. See `Ask.is_done`. again: the page that its
    form is on, shown with what was typed and `Ask.error` where the deed is refused: HTTP 422, or
    503 where it may go well later. Without it the refusal is a page of its own. asks: whom it asks
    who may hang.
    """
    return Route(path, partial(_deed, answer, again, role, what, asks=asks), methods=["POST"])


def stream(path: str, parts: Streaming, role: Role, what: str = "") -> Route:
    """
    Return the route of a deed that tells how it goes: parts of HTML, each sent when it is known.

    The form is sent by the page's own script, which puts each part behind the last.
    """
    return Route(path, partial(_stream, parts, role, what), methods=["POST"])


async def _page(
    answer: Answering, role: Role | None, request: Request, *, asks: Asks | None = None
) -> Response:
    ask = await run_in_threadpool(ask_of, request)
    refused = _refused(ask, role)
    if refused is not None:
        return refused
    return await _done(ask, answer, None, asks)


async def _deed(
    answer: Answering, again: Answering | None, role: Role | None, what: str, request: Request,
    *, asks: Asks | None = None,
) -> Response:  # fmt: skip
    ask, refused = await _sent(request, role)
    if refused is not None:
        return refused
    shown = await _done(ask, answer, again, asks)
    if what and ask.is_done and shown.status_code < 400:
        await run_in_threadpool(_note, ask, what)
    return shown


async def _done(
    ask: Ask, answer: Answering, again: Answering | None, asks: Asks | None
) -> Response:
    """Answer in a thread; in one of few where somebody is asked who may hang."""
    if asks is None or not await run_in_threadpool(asks.when, ask):
        return await run_in_threadpool(_answered, answer, ask, again)
    counter = asks.counter(ask.request.app.state.counters)
    try:
        return await counter.run(_answered, answer, ask, again)
    except Crowded as error:
        ask.error, ask.is_done = error, False
    shown = await run_in_threadpool(_answered, asks.otherwise or _refusing, ask)
    shown.status_code = 503 if shown.status_code == 200 else shown.status_code
    return shown


async def _stream(parts: Streaming, role: Role, what: str, request: Request) -> Response:
    ask, refused = await _sent(request, role)
    if refused is not None:
        return refused

    async def told() -> AsyncIterator[str]:
        try:
            async for part in parts(ask):
                yield part
        except IsthmusError as error:
            yield await run_in_threadpool(ask.part, "problem_part.html", error=error)
        except Exception as error:  # noqa: BLE001 - the answer has begun: only a part can tell
            log_fault(ask.request.url.path, error)
            fault = failed_at(ask.request.url.path)
            yield await run_in_threadpool(ask.part, "problem_part.html", error=fault)
        else:
            if what and ask.is_done:
                await run_in_threadpool(_note, ask, what)

    return StreamingResponse(
        told(),
        media_type="text/html",
        # Nobody on the way may hold parts back to pack them.
        headers={"X-Accel-Buffering": "no", "Content-Encoding": "identity"},
    )


def ask_of(request: Request) -> Ask:
    """Return a request as pages see it. Blocks."""
    site = cast("Site", request.app.state.site)
    cookies = request.cookies
    return Ask(
        request,
        site,
        Look(unquote(cookies.get("zone", "UTC")), cookies.get("theme", "auto")),
        guard.session_of(site, request),
    )


async def _sent(request: Request, role: Role | None) -> tuple[Ask, Response | None]:
    """
    Return what was sent, and what is answered instead of doing it.

    Nothing is kept of what somebody sends who may not: it is read so that he hears the answer.
    """
    told = request.headers.get("content-length", "")
    if not told.isdigit() or int(told) > MOST_FORM:
        raise too_much(MOST_FORM)
    ask, refused = await run_in_threadpool(_begun, request, role)
    if refused is not None:
        async for _ in request.stream():
            pass
        return ask, refused
    ask.form = await _form(request)
    return ask, await run_in_threadpool(_unproven, ask)


async def _form(request: Request) -> FormData:
    try:
        return await request.form(max_fields=MOST_FIELDS, max_part_size=MOST_FORM)
    except HTTPException as error:
        if error.detail.startswith("Too many fields"):
            raise too_many_fields(MOST_FIELDS) from None
        raise


def _begun(request: Request, role: Role | None) -> tuple[Ask, Response | None]:
    """Hold what is known of a form before it is read against the rules."""
    ask = ask_of(request)
    try:
        guard.check_origin(ask.site, request)
    except guard.Foreign as error:
        return ask, ask.problem(error, 403)
    return ask, _refused(ask, role)


def _refused(ask: Ask, role: Role | None) -> Response | None:
    """Return where to go instead: to log in, or that it is not for this role."""
    if role is None:
        return None
    if ask.session is None:
        return _log_in_first(ask)
    if not ask.may(role):
        return ask.problem(
            guard.NotAllowed(
                f"This is for the role {role} and above; yours is {ask.session.account.role}.",
                where=ask.request.url.path,
                remedy="Ask an admin of this console, who can change your role under Settings.",
            ),
            403,
        )
    return None


def _unproven(ask: Ask) -> Response | None:
    """Hold a form against the token of its session before anything of it is believed."""
    if ask.session is None:
        return None
    sent = ask.request.headers.get(guard.CSRF_HEADER) or ask.secret(guard.CSRF_FIELD)
    try:
        guard.check_token(ask.session, sent)
    except guard.Foreign as error:
        return ask.problem(error, 403)
    return None


def _log_in_first(ask: Ask) -> Response:
    if ask.site.people.is_empty():
        return RedirectResponse("/begin", status_code=303)
    if ask.is_fragment:
        there = _login_for(guard.shown_page(ask.site, ask.request))
        return Response(status_code=204, headers={"HX-Redirect": there})
    url = ask.request.url
    back = f"{url.path}?{url.query}" if url.query else url.path
    return RedirectResponse(_login_for(back if ask.request.method == "GET" else ""), 303)


def _login_for(back: str) -> str:
    """Return where to log in, and to go on to a page of ours from there."""
    return "/login" if back in {"", "/"} else f"/login?next={quote(back)}"


def _answered(answer: Answering, ask: Ask, again: Answering | None = None) -> Response:
    try:
        return answer(ask)
    except IsthmusError as error:
        if again is None or ask.is_fragment:
            return ask.problem(error, status_of(error))
        ask.error = error
        shown = _answered(again, ask)
        if shown.status_code == 200:
            shown.status_code = 503 if status_of(error) == 503 else 422
        return shown


def _refusing(ask: Ask) -> Response:
    if ask.error is None:
        msg = "nothing was refused"
        raise RuntimeError(msg)
    raise ask.error


def status_of(error: IsthmusError) -> int:
    """Return the HTTP code of an error: 403 not allowed, 409 a person must act, 422, or 503."""
    if isinstance(error, guard.NotAllowed | guard.Foreign):
        return 403
    if isinstance(error, TooMuch):
        return 413
    if isinstance(error, NeedsPerson):
        return 409
    return 422 if isinstance(error, Permanent) else 503


def _note(ask: Ask, what: str) -> None:
    note(ask, what, ask.about, ask.detail)
