"""
Log-ins by an OpenID Connect provider: authorization code flow with PKCE, state and nonce.

The room's door is `identity.provider`, loaded only where somebody logs in so. Source: OpenID
Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636.
"""

from isthmus.identity.errors import (
    LoginNotProven,
    LoginTurnedDown,
    NoRole,
    ProviderAway,
    ProviderWrong,
)
from isthmus.identity.shapes import Begun, Identity, ProviderSettings

__all__ = [
    "Begun",
    "Identity",
    "LoginNotProven",
    "LoginTurnedDown",
    "NoRole",
    "ProviderAway",
    "ProviderSettings",
    "ProviderWrong",
]
