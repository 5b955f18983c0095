"""How much a request may bring: its bytes are counted as they come, whatever its head says."""

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isthmus.base.errors import NeedsPerson

MOST_FORM: Final = 4 * 2**20
"""Bytes a form may have, files included."""
MOST_CALL: Final = 2**20
"""Bytes a call of the API may bring."""
MOST_OPEN: Final = 64 * 2**10
"""Bytes of a form that anybody may send, without being logged in."""


class TooMuch(NeedsPerson):
    """More was sent than a page of ours sends, or a call takes; HTTP 413. Nothing was done."""


def too_much(most: int, where: str = "the form") -> TooMuch:
    """Say that more came than may."""
    told = f"{most >> 20} MB" if most >= 2**20 else f"{most >> 10} KB"
    return TooMuch(
        f"More was sent than {told}, or without saying how much.",
        where=where,
        remedy="Send less at once.",
    )


def too_many_fields(most: int) -> TooMuch:
    """Say that a form has more fields than one of ours may have."""
    return TooMuch(
        f"The form has more than {most:,} fields, so nothing was done.",
        where="the form",
        remedy="Send less at once; a long mapping or rule is written by As text.",
    )


class Bounded:
    """
    Ends a request as soon as more of it has come than may: whoever reads on gets TooMuch.

    Args: calls: the head of the addresses of the API. opened: how much may come at single
    addresses, where it is less than a form may have.
    """

    def __init__(self, app: ASGIApp, calls: str, opened: Mapping[str, int]) -> None:
        self._app = app
        self._calls = calls
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, with its bytes counted."""
        if scope["type"] == "http":
            receive = self._counted(str(scope["path"]), receive)
        await self._app(scope, receive, send)

    def _counted(self, path: str, receive: Receive) -> Receive:
        is_call = path.startswith(f"{self._calls}/")
        most = MOST_CALL if is_call else self._opened.get(path, MOST_FORM)
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise too_much(most, "the body of the request" if is_call else "the form")
            return message

        return counted
