"""Reads the settings of an identity provider."""

from typing import Final
from urllib.parse import urlsplit

from isthmus.identity.calls import is_loopback

USUAL_ROLES: Final = "admin=isthmus-admin, dispatcher=isthmus-dispatcher, viewer=isthmus-viewer"
_RANKS: Final = ("admin", "dispatcher", "viewer")
_OPEN_TO_ALL: Final = (
    "https://accounts.google.com",
    "https://login.microsoftonline.com/common",
    "https://login.microsoftonline.com/organizations",
    "https://login.microsoftonline.com/consumers",
)


def parse_issuer(text: str) -> str:
    """Read the address of a provider, as it names itself; http only within this machine."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    is_bare = not (parts.query or parts.fragment or parts.username)
    if not parts.hostname or not is_bare or not (parts.scheme == "https" or plain):
        msg = "it must be the provider's https address, like https://id.example.com/realms/main"
        raise ValueError(msg)
    return text


def parse_scope(text: str) -> str:
    """Read what is asked for; without openid it is no log-in."""
    scopes = text.split()
    if "openid" not in scopes:
        msg = "it must hold the word openid, as in openid profile email"
        raise ValueError(msg)
    return " ".join(scopes)


def parse_roles(text: str) -> tuple[tuple[str, str], ...]:
    """Read what values of a claim mean: role=value, with commas between; highest role first."""
    found: dict[str, str] = {}
    for pair in text.split(","):
        role, equals, value = (part.strip() for part in pair.partition("="))
        if role not in _RANKS or not equals or not value:
            msg = "it must be like admin=IT, dispatcher=Desk, viewer=Sales, with those three roles"
            raise ValueError(msg)
        known = found.get(value, role)
        found[value] = min(known, role, key=_RANKS.index)
    return tuple(sorted(found.items(), key=lambda one: _RANKS.index(one[1])))


def lets_anybody_in(issuer: str) -> bool:
    """Tell whether everybody in the world can have an account there."""
    return issuer.rstrip("/").removesuffix("/v2.0") in _OPEN_TO_ALL
