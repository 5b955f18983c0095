"""What odd answers mean; the service is one that says what it is told."""

import base64
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.autotask import (
    AnswerBroken,
    AuthFailed,
    CallRefused,
    ClientSettings,
    Credentials,
    HourlyLimitHit,
    IntegrationCodeInvalid,
    NothingThere,
    PermissionDenied,
    QueryRefused,
    RetrySettings,
    ServerTrouble,
    ThreadLimitHit,
    ValidationFailed,
    WriteUncertain,
    WrongAddress,
    ZoneUnknown,
)
from isthmus.autotask.soap import BatchRefused, New, Refusal, SoapRecords, SoapSettings
from isthmus.base.errors import IsthmusError
from tests.autotask.soap.odd_vendor import OddVendor, answered, fault, response

PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
ROLE = '<Entity xsi:type="Role"><id>%d</id><Name xsi:type="xsd:string">Boss</Name></Entity>'


@pytest.fixture
async def records(
    odd: OddVendor, credentials: Credentials, quick: ClientSettings, tmp_path: Path
) -> AsyncIterator[SoapRecords]:
    """Records of the odd vendor, tried once more at most, that know roles already."""
    once = RetrySettings(thread_limit=1, server_trouble=1, broken_answer=1, waits=quick.retry.waits)
    budget = replace(quick.budget, on_limit="raise")
    async with SoapRecords.connect(
        credentials,
        base_url=odd.url,
        settings=replace(quick, retry=once, budget=budget),
        soap=SoapSettings(cache=tmp_path),
    ) as opened:
        await opened.fields("Roles")
        yield opened


def page(text: str) -> bytes:
    return PAGE % (text.encode(), text.encode())


READS: list[tuple[str, int, Callable[[], bytes], type[IsthmusError], int]] = [
    ("401 page", 401, lambda: page("Unauthorized"), AuthFailed, 1),
    ("log-in page", 200, lambda: page("Please log in"), AuthFailed, 1),
    ("other page", 200, lambda: page("Welcome to the proxy"), AnswerBroken, 2),
    ("nothing", 200, lambda: b"", AnswerBroken, 2),
    ("gateway", 502, lambda: page("Bad Gateway"), ServerTrouble, 2),
    ("gone", 404, lambda: page("Not Found"), WrongAddress, 1),
    ("cut short", 200, lambda: response("query", ROLE % 1)[:-40], AnswerBroken, 2),
    ("no result", 200, lambda: answered("query", ""), AnswerBroken, 2),
    ("another document", 200, lambda: b"<?xml version='1.0'?><a><b/></a>", AnswerBroken, 2),
    ("entities", 200, lambda: b"<?xml version='1.0'?><!DOCTYPE a []><a/>", AnswerBroken, 2),
    ("code", 200, lambda: response("query", "", "IntegrationCode is invalid."),
     IntegrationCodeInvalid, 1),
    ("query", 200, lambda: response(
        "query", "", "Root element is missing.", "Error reading in Query XML."), QueryRefused, 1),
    ("ors", 200, lambda: response(
        "query", "", "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions."),
     QueryRefused, 1),
    ("unheard of", 200, lambda: response("query", "", "Who knows."), QueryRefused, 1),
    ("passing", 200, lambda: response("query", "", "The operation has timed out"),
     ServerTrouble, 2),
    ("right", 200, lambda: response(
        "query", "", "The logged in Resource does not have the adequate permissions to query"),
     PermissionDenied, 1),
    ("threads", 200, lambda: response(
        "query", "", "The thread threshold of 3 threads has been exceeded."), ThreadLimitHit, 2),
    ("threads, fault", 500, lambda: fault("The thread threshold has been exceeded."),
     ThreadLimitHit, 2),
    ("server fault", 500, lambda: fault("Object is on fire."), ServerTrouble, 2),
    ("server fault with 200", 200, lambda: fault("Object is on fire."), ServerTrouble, 2),
    ("our fault", 500, lambda: fault("No such thing.", "soap:Client"), QueryRefused, 1),
    ("conversion", 500, lambda: fault(
        "Conversion from type 'Object' to type 'String' is not valid."), QueryRefused, 1),
    ("more rows than are", 200, lambda: response(
        "query", "".join(ROLE % n for n in range(501))), AnswerBroken, 2),
    ("ids that fall", 200, lambda: response("query", ROLE % 2 + ROLE % 1), AnswerBroken, 2),
    ("a record without id", 200, lambda: response(
        "query", '<Entity xsi:type="Role"><Name>x</Name></Entity>'), AnswerBroken, 2),
]  # fmt: skip


@pytest.mark.parametrize("row", READS, ids=[row[0] for row in READS])
async def test_an_unfavourable_answer_to_a_query_is_sorted(
    odd: OddVendor,
    records: SoapRecords,
    row: tuple[str, int, Callable[[], bytes], type[IsthmusError], int],
) -> None:
    _, status, body, kind, tries = row
    odd.says("query", body(), status=status)

    with pytest.raises(kind) as caught:
        await records.fetch("Roles", 7)

    assert type(caught.value) is kind
    assert len(odd.asked("query")) == tries
    assert caught.value.where
    assert caught.value.remedy


async def test_used_up_calls_of_the_hour_are_known_by_their_words(
    odd: OddVendor, records: SoapRecords
) -> None:
    text = "The request threshold of 10000 requests has been exceeded."
    for body in (response("query", "", text), fault(text)):
        odd.says("query", body)
        with pytest.raises(HourlyLimitHit):
            await records.fetch("Roles", 7)


async def test_rows_below_what_was_asked_for_break_the_answer(
    odd: OddVendor, records: SoapRecords
) -> None:
    odd.says("query", response("query", ROLE % 5), response("query", ROLE % 5))

    with pytest.raises(AnswerBroken):
        async for _ in records.read("Roles"):
            pass


async def test_a_value_its_type_cannot_hold_breaks_the_answer(
    odd: OddVendor, records: SoapRecords
) -> None:
    odd.says(
        "query",
        response("query", '<Entity xsi:type="Role"><id>7</id><Active>perhaps</Active></Entity>'),
    )

    with pytest.raises(AnswerBroken, match="perhaps"):
        await records.fetch("Roles", 7)


async def test_empty_and_absent_are_two_things(odd: OddVendor, records: SoapRecords) -> None:
    odd.says(
        "query",
        response(
            "query",
            '<Entity xsi:type="Role"><id>7</id><Name xsi:type="xsd:string"/>'
            '<Active xsi:type="xsd:int">1</Active></Entity>',
        ),
    )

    found = await records.fetch("Roles", 7)

    assert found is not None
    assert found.values == {"id": 7, "name": "", "isActive": True, "description": None}


PAIR = "Error creating entity for record number [%d]."
WRITES: list[tuple[str, int, Callable[[], bytes], type[IsthmusError]]] = [
    ("values", 200, lambda: response("create", "", "Value is bad.", PAIR % 1), BatchRefused),
    ("unheard of", 200, lambda: response("create", "", "Who knows."), BatchRefused),
    ("malformed", 500, lambda: fault("Object reference not set to an instance of an object."),
     ValidationFailed),
    ("no such verb", 200, lambda: response(
        "create", "", "The entity type Role does not support create.", PAIR % 1), CallRefused),
    ("right", 200, lambda: response(
        "create", "", "You do not have the required permission.", PAIR % 1), PermissionDenied),
    ("nobody", 200, lambda: response(
        "create", "", "No matching records found. The logged in resource may not have the"
        " required permissions to update the data.", PAIR % 1), NothingThere),
    ("fault", 500, lambda: fault("Object is on fire."), WriteUncertain),
    ("page", 200, lambda: page("Welcome to the proxy"), WriteUncertain),
    ("cut short", 200, lambda: response("create", ROLE % 1)[:-40], WriteUncertain),
    ("fewer ids", 200, lambda: response("create"), WriteUncertain),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "kind"), [row[1:] for row in WRITES], ids=[row[0] for row in WRITES]
)
async def test_an_unfavourable_answer_to_a_write_is_sorted_and_never_asked_again(
    odd: OddVendor,
    records: SoapRecords,
    status: int,
    body: Callable[[], bytes],
    kind: type[IsthmusError],
) -> None:
    odd.says("create", body(), status=status)

    with pytest.raises(kind) as caught:
        await records.create("Roles", {"name": "Boss"}, read_back=False)

    assert type(caught.value) is kind
    assert len(odd.asked("create")) == 1


async def test_each_refused_record_is_told_with_its_field(
    odd: OddVendor, records: SoapRecords
) -> None:
    odd.says(
        "create",
        response(
            "create",
            "",
            "Name is too nice.",
            PAIR % 1,
            "Value does not exist for Active.",
            "The Description is dull.",
            PAIR % 3,
        ),
    )

    with pytest.raises(BatchRefused) as caught:
        await records.create_all("Roles", [New({"name": str(n)}) for n in range(3)])

    assert caught.value.refusals == (
        Refusal(0, "Name is too nice.", "name"),
        Refusal(2, "Value does not exist for Active.", "isActive"),
        Refusal(2, "The Description is dull.", "description"),
    )
    assert "0, 2" in caught.value.what
    assert caught.value.where == "Roles.name"


async def test_no_secret_stands_in_a_refusal(
    odd: OddVendor,
    records: SoapRecords,
    credentials: Credentials,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mine = (credentials.username, credentials.secret, credentials.integration_code)
    pair = base64.b64encode(":".join(mine[:2]).encode()).decode()
    told = f"Who is {' '.join(mine)} with {pair}?"
    role = ROLE.replace("<Name", "<Active>%s</Active><Name") % (7, told)
    with caplog.at_level(logging.DEBUG):
        for status, body in (
            (200, response("query", "", told)),
            (500, fault(told, "soap:Client")),
            (500, fault(told)),
            (502, page(told)),
            (401, page(told)),
            (200, page(told)),
            (200, response("query", role)),
            (200, response("query", f"<{pair.strip('=')}>")),
        ):
            odd.says("query", body, status=status)
            with pytest.raises(IsthmusError) as caught:
                await records.fetch("Roles", 7)
            shown = "".join(traceback.format_exception(caught.value))
            assert [one for one in (*mine, pair) if one in shown] == []
    assert [one for one in (*mine, pair) if one in caplog.text] == []


@pytest.mark.parametrize(
    ("zone", "kind"),
    [
        ("<URL/><ErrorCode>-1</ErrorCode><CI>-1</CI><WebUrl/>", ZoneUnknown),
        ("<URL/><ErrorCode>0</ErrorCode>", AnswerBroken),
        ("<URL>http://h/index.html</URL><ErrorCode>0</ErrorCode>", AnswerBroken),
        ("<URL>http://h/atws.asmx</URL>", AnswerBroken),
    ],
)
async def test_a_zone_that_is_none_is_refused(
    odd: OddVendor,
    credentials: Credentials,
    quick: ClientSettings,
    zone: str,
    kind: type[IsthmusError],
) -> None:
    odd.says("getZoneInfo", answered("getZoneInfo", zone))
    settings = replace(quick, retry=replace(quick.retry, broken_answer=1))
    async with SoapRecords.connect(credentials, base_url=odd.url, settings=settings) as records:
        with pytest.raises(kind):
            await records.zone()


async def test_a_threshold_that_is_none_is_refused(odd: OddVendor, records: SoapRecords) -> None:
    odd.says("getThresholdAndUsageInfo", response("getThresholdAndUsageInfo"))

    with pytest.raises(AnswerBroken):
        await records.threshold()


async def test_texts_are_sent_with_their_type_and_the_code_in_the_header(
    odd: OddVendor, records: SoapRecords, credentials: Credentials
) -> None:
    odd.says("create", response("create", ROLE % 9))

    made = await records.create("Roles", {"name": "a <b>", "isActive": True, "description": ""},
                                read_back=False, impersonate=12)  # fmt: skip

    (sent,) = odd.asked("create")
    text = sent.decode()
    assert made.id == 9
    assert ">a &lt;b&gt;</" in text
    assert ":boolean" in text
    assert text.count(":string") == 2  # an empty text without a type is refused
    assert f"IntegrationCode>{credentials.integration_code}</" in text
    assert "ImpersonateAsResourceID>12</" in text
