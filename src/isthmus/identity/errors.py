"""What can go wrong with a log-in elsewhere. No text holds a code, a token or a claim's value."""

from typing import Final

from isthmus.base.errors import NeedsPerson, Retryable


class ProviderAway(Retryable):
    """The identity provider cannot be reached, or answers with an error of its own."""


class ProviderWrong(NeedsPerson):
    """The provider and what we were told of it do not fit: issuer, client, addresses, keys."""


class LoginNotProven(NeedsPerson):
    """The provider did not prove who logs in: a code used twice, a token that does not hold."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The identity provider did not prove who logs in: {why}.",
            where="log-in",
            remedy="Begin the log-in anew. If it goes on, an admin should check ISTHMUS_OIDC_ISSUER"
            " and ISTHMUS_OIDC_CLIENT_ID, and this machine's clock.",
        )


class LoginTurnedDown(NeedsPerson):
    """
    The provider sent the browser back without a code: somebody cancelled it, or it refuses.

    Args: error: the provider's word; said: its own sentence beside it, "" for none. Both came by
    the browser. Source: RFC 6749, 4.1.2.1.
    """

    def __init__(self, error: str, said: str) -> None:
        told = ": ".join(filter(None, (_plain(error), _plain(said))))
        is_denied = error == "access_denied"
        super().__init__(
            f"The log-in was cancelled or denied at the identity provider ({told})."
            if is_denied
            else f"The identity provider refused the log-in ({told}).",
            where="log-in",
            remedy=_DENIED if is_denied else _REFUSED,
        )


_DENIED: Final = (
    "Log in again. If you did not cancel it, ask whoever runs the provider whether you may use"
    " Isthmus."
)
_REFUSED: Final = (
    "Try again in a while. If it goes on, an admin should check ISTHMUS_OIDC_CLIENT_ID and"
    " ISTHMUS_OIDC_SCOPE, and how Isthmus is registered at the provider."
)
_MOST_SIGNS: Final = 200


def _plain(text: str) -> str:
    """Return a foreign text as one line that is not long."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= _MOST_SIGNS else f"{words[:_MOST_SIGNS]}…"


class NoRole(NeedsPerson):
    """The provider proved who it is, and gives them no role here."""

    def __init__(self, claim: str) -> None:
        super().__init__(
            "The identity provider gives you no role here.",
            where=f"claim {claim}",
            remedy="Ask whoever runs the provider for one of the groups of ISTHMUS_OIDC_ROLES.",
        )
