"""One SOAP request read, and answers wrapped: document/literal, SOAP 1.1, 1.2 answered too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isthmus_sim.autotask.soap.xmltext import (
    Malformed,
    child,
    escape,
    first,
    local,
    namespace,
    number,
    parse_bytes,
    text_of,
)
from isthmus_sim.base.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

    from isthmus_sim.autotask.soap.catalog import Edition

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
_ACTION = re.compile(r'action\s*=\s*"?([^";]*)', re.IGNORECASE)
_TYPES = {SOAP_11: "text/xml; charset=utf-8", SOAP_12: "application/soap+xml; charset=utf-8"}
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{}"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
_TAIL = "</soap:Body></soap:Envelope>"

# The names of the messages; the letter case matters (the WSDL).
OPERATIONS = (
    "GetAttachment",
    "CreateAttachment",
    "DeleteAttachment",
    "GetEntityInfo",
    "GetFieldInfo",
    "getUDFInfo",
    "query",
    "create",
    "update",
    "delete",
    "getZoneInfo",
    "getThresholdAndUsageInfo",
    "GetWsdlVersion",
    "GetInvoiceMarkup",
)
LATER = ("IntegrationCodeCheck",)


class SoapFault(Exception):
    """A refusal outside of any response. server: whose fault it is."""

    def __init__(self, text: str, *, server: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.server = server


@dataclass(frozen=True)
class Request:
    """
    One request.

    operation: the name of the message. body: its element. code: the integration code of the
    header, None without one. impersonate: the resource named there. soap: the namespace of
    the envelope.
    """

    edition: Edition
    operation: str
    body: Element
    code: str | None
    impersonate: int | None
    soap: str = SOAP_11

    def argument(self, name: str) -> str:
        """Give an argument as text; empty when it is not there."""
        return text_of(child(self.body, name)).strip()


def soap_of(headers: Mapping[str, str]) -> str:
    """Give the envelope's namespace that a content type stands for."""
    kind = headers.get("Content-Type", "").lower()
    return SOAP_12 if "application/soap+xml" in kind else SOAP_11


def read_request(edition: Edition, headers: Mapping[str, str], raw: bytes) -> Request:
    """
    Read a request. The action decides, in quotes or not; without one the body's element does.

    Raises: SoapFault, in the wording of the framework under the service (assumed).
    """
    try:
        root = parse_bytes(raw)
    except Malformed as error:
        raise SoapFault(f"Server was unable to read request. ---> {error}") from error
    if local(root) != "Envelope" or namespace(root) not in _TYPES:
        raise SoapFault(
            "Possible SOAP version mismatch: Envelope namespace "
            f"{namespace(root)} was unexpected. Expecting {SOAP_11}."
        )
    body = first(child(root, "Body"))
    if body is None:
        raise SoapFault("Server was unable to read request. ---> The Body is empty.")
    header = child(child(root, "Header"), "AutotaskIntegrations")
    return Request(
        edition=edition,
        operation=_operation(edition, headers, body),
        body=body,
        code=_optional(header, "IntegrationCode"),
        impersonate=_impersonated(edition, header),
        soap=namespace(root),
    )


def _operation(edition: Edition, headers: Mapping[str, str], body: Element) -> str:
    action = headers.get("SOAPAction", "").strip().strip('"').strip()
    if not action and (found := _ACTION.search(headers.get("Content-Type", ""))):
        action = found[1].strip()
    name = action.removeprefix(edition.namespace)
    if not action:
        action, name = f"{{{namespace(body)}}}{local(body)}", local(body)
        if namespace(body) != edition.namespace:
            name = ""
    if name in OPERATIONS or (edition.newer and name in LATER):
        return name
    raise SoapFault(f"Server did not recognize the value of HTTP Header SOAPAction: {action}.")


def _optional(header: Element | None, name: str) -> str | None:
    found = child(header, name)
    return None if found is None else text_of(found).strip()


def _impersonated(edition: Edition, header: Element | None) -> int | None:
    """Read whom the call is made for. Source: WSDL, 1.6 only; 0 means nobody (assumed)."""
    sent = number(_optional(header, "ImpersonateAsResourceID") or "")
    return sent or None if edition.version != "1.5" else None


def answer(request: Request, result: str) -> Reply:
    """Wrap a result: the whole content of the operation's result element, with its tags."""
    name = f"{request.operation}Response"
    body = f'<{name} xmlns="{request.edition.namespace}">{result}</{name}>'
    text = _HEAD.format(request.soap) + body + _TAIL
    return Reply(200, text.encode("utf-8", "replace"), _TYPES[request.soap])


def fault(soap: str, refused: SoapFault, status: int) -> Reply:
    """Wrap a fault. Source: SOAP 1.1 for status 500 and the shape (assumed of the service)."""
    who, text = ("Server" if refused.server else "Client"), escape(refused.text)
    if soap == SOAP_12:
        who = "Receiver" if refused.server else "Sender"
        inner = (
            f"<soap:Code><soap:Value>soap:{who}</soap:Value></soap:Code>"
            f'<soap:Reason><soap:Text xml:lang="en">{text}</soap:Text></soap:Reason>'
        )
    else:
        inner = f"<faultcode>soap:{who}</faultcode><faultstring>{text}</faultstring><detail />"
    body = f"{_HEAD.format(soap)}<soap:Fault>{inner}</soap:Fault>{_TAIL}"
    return Reply(status, body.encode(), _TYPES[soap])


def response(
    request: Request,
    *,
    entities: str = "",
    kind: str = "",
    errors: tuple[str, ...] = (),
    infos: str = "",
) -> Reply:
    """
    Answer with an ATWSResponse. entities, infos: finished XML. kind: the entity's name.

    Source: order from the WSDL; empty lists are empty elements (recorded).
    """
    listed = "".join(f"<ATWSError><Message>{escape(e)}</Message></ATWSError>" for e in errors)
    name = f"{request.operation}Result"
    return answer(
        request,
        f"<{name}><ReturnCode>{-1 if errors else 1}</ReturnCode>"
        f"{element('EntityResults', entities)}"
        f"{element('EntityResultType', escape(kind))}"
        f"{element('Errors', listed)}"
        f"{element('EntityReturnInfoResults', infos)}</{name}>",
    )


def element(name: str, content: str) -> str:
    """Give an element, closed in itself when it is empty."""
    return f"<{name}>{content}</{name}>" if content else f"<{name} />"
