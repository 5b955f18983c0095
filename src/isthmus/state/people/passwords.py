"""
Passwords: what is asked of one, and the only place that hashes them.

Length and a list of the commonest, no rules of composition, as NIST SP 800-63B has it. Argon2id
with 46 MiB and one pass, the first of the settings in OWASP's Password Storage Cheat Sheet: some
50 ms of one core. Older hashes are told by `is_outdated`.
"""

import unicodedata
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from isthmus.state.people.commonest import COMMONEST
from isthmus.state.people.errors import PasswordWeak

SHORTEST: Final = 12
LONGEST: Final = 1_000
_FEWEST_SIGNS: Final = 5
_BESIDE_LOGIN: Final = 6

_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_AT_ONCE: Final = BoundedSemaphore(4)  # each takes its 46 MiB, and anyone may try to log in
NOBODYS: Final = (
    "$argon2id$v=19$m=47104,t=1,p=1$6BF0xJZoh7AcnOVu4a+uMQ"
    "$I4DDbk7OfJWr2hv5iufIUSK5M9wHMI0DbeK9NmGdo8s"
)
"""The hash of a password that was never written down; checked where there is no account."""


def insist(password: str, login: str) -> None:
    """Raise PasswordWeak, saying what is wrong with a password; it is not repeated."""
    wrong = _what_is_wrong(password, login)
    if wrong:
        raise PasswordWeak(
            f"The password {wrong}.",
            where="password",
            remedy=f"Take {SHORTEST} or more characters that nobody guesses, such as four words in"
            " a row that have nothing to do with each other.",
        )


def _what_is_wrong(password: str, login: str) -> str:
    folded = _normal(password).casefold()
    name = _normal(login).casefold()
    if len(_normal(password)) < SHORTEST:
        return f"has fewer than {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"has more than {LONGEST:,} characters"
    if folded in COMMONEST or len(set(folded)) < _FEWEST_SIGNS:
        return "is one that everybody tries first"
    if len(name) > 2 and len(folded.replace(name, "")) < _BESIDE_LOGIN:
        return "is hardly more than the login"
    return ""


def hashed(password: str) -> str:
    """Return what is kept of a password. Takes some 50 ms and 46 MiB; hold no lock meanwhile."""
    with _AT_ONCE:
        return _hasher.hash(_bytes(password))


def matches(kept: str | None, password: str) -> bool:
    """Tell whether it is the password of this hash; takes the same time where there is none."""
    is_right = _verify(kept or NOBODYS, password)
    return is_right and kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether it was hashed with other settings than ours are now."""
    return _hasher.check_needs_rehash(kept)


def _verify(kept: str, password: str) -> bool:
    try:
        with _AT_ONCE:
            return _hasher.verify(kept, _bytes(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")


def _normal(text: str) -> str:
    """Write it one way, however a keyboard composes accents."""
    return unicodedata.normalize("NFKC", text)
