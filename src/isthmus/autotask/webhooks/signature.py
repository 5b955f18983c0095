"""
Is this delivery the vendor's? Pure: bytes in, the secret that matched out.

`X-Hook-Signature: sha1=<base64 of HMAC-SHA1(body, secret key)>`. The body is signed as .NET's JSON
writer escapes it, so a body that something on the way re-encoded is put back into that form and
tried as well. Source: vendor help on secret keys; escaping observed by integrators.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

HEADER: Final = "X-Hook-Signature"
_HEADER: Final = re.compile(r"\s*sha1\s*=\s*([A-Za-z0-9+/]{27}=)\s*", re.IGNORECASE | re.ASCII)
ESCAPED_MOST: Final = 2**18
"""Bytes; a longer body is verified as it came only, so that strangers cannot make us work."""
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|[ \t\r\n]++', re.DOTALL)
_ESCAPED: Final = re.compile(r"[^ !#$%()*,\-./0-9:;=?@A-Z\[\]^_a-z{|}~]")
_SHORT: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}


@dataclass(frozen=True, slots=True)
class Verified:
    """
    A signature that holds: `secret` is the position of the one that made it, first is 0.

    `form` tells whether the bytes as they came were signed, or their escaped form.
    """

    secret: int
    form: Literal["raw", "escaped"]


def verify(body: bytes, header: str | None, secrets: Sequence[str]) -> Verified | None:
    """
    Return which of the live secrets signed the body; None for none of them, or no signature.

    Give the current secret first and, while it is rotated, the one before. An empty secret never
    matches. Every secret is tried whatever matched, and compared in constant time. The escaped
    form costs a parse, so it is tried only when the bytes as they came are signed by none.
    """
    match = _HEADER.fullmatch(header or "")
    given = _digest(match[1]) if match else None
    if given is None:
        return None
    at = _signer(body, given, secrets)
    if at is not None:
        return Verified(at, "raw")
    escaped = escape(body)
    at = None if escaped is None else _signer(escaped, given, secrets)
    return None if at is None else Verified(at, "escaped")


def _digest(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _signer(signed: bytes, given: bytes, secrets: Sequence[str]) -> int | None:
    """Return the position of the first secret that gives this digest."""
    found = None
    for at in reversed(range(len(secrets))):
        made = hmac.new(secrets[at].encode(), signed, hashlib.sha1).digest()
        if hmac.compare_digest(made, given) and secrets[at]:
            found = at
    return found


def sign(body: bytes, secret: str) -> str:
    """Return the header that the vendor would send with these bytes."""
    made = hmac.new(secret.encode(), body, hashlib.sha1).digest()
    return f"sha1={base64.b64encode(made).decode()}"


def escape(body: bytes) -> bytes | None:
    r"""
    Return a JSON text as .NET's default writer has it; None for no JSON text, or a long one.

    Spaces between tokens go; in strings `& < > ' " ` +` and all beyond ASCII become `\u` and four
    upper-case digits. Numbers stay as they are, so one that was rewritten on the way does not
    verify.
    """
    if len(body) > ESCAPED_MOST:
        return None
    try:
        text = body.decode("utf-8-sig")
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _TOKEN.sub(_rewrite, text).encode()


def _rewrite(match: re.Match[str]) -> str:
    token = match[0]
    if not token.startswith('"'):
        return ""
    return f'"{_ESCAPED.sub(_unit, json.loads(token))}"'


def _unit(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SHORT:
        return _SHORT[char]
    units = char.encode("utf-16-be", "surrogatepass").hex().upper()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
