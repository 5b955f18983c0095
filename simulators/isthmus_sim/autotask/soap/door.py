"""
One request over HTTP: the description, or a call that signs in, counts and may meet a fault.

Hour, slots and faults are those of the REST API. A call is about the REST collection its
entity stands for, so that a fault for Tickets strikes both wires.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson

from isthmus_sim.autotask.base.limits import ThreadRefused
from isthmus_sim.autotask.soap import envelope, wsdl
from isthmus_sim.autotask.soap.catalog import VERSIONS, edition
from isthmus_sim.autotask.soap.envelope import SoapFault
from isthmus_sim.autotask.soap.files import Files
from isthmus_sim.autotask.soap.operations import (
    CODE_CHECK,
    CODE_INVALID,
    RESPONSES,
    Operations,
    refusal,
)
from isthmus_sim.autotask.soap.subject import subject
from isthmus_sim.autotask.soap.tables import Tables
from isthmus_sim.autotask.soap.writes import Batches
from isthmus_sim.base.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from isthmus_sim.autotask.api.handlers import Handlers
    from isthmus_sim.autotask.api.service import Account
    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.base.limits import Limits
    from isthmus_sim.autotask.faults.faults import Faults
    from isthmus_sim.autotask.soap.catalog import Edition
    from isthmus_sim.autotask.soap.envelope import Request
    from isthmus_sim.base.reply import Outcome
    from isthmus_sim.base.switches import Switches

LOG = logging.getLogger("isthmus_sim")
ROOT = "atservices"
PUBLIC = "getZoneInfo"
_ZONE = re.compile(r"zone-(\d+)", re.IGNORECASE)
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class SoapAddress:
    """A path of this wire taken apart. zone: of its prefix. file: lower case, last segment."""

    zone: int | None
    version: str
    file: str


def read_address(segments: tuple[str, ...]) -> SoapAddress | None:
    """Read a path in any case; None when it is not one of this wire."""
    zoned = _ZONE.fullmatch(segments[0]) if segments else None
    rest = [part.lower() for part in (segments[1:] if zoned else segments)]
    if not rest or rest[0] != ROOT:
        return None
    version, file = (rest[1], rest[2]) if len(rest) == 3 else ("", "")
    return SoapAddress(int(zoned[1]) if zoned else None, version, file)


@dataclass
class Door:
    """Answers every request below /ATServices/."""

    operations: Operations
    account: Account
    faults: Faults
    limits: Limits
    switches: Switches

    async def answer(
        self,
        call: Call,
        address: SoapAddress,
        settle: Callable[[float], Awaitable[None]],
    ) -> Outcome:
        """
        Answer one request; what it is about is noted in the call.

        settle: waits some seconds, and lets calls made at once also count at once.
        """
        call.path = ("ATServices", address.version, address.file)
        if address.version not in VERSIONS or address.file not in ("atws.wsdl", "atws.asmx"):
            return _page(404, "Not Found")
        known = edition(address.version, str(self.switches["soap_wsdl_of"]))
        if call.method in ("GET", "HEAD"):
            return self._described(call, address, known)
        if call.method != "POST" or address.file != "atws.asmx":
            return _page(405, "Method Not Allowed")
        return await self._called(call, address, known, settle)

    def _described(self, call: Call, address: SoapAddress, known: Edition) -> Reply:
        """Give the WSDL. No login is needed, but a wrong one gets the page (observed)."""
        sent = call.headers.get("Authorization")
        if sent is not None and not self._known(call, sent):
            return self._not_signed_in(call)
        if address.file == "atws.asmx":
            return _page(200, f"ATWS {known.version}: the description is at atws.wsdl")
        prefix = f"/zone-{address.zone}" if address.zone is not None else ""
        where = f"{call.origin}{prefix}/ATServices/{known.version}/atws.asmx"
        return Reply(200, wsdl.document(known, where), "text/xml; charset=utf-8")

    async def _called(
        self,
        call: Call,
        address: SoapAddress,
        known: Edition,
        settle: Callable[[float], Awaitable[None]],
    ) -> Outcome:
        soap = envelope.soap_of(call.headers)
        try:
            request = envelope.read_request(known, call.headers, call.body)
        except SoapFault as refused:
            return self._fault(soap, refused)
        self._note(call, request)
        early = await self.faults.before(call)
        if early is not None:
            return self._dressed(request, early)
        try:
            reply = await self._answer(call, address, request, settle)
        except SoapFault as refused:
            reply = self._fault(request.soap, refused)
        except ThreadRefused as refused:
            reply = self._limited(request, refused.reply)
        except Exception:  # the simulator must not look like the vendor when it is wrong itself
            LOG.exception("a defect of the simulator: %s", request.operation)
            text = "A defect of the simulator; see its log."
            reply = self._fault(request.soap, SoapFault(text, server=True))
        return self._dressed(request, self.faults.after(call, reply))

    def _note(self, call: Call, request: Request) -> None:
        call.path = (*call.path, request.operation)
        call.integration_code = request.code or ""
        call.impersonate = request.impersonate
        call.entity = subject(request)
        call.username = _basic(call.headers.get("Authorization", ""))[0]

    async def _answer(
        self,
        call: Call,
        address: SoapAddress,
        request: Request,
        settle: Callable[[float], Awaitable[None]],
    ) -> Reply:
        if request.operation == PUBLIC:
            await settle(0)
            return self.operations.run(request, call)
        sent = call.headers.get("Authorization", "")
        if address.zone != self.faults.zone_number or not self._known(call, sent):
            return self._not_signed_in(call)
        if request.operation != CODE_CHECK and not self._code_fits(request):
            return refusal(request, CODE_INVALID)
        verdict = self.limits.hour()
        if verdict.refused is not None:
            return self._limited(request, verdict.refused)
        with self.limits.slot(call.integration_code, call.entity or request.operation):
            await settle(verdict.latency_s)
            return self.operations.run(request, call)

    def _known(self, call: Call, sent: str) -> bool:
        name, password = _basic(sent)
        own = self.account
        return name.lower() == own.username.lower() and password == own.secret

    def _code_fits(self, request: Request) -> bool:
        """Check the integration code. Source: mandatory in 1.6; in 1.5 once one is assigned."""
        if request.code:
            return request.code == self.account.integration_code
        where = self.switches["soap_code_required"]
        return where not in ("always", request.edition.version)

    def _not_signed_in(self, call: Call) -> Reply:
        """Source: recorded; the realm is the host and the body is a page."""
        page = _page(401, "Unauthorized")
        realm = urlsplit(call.origin).hostname or ""
        headers = {"WWW-Authenticate": f'Basic Realm="{realm}"'}
        return Reply(page.status, page.body, page.content_type, headers)

    def _limited(self, request: Request, told: Reply) -> Reply:
        """Refuse a call over a limit. How the vendor does it here is not known: a switch."""
        how, text = self.switches["soap_limit_answer"], _text_of(told)
        if how == "return code" and request.operation in RESPONSES:
            return refusal(request, text)
        status = told.status if how == "status" else int(self.switches["soap_fault_status"])
        return envelope.fault(request.soap, SoapFault(text, server=True), status)

    def _fault(self, soap: str, refused: SoapFault) -> Reply:
        return envelope.fault(soap, refused, int(self.switches["soap_fault_status"]))

    def _dressed(self, request: Request, outcome: Outcome) -> Outcome:
        """Say as a SOAP fault what a fault of the tests says in JSON; the status stays."""
        if not isinstance(outcome, Reply) or "json" not in outcome.content_type:
            return outcome
        if not outcome.body:
            return outcome
        refused = SoapFault(_text_of(outcome), server=True)
        made = envelope.fault(request.soap, refused, outcome.status)
        return Reply(made.status, made.body, made.content_type, outcome.headers)


def make_door(rest: Handlers) -> Door:
    """Put the room together over what the REST API uses."""
    tables = Tables(rest.state, rest.faults, rest.switches)
    operations = Operations(
        state=rest.state,
        tables=tables,
        batches=Batches(rest.state, tables, rest.writes, rest.switches),
        files=Files(rest.state, tables, rest.attachments, rest.switches),
        faults=rest.faults,
        limits=rest.limits,
        switches=rest.switches,
        account=rest.account,
    )
    return Door(operations, rest.account, rest.faults, rest.limits, rest.switches)


def _text_of(reply: Reply) -> str:
    return " ".join(orjson.loads(reply.body)["errors"])


def _basic(sent: str) -> tuple[str, str]:
    kind, _, coded = sent.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def _page(status: int, title: str) -> Reply:
    """Give a page as a web server does: HTML that no XML parser takes."""
    html = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n'
        f"<html><head><title>{title}</title><meta charset=utf-8></head>"
        f"<body><h1>{title}</h1><hr></body></html>"
    )
    return Reply(status, html.encode(), _HTML)
