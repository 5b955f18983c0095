"""The service's description, made from the catalogue: document/literal, wrapped, one port."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from isthmus_sim.autotask.soap.catalog import FIFTH, Edition
from isthmus_sim.autotask.soap.envelope import LATER, OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isthmus_sim.autotask.soap.catalog import SoapEntity

ADDRESS = "@ADDRESS@"
Member = tuple[str, str, int]  # name, type, how often at least

# Order and types: the vendor's WSDL.
_ARRAYS = {
    "ArrayOfField": ("Field", "Field"),
    "ArrayOfPickListValue": ("PickListValue", "PickListValue"),
    "ArrayOfUserDefinedField": ("UserDefinedField", "UserDefinedField"),
    "ArrayOfEntity": ("Entity", "Entity"),
    "ArrayOfEntityInfo": ("EntityInfo", "EntityInfo"),
    "ArrayOfATWSError": ("ATWSError", "ATWSError"),
    "ArrayOfEntityReturnInfo": ("EntityReturnInfo", "EntityReturnInfo"),
}
_FIELD: tuple[Member, ...] = (
    ("Name", "s:string", 0),
    ("Label", "s:string", 0),
    ("Type", "s:string", 0),
    ("Length", "s:int", 1),
    ("Description", "s:string", 0),
    ("IsRequired", "s:boolean", 1),
    ("IsReadOnly", "s:boolean", 1),
    ("IsQueryable", "s:boolean", 1),
    ("IsReference", "s:boolean", 1),
    ("ReferenceEntityType", "s:string", 0),
    ("IsPickList", "s:boolean", 1),
    ("PicklistValues", "tns:ArrayOfPickListValue", 0),
    ("PicklistParentValueField", "s:string", 0),
    ("DefaultValue", "s:string", 0),
)
_PICKLIST_VALUE: tuple[Member, ...] = (
    ("Value", "s:string", 0),
    ("Label", "s:string", 0),
    ("IsDefaultValue", "s:boolean", 1),
    ("SortOrder", "s:int", 1),
    ("parentValue", "s:string", 0),
    ("IsActive", "s:boolean", 0),
    ("IsSystem", "s:boolean", 0),
)
_ENTITY_INFO: tuple[Member, ...] = (
    ("Name", "s:string", 0),
    ("CanUpdate", "s:boolean", 1),
    ("CanDelete", "s:boolean", 1),
    ("CanCreate", "s:boolean", 1),
    ("CanQuery", "s:boolean", 1),
    ("HasUserDefinedFields", "s:boolean", 1),
)
# The order among these later ones is assumed.
_ENTITY_INFO_LATER: tuple[Member, ...] = (
    ("UserAccessForCreate", "s:string", 0),
    ("UserAccessForQuery", "s:string", 0),
    ("UserAccessForUpdate", "s:string", 0),
    ("UserAccessForDelete", "s:string", 0),
    ("SupportsWebhookCallouts", "s:boolean", 1),
)
_SHAPES: dict[str, tuple[Member, ...]] = {
    "Attachment": (("Data", "s:base64Binary", 0), ("Info", "tns:AttachmentInfo", 0)),
    "PickListValue": _PICKLIST_VALUE,
    "UserDefinedField": (("Name", "s:string", 0), ("Value", "s:string", 0)),
    "ATWSResponse": (
        ("ReturnCode", "s:int", 1),
        ("EntityResults", "tns:ArrayOfEntity", 0),
        ("EntityResultType", "s:string", 0),
        ("Errors", "tns:ArrayOfATWSError", 0),
        ("EntityReturnInfoResults", "tns:ArrayOfEntityReturnInfo", 0),
    ),
    "ATWSError": (("Message", "s:string", 0),),
    "EntityReturnInfo": (
        ("EntityId", "s:long", 1),
        ("DatabaseAction", "tns:EntityReturnInfoDatabaseAction", 1),
        ("DuplicateStatus", "tns:EntityDuplicateStatus", 1),
        ("Message", "s:string", 0),
    ),
    "EntityDuplicateStatus": (
        ("Found", "s:boolean", 1),
        ("MatchInfo", "s:string", 0),
        ("Ignored", "s:boolean", 1),
    ),
    "ATWSZoneInfo": (
        ("URL", "s:string", 0),
        ("ErrorCode", "s:int", 1),
        ("DataBaseType", "s:string", 0),
        ("CI", "s:int", 1),
        ("WebUrl", "s:string", 0),
    ),
}
_CODE_CHECK: tuple[Member, ...] = (
    ("ReturnCode", "s:int", 1),
    ("Errors", "tns:ArrayOfATWSError", 0),
    ("IsApiUser", "s:boolean", 1),
)
_BATCH: tuple[Member, ...] = (("Entities", "tns:ArrayOfEntity", 0),)
_ATTACHMENT_ID: tuple[Member, ...] = (("attachmentId", "s:long", 1),)
# What each operation takes, and the type of its result with how often that is there at least.
_CALLS: dict[str, tuple[tuple[Member, ...], str, int]] = {
    "GetAttachment": (_ATTACHMENT_ID, "tns:Attachment", 0),
    "CreateAttachment": ((("attachment", "tns:Attachment", 0),), "s:long", 1),
    "DeleteAttachment": (_ATTACHMENT_ID, "s:string", 0),
    "GetEntityInfo": ((), "tns:ArrayOfEntityInfo", 0),
    "GetFieldInfo": ((("psObjectType", "s:string", 0),), "tns:ArrayOfField", 0),
    "getUDFInfo": ((("psTable", "s:string", 0),), "tns:ArrayOfField", 0),
    "query": ((("sXML", "s:string", 0),), "tns:ATWSResponse", 0),
    "create": (_BATCH, "tns:ATWSResponse", 0),
    "update": (_BATCH, "tns:ATWSResponse", 0),
    "delete": (_BATCH, "tns:ATWSResponse", 0),
    "getZoneInfo": ((("UserName", "s:string", 0),), "tns:ATWSZoneInfo", 0),
    "getThresholdAndUsageInfo": ((), "tns:ATWSResponse", 0),
    "GetWsdlVersion": ((), "s:string", 0),
    "GetInvoiceMarkup": ((("InvoiceId", "s:int", 1), ("Format", "s:string", 1)), "s:string", 0),
    "IntegrationCodeCheck": ((("userName", "s:string", 0),), "tns:IntegrationCodeInfo", 0),
}
_MADE: dict[str, str] = {}
_PORT_NAMES = {"GetEntityInfo": "getEntityInfo"}  # a trap of the vendor's own


def document(edition: Edition, address: str) -> bytes:
    """Give the description of an edition. address: where the service answers."""
    made = _MADE.get(edition.key)
    if made is None:
        made = _MADE[edition.key] = "\n".join(_lines(edition)) + "\n"
    return made.replace(ADDRESS, escape(address)).encode()


def _lines(edition: Edition) -> Iterable[str]:
    names = OPERATIONS + (LATER if edition.newer else ())
    space = edition.namespace
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield (
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"'
        ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        f' xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="{space}"'
        f' targetNamespace="{space}">'
    )
    yield f'<wsdl:types><s:schema elementFormDefault="qualified" targetNamespace="{space}">'
    yield from _shapes(edition)
    for entity in edition:
        yield from _entity(entity)
    for name in names:
        yield from _messages_shape(name)
    yield "</s:schema></wsdl:types>"
    for name in names:
        yield from _messages(name)
    yield from _port(names)
    yield from _binding(names, space)
    yield '<wsdl:service name="ATWS"><wsdl:port name="ATWSSoap" binding="tns:ATWSSoap">'
    yield f'<soap:address location="{ADDRESS}"/>'
    yield "</wsdl:port></wsdl:service></wsdl:definitions>"


def _shapes(edition: Edition) -> Iterable[str]:
    head = [("PartnerID", "s:string", 0), ("IntegrationCode", "s:string", 0)]
    if edition.key != FIFTH:
        head.append(("ImpersonateAsResourceID", "s:int", 0))
    yield '<s:element name="AutotaskIntegrations" type="tns:AutotaskIntegrations"/>'
    yield '<s:complexType name="AutotaskIntegrations"><s:sequence>'
    yield from map(_member, head)
    yield "</s:sequence><s:anyAttribute/></s:complexType>"
    yield '<s:complexType name="Entity" abstract="true"><s:sequence>'
    yield _member(("Fields", "tns:ArrayOfField", 0))
    yield _member(("id", "s:long", 1))
    yield _member(("UserDefinedFields", "tns:ArrayOfUserDefinedField", 0))
    yield "</s:sequence></s:complexType>"
    field, info = _FIELD, _ENTITY_INFO
    shapes = dict(_SHAPES)
    if edition.newer:
        field = (*field, ("IsSupportedWebhookField", "s:boolean", 1))
        info = (*info, *_ENTITY_INFO_LATER)
        shapes["IntegrationCodeInfo"] = _CODE_CHECK
    for name, members in {**shapes, "Field": field, "EntityInfo": info}.items():
        yield f'<s:complexType name="{name}"><s:sequence>'
        yield from map(_member, members)
        yield "</s:sequence></s:complexType>"
    for name, (item, kind) in _ARRAYS.items():
        yield (
            f'<s:complexType name="{name}"><s:sequence><s:element minOccurs="0" '
            f'maxOccurs="unbounded" name="{item}" nillable="true" type="tns:{kind}"/>'
            "</s:sequence></s:complexType>"
        )
    yield '<s:simpleType name="EntityReturnInfoDatabaseAction"><s:restriction base="s:string">'
    for word in ("None", "Created", "Updated"):
        yield f'<s:enumeration value="{word}"/>'
    yield "</s:restriction></s:simpleType>"


def _member(member: Member) -> str:
    name, kind, least = member
    typed = f' type="{kind}"' if kind else ""
    return f'<s:element minOccurs="{least}" maxOccurs="1" name="{name}"{typed}/>'


def _entity(entity: SoapEntity) -> Iterable[str]:
    yield (
        f'<s:complexType name="{entity.name}"><s:complexContent mixed="false">'
        '<s:extension base="tns:Entity"><s:sequence>'
    )
    for field in entity.fields[1:]:
        yield _member((field.name, "s:boolean", 1) if field.plain else (field.name, "", 0))
    yield "</s:sequence></s:extension></s:complexContent></s:complexType>"


def _messages_shape(name: str) -> Iterable[str]:
    takes, result, least = _CALLS[name]
    yield f'<s:element name="{name}"><s:complexType><s:sequence>'
    yield from map(_member, takes)
    yield "</s:sequence></s:complexType></s:element>"
    yield f'<s:element name="{name}Response"><s:complexType><s:sequence>'
    yield _member((f"{name}Result", result, least))
    yield "</s:sequence></s:complexType></s:element>"


def _messages(name: str) -> Iterable[str]:
    parts = {
        "SoapIn": ("parameters", name),
        "SoapOut": ("parameters", f"{name}Response"),
        "AutotaskIntegrations": ("AutotaskIntegrations", "AutotaskIntegrations"),
    }
    for kind, (part, target) in parts.items():
        if kind == "AutotaskIntegrations" and name == "getZoneInfo":
            continue  # needs no header
        yield f'<wsdl:message name="{name}{kind}">'
        yield f'<wsdl:part name="{part}" element="tns:{target}"/></wsdl:message>'


def _port(names: Iterable[str]) -> Iterable[str]:
    yield '<wsdl:portType name="ATWSSoap">'
    for name in names:
        port = _PORT_NAMES.get(name, name)
        own = f' name="{name}"' if port != name else ""
        yield f'<wsdl:operation name="{port}"><wsdl:input{own} message="tns:{name}SoapIn"/>'
        yield f'<wsdl:output{own} message="tns:{name}SoapOut"/></wsdl:operation>'
    yield "</wsdl:portType>"


def _binding(names: Iterable[str], space: str) -> Iterable[str]:
    yield '<wsdl:binding name="ATWSSoap" type="tns:ATWSSoap">'
    yield '<soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>'
    for name in names:
        port = _PORT_NAMES.get(name, name)
        own = f' name="{name}"' if port != name else ""
        yield f'<wsdl:operation name="{port}">'
        yield f'<soap:operation soapAction="{space}{name}" style="document"/>'
        yield f'<wsdl:input{own}><soap:body use="literal"/>'
        if name != "getZoneInfo":
            yield (
                f'<soap:header message="tns:{name}AutotaskIntegrations"'
                ' part="AutotaskIntegrations" use="literal"/>'
            )
        yield f'</wsdl:input><wsdl:output{own}><soap:body use="literal"/></wsdl:output>'
        yield "</wsdl:operation>"
    yield "</wsdl:binding>"
