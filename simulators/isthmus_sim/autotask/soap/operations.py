"""Which operation means what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.soap import metadata
from isthmus_sim.autotask.soap.envelope import SoapFault, answer, element, response
from isthmus_sim.autotask.soap.markup import FORMATS, markup
from isthmus_sim.autotask.soap.queryxml import QueryRefused, parse_query
from isthmus_sim.autotask.soap.xmltext import escape, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.autotask.api.service import Account
    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.base.limits import Limits
    from isthmus_sim.autotask.faults.faults import Faults
    from isthmus_sim.autotask.soap.catalog import SoapEntity
    from isthmus_sim.autotask.soap.envelope import Request
    from isthmus_sim.autotask.soap.files import Files
    from isthmus_sim.autotask.soap.tables import Tables
    from isthmus_sim.autotask.soap.writes import Batches
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.base.reply import Reply
    from isthmus_sim.base.switches import Switches

CODE_CHECK = "IntegrationCodeCheck"
RESPONSES = frozenset({"query", "create", "update", "delete", "getThresholdAndUsageInfo"})
CODE_INVALID = "IntegrationCode is invalid."


@dataclass
class Operations:
    """All operations; `run` chooses by the request's."""

    state: State
    tables: Tables
    batches: Batches
    files: Files
    faults: Faults
    limits: Limits
    switches: Switches
    account: Account
    _runs: dict[str, Callable[[Request, Call], Reply]] = field(init=False)

    def __post_init__(self) -> None:
        self._runs = {
            "getZoneInfo": self._zone,
            "query": self._query,
            "create": self.batches.run,
            "update": self.batches.run,
            "delete": self.batches.run,
            "GetAttachment": self.files.get,
            "CreateAttachment": self.files.create,
            "DeleteAttachment": self.files.delete,
            "GetEntityInfo": self._entities,
            "GetFieldInfo": self._fields,
            "getUDFInfo": self._udfs,
            "getThresholdAndUsageInfo": self._threshold,
            "GetWsdlVersion": self._version,
            "GetInvoiceMarkup": self._invoice,
            CODE_CHECK: self._code_check,
        }

    def run(self, request: Request, call: Call) -> Reply:
        """Answer a request. Raises: SoapFault."""
        try:
            return self._runs[request.operation](request, call)
        except errors.VendorError as refused:
            return refusal(request, *refused.errors)

    # About the service and its entities

    def _zone(self, request: Request, call: Call) -> Reply:
        """Tell a user's zone. Source: recorded; the part before the @ need not exist."""
        prefix, version = self.faults.zone_prefix, request.edition.version
        domain = request.argument("UserName").lower().rpartition("@")[2]
        known = bool(domain) and domain == self.account.username.lower().rpartition("@")[2]
        url = f"{call.origin}{prefix}/ATServices/{version}/atws.asmx" if known else ""
        told = (
            element("URL", escape(url)),
            element("ErrorCode", "0" if known else "-1"),
            element("DataBaseType", escape(str(self.switches["soap_data_base_type"]))),
            element("CI", "1" if known else "-1"),
            element("WebUrl", escape(f"{call.origin}{prefix}/") if known else ""),
        )
        return answer(request, element("getZoneInfoResult", "".join(told)))

    def _entities(self, request: Request, _call: Call) -> Reply:
        infos = metadata.entity_infos(self.state, request.edition, self._access)
        return answer(request, element("GetEntityInfoResult", infos))

    def _access(self, collection: str, verb: str) -> str:
        return self.faults.access(collection, verb) if collection else "All"

    def _fields(self, request: Request, _call: Call) -> Reply:
        entity = self._named(request, "psObjectType")
        told = metadata.fields(self.state, request.edition, entity)
        return answer(request, element("GetFieldInfoResult", told))

    def _udfs(self, request: Request, _call: Call) -> Reply:
        entity = self._named(request, "psTable")
        told = metadata.udfs(self.state, request.edition, entity)
        return answer(request, element("getUDFInfoResult", told))

    def _named(self, request: Request, argument: str) -> SoapEntity:
        name = request.argument(argument)
        entity = request.edition.find(name)
        if entity is None:
            raise SoapFault(f"The entity {name} does not exist.", server=True)
        return entity

    def _threshold(self, request: Request, _call: Call) -> Reply:
        """Tell what is used of the hour. Source: recorded, and read by position."""
        known = self.limits.threshold()
        text = (
            f"ThresholdOfExternalRequest: {known['externalRequestThreshold']}; "
            f"TimeframeOfLimitation: {known['requestThresholdTimeframe']}; "
            f"numberOfExternalRequest: {known['currentTimeframeRequestCount']};"
        )
        told = (
            "<EntityId>0</EntityId><DatabaseAction>None</DatabaseAction>"
            "<DuplicateStatus><Found>false</Found><Ignored>false</Ignored></DuplicateStatus>"
            f"<Message>{text}</Message>"
        )
        return response(request, infos=element("EntityReturnInfo", told))

    def _version(self, request: Request, _call: Call) -> Reply:
        return answer(request, element("GetWsdlVersionResult", f"{request.edition.version}.8"))

    def _code_check(self, request: Request, _call: Call) -> Reply:
        """Tell whether header and user fit. Names known from the WSDL of 2023; values assumed."""
        good = request.code == self.account.integration_code
        message = element("Message", CODE_INVALID)
        api = request.argument("userName").lower() == self.account.username.lower()
        told = (
            element("ReturnCode", "1" if good else "-1"),
            element("Errors", "" if good else element("ATWSError", message)),
            element("IsApiUser", "true" if api else "false"),
        )
        return answer(request, element(f"{CODE_CHECK}Result", "".join(told)))

    def _invoice(self, request: Request, _call: Call) -> Reply:
        row_id, form = number(request.argument("InvoiceId")), request.argument("Format").upper()
        if row_id is None or form not in FORMATS:
            raise SoapFault("InvoiceId is a number, and Format is HTML or XML.")
        invoice = request.edition.entities["Invoice"]
        told = markup(self.state, invoice, row_id, form)
        if told is None:
            raise SoapFault("No matching records found.", server=True)
        return answer(request, element("GetInvoiceMarkupResult", escape(told)))

    # Reading

    def _query(self, request: Request, _call: Call) -> Reply:
        """Answer a query; a refused one is ReturnCode -1 with its texts."""
        try:
            wanted = parse_query(request.argument("sXML"))
            page = self.tables.query(request.edition, wanted)
        except QueryRefused as refused:
            return response(request, errors=refused.messages)
        return response(request, entities=page.entities, kind=page.kind, infos=page.infos)


def refusal(request: Request, *texts: str) -> Reply:
    """Refuse a request: in its response where that has room for texts, else as a fault."""
    if request.operation in RESPONSES:
        return response(request, errors=texts)
    raise SoapFault(" ".join(texts), server=True)
