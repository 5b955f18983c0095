"""The SOAP API on the wire: log-in by HTTP Basic, one address for everything, XML both ways."""

import base64
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from isthmus.autotask.calls.answers import Asked
from isthmus.autotask.calls.call import Call
from isthmus.autotask.calls.wire import Request
from isthmus.autotask.models import Threshold, Zone
from isthmus.autotask.settings import Credentials
from isthmus.autotask.soap.answers import Names, http_error, reply_error
from isthmus.autotask.soap.rows import Reply, reply_of
from isthmus.autotask.soap.xml import broken, parse
from isthmus.autotask.soap.zone import ASKED, NAMESPACE, parse_zone, start_url, zone_request
from isthmus.base import redaction
from isthmus.base.errors import IsthmusError
from isthmus.transport import Answer

if TYPE_CHECKING:
    from isthmus.autotask.soap.service import Service

_CONTENT: Final = "text/xml; charset=utf-8"
_USAGE: Final = re.compile(
    r"ThresholdOfExternalRequest:\s*(\d+);\s*TimeframeOfLimitation:\s*(\d+);"
    r"\s*numberOfExternalRequest:\s*(\d+)",
    re.IGNORECASE,
)
THRESHOLD: Final = "getThresholdAndUsageInfo"


@dataclass(frozen=True, slots=True)
class SoapCall(Call):
    """One operation: `path` is its name, `body` the envelope, `action` its SOAPAction."""

    action: str = ""

    @property
    def asked(self) -> Asked:
        """Return what an error about this call names."""
        return Asked("SOAP", self.path, self.entity, writes=not self.idempotent)


class SoapWire:
    """
    The SOAP API for one API user.

    `service` is set before the first call, from the zone's WSDL.
    """

    def __init__(
        self, credentials: Credentials, base_url: str | None, zone: int | str | None
    ) -> None:
        self._credentials = credentials
        self._start = start_url(base_url, zone)
        pair = base64.b64encode(f"{credentials.username}:{credentials.secret}".encode()).decode()
        redaction.guard(pair)
        self._basic = f"Basic {pair}"
        self.service: Service | None = None

    @property
    def threshold(self) -> Call:
        """Return the call that reads the hour's limit and use."""
        return self.call(THRESHOLD, {}, "ThresholdInformation")

    def call(
        self,
        operation: str,
        arguments: dict[str, object],
        entity: str,
        *,
        idempotent: bool = True,
        impersonate: int | None = None,
    ) -> SoapCall:
        """
        Return an operation with its message built; `entity` is the collection whose slots it takes.

        The integration code stands in the message. Source: WSDL of 1.6.
        """
        assert self.service is not None  # noqa: S101 - set before the first call
        header: dict[str, object] = {"IntegrationCode": self._credentials.integration_code}
        if impersonate is not None:
            header["ImpersonateAsResourceID"] = impersonate
        body = self.service.message(operation, arguments, header)
        action = self.service.action(operation)
        return SoapCall("POST", operation, entity, body, idempotent, action=action)

    def ask_zone(self) -> Request:
        """Return the zone look-up, without a log-in."""
        headers = {"Content-Type": _CONTENT, "SOAPAction": f'"{NAMESPACE}getZoneInfo"'}
        return Request("POST", self._start, headers, zone_request(self._credentials.username))

    def parse_zone(self, answer: Answer) -> Zone:
        """Parse the look-up's answer. Raises: ZoneUnknown, WrongAddress, AnswerBroken, ..."""
        error = http_error(answer, Asked("SOAP", ASKED.removeprefix("SOAP "), ""))
        if error is not None:
            raise error
        return parse_zone(answer, self._start)

    def request(self, zone: Zone, call: Call) -> Request:
        """Return a call as it is sent to a zone."""
        action = call.action if isinstance(call, SoapCall) else ""
        headers = {
            "Authorization": self._basic,
            "Content-Type": _CONTENT,
            "SOAPAction": f'"{action}"',
        }
        return Request(
            "POST", zone.url, headers, call.body if isinstance(call.body, bytes) else None
        )

    def error_of(self, answer: Answer, call: Call) -> IsthmusError | None:
        """Return the error of status, page or fault; what a result tells, its reader finds."""
        return http_error(answer, call.asked)

    def parse_threshold(self, answer: Answer) -> Threshold:
        """
        Parse the limit and use from the note in the answer.

        Raises: AnswerBroken; and what the answer tells, such as IntegrationCodeInvalid.
        Source: the note's words, recorded; clients read its numbers by position.
        """
        asked = self.threshold.asked
        reply = judged(answer, asked)
        match = next(filter(None, map(_USAGE.search, reply.messages)), None)
        at = answer.server_time
        if match is None or at is None:
            raise broken("no threshold", asked.where)
        limit, minutes, used = map(int, match.groups())
        if limit <= 0 or minutes <= 0:
            raise broken("an impossible threshold", asked.where)
        return Threshold(limit=limit, window_minutes=minutes, used=used, server_time=at)


def judged(answer: Answer, asked: Asked, fields: Names = MappingProxyType({})) -> Reply:
    """
    Return what an answer holds.

    Args: fields: REST names by the names to look for in the texts of a refusal.
    Raises: what its words stand for; AnswerBroken.
    """
    reply = reply_of(parse(answer.body, asked.where), asked.where)
    error = reply_error(reply, asked, fields)
    if error is not None:
        raise error
    return reply
