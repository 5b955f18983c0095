"""
Where a tenant lives: by look-up, by zone number, or by URL.

The look-up needs no credentials but the user name, which stands in its URL; any zone's host
answers it. Source: vendor help on zones; shapes from its API description (June 2026).
"""

import re
from typing import Final
from urllib.parse import quote, urlsplit

from isthmus.autotask.calls.answers import Asked, error_of
from isthmus.autotask.calls.pages import broken, decode_object
from isthmus.autotask.errors import UnknownEntity, WrongAddress, ZoneUnknown
from isthmus.autotask.models import Zone
from isthmus.base.redaction import redact
from isthmus.transport import Answer

VENDOR_URL: Final = "https://webservices.autotask.net/ATServicesRest/"
_HOST: Final = re.compile(r"(?:ww|webservices)(?P<zone>[0-9a-z]+)\.autotask\.net", re.IGNORECASE)
_ZONE: Final = re.compile(r"\d{1,3}|prde|pres", re.IGNORECASE)
_ROOT: Final = re.compile(r"^(?P<root>.*?/atservicesrest)(?:/.*)?$", re.IGNORECASE)
_SOAP: Final = re.compile(r"/atservices(?:/.*)?$", re.IGNORECASE)
_LOOKUP_HINT: Final = (
    "Give the base URL of the REST API, such as https://webservices5.autotask.net/ATServicesRest/,"
    " or leave it out to have the zone looked up."
)


def start_url(base_url: str | None, zone: int | str | None) -> str:
    """
    Return where to ask for the zone, ending in a slash.

    `base_url` wins over `zone`. A bare host, a path below the API's root, the address of the SOAP
    service beside it and that of the web pages (`ww5.autotask.net`) are all understood.
    Raises: ZoneUnknown: no such kind of zone. WrongAddress: the URL is none.
    """
    if base_url is not None and base_url.strip():
        return _normal(base_url.strip())
    if zone is None or zone == "":
        return VENDOR_URL
    text = str(zone).strip()
    if not _ZONE.fullmatch(text):
        raise ZoneUnknown(
            f"{text!r} is no zone",
            where="zone",
            remedy="The zone is the number in your Autotask address: 5 for ww5.autotask.net.",
        )
    return f"https://webservices{text.lower()}.autotask.net/ATServicesRest/"


def _normal(url: str) -> str:
    bad = WrongAddress(f"{redact(url)!r} is no base URL", where="base URL", remedy=_LOOKUP_HINT)
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise bad from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise bad
    host = _HOST.fullmatch(parts.hostname)
    if host is not None:
        return f"https://webservices{host['zone'].lower()}.autotask.net/ATServicesRest/"
    root = _ROOT.match(parts.path)
    above = _SOAP.sub("", parts.path).rstrip("/")
    path = root["root"] if root is not None else f"{above}/ATServicesRest"
    return f"{parts.scheme}://{parts.netloc}{path}/"


def lookup_url(start: str, username: str) -> str:
    """Return the look-up's URL; it holds the user name, so it is never shown as it is."""
    return f"{start}V1.0/zoneInformation?user={quote(username, safe='')}"


def parse_zone(answer: Answer, start: str) -> Zone:
    """
    Parse the look-up's answer.

    Raises: ZoneUnknown: the user name is not known. WrongAddress: what answered is no Autotask, or
    it points from https to plain http. AnswerBroken, ServerTrouble.
    """
    asked = Asked("GET", "V1.0/zoneInformation", "")
    error = error_of(answer, asked)
    if isinstance(error, UnknownEntity):
        raise WrongAddress(f"No Autotask REST API at {start}", where=start, remedy=_LOOKUP_HINT)
    if error is not None:
        raise error
    found = decode_object(answer, asked.path)
    url = found.get("url")
    if not isinstance(url, str) or not urlsplit(url).hostname:
        raise broken("no zone URL", asked.path)
    if start.startswith("https://") and not url.startswith("https://"):
        raise WrongAddress(
            f"The zone look-up points to an unencrypted address: {url}",
            where=start,
            remedy="The secret is not sent there. Something between here and Autotask alters"
            " answers; have the network looked at.",
        )
    number = found.get("ci")
    return Zone(
        name=str(found.get("zoneName") or ""),
        url=url if url.endswith("/") else f"{url}/",
        web_url=str(found.get("webUrl") or ""),
        ci=number if isinstance(number, int) else 0,
    )
