"""
Tell what an unfavourable answer means: the vendor's status codes do not.

A missing permission, a misspelt field and an outage all arrive as 500, so the texts decide; where
no text is known, an answer in the vendor's own error shape to a read counts as passing trouble.
Source: texts quoted by independent integrators; see each group.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from isthmus.autotask import errors as err
from isthmus.base.errors import IsthmusError
from isthmus.base.redaction import redact
from isthmus.transport import Answer

_SHOWN_MOST: Final = 400
_TAGS: Final = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_ERRORS_FIRST: Final = re.compile(rb'\s*\{\s*"[Ee]rrors"')
_THREADS: Final = re.compile(
    r"thread threshold|threads? (has|have) been exceeded|Itgenatr005", re.IGNORECASE
)
_HOURLY: Final = re.compile(
    r"request threshold|requests? (per|in the|within) .*(hour|minute)|hourly|"
    r"(threshold|rate limit|request limit|number of requests).*exceed|"
    r"exceed.*(threshold|rate limit|request limit|number of requests)",
    re.IGNORECASE,
)
_PERMISSION: Final = re.compile(
    r"adequate permissions|do(es)? not have (the )?(required |adequate )?permission", re.IGNORECASE
)
_NO_FIELD: Final = re.compile(
    r"Unable to find (?P<field>.+?) in the (?P<entity>\S+) Entity", re.IGNORECASE
)
_REFUSED: Final = re.compile(
    r"maxCountOfRecordsToReturn|Invalid query|not queryable|cannot be queried|not supported"
    r"|does not exist|is required|is invalid|required field|does not reference|unknown (op|field)"
    r"|must (have|be|assign)|Only one of|Unexpected character|Error converting|when assigning"
    r"|Could not convert|you must|read.?only|No matching records|already exists|not allowed"
    r"|exceeds the maximum|is not valid|cannot also be|too large or small",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, for the error to name: `entity` is "" for calls about no entity."""

    method: str
    path: str
    entity: str
    writes: bool = False

    @property
    def where(self) -> str:
        """Return the call as a person reads it, without secrets."""
        return redact(f"{self.method} {self.path}")


def texts_of(answer: Answer) -> tuple[str, ...]:
    """
    Return the error texts of an answer, secrets taken out; () when it holds none.

    Shapes: `{"errors": [...]}` (the vendor's), `{"Message": ...}` (its web framework's), else the
    bare text of a page.
    """
    try:
        body = json.loads(answer.body)
    except ValueError:
        plain = _TAGS.sub(" ", answer.body[:20_000].decode("utf-8", "replace"))
        text = " ".join(plain.split())
        return (redact(text[:_SHOWN_MOST]),) if text else ()
    if not isinstance(body, dict):
        return ()
    found = body.get("errors", body.get("Errors"))
    if isinstance(found, list):
        return tuple(redact(str(text))[:_SHOWN_MOST] for text in found if text)
    message = body.get("Message", body.get("message"))
    return (redact(str(message))[:_SHOWN_MOST],) if message else ()


def has_vendor_errors(answer: Answer) -> bool:
    """Tell whether the body is the vendor's own `{"errors": [...]}`, whatever the status."""
    if _ERRORS_FIRST.match(answer.body) is None:  # a page of rows is not decoded for this
        return False
    try:
        body = json.loads(answer.body)
    except ValueError:
        return False
    return isinstance(body, dict) and bool(body.get("errors") or body.get("Errors"))


def error_of(answer: Answer, asked: Asked) -> IsthmusError | None:
    """
    Return the error an answer stands for; None when it is a success.

    A 401 gives AuthFailed; that the zone may have moved, the caller finds out.
    """
    if 200 <= answer.status < 300 and not has_vendor_errors(answer):
        return None
    text = " | ".join(texts_of(answer))
    for decide in (_by_limit, _by_text, _by_status):
        error = decide(answer, asked, text)
        if error is not None:
            return error
    return _trouble(answer, asked, text)


def error_of_text(text: str, asked: Asked) -> IsthmusError | None:
    """Return the error a text of the vendor stands for by itself; None where it is not known."""
    bare = Answer(200, {}, b"")
    return _by_limit(bare, asked, text) or _by_text(bare, asked, text)


def _by_limit(answer: Answer, asked: Asked, text: str) -> IsthmusError | None:
    if answer.status != 429 and answer.status < 300 and not text:
        return None
    if _THREADS.search(text):
        return _threads(answer, asked, text)
    if _HOURLY.search(text):
        return err.HourlyLimitHit(
            f"Autotask refuses calls: {text}",
            falls_at=None,
            where=asked.where,
            remedy="The calls of the last hour, of all integrations together, are used up. Wait,"
            " or see Admin > Extensions & Integrations > API > API Activity for who used them.",
        )
    return _threads(answer, asked, text) if answer.status == 429 else None


def _threads(answer: Answer, asked: Asked, text: str) -> err.ThreadLimitHit:
    after = answer.headers.get("retry-after", "")
    return err.ThreadLimitHit(
        f"Too many calls at once: {text or 'refused with 429'}",
        where=asked.where,
        remedy="It is tried again by itself. If it goes on, another tool uses the same"
        " integration code: give each tool an API tracking identifier of its own.",
        wait_seconds=min(float(after), 300.0) if after.isdigit() else None,
    )


def _by_text(answer: Answer, asked: Asked, text: str) -> IsthmusError | None:
    if not text or answer.status in {404, 405}:
        return None
    for pattern, make in _TEXTS:
        match = pattern.search(text)
        if match is not None:
            return make(match, asked, text)
    return None


def _by_status(answer: Answer, asked: Asked, text: str) -> IsthmusError | None:
    status = answer.status
    if status == 401:
        return _auth_failed(asked)
    if status == 403:
        return permission_denied(asked, text or "refused with 403")
    if status == 404:
        return err.UnknownEntity(
            f"Autotask has nothing at {asked.path}",
            where=asked.where,
            remedy="Check the name of the entity (plural, such as Tickets) and the base URL.",
        )
    if status == 405:
        return err.CallRefused(
            f"Autotask does not offer {asked.method} there", where=asked.where, remedy=text
        )
    if 300 <= status < 400:
        return err.WrongAddress(
            f"The address answers with a redirect ({status})",
            where=asked.where,
            remedy="Give the address of the REST API itself, such as"
            " https://webservices5.autotask.net/ATServicesRest/.",
        )
    if 400 <= status < 500 and status not in {408, 409, 425}:
        return _refused(None, asked, text or f"refused with {status}")
    return None


def _trouble(answer: Answer, asked: Asked, text: str) -> err.ServerTrouble:
    return err.ServerTrouble(
        f"Autotask answered {answer.status}: {text or 'without a word'}",
        where=asked.where,
        remedy="It is tried again by itself; if it goes on, look at the vendor's status page.",
    )


def _auth_failed(asked: Asked) -> err.AuthFailed:
    return err.AuthFailed(
        "Autotask did not accept the user name and secret",
        where=asked.where,
        remedy=f"In Autotask, open {err.USER_PATH}; check that the API user is active, and that its"
        " security level is an API-only one. If the secret is lost, generate a new one there and"
        " connect again.",
    )


def permission_denied(asked: Asked, text: str) -> err.PermissionDenied:
    """Return the error for a missing right, naming the entity and where to grant it."""
    verb = "write" if asked.writes else "query"
    return err.PermissionDenied(
        f"The API user may not {verb} {asked.entity or 'this'}: {text}",
        where=asked.where,
        remedy=f"In Autotask, open {err.LEVEL_PATH}, edit the API user's level, and grant"
        f" {asked.entity or 'the entity'} the right to {verb}.",
        entity=asked.entity,
    )


def _code(_match: re.Match[str] | None, asked: Asked, text: str) -> IsthmusError:
    return err.IntegrationCodeInvalid(
        f"Autotask refused the integration code: {text}",
        where=asked.where,
        remedy=f"In Autotask, open {err.USER_PATH}, edit the API user, and copy the value under"
        " API Tracking Identifier.",
    )


def _zone(_match: re.Match[str] | None, asked: Asked, text: str) -> IsthmusError:
    return err.ZoneUnknown(
        f"Autotask knows no zone for this API user: {text}",
        where=asked.where,
        remedy=f"Check the user name (key) against {err.USER_PATH}; it is the generated key that"
        " looks like an e-mail address, not a person's log-in.",
    )


def _permission(_match: re.Match[str] | None, asked: Asked, text: str) -> IsthmusError:
    return permission_denied(asked, text)


def _field(match: re.Match[str] | None, asked: Asked, text: str) -> IsthmusError:
    name = match["field"] if match is not None else "a field"
    return err.UnknownField(
        f"{asked.entity or 'The entity'} has no field {name}: {text}",
        where=asked.where,
        remedy="Compare the name with the entity's fields (entityInformation/fields).",
    )


def _refused(_match: re.Match[str] | None, asked: Asked, text: str) -> IsthmusError:
    kind = err.ValidationFailed if asked.writes else err.QueryRefused
    return kind(
        f"Autotask refused the {'values' if asked.writes else 'query'}: {text}",
        where=asked.where,
        remedy="Change what the text names; asking the same again gives the same answer.",
    )


def _nothing(match: re.Match[str] | None, asked: Asked, text: str) -> IsthmusError:
    if not asked.writes:
        return _refused(match, asked, text)
    return err.NothingThere(
        f"Autotask found no such record of {asked.entity}: {text}",
        where=asked.where,
        remedy="It is gone, or the API user may not see it or not write it.",
    )


def _file_too_large(_match: re.Match[str] | None, asked: Asked, text: str) -> IsthmusError:
    return err.AttachmentTooLarge(
        f"Autotask refused the file: {text}",
        where=asked.where,
        remedy="By its API it takes 6 MB a file. Put up a smaller one, or a link to it.",
    )


def _files_paused(_match: re.Match[str] | None, asked: Asked, text: str) -> IsthmusError:
    return err.AttachmentsPaused(
        f"Autotask takes no files for a while: {text}",
        where=asked.where,
        remedy="It takes 10,000,000 bytes in five minutes, then none for five. Wait.",
    )


_Maker = Callable[[re.Match[str] | None, Asked, str], IsthmusError]
_TEXTS: Final[tuple[tuple[re.Pattern[str], _Maker], ...]] = (
    (re.compile(r"IntegrationCode is invalid|invalid integration ?code", re.IGNORECASE), _code),
    (re.compile(r"Zone information could not be determined", re.IGNORECASE), _zone),
    (re.compile(r"No matching records found", re.IGNORECASE), _nothing),
    (re.compile(r"attachment limit|attachments?\b.*\bminutes", re.IGNORECASE), _files_paused),
    (re.compile(r"(attachment|file).*(maximum|too large|exceeds)", re.IGNORECASE), _file_too_large),
    (_PERMISSION, _permission),
    (_NO_FIELD, _field),
    (_REFUSED, _refused),
)
