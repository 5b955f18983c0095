"""
What differs between the vendor's two APIs on the wire; `caller` does for both what is the same.

`RestWire` is the REST API's; the SOAP API's stands in `autotask.soap`.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from isthmus.autotask.calls.answers import error_of
from isthmus.autotask.calls.call import Call
from isthmus.autotask.calls.pages import broken, decode_object, server_time
from isthmus.autotask.calls.zone import lookup_url, parse_zone, start_url
from isthmus.autotask.models import Threshold, Zone
from isthmus.autotask.settings import Credentials
from isthmus.base.errors import IsthmusError
from isthmus.transport import Answer

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_THRESHOLD: Final = Call("GET", "ThresholdInformation", "ThresholdInformation")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; headers, body and look-up URL hold secrets and are never shown."""

    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


class Wire(Protocol):
    """How one of the APIs is asked, and what its answers mean."""

    @property
    def threshold(self) -> Call:
        """Return the call that reads the hour's limit and use."""
        ...

    def ask_zone(self) -> Request:
        """Return the request that looks up where the tenant lives."""
        ...

    def parse_zone(self, answer: Answer) -> Zone:
        """Parse the look-up's answer. Raises: ZoneUnknown, WrongAddress, AnswerBroken, ..."""
        ...

    def request(self, zone: Zone, call: Call) -> Request:
        """Return a call as it is sent to a zone."""
        ...

    def error_of(self, answer: Answer, call: Call) -> IsthmusError | None:
        """Return the error an answer stands for; None when its body is to be parsed."""
        ...

    def parse_threshold(self, answer: Answer) -> Threshold:
        """Parse the limit and use. Raises: AnswerBroken, and what the answer tells."""
        ...


class RestWire:
    """The REST API: log-in by headers, JSON both ways."""

    def __init__(
        self, credentials: Credentials, base_url: str | None, zone: int | str | None
    ) -> None:
        self._credentials = credentials
        self._start = start_url(base_url, zone)

    @property
    def threshold(self) -> Call:
        """Return the call that reads the hour's limit and use."""
        return _THRESHOLD

    def ask_zone(self) -> Request:
        """Return the zone look-up; it needs no log-in but the user name in its URL."""
        url = lookup_url(self._start, self._credentials.username)
        return Request("GET", url, {"Accept": "application/json"})

    def parse_zone(self, answer: Answer) -> Zone:
        """Parse the look-up's answer. Raises: ZoneUnknown, WrongAddress, AnswerBroken, ..."""
        return parse_zone(answer, self._start)

    def request(self, zone: Zone, call: Call) -> Request:
        """Return a call with the log-in's headers."""
        mine = self._credentials
        headers = {
            "ApiIntegrationCode": mine.integration_code,
            "UserName": mine.username,
            "Secret": mine.secret,
            "Accept": "application/json",
        }
        if call.impersonate is not None:
            headers["ImpersonationResourceId"] = str(call.impersonate)
        body = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            body = _ENCODER.encode(call.body)
        return Request(call.method, f"{zone.url}V1.0/{call.path}", headers, body)

    def error_of(self, answer: Answer, call: Call) -> IsthmusError | None:
        """Return the error an answer stands for."""
        return error_of(answer, call.asked)

    def parse_threshold(self, answer: Answer) -> Threshold:
        """
        Parse `ThresholdInformation`.

        Raises: AnswerBroken: the numbers are missing or make no sense.
        """
        found = decode_object(answer, _THRESHOLD.path)
        limit = found.get("externalRequestThreshold")
        minutes = found.get("requestThresholdTimeframe")
        used = found.get("currentTimeframeRequestCount")
        if not isinstance(limit, int) or not isinstance(minutes, int) or not isinstance(used, int):
            raise broken("no threshold", _THRESHOLD.path)
        if limit <= 0 or minutes <= 0 or used < 0:
            raise broken("an impossible threshold", _THRESHOLD.path)
        at = server_time(answer, _THRESHOLD.path)
        return Threshold(limit=limit, window_minutes=minutes, used=used, server_time=at)
