"""The kinds of fault of the simulated Field Nation."""

from __future__ import annotations

from typing import Any

from isthmus_sim.base.fault_kinds import (
    COMMON,
    NUMBER,
    OUTAGE,
    TEXT,
    Kind,
    Setting,
    read_posted,
)

SHAPES = ("problem", "status_message", "error_object", "oauth", "webhooks")


def _status(default: int) -> Setting:
    return Setting("status", (int,), default, "HTTP status.", least=100, top=599)


_SHAPE = Setting("shape", (str,), None, "Error shape; what the place uses if null.", SHAPES)
_AFTER = Setting("after_effect", (bool,), False, "Do the work first, then answer so.")
_SECONDS = Setting("seconds", NUMBER, ..., "How long.")
_TEXT = Setting("text", (str,), TEXT, "What the error says.")

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "status",
            "before",
            "Answer with an error status, in any of the vendor's five shapes.",
            (
                _status(500),
                _SHAPE,
                _TEXT,
                Setting("retry_after_s", (int,), None, "Sent as Retry-After when given."),
                _AFTER,
            ),
        ),
        Kind(
            "rate_limited",
            "before",
            "Answer 429 with Retry-After and the rate limit headers.",
            (_SHAPE, Setting("retry_after_s", (int,), 60, "Seconds to wait.")),
        ),
        Kind(
            "conflict",
            "before",
            "Answer 409, as after an edit by somebody else.",
            (_SHAPE, _TEXT, _AFTER),
        ),
        Kind("delay", "before", "Wait, then go on as if nothing were.", (_SECONDS,)),
        Kind("slow", "after", "Do the work, then wait before the answer.", (_SECONDS,)),
        Kind(
            "html_error",
            "before",
            "Answer with an HTML page, as a gateway in front does.",
            (_status(502),),
        ),
        OUTAGE,
        Kind("drop_before", "before", "Close the connection before any effect."),
        Kind("drop_after", "after", "Do the work, then close the connection without an answer."),
        Kind(
            "truncate",
            "after",
            "Announce the whole answer, send a part, close.",
            (
                Setting("share", NUMBER, 0.5, "The share that is sent.", top=1),
                Setting("keep_bytes", (int,), None, "Bytes that are sent, instead of a share."),
            ),
        ),
        Kind("empty_body", "after", "Do the work, answer with no body at all."),
        Kind("malformed_json", "after", "Do the work, answer with JSON that does not parse."),
        Kind(
            "expired_token",
            "before",
            "The token of the call has just expired, for this call and every later one.",
        ),
        Kind(
            "replication_lag",
            "after",
            "Work orders created in the last seconds are in no list yet.",
            (_SECONDS,),
        ),
    )
}


def check(posted: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """
    Check a posted fault; give its kind, its common part and its own settings.

    Raises: FaultRefused.
    """
    kind, common, settings = read_posted(posted, KINDS, COMMON)
    return kind.name, common, settings
