"""Settings of an identity provider, and whom it lets in."""

from pathlib import Path

import pytest

from isthmus.identity import Identity, ProviderSettings
from isthmus.identity.shapes import USUAL_ROLES
from isthmus.wiring.build import House
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.environment.oidc import parse_issuer, parse_roles, parse_scope
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.people import Role, log_in_as, open_people, provider_of

ISSUER = "https://id.example.com/realms/main"
GIVEN = {"ISTHMUS_OIDC_ISSUER": ISSUER, "ISTHMUS_OIDC_CLIENT_ID": "isthmus"}


def test_without_settings_there_is_no_provider() -> None:
    assert load_config({}).oidc is None
    with House(load_config({})) as house:
        assert provider_of(house) is None


def test_issuer_and_client_are_enough() -> None:
    assert load_config(GIVEN).oidc == ProviderSettings(ISSUER, "isthmus", roles=USUAL_ROLES)
    with House(load_config(GIVEN)) as house:
        provider = provider_of(house)
        assert provider is not None
        assert provider.settings.issuer == ISSUER


def test_all_that_can_be_said_is_taken() -> None:
    more = {
        "ISTHMUS_OIDC_CLIENT_SECRET": "hush-hush",
        "ISTHMUS_OIDC_SCOPE": "openid  email groups",
        "ISTHMUS_OIDC_ROLE_CLAIM": "groups",
        "ISTHMUS_OIDC_ROLES": "viewer=Sales, admin = IT Team,viewer=Desk",
    }
    config = load_config(GIVEN | more)
    assert config.oidc == ProviderSettings(
        ISSUER,
        "isthmus",
        "hush-hush",
        "openid email groups",
        "groups",
        (("IT Team", "admin"), ("Sales", "viewer"), ("Desk", "viewer")),
    )
    assert "hush-hush" not in repr(config)


def test_an_issuer_without_a_client_is_refused() -> None:
    with pytest.raises(SettingWrong, match="client id"):
        load_config({"ISTHMUS_OIDC_ISSUER": ISSUER})


@pytest.mark.parametrize(
    "issuer", ["https://accounts.google.com", "https://login.microsoftonline.com/common/v2.0"]
)
def test_a_provider_of_everybody_needs_a_claim_that_says_who(issuer: str) -> None:
    anybody = GIVEN | {"ISTHMUS_OIDC_ISSUER": issuer}
    with pytest.raises(SettingWrong, match="anybody"):
        load_config(anybody)
    assert load_config(anybody | {"ISTHMUS_OIDC_ROLE_CLAIM": "groups"}).oidc is not None


@pytest.mark.parametrize(
    "text", ["id.example.com", "http://id.example.com", "https://", "https://x/?a=1", "https://[x"]
)
def test_what_is_no_issuer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="https"):
        parse_issuer(text)


def test_an_issuer_on_this_machine_may_do_without_tls() -> None:
    assert parse_issuer("http://127.0.0.1:8080/realms/x") == "http://127.0.0.1:8080/realms/x"


@pytest.mark.parametrize("text", ["admin", "boss=IT", "admin=", "admin=IT,,"])
def test_what_names_no_role_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="admin=IT"):
        parse_roles(text)


def test_a_value_named_twice_means_the_higher_role() -> None:
    assert parse_roles("viewer=IT, admin=IT") == (("IT", "admin"),)


def test_a_scope_without_openid_is_refused() -> None:
    with pytest.raises(ValueError, match="openid"):
        parse_scope("profile email")


def test_whom_the_provider_vouches_for_comes_in(tmp_path: Path) -> None:
    identity = Identity(ISSUER, "7", "dee@contoso.example", "Dee", "dispatcher")
    config = load_config({"ISTHMUS_HOME": str(tmp_path / "home")})
    with House(config) as house, open_people(house) as people:
        people.begin("ann", "Ann", "four words in a row")
        session, secret = log_in_as(people, identity, source="10.0.0.1", agent="Firefox")
        assert session.account.role is Role.DISPATCHER
        assert people.session(secret) == session
