"""
Make a raw record one that every store can keep as it is.

Three things are changed, and nothing else: NUL characters go (PostgreSQL has no place for them),
halves of a surrogate pair become U+FFFD (they are no text), and a fractional number of more than
15 digits becomes a string (JSON readers pass it through a double and lose the rest).
Source: the limits are those of IEEE 754, Unicode and PostgreSQL; that DuckDB 2.0.0 re-prints
fractions through a double was observed.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

_MOST_DIGITS = 15
_LARGEST_EXPONENT = 60
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * (_MOST_DIGITS + 1)
_LONG_FRACTION = re.compile(rb"[:,\[]\s*-?(?=[0-9.]{17}|[0-9.]+[eE])[0-9]+(?:\.[0-9]+|[eE])")
_SURROGATE_LEAD = b"\xed"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?', re.DOTALL)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u(?P<code>[0-9a-fA-F]{4})|\\."
    r"|(?P<odd>[\x00\ud800-\udfff])",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Mended:
    """A record as it may be kept, and how many characters had to be changed."""

    raw: bytes
    nul_count: int = 0
    surrogate_count: int = 0


@dataclass(slots=True)
class _Count:
    nul: int = 0
    surrogate: int = 0


def needs_mending(page: bytes) -> bool:
    """
    Tell whether records may need it: some that do not pass here too, none that do is missed.

    Cheap on purpose, a few searches and one translation: about 7 CPU seconds per million tickets.
    """
    return _has_odd_character(page) or _has_long_number(page)


def mend_row(raw: bytes) -> Mended:
    """Return one record, one JSON object, mended; what needs nothing comes back as it was."""
    if not _has_odd_character(raw) and not (_has_long_number(raw) and _LONG_FRACTION.search(raw)):
        return Mended(raw)
    count = _Count()
    text = _decoded(raw, count)
    mended = _TOKEN.sub(lambda found: _token(found[0], count), text)
    return Mended(mended.encode(), count.nul, count.surrogate)


def _has_odd_character(page: bytes) -> bool:
    if b"\\u" in page and _has_odd_escape(page):
        return True
    return b"\x00" in page or (_SURROGATE_LEAD in page and not _is_text(page))


def _has_long_number(page: bytes) -> bool:
    return _LONG_NUMBER in page.translate(_DIGITS_ALIKE, b".")


def _has_odd_escape(page: bytes) -> bool:
    return b"\\u0000" in page or b"\\ud" in page or b"\\uD" in page


def _is_text(page: bytes) -> bool:
    try:
        page.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, count: _Count) -> str:
    try:
        return raw.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        text = raw.decode(errors="replace")
        count.surrogate += text.count("\ufffd") - raw.count("\ufffd".encode())
        return text


def _token(token: str, count: _Count) -> str:
    if token.startswith('"'):
        return _ESCAPE.sub(lambda found: _character(found, count), token)
    return _number(token)


def _character(found: re.Match[str], count: _Count) -> str:
    code = found["code"]
    number = int(code, 16) if code else ord(found["odd"]) if found["odd"] else -1
    if number == 0:
        count.nul += 1
        return ""
    if 0xD800 <= number <= 0xDFFF:
        count.surrogate += 1
        return "\ufffd"
    return found[0]


def _number(token: str) -> str:
    """Write a fraction with more digits than a double keeps as a string, without an exponent."""
    whole = token.lstrip("-").isdigit()
    digits = sum(character.isdigit() for character in re.split("[eE]", token)[0])
    if whole or digits <= _MOST_DIGITS:
        return token
    value = Decimal(token)
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        return f'"{token}"'
    return f'"{value:f}"'
