"""
What can go wrong with Autotask, by what can be done about it.

Each error names what happened, where, and what a person can do; click paths follow the vendor's
admin menus. Texts of the vendor are quoted with secrets taken out.
"""

from datetime import datetime
from typing import Final

from isthmus.base.errors import IsthmusError, NeedsPerson, Permanent, Retryable

USER_PATH: Final = "Admin > Organization Settings & Users > Resources/Users (HR) > API User"
LEVEL_PATH: Final = (
    "Admin > Organization Settings & Users > Resources/Users (HR) > Security > Security Levels"
)


class AuthFailed(NeedsPerson):
    """User name and secret were not accepted by the tenant's own zone."""


class ZoneUnknown(NeedsPerson):
    """Autotask does not know in which zone this API user lives."""


class IntegrationCodeInvalid(NeedsPerson):
    """The integration code (API tracking identifier) was refused."""


class PermissionDenied(NeedsPerson):
    """The API user's security level does not allow this; `entity` names the collection."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "", entity: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.entity = entity


class CredentialsUnusable(Permanent):
    """User name, secret or integration code are empty or hold characters no header can carry."""


class WrongAddress(Permanent):
    """Something answered, but it is no Autotask REST API."""


class UnknownEntity(Permanent):
    """There is no such collection."""


class UnknownField(Permanent):
    """There is no such field; `near` holds the names that come closest."""

    def __init__(
        self, what: str, *, where: str = "", remedy: str = "", near: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.near = near


class QueryRefused(Permanent):
    """The query cannot be asked like this; found before sending, or told by Autotask."""


class ValidationFailed(Permanent):
    """Autotask refused to write these values."""


class RichTextEcho(ValidationFailed):
    """
    A text equals the plain text Autotask shows of it; writing it would destroy its formatting.

    `fields` names the fields to leave out; nothing was sent.
    """

    def __init__(
        self, what: str, *, where: str = "", remedy: str = "", fields: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.fields = fields


class NothingThere(Permanent):
    """There is no such record, or none that this API user may see."""


class AttachmentRefused(IsthmusError):
    """A file was not taken; `AttachmentTooLarge` never will be, `AttachmentsPaused` may later."""


class AttachmentTooLarge(AttachmentRefused, Permanent):
    """The file is larger than Autotask takes by its API."""


class AttachmentsPaused(AttachmentRefused, Retryable):
    """
    So many bytes were put up in five minutes that no more are taken for a while.

    `wait_seconds`: after so many another file is taken.
    """

    def __init__(
        self, what: str, *, where: str = "", remedy: str = "", wait_seconds: float = 300.0
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.wait_seconds = wait_seconds


class CallRefused(Permanent):
    """Autotask does not offer this call."""


class ThreadLimitHit(Retryable):
    """More than three calls on one entity at once, counted by integration code."""

    def __init__(
        self, what: str, *, where: str = "", remedy: str = "", wait_seconds: float | None = None
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.wait_seconds = wait_seconds


class HourlyLimitHit(Retryable):
    """
    The tenant's calls of the hour, or our share of them, are used up.

    `falls_at` is when, at the latest, calls are free again: aware, UTC.
    """

    def __init__(
        self, what: str, *, falls_at: datetime | None, where: str = "", remedy: str = ""
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.falls_at = falls_at


class ServerTrouble(Retryable):
    """Autotask had a fault, or the connection broke after the call may have taken effect."""


class WriteUncertain(ServerTrouble):
    """
    The answer to a write was lost or makes no sense: it may have taken effect, or not.

    Doing it again may do it twice. `record_id` is None for a creation.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        entity: str = "",
        record_id: int | None = None,
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.entity = entity
        self.record_id = record_id


class Unreachable(ServerTrouble):
    """No connection came about: the call cannot have taken effect."""


class AnswerBroken(Retryable):
    """A 2xx answer that is cut short, empty, malformed or contradicts itself: nothing is taken."""
