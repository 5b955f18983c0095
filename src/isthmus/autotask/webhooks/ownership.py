"""
Which of a tenant's webhooks are ours? Pure.

A webhook is recognised by its name, `Isthmus/<connection>/<entity>`, together with the host its
address leads to; or, whatever its name, by our very address, because the vendor counts a second
webhook with the same entity, address and events as a duplicate (documented).
"""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from isthmus.autotask.webhooks.shapes import Found, Seen, Standing

_NAME: Final = re.compile(r"Isthmus/(?P<connection>[a-z0-9-]{1,20})/[A-Za-z]+", re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}


def connection_of(name: str) -> str | None:
    """Return the connection a webhook's name belongs to; None for names that are not ours."""
    match = _NAME.fullmatch(name.strip())
    return match["connection"].lower() if match else None


def place_of(url: str) -> tuple[str, int]:
    """Return host and port; ("", 0) for what is no address."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", 0


def same_address(one: str, other: str) -> bool:
    """Tell whether two addresses are one: host without case, path and query to the letter."""
    return _normal(one) == _normal(other)


def shown(url: str) -> str:
    """Return an address fit to be shown: without query, user and fragment."""
    host, port = place_of(url)
    parts = urlsplit(url) if host else None
    if parts is None:
        return "an address that is none"
    host = f"[{host}]" if ":" in host else host
    port_told = "" if port == _PORTS.get(parts.scheme) else f":{port}"
    return f"{parts.scheme}://{host}{port_told}{parts.path}{'?...' if parts.query else ''}"


def recognise(found: Sequence[Found], connection: str, url: str) -> tuple[Seen, ...]:
    """
    Say of each webhook of one entity what it is to this connection, in the order given.

    Of several that are ours the one to keep is that with our address, then the active, the ready,
    the one of our name, the oldest.
    """
    ours = [hook for hook in found if _claim(hook, connection, url)]
    kept = min(ours, key=lambda hook: _rank(hook, connection, url), default=None)
    return tuple(_seen(hook, kept, connection, url) for hook in found)


def _claim(hook: Found, connection: str, url: str) -> str:
    """Return why a webhook is ours; "" when it is not."""
    named = connection_of(hook.name) == connection
    if same_address(hook.url, url):
        return "by its name and address" if named else "by its address"
    if named and place_of(hook.url) == place_of(url):
        return "by its name and host"
    return ""


def _rank(hook: Found, connection: str, url: str) -> tuple[bool, bool, bool, bool, int]:
    named = connection_of(hook.name) == connection
    return (not same_address(hook.url, url), not hook.active, not hook.ready, not named, hook.id)


def _seen(hook: Found, kept: Found | None, connection: str, url: str) -> Seen:
    claim = _claim(hook, connection, url)
    if kept is not None and hook.id == kept.id:
        return Seen(hook, Standing.OURS, f"recognised {claim}", troubles_of(hook))
    whose = connection_of(hook.name)
    if claim and whose == connection and kept is not None:
        because = f"recognised {claim}; {kept.id} does the same"
        return Seen(hook, Standing.DUPLICATE, because, troubles_of(hook))
    if claim:
        because = f"sends to our address under a name that is not ours: {hook.name!r}"
        return Seen(hook, Standing.ORPHAN, because, troubles_of(hook))
    if whose == connection:
        because = f"has our name but leads to another host, {shown(hook.url)}"
        return Seen(hook, Standing.ORPHAN, because, troubles_of(hook))
    if whose is not None:
        because = f"was made by Isthmus for the connection {whose!r}, to {shown(hook.url)}"
        return Seen(hook, Standing.ORPHAN, because, troubles_of(hook))
    return Seen(hook, Standing.FOREIGN, "belongs to another integration")


def troubles_of(hook: Found) -> tuple[str, ...]:
    """Return what keeps a webhook from working, as far as it shows."""
    told = []
    if not hook.active:
        told.append("inactive: half made, switched off, or disabled after 25 failed events")
    if not hook.ready:
        told.append("not ready: the vendor sends nothing until it has a field")
    if not (hook.creates or hook.updates or hook.deletes):
        told.append("fires on nothing")
    return tuple(told)


def _normal(url: str) -> tuple[str, str, int, str, str]:
    host, port = place_of(url)
    if not host:
        return "", url, 0, "", ""
    parts = urlsplit(url)
    return parts.scheme, host, port, parts.path or "/", parts.query
