"""Joins who may use the console with where that is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from isthmus.engine.database import open_database
from isthmus.identity import (
    Begun,
    Identity,
    LoginNotProven,
    LoginTurnedDown,
    NoRole,
    ProviderAway,
    ProviderWrong,
)
from isthmus.identity.provider import Provider
from isthmus.state.people import (
    Account,
    AlreadyBegun,
    Deed,
    LastAdmin,
    LoginRefused,
    LoginTaken,
    LoginThrottled,
    LoginWrong,
    NoSuchAccount,
    NotBegun,
    PasswordWeak,
    People,
    PeopleError,
    Role,
    RoleTooHigh,
    Session,
    Token,
)
from isthmus.wiring.build import House

if TYPE_CHECKING:
    from isthmus.wiring.dispatch.stores import Stores

__all__ = [
    "Account",
    "AlreadyBegun",
    "Begun",
    "Deed",
    "Identity",
    "LastAdmin",
    "LoginNotProven",
    "LoginRefused",
    "LoginTaken",
    "LoginThrottled",
    "LoginTurnedDown",
    "LoginWrong",
    "NoRole",
    "NoSuchAccount",
    "NotBegun",
    "PasswordWeak",
    "People",
    "PeopleError",
    "Provider",
    "ProviderAway",
    "ProviderWrong",
    "Role",
    "RoleTooHigh",
    "Session",
    "Token",
    "log_in_as",
    "open_people",
    "people_of",
    "provider_of",
]


def people_of(stores: "Stores") -> People:
    """Return the people of a home whose stores are open. Raises: StateBroken, StateBusy."""
    return People.open(stores.state.engine)


@contextmanager
def open_people(house: House) -> Iterator[People]:
    """
    Give the people of a home, while the block lasts; nothing else of it is opened.

    Raises: EngineUnavailable, EngineBroken, StateBroken, StateBusy.
    """
    place = house.config.dispatch_place
    house.config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_database(place.path / "dispatch.db" if place.is_file else place.address)
    try:
        yield People.open(engine)
    finally:
        engine.dispose()


def provider_of(house: House) -> Provider | None:
    """Return the identity provider people may log in by, to be kept; None where there is none."""
    return None if house.config.oidc is None else Provider(house.config.oidc)


def log_in_as(
    people: People, identity: Identity, *, source: str, agent: str
) -> tuple[Session, str]:
    """Log in whom the provider vouches for; see `People.log_in_as`. Blocks."""
    role = None if identity.role is None else Role(identity.role)
    who = (identity.issuer, identity.subject, identity.login, identity.name, role)
    return people.log_in_as(*who, source=source, agent=agent)
