"""Envelopes nobody thought of: the simulator answers as a service does, never with a defect."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.sim.soap.clients import SPACE, Wire, xml_query

STRANGE = [
    "",
    "-1",
    "9999999999999999999999999",
    "1e400",
    "NaN",
    "²",
    "0001-01-01",
    "2026-03-08 02:30",
    "<a/>",
    "&#x0;",
    "9999-12-31T23:59:59.9999999",
    "+14:00",
    "Ticket",
    'xsi:type="xsd:int"',
    "&lt;field&gt;",
]
ODD = st.one_of(
    st.sampled_from(STRANGE),
    st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=12),
)
OPERATIONS = {
    "query": "<sXML>{}</sXML>",
    "GetFieldInfo": "<psObjectType>{}</psObjectType>",
    "getUDFInfo": "<psTable>{}</psTable>",
    "GetAttachment": "<attachmentId>{}</attachmentId>",
    "DeleteAttachment": "<attachmentId>{}</attachmentId>",
    "GetInvoiceMarkup": "<InvoiceId>{}</InvoiceId><Format>XML</Format>",
    "getZoneInfo": "<UserName>{}</UserName>",
    "CreateAttachment": (
        "<attachment><Data>eA==</Data><Info><ParentType>4</ParentType>"
        "<ParentID>{}</ParentID></Info></attachment>"
    ),
    "delete": '<Entities><Entity xsi:type="ServiceCall"><id>{}</id></Entity></Entities>',
    "update": '<Entities><Entity xsi:type="Contact"><id>{}</id></Entity></Entities>',
    "create": (
        '<Entities><Entity xsi:type="Ticket"><AccountID>0</AccountID><Title>{0}</Title>'
        "<Status>1</Status><Priority>{0}</Priority><QueueID>5</QueueID>"
        "<EstimatedHours>{0}</EstimatedHours><DueDateTime>{0}</DueDateTime>"
        "<UserDefinedFields>{0}</UserDefinedFields></Entity></Entities>"
    ),
}
FIELDS = ("id", "CreateDate", "Title", "EstimatedHours", "ServiceLevelAgreementHasBeenMet")
OPERATORS = ("Equals", "GreaterThan", "Contains", "Like", "IsThisDay", "NotEqual")


def check(wire: Wire, operation: str, content: str) -> None:
    answer = wire.send(f'<{operation} xmlns="{SPACE["1.6"]}">{content}</{operation}>')
    assert answer.status in (200, 500)
    assert b"defect of the simulator" not in answer.body
    etree.fromstring(answer.body)


SETTINGS = settings(
    max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@SETTINGS
@given(operation=st.sampled_from(sorted(OPERATIONS)), odd=ODD)
def test_an_odd_argument_is_answered(wire: Wire, operation: str, odd: str) -> None:
    check(wire, operation, OPERATIONS[operation].format(odd))


@SETTINGS
@given(
    field=st.sampled_from(FIELDS),
    op=st.sampled_from(OPERATORS),
    odd=ODD.filter(lambda text: "<" not in text and "&" not in text),
)
def test_an_odd_condition_is_answered(wire: Wire, field: str, op: str, odd: str) -> None:
    condition = f'<field>{field}<expression op="{op}">{odd}</expression></field>'
    asked = xml_query("Ticket", condition).replace("<", "&lt;")
    check(wire, "query", f"<sXML>{asked}</sXML>")


@SETTINGS
@given(st.binary(max_size=60), st.integers(0, 400))
def test_a_broken_envelope_is_answered(wire: Wire, noise: bytes, where: int) -> None:
    whole = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<GetWsdlVersion xmlns="{SPACE["1.6"]}"/></s:Body></s:Envelope>'
    ).encode()
    answer = wire.raw(whole[:where] + noise + whole[where + len(noise) :])
    assert answer.status in (200, 500)
    assert b"defect of the simulator" not in answer.body
