"""Reads where alerts go."""

from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from isthmus.alerts import ChatChannel, MailChannel

_PORTS: Final = {"smtp": 587, "smtps": 465}


def parse_chat(text: str) -> ChatChannel:
    """Read the address of a chat's incoming webhook."""
    parts = urlsplit(text)
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        msg = "it must be the https address of an incoming webhook"
        raise ValueError(msg)
    return ChatChannel(text)


def parse_mail(text: str) -> MailChannel:
    """
    Read a mail server with sender and recipients.

    `smtp://user:password@host:587/?from=a@example.com&to=b@example.com,c@example.com`; smtps is TLS
    from the first byte, smtp is STARTTLS, and `&tls=no` neither.
    """
    expected = (
        "it must be like smtp://user:password@host:587/?from=a@example.com&to=b@example.com, signs"
        " like @ / # in user name or password written as %40 %2F %23"
    )
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise ValueError(expected) from None
    given = parse_qs(parts.query)
    to = tuple(one.strip() for one in ",".join(given.get("to", [])).split(",") if one.strip())
    sender = "".join(given.get("from", []))
    if not parts.hostname or not to or not sender:
        raise ValueError(expected)
    return MailChannel(
        host=parts.hostname,
        port=port,
        sender=sender,
        to=to,
        is_tls=parts.scheme == "smtps",
        is_plain=given.get("tls") == ["no"],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def write_mail(server: str, way: str, *, sender: str, to: str, login: tuple[str, str]) -> str:
    """
    Write what `parse_mail` reads, from its parts as people type them.

    Args: server: a host, with a port or without. way: starttls, tls or none, which is for a relay
    on the same machine. to: addresses, with commas. login: user and password, "" for none.
    """
    user, password = (quote(part, safe="") for part in login)
    known = f"{user}:{password}@" if user or password else ""
    told = {"from": sender, "to": ",".join(one.strip() for one in to.split(",")), "tls": "no"}
    if way != "none":
        del told["tls"]
    scheme = "smtps" if way == "tls" else "smtp"
    return f"{scheme}://{known}{server}/?{urlencode(told, safe='@,')}"
