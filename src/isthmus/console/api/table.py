"""The calls of the API, as data: who may make each, what it takes, and its description."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from isthmus.console.api import calls
from isthmus.console.api.calls import Given
from isthmus.wiring.people import Role

PREFIX: Final = "/api/v1"
_PAGE: Final = ("page", "what `next_page` of the answer before named")
_FIND: Final = ("q", "words to find, or a number or id as a whole")


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call.

    `what` is what it does, as the audit trail says it; "" for one that only reads. `counted` is
    the field of its answer that is false or 0 where nothing was done after all.
    `asks` tells that it asks a vendor, who may hang.
    `query` are (name, meaning); `body` are (name, JSON type, meaning).
    """

    method: str
    path: str
    answer: Callable[[Given], Any]
    role: Role = Role.VIEWER
    what: str = ""
    counted: str = ""
    asks: bool = False
    query: tuple[tuple[str, str], ...] = ()
    body: tuple[tuple[str, str, str], ...] = ()

    @property
    def summary(self) -> str:
        """Return what it answers, in a sentence."""
        return (self.answer.__doc__ or "").strip().split("\n")[0]


CALLS: Final = (
    Call("GET", "/datasets", calls.datasets),
    Call("GET", "/datasets/{name}", calls.dataset),
    Call("GET", "/progress", calls.progress),
    Call(
        "POST", "/datasets/sync", calls.sync, Role.DISPATCHER, "asked for a sync",
        body=(
            ("datasets", "array", "names; none: all that are kept"),
            ("full", "boolean", "for an admin's token: read everything again"),
            ("since", "string", "for an admin's token: read again what changed since 2026-11-01"),
            ("release_brake", "boolean", "for an admin's token: let many rows go, this once"),
        ),
    ),
    Call(
        "POST", "/datasets/stop", calls.stop, Role.DISPATCHER, "stopped a sync", "stopped",
        body=(("dataset", "string", "one of them; none: all"),),
    ),
    Call("GET", "/health", calls.health_now),
    Call("GET", "/dispatch", calls.dispatch_standing),
    Call(
        "GET", "/links", calls.links,
        query=(
            ("state", "stuck, parked, waiting, linked or closed"),
            ("entity", "Tickets, Tasks or ServiceCalls"),
            ("rule", "a rule's name"), _FIND, _PAGE,
        ),
    ),
    Call("GET", "/links/{id}", calls.link, query=(_PAGE,)),
    Call(
        "POST", "/links", calls.dispatch, Role.DISPATCHER, "had a record dispatched", asks=True,
        body=(
            ("number", "string", "the ticket's number, or its id"),
            ("entity", "string", "Tickets, which is the default, Tasks or ServiceCalls"),
            ("rule", "string", "by this rule; else by the first that wants it"),
        ),
    ),
    Call(
        "POST", "/links/{id}/park", calls.park, Role.DISPATCHER, "parked a link",
        body=(("why", "string", "for who resumes it"),),
    ),
    Call("POST", "/links/{id}/resume", calls.resume, Role.DISPATCHER, "resumed a link"),
    Call(
        "GET", "/letters", calls.letters,
        query=(
            ("state", "open, which is the default, replayed, settled or dismissed"),
            ("kind", "credentials, validation, refused, vendor, script, conflict, breaker, double"),
            _FIND, _PAGE,
        ),
    ),
    Call(
        "POST", "/letters/replay", calls.replay, Role.DISPATCHER, "replayed dead letters",
        "replayed",
        body=(("ids", "array", "their ids"),),
    ),
)  # fmt: skip
