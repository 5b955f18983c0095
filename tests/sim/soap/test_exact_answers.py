"""Answers to the letter, as recorded of the service or as its description orders them."""

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import SPACE, Wire, xml_query

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
TAIL = "</soap:Body></soap:Envelope>"
NONE_WRITTEN = "<EntityReturnInfoResults />"
NOBODY = (
    "No matching records found. The logged in resource may not have the required permissions to "
    "update the data."
)
ZONE = (
    "<URL>{url}</URL><ErrorCode>0</ErrorCode><DataBaseType /><CI>1</CI><WebUrl>{origin}/</WebUrl>"
)
NO_ZONE = "<URL /><ErrorCode>-1</ErrorCode><DataBaseType /><CI>-1</CI><WebUrl />"
USAGE = (
    "<ReturnCode>1</ReturnCode><EntityResults /><EntityResultType /><Errors />"
    "<EntityReturnInfoResults><EntityReturnInfo><EntityId>0</EntityId>"
    "<DatabaseAction>None</DatabaseAction><DuplicateStatus><Found>false</Found>"
    "<Ignored>false</Ignored></DuplicateStatus><Message>ThresholdOfExternalRequest: 10000; "
    "TimeframeOfLimitation: 60; numberOfExternalRequest: 1;</Message></EntityReturnInfo>"
    "</EntityReturnInfoResults>"
)


def refusal(kind: str, *texts: str) -> str:
    told = "".join(f"<ATWSError><Message>{text}</Message></ATWSError>" for text in texts)
    return (
        f"<ReturnCode>-1</ReturnCode><EntityResults />{kind}<Errors>{told}</Errors>{NONE_WRITTEN}"
    )


def sent(kind: str, fields: str) -> str:
    return f'<Entities><Entity xsi:type="{kind}">{fields}</Entity></Entities>'


def asked(sxml: str) -> str:
    return f"<sXML><![CDATA[{sxml}]]></sXML>"


TICKET = "<EntityResultType>ticket</EntityResultType>"
NOTE = "<EntityResultType>TicketNote</EntityResultType>"
CALL = "<EntityResultType>servicecall</EntityResultType>"


@pytest.mark.parametrize(
    ("operation", "content", "result"),
    [
        ("getZoneInfo", "<UserName>{user}</UserName>", ZONE),
        ("getZoneInfo", "<UserName>nobody</UserName>", NO_ZONE),
        ("getThresholdAndUsageInfo", "", USAGE),
        ("GetWsdlVersion", "", "1.6.8"),
        (
            "query",
            asked(xml_query("Ticket", "<field>id<expression op='equals'>-1</expression></field>")),
            f"<ReturnCode>1</ReturnCode><EntityResults />{TICKET}<Errors />{NONE_WRITTEN}",
        ),
        (
            "query",
            asked(""),
            refusal(
                "<EntityResultType />", "Root element is missing.", "Error reading in Query XML."
            ),
        ),
        (
            "create",
            sent("TicketNote", "<id>0</id>"),
            refusal(
                NOTE,
                "Value does not exist for the required field Description",
                "Error creating entity for record number [1].",
            ),
        ),
        (
            "update",
            sent("Ticket", "<id>99999999</id><AccountID>0</AccountID><Title>x</Title>"
                 "<Status>1</Status><Priority>1</Priority>"),
            refusal(TICKET, NOBODY, "Error updating entity for record number [1]."),
        ),
        (
            "delete",
            sent("ServiceCall", "<id>{call}</id>"),
            f"<ReturnCode>1</ReturnCode><EntityResults />{CALL}<Errors />{NONE_WRITTEN}",
        ),
    ],
)  # fmt: skip
def test_an_answer_is_this_to_the_letter(
    autotask_sim: AutotaskSim, operation: str, content: str, result: str
) -> None:
    call = autotask_sim.rows("ServiceCalls")[-1]["id"]
    filled = content.replace("{user}", autotask_sim.username).replace("{call}", str(call))
    space = SPACE["1.6"]
    answer = Wire(autotask_sim).send(f'<{operation} xmlns="{space}">{filled}</{operation}>')
    origin = autotask_sim.admin_url.removesuffix("/_sim/")
    told = result.replace("{url}", autotask_sim.soap_url).replace("{origin}", origin)
    assert answer.body.decode() == (
        f'{HEAD}<{operation}Response xmlns="{space}"><{operation}Result>{told}'
        f"</{operation}Result></{operation}Response>{TAIL}"
    )


def test_a_fault_is_this_to_the_letter(autotask_sim: AutotaskSim) -> None:
    wire = Wire(autotask_sim)
    answer = wire.send(f'<GetFieldInfo xmlns="{SPACE["1.6"]}"/>', header="")
    assert answer.status == 500
    assert answer.body.decode() == (
        f"{HEAD}<soap:Fault><faultcode>soap:Server</faultcode>"
        f"<faultstring>IntegrationCode is invalid.</faultstring><detail /></soap:Fault>{TAIL}"
    )
