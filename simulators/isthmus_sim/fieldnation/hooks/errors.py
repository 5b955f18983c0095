"""What the webhooks API refuses, in its own shape.

Source: the envelope is in the vendor's webhooks description; that `code` repeats the HTTP status
is assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.base.clock import to_text
from isthmus_sim.base.reply import Reply, json_reply

if TYPE_CHECKING:
    from datetime import datetime


class HookRefused(Exception):
    """A call that is refused; one message or several."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.status = status
        self.messages = messages


def refusal(refused: HookRefused, path: str, at: datetime) -> Reply:
    """Give a refusal as the vendor shapes it. at: aware UTC."""
    errors = [{"code": refused.status, "message": message} for message in refused.messages]
    metadata = {"timestamp": to_text(at), "path": path}
    return json_reply({"metadata": metadata, "errors": errors, "result": {}}, refused.status)
