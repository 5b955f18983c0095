"""
The signature of a webhook: `sha256=` and the hex HMAC-SHA256 of the raw body.

Pure. Source: developer documentation of webhooks v3; older header names observed. No time is part
of what is signed, so a repeat is told by its delivery id, not by the signature.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final

HEADERS: Final = ("x-fn-signature", "x-signature", "fn-hash")
"""Header names met for the signature, the present one first; lower case."""

_PREFIX: Final = "sha256="


def sign(secret: str, body: bytes) -> str:
    """Return the header's value for a body, as the vendor makes it."""
    return _PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signature_of(headers: Mapping[str, str]) -> str:
    """Return the signature among the headers, names in any case; "" when there is none."""
    found = {name.lower(): value for name, value in headers.items()}
    return next((found[name] for name in HEADERS if found.get(name)), "")


def verify(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """
    Tell whether one of the secrets signed these very bytes.

    All secrets are tried whichever fits, each in constant time; give the old and the new one while
    a secret is being changed. An empty secret signs nothing. Never raises.
    """
    given = signature.strip()
    digest = given[len(_PREFIX) :] if given[: len(_PREFIX)].lower() == _PREFIX else given
    shown = digest.lower().encode("utf-8", "replace")
    fits = False
    for secret in secrets:
        mine = sign(secret, body)[len(_PREFIX) :].encode()
        fits |= hmac.compare_digest(mine, shown) and bool(secret)
    return fits
