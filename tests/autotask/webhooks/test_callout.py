import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.autotask.webhooks import CalloutBroken, Hint, parse_callout
from isthmus.autotask.webhooks.callout import BODY_MOST

NUMBER = "T20260527.0006"
NAMES = ["ticketId", "ticketID", "TicketID", "ticket_id", "Ticket ID", "TICKETID", "id", "ID"]


def found(query: str = "", body: bytes = b"") -> tuple[str, int | None, str | None]:
    hint = parse_callout(query=query, body=body)
    return hint.entity, hint.id, hint.number


@pytest.mark.parametrize("name", NAMES)
def test_an_id_is_found_under_every_name_in_every_shape(name: str) -> None:
    tag = name.replace(" ", "_")
    shapes: list[tuple[str, bytes]] = [
        (urlencode({"client_token": "t0k3n", name: 123}), b""),
        ("client_token=t0k3n", urlencode({name: 123, "domain": "example.com"}).encode()),
        ("", json.dumps({name: 123, "guid": "x"}).encode()),
        ("", json.dumps({name: "123"}).encode()),
        ("", json.dumps([{"name": name, "value": "123"}]).encode()),
        ("", json.dumps({"data": {"payload": [{name: 123}]}}).encode()),
        ("", f"<Callout><{tag}>123</{tag}></Callout>".encode()),
        ("", f'<Callout {tag}="123"/>'.encode()),
        ("", f"<C><Field><Name>{name}</Name><Value> 123 </Value></Field></C>".encode()),
        ("", f'<C><Field name="{name}">123</Field></C>'.encode()),
        ("", f'<C><Field name="{name}" value="123"/></C>'.encode()),
        ("", f'<a:C xmlns:a="urn:x"><a:{tag}>123</a:{tag}></a:C>'.encode()),
    ]
    for query, body in shapes:
        assert found(query, body) == ("Tickets", 123, None), (query, body)


@pytest.mark.parametrize("name", ["ticketNumber", "ticket_number", "number", "ticketId", "id"])
def test_a_ticket_number_is_told_from_an_id_by_its_form(name: str) -> None:
    for query, body in [
        (f"{quote(name)}={NUMBER}", b""),
        ("", f"{name}={NUMBER}".encode()),
        ("", json.dumps({name: NUMBER}).encode()),
        ("", f"<x><{name}>{NUMBER.lower()}</{name}></x>".encode()),
    ]:
        assert found(query, body) == ("Tickets", None, NUMBER), (query, body)


def test_an_id_and_a_number_together_are_both_told() -> None:
    assert found(body=f"ticketId=5&ticketNumber={NUMBER}".encode()) == ("Tickets", 5, NUMBER)
    assert found(body=json.dumps({"id": 5, "number": NUMBER}).encode()) == ("Tickets", 5, NUMBER)
    assert found(f"ticketId=5&ticketNumber={NUMBER}") == ("Tickets", 5, NUMBER)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"123", ("Tickets", 123, None)),
        (b' "123"\r\n', ("Tickets", 123, None)),
        (b"\xef\xbb\xbf123", ("Tickets", 123, None)),
        (NUMBER.encode(), ("Tickets", None, NUMBER)),
        (f"Ticket {NUMBER} was created.".encode(), ("Tickets", None, NUMBER)),
        (b"ticketId=123\r\nother=1", ("Tickets", 123, None)),
    ],
)
def test_plain_text_is_taken(text: bytes, wanted: tuple[str, int | None, str | None]) -> None:
    assert found(body=text) == wanted


def test_a_task_is_told_as_a_task() -> None:
    assert found("taskId=9") == ("Tasks", 9, None)
    assert found(body=b"<Task><ID>9</ID></Task>") == ("Tasks", 9, None)
    assert found(body=b"taskNumber=T20260527.0001.001") == ("Tasks", None, "T20260527.0001.001")


def test_the_more_telling_name_wins() -> None:
    assert found("id=1", b"ticketId=2") == ("Tickets", 2, None)
    nested = b"<Ticket><Company><ID>7</ID></Company><ID>5</ID></Ticket>"
    assert found(body=nested) == ("Tickets", 5, None)
    assert found(body=b'{"id": 1, "ticket": {"id": 5}}') == ("Tickets", 5, None)


def test_the_same_ticket_twice_is_one_and_two_tickets_are_refused() -> None:
    assert found("ticketId=5", b"ticket_id=5") == ("Tickets", 5, None)
    with pytest.raises(CalloutBroken, match="several"):
        parse_callout(query="ticketId=5", body=b"ticketId=6")


def test_what_cannot_be_an_id_is_passed_over() -> None:
    for junk in ("0", "-5", "1.5", "{ticketId}", "", "null", "9" * 20, "٣"):
        assert found(body=urlencode({"ticketId": junk, "id": 7}).encode()) == ("Tickets", 7, None)
    assert found(body=b'{"ticketId": true, "id": 7}') == ("Tickets", 7, None)


def test_it_tells_where_it_found_the_ticket() -> None:
    assert parse_callout(query="ticketId=5") == Hint("Tickets", 5, None, "query ticketId")
    assert parse_callout(body=b"<t><TicketID>5</TicketID></t>").found_in == "xml TicketID"


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", b""),
        ("token=abc", b""),
        ("", b"{broken"),
        ("", b"<broken"),
        ("", b"hello"),
        ("", b"\x00\xff\xfe"),
        ("", b"[" * 100_000),
        ("", b"<a>" * 20_000),
        ("", b"x=1&" * 20_000),
        ("", b" " * (BODY_MOST + 1)),
        ("x" * 9000, b""),
    ],
)
def test_what_names_no_ticket_is_refused_with_a_remedy(query: str, body: bytes) -> None:
    with pytest.raises(CalloutBroken) as refused:
        parse_callout(query=query, body=body)
    assert refused.value.remedy


def test_xml_that_declares_entities_is_not_read() -> None:
    bomb = (
        b'<!DOCTYPE t [<!ENTITY a "5"><!ENTITY b "&a;&a;&a;&a;">]>'
        b"<t><ticketId>5</ticketId><x>&b;</x></t>"
    )
    outside = b'<!DOCTYPE t SYSTEM "file:///etc/passwd"><t><ticketId>5</ticketId></t>'
    encoded = '<!DOCTYPE t [<!ENTITY a "5">]><t><ticketId>&a;</ticketId></t>'.encode("utf-16")
    for body in (bomb, outside, encoded):
        with pytest.raises(CalloutBroken, match="no ticket"):
            parse_callout(body=body)


def test_xml_in_another_encoding_is_read() -> None:
    text = '<?xml version="1.0" encoding="{}"?><t><TicketID>5</TicketID><n>é</n></t>'
    for name in ("utf-16", "iso-8859-1", "utf-8"):
        assert found(body=text.format(name).encode(name)) == ("Tickets", 5, None)


shreds = st.sampled_from(
    ["<t>", "</t>", "<ticketId>", "</ticketId>", "5", "{", "}", '"id":', "[", "]", "=", "&", "id",
     "ticketId", "%", "%zz", "<!DOCTYPE t>", "&a;", "<?xml version='1.0' encoding='x'?>", ",", '"',
     "\x00", "é", NUMBER, "\n", ":"]
)  # fmt: skip


@given(st.lists(shreds, max_size=20).map("".join), st.lists(shreds, max_size=5).map("".join))
def test_no_shreds_raise_anything_unexpected(body: str, query: str) -> None:
    try:
        hint = parse_callout(query=query, body=body.encode())
    except CalloutBroken:
        return
    assert hint.id or hint.number


@given(st.binary(max_size=300), st.text(max_size=50))
def test_no_bytes_raise_anything_unexpected(body: bytes, query: str) -> None:
    try:
        hint = parse_callout(query=query, body=body)
    except CalloutBroken:
        return
    assert hint.id or hint.number
