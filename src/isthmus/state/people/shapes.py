"""Frozen shapes of people, what they may do, and what they did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account may do; each role may do what those before it may."""

    VIEWER = "viewer"
    DISPATCHER = "dispatcher"
    ADMIN = "admin"

    def covers(self, other: "Role") -> bool:
        """Tell whether who has this role may do what the other one may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Account:
    """A person. `login` is as it was typed; whatever its case, it is one account's."""

    id: str
    login: str
    name: str
    role: Role
    is_active: bool
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """
    A browser that is logged in; its id is not its secret.

    `csrf` is what its forms prove themselves by. It follows from the secret and is kept nowhere,
    so it is "" where sessions are listed.
    """

    id: str
    account: Account
    csrf: str = field(repr=False)
    begun_at: datetime
    seen_at: datetime
    source: str
    agent: str


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows instead of a password. `ends_at` None: it lasts until it is revoked."""

    id: str
    name: str
    role: Role
    account_id: str
    made_at: datetime
    used_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the audit trail: who did what, about what, and from where."""

    number: int
    at: datetime
    who: str
    what: str
    about: str
    detail: Mapping[str, object]
    source: str
