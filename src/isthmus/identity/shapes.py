"""Frozen shapes of a log-in elsewhere."""

import hmac
from dataclasses import dataclass, field
from typing import Final

USUAL_ROLES: Final = (
    ("isthmus-admin", "admin"),
    ("isthmus-dispatcher", "dispatcher"),
    ("isthmus-viewer", "viewer"),
)
"""What a claim's values mean when nobody says otherwise, the highest first."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """
    What we are told of a provider.

    `client_secret` "": a public client. `role_claim` "": the provider says nothing of roles; else
    the claim's name, or a path such as `realm_access.roles`. `roles`: what its values mean, the
    highest role first.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scope: str = "openid profile email"
    role_claim: str = ""
    roles: tuple[tuple[str, str], ...] = USUAL_ROLES


@dataclass(frozen=True, slots=True)
class Begun:
    """
    A log-in that was begun: send the browser to `url`, and keep the rest for its return.

    Keep it bound to that browser alone, such as in a cookie of its own, and use it once.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def is_answered_by(self, state: str) -> bool:
        """Tell whether the `state` that came back is the one that was sent."""
        return hmac.compare_digest(state.encode("utf-8", "replace"), self.state.encode())


@dataclass(frozen=True, slots=True)
class Identity:
    """
    Who the provider says it is. `issuer` and `subject` together are the key, forever.

    `role` None: the provider says nothing of roles.
    """

    issuer: str
    subject: str
    login: str
    name: str
    role: str | None
