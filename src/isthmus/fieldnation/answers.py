"""Tell what an unfavourable answer means: the error to raise, with what a person can do."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from isthmus.base.redaction import redact
from isthmus.fieldnation import errors as err
from isthmus.fieldnation.refusals import told_by
from isthmus.transport import Answer

_TOKEN: Final = re.compile(
    r"(expired|invalid)[ _]token|token (has |is )?(expired|invalid)", re.IGNORECASE
)
_AUTH_CODES: Final = frozenset({"AUTHENTICATION_REQUIRED", "invalid_token"})


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What was asked, for the error to name; `path` has no query, as the token may be in it.

    `writes` says that it may change something. `moves` says that it asks for a change of status
    and has nothing in it that could be wrong by itself.
    """

    method: str
    path: str
    writes: bool = False
    moves: bool = False

    @property
    def where(self) -> str:
        """Return the call as a person reads it, without secrets."""
        return redact(f"{self.method} {self.path}")


def error_of(answer: Answer, asked: Asked) -> err.FieldNationError | None:
    """
    Return the error an answer stands for; None when it is a success.

    An expired token gives AuthFailed; that a fresh one may help, the caller finds out.
    """
    if 200 <= answer.status < 300:
        return None
    told = told_by(answer)
    if told.status in {400, 401, 403} and _is_about_token(told):
        return _auth_failed(asked, told)
    maker = _BY_STATUS.get(told.status)
    if maker is not None:
        return maker(asked, told)
    if told.status < 400:
        return _wrong_address(asked, told)
    return _validation(asked, told) if told.status < 500 else _trouble(asked, told)


def broken(what: str, asked: Asked) -> err.AnswerBroken:
    """Return the error for a success whose body is not what this call answers with."""
    return err.AnswerBroken(
        f"Field Nation's answer cannot be used: {what}",
        where=asked.where,
        remedy=_look_first(asked) or "It is tried again by itself; if it goes on, see the log.",
        may_have_taken_effect=asked.writes,
    )


def _is_about_token(told: err.Told) -> bool:
    return (
        told.status == 401
        or told.code in _AUTH_CODES
        or told.action == "REAUTHENTICATE"
        or _TOKEN.search(told.text) is not None
    )


def _auth_failed(asked: Asked, told: err.Told) -> err.AuthFailed:
    return err.AuthFailed(
        f"Field Nation did not accept the log-in: {_said(told)}",
        where=asked.where,
        remedy="Check client id, client secret, user name and password, and that they are of this"
        " environment: sandbox and production have separate ones.",
        told=told,
    )


def _permission(asked: Asked, told: err.Told) -> err.PermissionDenied:
    return err.PermissionDenied(
        f"The API user may not do this: {_said(told)}",
        where=asked.where,
        remedy="Give the user the right in Field Nation (company settings, roles). Items that Field"
        " Nation manages itself, such as default tasks, cannot be changed by anyone.",
        told=told,
    )


def _not_found(asked: Asked, told: err.Told) -> err.NotFound:
    return err.NotFound(
        f"Field Nation has nothing at {redact(asked.path)}: {_said(told)}",
        where=asked.where,
        remedy="Check the id, and that it is of this environment: ids of sandbox and production"
        " differ.",
        told=told,
    )


def _conflict(asked: Asked, told: err.Told) -> err.Conflict:
    return err.Conflict(
        f"Field Nation refuses this in the present state: {_said(told)}",
        where=asked.where,
        remedy="Read it again and look at its status and `actions`; someone else may have changed"
        " it, or it exists already.",
        told=told,
    )


def _validation(asked: Asked, told: err.Told) -> err.FieldNationError:
    # Older pages answer an illegal change of status with 400, and such a call has no values.
    if told.status == 400 and asked.moves and not told.fields:
        return _conflict(asked, told)
    named = ", ".join(field.path for field in told.fields)
    return err.ValidationFailed(
        f"Field Nation refused the values{f' of {named}' if named else ''}: {_said(told)}",
        where=asked.where,
        remedy="Change what the text names; sending the same again gives the same answer.",
        told=told,
    )


def _refused(asked: Asked, told: err.Told) -> err.CallRefused:
    return err.CallRefused(
        f"Field Nation does not offer this call: {_said(told)}",
        where=asked.where,
        remedy="Check the base URL, and that the account has this feature.",
        told=told,
    )


def _rate(asked: Asked, told: err.Told) -> err.RateLimited:
    return err.RateLimited(
        f"The company's calls of this minute are used up: {_said(told)}",
        where=asked.where,
        remedy="It is tried again by itself. If it goes on, another tool of the company calls at"
        " the same time: lower the rate of one of them.",
        told=told,
    )


def _trouble(asked: Asked, told: err.Told) -> err.ServerTrouble:
    return err.ServerTrouble(
        f"Field Nation had a fault: {_said(told)}",
        where=asked.where,
        remedy=_look_first(asked)
        or "It is tried again by itself; if it goes on, look at the vendor's status page.",
        told=told,
        may_have_taken_effect=asked.writes,
    )


def _wrong_address(asked: Asked, told: err.Told) -> err.WrongAddress:
    return err.WrongAddress(
        f"The address answers with a redirect ({told.status})",
        where=asked.where,
        remedy="Give the address of the API itself, such as https://api-sandbox.fndev.net.",
        told=told,
    )


def _look_first(asked: Asked) -> str:
    if not asked.writes:
        return ""
    return "It may have taken effect all the same. Look for it before you send it again."


def _said(told: err.Told) -> str:
    return f"{told.text or 'without a word'} ({told.status})"


_Maker = Callable[[Asked, err.Told], err.FieldNationError]
_BY_STATUS: Final[dict[int, _Maker]] = {
    401: _auth_failed,
    403: _permission,
    404: _not_found,
    405: _refused,
    408: _trouble,
    409: _conflict,
    410: _not_found,
    429: _rate,
    501: _refused,
}
