"""Fetch a file by the link the vendor gives: the log-in goes to the API's own host only."""

from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from isthmus.fieldnation import errors as err
from isthmus.fieldnation.answers import Asked, error_of
from isthmus.fieldnation.calls import Call, Caller
from isthmus.transport import Answer

_MOST_REDIRECTS: Final = 3
_GONE: Final = frozenset({400, 401, 403, 404, 410})


async def fetch_link(caller: Caller, link: str, what: str) -> bytes:
    """
    Return the bytes behind a link.

    A link to another host carries its own leave, so it is asked without our log-in, and never
    over plain HTTP when the API is not. Links are kept out of logs and errors.
    Source: pre-signed links are documented for delivery logs, assumed for attachments.
    Raises: FileUnavailable, and as any read.
    """
    url = urljoin(f"{caller.base_url}/", link.strip()) if link.strip() else ""
    for _ in range(_MOST_REDIRECTS + 1):
        _check(caller, url, what)
        answer = await _read(caller, url, what)
        if not 300 <= answer.status < 400:
            return answer.body
        url = urljoin(url, answer.headers.get("location", ""))
    raise _unavailable(what, "it leads from place to place")


async def _read(caller: Caller, url: str, what: str) -> Answer:
    """Return the answer to a link, a redirect among them, tried again as any read."""
    parts, base = urlsplit(url), urlsplit(caller.base_url)
    at_home = (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    path = parts.path.removeprefix(base.path) if at_home else "/..."
    call = Call("GET", path, dict(parse_qsl(parts.query, keep_blank_values=True)))
    # Path and query are what makes a link a secret, at home too.
    asked = Asked("GET", f"{parts.scheme}://{parts.netloc}/...")

    async def attempt() -> Answer:
        if at_home:
            answer, error = await caller.attempt(call, asked)
        else:
            answer = await caller.exchange(asked, url, {"Accept": "*/*"})
            error = error_of(answer, asked)
        if 300 <= answer.status < 400:
            return answer
        if error is not None and answer.status in _GONE:
            raise _unavailable(what, error.what)
        if error is not None:
            raise error
        return answer

    return await caller.repeat(call, attempt)


def _check(caller: Caller, url: str, what: str) -> None:
    parts = urlsplit(url)
    if not url or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _unavailable(what, "there is no link to it")
    if parts.scheme == "http" and caller.base_url.startswith("https:"):
        raise _unavailable(what, "its link leads from https to http")


def _unavailable(what: str, why: str) -> err.FileUnavailable:
    return err.FileUnavailable(
        f"The {what} cannot be fetched: {why}",
        where=what,
        remedy="Read what names it again: a link works for a while only.",
    )
