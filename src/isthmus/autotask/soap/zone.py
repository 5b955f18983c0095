"""
Where a tenant's SOAP service is: asked of `getZoneInfo`, which needs no log-in and no header.

Source: the vendor's page on zones, the WSDL, recorded answers (observed).
"""

import re
from typing import Final
from urllib.parse import urlsplit

from isthmus.autotask.calls.zone import start_url as rest_start_url
from isthmus.autotask.errors import WrongAddress, ZoneUnknown
from isthmus.autotask.models import Zone
from isthmus.autotask.soap.xml import broken, child, envelope, parse, result_of, text_of
from isthmus.transport import Answer

NAMESPACE: Final = "http://autotask.net/ATWS/v1_6/"
ASKED: Final = "SOAP getZoneInfo"
_PATH: Final = "ATServices/1.6/atws.asmx"
_REST: Final = "ATServicesRest/"
_SOAP_PATH: Final = re.compile(r"/atservices(/[^?#]*)?$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"-?\d{1,18}")


def start_url(base_url: str | None, zone: int | str | None) -> str:
    """
    Return the service to ask for the zone.

    `base_url` wins over `zone`; it may be the address of the REST API, of the service, of its WSDL
    or a bare host. Raises: ZoneUnknown, WrongAddress, as for REST.
    """
    base = None if base_url is None else _SOAP_PATH.sub("", base_url.strip().rstrip("/"))
    return rest_start_url(base, zone).removesuffix(_REST) + _PATH


def wsdl_url(service: str) -> str:
    """Return where a zone keeps its WSDL: the service's address with another ending."""
    return re.sub(r"\.asmx$", ".wsdl", service, flags=re.IGNORECASE)


def zone_request(username: str) -> bytes:
    """Return the look-up's body; it holds the user name."""
    return envelope(NAMESPACE, "getZoneInfo", UserName=username)


def parse_zone(answer: Answer, start: str) -> Zone:
    """
    Parse the look-up's answer.

    Raises: ZoneUnknown: any negative code. WrongAddress: it points from https to plain http, or to
    no service. AnswerBroken.
    """
    result = result_of(parse(answer.body, ASKED), ASKED)
    code, url = text_of(child(result, "ErrorCode")).strip(), text_of(child(result, "URL")).strip()
    if not _NUMBER.fullmatch(code):
        raise broken("no zone", ASKED)
    if int(code) < 0:
        raise ZoneUnknown(
            f"Autotask knows no zone for this API user (code {code})",
            where=ASKED,
            remedy="Check the user name (key): the part after the @ says which tenant it is of.",
        )
    if not urlsplit(url).hostname or not url.casefold().endswith(".asmx"):
        raise broken("no zone URL", ASKED)
    if start.startswith("https://") and not url.startswith("https://"):
        raise WrongAddress(
            f"The zone look-up points to an unencrypted address: {url}",
            where=start,
            remedy="The secret is not sent there. Something between here and Autotask alters"
            " answers; have the network looked at.",
        )
    number = text_of(child(result, "CI")).strip()
    return Zone(
        name="",
        url=url,
        web_url=text_of(child(result, "WebUrl")).strip(),
        ci=int(number) if _NUMBER.fullmatch(number) else 0,
    )
