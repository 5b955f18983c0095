"""
The service as its WSDL describes it, by zeep: messages built, results parsed; nothing is sent here.

Source: WSDL of 1.6; the vendor's zones are upgraded at different times, so each has its own.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

import zeep
import zeep.xsd
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.transports import Transport

from isthmus.autotask.errors import WrongAddress
from isthmus.autotask.soap.xml import Element, broken, fit, local, parse
from isthmus.autotask.soap.zone import NAMESPACE

_zeep: Final[Any] = zeep  # half of it is not typed
xsd: Final[Any] = zeep.xsd
_OPERATIONS: Final = frozenset({"query", "create", "update", "delete", "GetFieldInfo"})
_TYPES: Final = {
    "int": xsd.Int(),
    "long": xsd.Long(),
    "short": xsd.Short(),
    "string": xsd.String(),
    "dateTime": xsd.DateTime(),
    "boolean": xsd.Boolean(),
    "double": xsd.Double(),
    "float": xsd.Float(),
    "decimal": xsd.Decimal(),
}
_LEFT_OVER: Final = "_raw_elements"


class Cell(tuple[str, str]):
    """A value as text, and the local name of its type in XML Schema; "string" where unknown."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """Return the value."""
        return self[0]

    @property
    def kind(self) -> str:
        """Return the type's name."""
        return self[1]


class _NoNetwork(Transport):
    """Keeps zeep from the network: what is sent goes through our own session."""

    def __init__(self) -> None:
        self._close_session = False

    def load(self, url: str) -> NoReturn:
        raise WrongAddress(
            f"The WSDL wants another document: {url}",
            where="WSDL",
            remedy="The vendor's is whole in one file. Look at what answers there.",
        )


class Service:
    """One zone's service. `wsdl` is the document's bytes, whole."""

    def __init__(self, wsdl: bytes) -> None:
        """Raises: AnswerBroken: no WSDL of this service."""
        parse(wsdl, "WSDL")
        try:
            self._client: Any = _zeep.Client(
                io.BytesIO(wsdl),
                transport=_NoNetwork(),
                settings=_zeep.Settings(
                    strict=False, forbid_dtd=True, forbid_entities=True, forbid_external=True
                ),
            )
            known = {operation.name for operation in self._operations().values()}
        except (ZeepError, etree.LxmlError, ValueError, KeyError, AttributeError) as error:
            raise broken(f"no WSDL that can be used ({error})", "WSDL") from None
        if not known >= _OPERATIONS:
            raise broken("a WSDL of another service", "WSDL")

    def action(self, operation: str) -> str:
        """Return the SOAPAction; its letter case is not always the operation's."""
        return str(self._operations()[operation].soapaction)

    def message(
        self, operation: str, arguments: Mapping[str, object], header: Mapping[str, object]
    ) -> bytes:
        """Return a request with the header AutotaskIntegrations."""
        told = self._client.get_element(f"{{{NAMESPACE}}}AutotaskIntegrations")(**header)
        envelope = self._client.create_message(
            self._client.service, operation, **arguments, _soapheaders=[told]
        )
        return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)

    def knows(self, entity: str) -> frozenset[str]:
        """Return the elements an entity may hold; empty for an entity it does not know."""
        try:
            kind = self._client.get_type(f"{{{NAMESPACE}}}{entity}")
        except LookupError:
            return frozenset()
        return frozenset(name for name, _ in kind.elements)

    def entity(
        self,
        name: str,
        record_id: int,
        cells: Mapping[str, Cell],
        udfs: Mapping[str, str | None],
    ) -> Any:
        """
        Build an entity; every value is sent with its type.

        An empty text without a type is refused (observed). Raises: ValidationFailed: a text that
        XML cannot carry.
        """
        values: dict[str, object] = {
            field: xsd.AnyObject(_TYPES.get(cell.kind, _TYPES["string"]), fit(cell.text, field))
            for field, cell in cells.items()
        }
        listed = [
            {"Name": fit(udf, udf), "Value": fit(text, udf)}
            for udf, text in udfs.items()
            if text is not None
        ]
        if listed:
            values["UserDefinedFields"] = {"UserDefinedField": listed}
        return self.build(name, id=record_id, **values)

    def build(self, kind: str, **values: object) -> Any:
        """Build a value of one of the WSDL's own types."""
        return self._client.get_type(f"{{{NAMESPACE}}}{kind}")(**values)

    def result(self, operation: str, root: Element) -> Any:
        """Return what zeep makes of a whole answer. Raises: AnswerBroken."""
        try:
            return self._operations()[operation].process_reply(root)
        except (ZeepError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise broken(f"no result of {operation} ({error})", f"SOAP {operation}") from None

    def _operations(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._client.service._binding._operations
        return found


def listed(result: Any, name: str) -> Sequence[Any]:
    """Return the members of one of the WSDL's arrays, which is None when empty."""
    if isinstance(result, list):
        return result
    return getattr(result, name, None) or () if result is not None else ()


def left_over(members: Sequence[Any]) -> frozenset[str]:
    """Return the elements the WSDL at hand does not know; what follows them was not read."""
    return frozenset(
        local(element) for member in members for element in getattr(member, _LEFT_OVER, None) or ()
    )
