"""
Keep secrets out of every text we show: logs, errors, reprs, URLs.

Three nets. A value that was guarded is replaced wherever it appears, also percent-encoded. A key
that names a secret has its value replaced whatever it holds. A token is replaced where tokens
stand: after `access_token=` or `Bearer`, whether or not it was guarded.
"""

import re
import threading
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "[redacted]"
_SHORTEST: Final = 4  # shorter values would redact half of every text
_SECRET_KEY: Final = re.compile(
    r"secret|password|passphrase|token|authorization|cookie|api_?key"
    r"|integration_?code|user_?name$|private_?key",
    re.IGNORECASE,
)
_USER_IN_URL: Final = re.compile(r"([?&]user=)[^&#\s\"']*", re.IGNORECASE)
_USER_INFO: Final = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@]+@", re.IGNORECASE)

_TOKEN: Final = re.compile(
    r"""(\b(?:access|refresh)_token(?:=|["']\s*:\s*["'])|\bBearer\s+(?=\S{12}))[^&#\s"',}]+""",
    re.IGNORECASE,
)
_TOKENS_KEPT: Final = 64  # a token lives an hour, and a process has a few clients

_guarded: dict[str, None] = {}
_tokens: dict[str, tuple[str, ...]] = {}
_lock: Final = threading.Lock()


def guard(*values: str) -> None:
    """
    Have these values replaced in every text redacted from now on, for the life of the process.

    Values under four characters are left out: replacing them would only garble texts.
    """
    for value in values:
        _guarded.update(dict.fromkeys(_forms(value)))


def guard_token(value: str) -> None:
    """
    Have a token replaced, as `guard` does, until so many newer ones have taken its place.

    A process that renews its token for months would else search every text for all of them.
    """
    with _lock:
        _tokens.pop(value, None)
        _tokens[value] = _forms(value)
        while len(_tokens) > _TOKENS_KEPT:
            del _tokens[next(iter(_tokens))]


def redact(text: str) -> str:
    """Return the text without guarded values, tokens, user names in URLs, or log-ins in URLs."""
    fleeting = [form for forms in list(_tokens.values()) for form in forms]
    for value in sorted([*_guarded, *fleeting], key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    text = _TOKEN.sub(rf"\g<1>{MASK}", text)
    text = _USER_IN_URL.sub(rf"\g<1>{MASK}", text)
    return _USER_INFO.sub(rf"\g<1>{MASK}@", text)


def _forms(value: str) -> tuple[str, ...]:
    """Return the ways a secret may be written; () for one too short to be told from words."""
    if len(value) < _SHORTEST:
        return ()
    return tuple({value, quote(value, safe=""), quote_plus(value), quote(value)})


def redact_value(key: str, value: object) -> object:
    """Return a log value fit to be shown; what stands under a secret's name is masked whole."""
    if _SECRET_KEY.search(key) and value is not None:
        return MASK
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bytes):
        return redact(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {str(name): redact_value(str(name), inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact_value("", inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return redact(str(value))
