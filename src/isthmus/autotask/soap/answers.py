"""
What an unfavourable SOAP answer means, in the error tree that REST has too.

Source: texts quoted by integrators and the vendor's help; where none is known, see each function.
"""

import re
from collections.abc import Mapping
from typing import Final

from isthmus.autotask import errors as err
from isthmus.autotask.calls.answers import Asked, error_of, error_of_text
from isthmus.autotask.soap.errors import BatchRefused, Refusal
from isthmus.autotask.soap.rows import Reply
from isthmus.autotask.soap.xml import Element, broken, child, local, parse, text_of
from isthmus.base.errors import IsthmusError
from isthmus.base.redaction import redact
from isthmus.transport import Answer

_HTML: Final = re.compile(rb"\s*(<!doctype html|<html)", re.IGNORECASE)
_LOG_IN: Final = re.compile(
    rb"unauthori[sz]ed|\b401\b|access is denied|credentials|log ?in|sign ?in", re.IGNORECASE
)
_XML: Final = re.compile(rb"\s*(\xef\xbb\xbf)?\s*<(\?xml|[\w.-]+:Envelope|Envelope)", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"for record number \[(\d+)\]", re.IGNORECASE)
_PASSING: Final = re.compile(r"time.?out|timed out|deadlock|try again|temporar", re.IGNORECASE)
_PERMANENT: Final = re.compile(
    r"Conversion from type|unable to read request|did not recognize|version mismatch"
    r"|Object reference not set|not well.?formed",
    re.IGNORECASE,
)
_UNSUPPORTED: Final = re.compile(
    r"does not support (create|update|delete)|cannot be (created|updated|deleted)", re.IGNORECASE
)
_SHOWN_MOST: Final = 400
Names = Mapping[str, str]


def http_error(answer: Answer, asked: Asked) -> IsthmusError | None:
    """
    Return the error that status, page or fault stand for; None when there is a result to read.

    A 401 is a page of HTML (observed). A page with 200 that speaks of logging in is a failed
    log-in, as clients take it; another one is an answer that something on the way put there.
    """
    if _XML.match(answer.body):
        fault = _fault(answer, asked)
        if fault is not None:
            return fault
        return None if answer.status == 200 else error_of(answer, asked)
    if answer.status == 404:
        return err.WrongAddress(
            "There is no SOAP API at this address",
            where=asked.where,
            remedy="Check the base URL; if it is right, the SOAP API may be gone: use REST.",
        )
    if answer.status != 200:
        return error_of(answer, asked)
    if _HTML.match(answer.body) and _LOG_IN.search(answer.body[:20_000]):
        return error_of(Answer(401, answer.headers, b""), asked)
    return broken("no XML", asked.where)


def _fault(answer: Answer, asked: Asked) -> IsthmusError | None:
    if b"Fault>" not in answer.body[:4000]:
        return None
    fault = child(child(parse(answer.body, asked.where), "Body"), "Fault")
    if fault is None:
        return None
    text, is_ours = _fault_text(fault)
    known = error_of_text(text, asked)
    if known is not None:
        return known
    if _PERMANENT.search(text) or (is_ours and not _PASSING.search(text)):
        return _refused(asked, text)
    return err.ServerTrouble(
        f"Autotask answered with a fault: {text}",
        where=asked.where,
        remedy="It is tried again by itself where that does no harm; if it goes on, look at the"
        " vendor's status page.",
    )


def _fault_text(fault: Element) -> tuple[str, bool]:
    """Return a fault's text and whether it blames the caller; SOAP 1.1 and 1.2."""
    text = " ".join(text_of(one) for one in fault.iter() if local(one) in {"faultstring", "Text"})
    code = " ".join(text_of(one) for one in fault.iter() if local(one) in {"faultcode", "Value"})
    shown = redact(" ".join(text.split()))[:_SHOWN_MOST] or "without a word"
    return shown, "client" in code.casefold() or "sender" in code.casefold()


def reply_error(reply: Reply, asked: Asked, fields: Names) -> IsthmusError | None:
    """
    Return the error an answer tells in its own words; None for a success.

    Args: fields: REST names by the names to look for in the texts of refused records.
    A text nobody knows refuses for good: what passes arrives as a fault or a status (assumed).
    """
    if reply.code == 1 and not reply.errors:
        return None
    texts = tuple(redact(text)[:_SHOWN_MOST] for text in reply.errors)
    causes = tuple(text for text in texts if not _NUMBERED.search(text)) or texts
    whole = " | ".join(texts) or f"return code {reply.code}"
    known = error_of_text(whole, asked)
    if known is not None and not isinstance(known, (err.ValidationFailed, err.QueryRefused)):
        return known
    if asked.writes and _UNSUPPORTED.search(whole):
        return err.CallRefused(
            f"Autotask has no {asked.path} for {asked.entity}: {whole}",
            where=asked.where,
            remedy="Do it in Autotask itself.",
        )
    if asked.writes:
        refusals = refusals_of(texts, fields)
        return BatchRefused(
            f"Autotask refused the values: {' | '.join(causes) or whole}{_which(refusals)}",
            where=_where(asked, refusals),
            remedy="Nothing was written. Change what the text names; asking the same again gives"
            " the same answer.",
            refusals=refusals,
        )
    if _PASSING.search(whole):
        return err.ServerTrouble(
            f"Autotask could not answer: {whole}",
            where=asked.where,
            remedy="It is tried again by itself.",
        )
    return known or _refused(asked, whole)


def refusals_of(texts: tuple[str, ...], fields: Names) -> tuple[Refusal, ...]:
    """
    Return why which records were refused: each cause is followed by the number of its record.

    Source: pairs of texts quoted by integrators; numbers count from 1.
    """
    found: list[Refusal] = []
    causes: list[str] = []
    for text in texts:
        match = _NUMBERED.search(text)
        if match is None:
            causes.append(text)
            continue
        index = int(match[1]) - 1
        found.extend(Refusal(index, one, _field_in(one, fields)) for one in causes or [text])
        causes = []
    return tuple(found)


def _field_in(text: str, fields: Names) -> str:
    """Return the field whose name, the longest of those, stands in a text as a word of its own."""
    folded = text.casefold()
    named = [name for name in fields if re.search(rf"\b{re.escape(name.casefold())}\b", folded)]
    return fields[max(named, key=len)] if named else ""


def _which(refusals: tuple[Refusal, ...]) -> str:
    indexes = sorted({refusal.index for refusal in refusals})
    if indexes in ([], [0]):
        return ""
    return f" (records {', '.join(map(str, indexes))} of the batch, counted from 0)"


def _where(asked: Asked, refusals: tuple[Refusal, ...]) -> str:
    named = next((refusal.field for refusal in refusals if refusal.field), "")
    return f"{asked.entity}.{named}" if named else asked.where


def _refused(asked: Asked, text: str) -> IsthmusError:
    kind = err.ValidationFailed if asked.writes else err.QueryRefused
    return kind(
        f"Autotask refused the {'values' if asked.writes else 'query'}: {text}",
        where=asked.where,
        remedy="Change what the text names; asking the same again gives the same answer.",
    )


def refused(text: str, entity: str) -> IsthmusError:
    """Return the error for a write that was answered with words instead of done."""
    asked = Asked("SOAP", "DeleteAttachment", entity, writes=True)
    shown = redact(text)[:_SHOWN_MOST]
    return error_of_text(shown, asked) or _refused(asked, shown)
