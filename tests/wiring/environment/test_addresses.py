"""Addresses in settings: which can be used, and what they become."""

import pytest

from isthmus.fieldnation import PRODUCTION, SANDBOX
from isthmus.wiring.environment.addresses import (
    ENVIRONMENTS,
    environment_of,
    parse_fieldnation_url,
    parse_listen,
    parse_proxies,
    parse_public_url,
)


def test_the_environments_are_those_the_client_knows() -> None:
    assert ENVIRONMENTS == {"sandbox": SANDBOX, "production": PRODUCTION}
    assert environment_of(PRODUCTION) == "production"
    assert environment_of("http://127.0.0.1:8081") == ""


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Sandbox", SANDBOX),
        ("production", PRODUCTION),
        ("https://api-sandbox.fndev.net/", SANDBOX),
        ("http://127.0.0.1:8081/", "http://127.0.0.1:8081"),
        ("http://sim:8081/fn/", "http://sim:8081/fn"),
    ],
)
def test_field_nation_is_named_by_environment_or_address(text: str, url: str) -> None:
    assert parse_fieldnation_url(text) == url


@pytest.mark.parametrize(
    "text",
    ["staging", "https://", "ftp://x", "api.fieldnation.com", "https://x?a=1", "https://u:p@x/"],
)
def test_what_is_no_address_of_an_api_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="sandbox, production"):
        parse_fieldnation_url(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://isthmus.example.com", "https://isthmus.example.com"),
        ("https://example.com:8443/isthmus/", "https://example.com:8443/isthmus"),
        ("http://127.0.0.1:8484", "http://127.0.0.1:8484"),
        ("http://localhost:8484/", "http://localhost:8484"),
        ("http://[::1]:8484", "http://[::1]:8484"),
    ],
)
def test_others_reach_us_over_https_or_within_this_machine(text: str, url: str) -> None:
    assert parse_public_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "http://isthmus.example.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.7:8484",
        "isthmus.example.com",
        "https://",
        "https://isthmus.example.com/?door=1",
        "https://isthmus.example.com/#door",
        "https://me:hush@isthmus.example.com",
        "https://isthmus.example.com:https",
        "https://isthmus example.com",
    ],
)
def test_an_address_the_vendors_could_not_use_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="https address"):
        parse_public_url(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:8484", ("127.0.0.1", 8484)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_the_doors_listen_at_a_host_and_a_port(text: str, place: tuple[str, int]) -> None:
    assert parse_listen(text) == place


@pytest.mark.parametrize(
    "text",
    ["8484", ":8484", "127.0.0.1", "127.0.0.1:", "h:70000", "h:1/x", "u@h:1", "h:1?x", "h:-1"],
)
def test_what_is_no_host_with_a_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a host and a port"):
        parse_listen(text)


@pytest.mark.parametrize(
    ("text", "proxies"),
    [
        ("127.0.0.1", ("127.0.0.1",)),
        ("127.0.0.1, 172.18.0.0/16,", ("127.0.0.1", "172.18.0.0/16")),
        ("::1,fd00::/8", ("::1", "fd00::/8")),
    ],
)
def test_proxies_are_addresses_and_networks(text: str, proxies: tuple[str, ...]) -> None:
    assert parse_proxies(text) == proxies


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "::/0", "proxy", "10.0.0.1/8", "10.0.0.0/40"])
def test_a_name_everybody_or_half_a_network_is_no_proxy_to_believe(text: str) -> None:
    with pytest.raises(ValueError, match="addresses or networks"):
        parse_proxies(text)
