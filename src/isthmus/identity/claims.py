"""What a provider says, and whether it holds: the ID token, and what is read from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from isthmus.identity.errors import LoginNotProven, NoRole
from isthmus.identity.shapes import Identity, ProviderSettings

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
)  # fmt: skip
"""Those with a key pair: no shared secret, and never none."""

_REGISTRY: Final = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)

LEEWAY: Final = 60
"""Seconds by which two clocks may differ."""

_LONGEST_SUBJECT: Final = 255  # OpenID Connect Core 1.0, section 2


class KeyUnknown(Exception):
    """The token names a key that is not among these: the provider may have new ones."""


def read_keys(document: Mapping[str, Any]) -> KeySet:
    """Return the keys by which a provider signs. Raises: ValueError: there is none."""
    listed = document.get("keys")
    usable = [
        one
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("kty") in {"RSA", "EC"} and one.get("use") != "enc"
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        msg = f"its keys cannot be read ({type(error).__name__})"
        raise ValueError(msg) from None


def verify(
    token: str, keys: KeySet, settings: ProviderSettings, issuer: str, nonce: str, *, now: datetime
) -> dict[str, Any]:
    """
    Return the claims of an ID token whose signature and claims hold.

    Raises: LoginNotProven. KeyUnknown: it was signed by another key than these.
    """
    try:
        found = jwt.decode(token, keys, registry=_REGISTRY)
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            sub={"essential": True},
            aud={"essential": True, "value": settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(found.claims)
    except InvalidKeyIdError:
        raise KeyUnknown from None
    except ExpiredTokenError:
        raise LoginNotProven("its token is over, or this machine's clock is wrong") from None
    except (JoseError, ValueError, TypeError) as error:
        raise LoginNotProven(f"its token does not hold ({_why(error)})") from None
    _check_audience(found.claims, settings.client_id)
    if len(found.claims["sub"]) > _LONGEST_SUBJECT:
        raise LoginNotProven("its token names nobody")
    return found.claims


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Of several audiences, insist that the token was made for us."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    if (several or party is not None) and party != client_id:
        raise LoginNotProven("its token was made for another client")


def _why(error: Exception) -> str:
    """Return the library's word for it, which names a claim and no value."""
    kind = type(error).__name__
    claim = getattr(error, "claim", "")
    return f"{kind} {claim}".strip()


def has_all(claims: Mapping[str, Any], settings: ProviderSettings) -> bool:
    """Tell whether an ID token says all we ask for, so that nobody needs to be asked for more."""
    is_named = bool(_login(claims)) and "name" in claims
    is_placed = not settings.role_claim or _at(claims, settings.role_claim) is not None
    return is_named and is_placed


def identity_of(claims: Mapping[str, Any], settings: ProviderSettings, issuer: str) -> Identity:
    """Return who it is. Raises: NoRole: roles are the provider's matter, and it gives none."""
    subject: str = claims["sub"]
    login = _login(claims) or subject
    name = _text(claims, "name") or " ".join(
        filter(None, (_text(claims, "given_name"), _text(claims, "family_name")))
    )
    return Identity(issuer, subject, login, name or login, _role(claims, settings))


def _login(claims: Mapping[str, Any]) -> str:
    """Return the address of mail, unless the provider says it is not proven; else a user name."""
    if claims.get("email_verified") in {None, True, "true"} and _text(claims, "email"):
        return _text(claims, "email")
    return _text(claims, "preferred_username")


def _role(claims: Mapping[str, Any], settings: ProviderSettings) -> str | None:
    if not settings.role_claim:
        return None
    found = _at(claims, settings.role_claim)
    values = found if isinstance(found, list) else [found]
    for value, role in settings.roles:
        if value in values:
            return role
    raise NoRole(settings.role_claim)


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim by its whole name, which may be a URL, or by a path of names."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""
