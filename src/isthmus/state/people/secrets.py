"""Secrets of sessions and tokens: 256 bits from the system, of which a hash is kept."""

import hashlib
from typing import Final

from isthmus.base.ids import new_secret
from isthmus.base.redaction import guard_token

TOKEN_PREFIX: Final = "isthmus_"  # noqa: S105 - by which scanners of code know one


def make(prefix: str = "") -> str:
    """Return a new secret, which no text shows from now on."""
    secret = prefix + new_secret()
    guard_token(secret)
    return secret


def hash_of(secret: str) -> str:
    """Return what is kept of it. It cannot be guessed, so that a quick hash will do."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(secret: str) -> str:
    """Return what the forms of a session carry: it follows from the secret, not the reverse."""
    return hash_of(f"csrf\n{secret}")
