"""Bodies of calls: as the trail keeps them, and as people read them."""

import json
import re
from dataclasses import dataclass
from typing import Final

from isthmus.base.redaction import MASK, redact, redact_value

MOST: Final = 2_000
"""Characters of a body that are kept, where the call went well."""
MOST_REFUSED: Final = 16_000
"""The same where it was refused or not answered, as a person must see what is wrong."""
_MARGIN: Final = 500
_INDENT: Final = "  "
_CUT: Final = re.compile(r" … \(cut; ([\d,]+) bytes\)$")
_NAMED: Final = re.compile(
    r"""([\w-]*(?:secret|password|passphrase|token|api_?key|integration_?code)[\w-]*\\?["']?"""
    r"""\s*[:=>]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^&\s,;<>}]+)""",
    re.IGNORECASE,
)
"""A secret's name and what stands behind it, in a text that is no whole JSON."""


@dataclass(frozen=True, slots=True)
class Body:
    """
    A body as people read it, JSON line by line.

    `size` is how many bytes it had where the trail keeps only its beginning, None where all is
    here.
    """

    text: str
    size: int | None = None


def kept(body: bytes, most: int = MOST) -> str:
    """
    Return a body as the trail keeps it: without secrets, and with a word where it was cut.

    What stands under a secret's name is masked whole, whether or not we know the secret.
    """
    shown = _masked(body, most)
    if len(body) <= most:
        return shown
    return f"{shown[:most]} … (cut; {len(body):,} bytes)"


def readable(text: str) -> Body:
    """Return what the trail keeps of a body as people read it; older lines are masked anew."""
    cut = _CUT.search(text)
    whole = text[: cut.start()] if cut else text
    size = int(cut[1].replace(",", "")) if cut else None
    if not whole.lstrip().startswith(("{", "[")):
        return Body(_without_named(redact(whole)), size)
    try:
        told = json.dumps(redact_value("", json.loads(whole)), ensure_ascii=False, indent=2)
    except ValueError:
        told = _indented(_without_named(redact(whole)))
    return Body(told, size)


def _masked(body: bytes, most: int) -> str:
    if body.lstrip()[:1] in {b"{", b"["}:
        try:
            found = redact_value("", json.loads(body))
            return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        except (ValueError, RecursionError):
            pass
    # More than is kept is searched, so that no secret is cut in two and not known again.
    text = body[: most * 4 + _MARGIN].decode("utf-8", "replace")
    return _without_named(redact(text[: most + _MARGIN]))


def _without_named(text: str) -> str:
    return _NAMED.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    quote = found[2][0] if found[2][0] in "\"'" else ""
    return f"{found[1]}{quote}{MASK}{quote}"


def _indented(text: str) -> str:
    """Break JSON into lines that need not be whole, and indent them."""
    parts: list[str] = []
    depth, in_text, is_escaped = 0, False, False
    for sign in text:
        if in_text:
            parts.append(sign)
            in_text = is_escaped or sign != '"'
            is_escaped = sign == "\\" and not is_escaped
        elif sign in "{[":
            depth += 1
            parts.append(f"{sign}\n{_INDENT * depth}")
        elif sign in "}]":
            depth = max(0, depth - 1)
            parts.append(f"\n{_INDENT * depth}{sign}")
        elif sign == ",":
            parts.append(f",\n{_INDENT * depth}")
        elif sign == ":":
            parts.append(": ")
        elif not sign.isspace():
            parts.append(sign)
            in_text = sign == '"'
    return "".join(parts)
