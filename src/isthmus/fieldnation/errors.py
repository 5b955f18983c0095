"""
What can go wrong with Field Nation, by what can be done about it.

    FieldNationError
      NeedsPerson  AuthFailed, PermissionDenied
      Permanent    CredentialsUnusable, WrongAddress, NotFound, ValidationFailed, Conflict,
                   CallRefused, FilterIgnored, FileUnavailable, EventBroken, TimeUnclear
      Retryable    RateLimited, ServerTrouble (Unreachable), AnswerBroken, NotSettled

Each names what happened, where, and what a person can do. Texts of the vendor are quoted with
secrets taken out.
"""

from dataclasses import dataclass

from isthmus.base.errors import IsthmusError, NeedsPerson, Permanent, Retryable


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """
    One field the vendor complained about.

    `path` is dotted, such as `schedule.service_window.mode`; for a query parameter it is its name.
    """

    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class Told:
    """
    What the vendor said about a failure, whatever the shape of its answer.

    `status` is the HTTP status, 0 when there was no answer. `code` and `correlation_id` are the
    vendor's, "" when it gave none. `action` is its advice to programs, such as FIX_INPUT.
    `wait_seconds` is how long it asked us to wait. `retryable` is its own opinion, None if none.
    Source: error catalogue of 2026 for `code`, `correlationId`, `agent`; older shapes have none.
    """

    status: int = 0
    text: str = ""
    code: str = ""
    correlation_id: str = ""
    action: str = ""
    fields: tuple[FieldProblem, ...] = ()
    wait_seconds: float | None = None
    retryable: bool | None = None


class FieldNationError(IsthmusError):
    """
    What every error of this client is.

    `told` is what the vendor said. `may_have_taken_effect` is True when a write may have been
    done although we cannot say so: look before you write again, the vendor has no idempotency key.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        told: Told | None = None,
        may_have_taken_effect: bool = False,
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.told = Told() if told is None else told
        self.may_have_taken_effect = may_have_taken_effect

    @property
    def correlation_id(self) -> str:
        """Return the id the vendor's support asks for; "" when it gave none."""
        return self.told.correlation_id

    @property
    def fields(self) -> tuple[FieldProblem, ...]:
        """Return the fields the vendor named."""
        return self.told.fields


class AuthFailed(FieldNationError, NeedsPerson):
    """Client id, client secret, user name and password were not accepted, or a fresh token."""


class PermissionDenied(FieldNationError, NeedsPerson):
    """The API user may not do this, or the item is managed by Field Nation itself."""


class CredentialsUnusable(FieldNationError, Permanent):
    """One of the four credentials is empty or holds a line break."""


class WrongAddress(FieldNationError, Permanent):
    """Something answered, but it is no Field Nation API; or the base URL cannot be one."""


class NotFound(FieldNationError, Permanent):
    """There is no such work order, part, webhook or delivery, or this company cannot see it."""


class ValidationFailed(FieldNationError, Permanent):
    """The values were refused; `fields` names them where the vendor did."""


class Conflict(FieldNationError, Permanent):
    """An illegal change of status, a duplicate, or an edit at the same time by someone else."""


class CallRefused(FieldNationError, Permanent):
    """Field Nation does not offer this call."""


class FilterIgnored(FieldNationError, Permanent):
    """The answer's echo shows a list or filter that is not the one asked for; no row is used."""


class FileUnavailable(FieldNationError, Permanent):
    """The link to a file is missing, has run out, or leads to a place we do not follow."""


class EventBroken(FieldNationError, Permanent):
    """The body of a webhook is none of the known forms."""


class TimeUnclear(FieldNationError, Permanent):
    """A time without a zone was to be sent, or a text that is no time was received."""


class RateLimited(FieldNationError, Retryable):
    """The company's calls of the minute are used up; `told.wait_seconds` says for how long."""


class ServerTrouble(FieldNationError, Retryable):
    """Field Nation had a fault, or the connection broke after the call may have arrived."""


class Unreachable(ServerTrouble):
    """No connection came about: the call cannot have taken effect."""


class AnswerBroken(FieldNationError, Retryable):
    """A 2xx answer that is cut short, malformed, or not of the shape this call answers with."""


class NotSettled(FieldNationError, Retryable):
    """A queued change did not become visible in the time given."""
