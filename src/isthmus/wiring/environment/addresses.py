"""Reads the addresses in settings: Field Nation's, the one we are reached at, the one we open."""

from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

ENVIRONMENTS: Final = {
    "sandbox": "https://api-sandbox.fndev.net",
    "production": "https://api.fieldnation.com",
}
"""Field Nation's environments and their APIs. Source: its developer documentation, 2025."""

_HIGHEST_PORT: Final = 65_535


def parse_fieldnation_url(text: str) -> str:
    """Read the name of an environment, or the address of an API; no slash at the end."""
    named = ENVIRONMENTS.get(text.lower())
    if named is not None:
        return named
    parts = _split(text)
    if parts is None or parts.scheme not in {"https", "http"} or parts.username is not None:
        msg = "it must be sandbox, production, or a URL like https://api-sandbox.fndev.net"
        raise ValueError(msg)
    return text.rstrip("/")


def environment_of(base_url: str) -> str:
    """Return the name of the environment an API is of; "" for any other address."""
    return next((name for name, url in ENVIRONMENTS.items() if url == base_url), "")


def parse_public_url(text: str) -> str:
    """Read the address others reach us at; no slash at the end. http only within this machine."""
    parts = _split(text)
    plain = parts is not None and parts.scheme == "http" and _is_loopback(parts.hostname or "")
    if parts is None or not (parts.scheme == "https" or plain) or parts.username is not None:
        msg = (
            "it must be an https address like https://isthmus.example.com, since the vendors send"
            " to no other; http will do for this machine alone, as in http://127.0.0.1:8484"
        )
        raise ValueError(msg)
    return text.rstrip("/")


def parse_listen(text: str) -> tuple[str, int]:
    """Read host and port to listen at; an IPv6 host stands in brackets, port 0 is a free one."""
    parts = _split(f"//{text}")
    if parts is None or parts.port is None or parts.path or parts.username is not None:
        msg = f"it must be a host and a port up to {_HIGHEST_PORT}, like 127.0.0.1:8484"
        raise ValueError(msg)
    return parts.hostname or "", parts.port


def parse_proxies(text: str) -> tuple[str, ...]:
    """Read the addresses and networks of the proxies that are believed, with commas between."""
    found = []
    for one in filter(None, (part.strip() for part in text.split(","))):
        try:
            network = ip_network(one)
        except ValueError:
            network = None
        if network is None or not network.prefixlen:
            msg = (
                "it must be addresses or networks with commas between, like 127.0.0.1 or"
                " 172.18.0.0/16; not a name, and not everybody"
            )
            raise ValueError(msg)
        found.append(one)
    return tuple(found)


def _split(text: str) -> SplitResult | None:
    """Return the parts of an address with a host and no query; None where it has not got them."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # a port that is none is refused only when it is asked for
    except ValueError:
        return None
    whole = parts.hostname and not (parts.query or parts.fragment or "?" in text or "#" in text)
    return parts if whole and text.isprintable() and " " not in text else None


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
