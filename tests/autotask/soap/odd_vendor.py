"""A SOAP service that answers as it is told, for answers the simulator never gives."""

from dataclasses import dataclass, field

from aiohttp import web

from isthmus_sim.autotask.soap import wsdl
from isthmus_sim.autotask.soap.catalog import edition

ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>{}</soap:Body></soap:Envelope>'
)


def answered(operation: str, result: str) -> bytes:
    """An answer as the service wraps it."""
    inner = f"<{operation}Result>{result}</{operation}Result>"
    return ENVELOPE.format(
        f'<{operation}Response xmlns="http://autotask.net/ATWS/v1_6/">{inner}</{operation}Response>'
    ).encode()


def response(operation: str, entities: str = "", *errors: str, info: str = "") -> bytes:
    told = "".join(f"<ATWSError><Message>{text}</Message></ATWSError>" for text in errors)
    return answered(
        operation,
        f"<ReturnCode>{-1 if errors else 1}</ReturnCode><EntityResults>{entities}</EntityResults>"
        f"<EntityResultType>role</EntityResultType><Errors>{told}</Errors>"
        f"<EntityReturnInfoResults>{info}</EntityReturnInfoResults>",
    )


def fault(text: str, code: str = "soap:Server") -> bytes:
    inner = f"<faultcode>{code}</faultcode><faultstring>{text}</faultstring><detail/>"
    return ENVELOPE.format(f"<soap:Fault>{inner}</soap:Fault>").encode()


def field_info(name: str, kind: str, *, more: str = "", read_only: bool = False) -> str:
    return (
        f"<Field><Name>{name}</Name><Label>{name}</Label><Type>{kind}</Type><Length>0</Length>"
        f"{more}<IsRequired>false</IsRequired><IsReadOnly>{str(read_only).lower()}</IsReadOnly>"
        "<IsQueryable>true</IsQueryable><IsReference>false</IsReference>"
        "<IsPickList>false</IsPickList></Field>"
    )


FIELDS = (
    field_info("id", "long", read_only=True)
    + field_info("Name", "string")
    + field_info("Active", "boolean")
    + field_info("Description", "string")
)
USAGE = (
    "<EntityReturnInfo><EntityId>0</EntityId><DatabaseAction>None</DatabaseAction><Message>"
    "ThresholdOfExternalRequest: 10000; TimeframeOfLimitation: 60; numberOfExternalRequest: 5;"
    "</Message></EntityReturnInfo>"
)


@dataclass
class OddVendor:
    """`answers` by operation: what is said next, the last one again and again."""

    url: str = ""
    wsdl_text: str = ""
    wsdl_fetches: int = 0
    wsdl_status: int = 200
    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    seen: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.says("GetFieldInfo", answered("GetFieldInfo", FIELDS))
        self.says("getUDFInfo", answered("getUDFInfo", ""))
        self.says("getThresholdAndUsageInfo", response("getThresholdAndUsageInfo", info=USAGE))

    def says(self, operation: str, *bodies: bytes, status: int = 200) -> None:
        self.answers[operation] = [(status, body) for body in bodies]

    def asked(self, operation: str) -> list[bytes]:
        return [body for name, body in self.seen if name == operation]

    async def serve(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            self.wsdl_fetches += 1
            text = self.wsdl_text or str(wsdl.document(edition("1.6", "2019"), self.url).decode())
            return web.Response(text=text, status=self.wsdl_status, content_type="text/xml")
        operation = request.headers["SOAPAction"].strip('"').rpartition("/")[2]
        self.seen.append((operation, await request.read()))
        if operation == "getZoneInfo" and operation not in self.answers:
            zone = f"<URL>{self.url}</URL><ErrorCode>0</ErrorCode><CI>3</CI><WebUrl/>"
            return _xml(200, answered("getZoneInfo", zone))
        said = self.answers[operation]
        status, body = said.pop(0) if len(said) > 1 else said[0]
        return _xml(status, body)


def _xml(status: int, body: bytes) -> web.Response:
    return web.Response(
        body=body, status=status, headers={"Content-Type": "text/xml; charset=utf-8"}
    )
