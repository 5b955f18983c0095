"""What can go wrong with a log-in elsewhere. No text holds a code, a token or a claim's value."""

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


class NoRole(NeedsPerson):
    """The provider proved who it is, and gives them no role here."""

    def __init__(self, claim: str) -> None:
        super().__init__(
            "The identity provider gives you no role here.",
            where=f"claim {claim}",
            remedy="Ask whoever runs the provider for one of the groups of ISTHMUS_OIDC_ROLES.",
        )
