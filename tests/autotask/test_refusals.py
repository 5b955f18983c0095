import logging
from typing import Any

import pytest
from aiohttp import web

from isthmus.autotask import (
    AuthFailed,
    AutotaskClient,
    CallRefused,
    ClientSettings,
    Credentials,
    CredentialsUnusable,
    IntegrationCodeInvalid,
    PermissionDenied,
    QueryRefused,
    ServerTrouble,
    ThreadLimitHit,
    UnknownEntity,
    UnknownField,
    Unreachable,
    ValidationFailed,
    WrongAddress,
    ZoneUnknown,
)
from isthmus.autotask.calls.call import Call
from isthmus.autotask.calls.caller import Caller
from isthmus.base.errors import IsthmusError, NeedsPerson, Permanent
from tests.autotask.fake_vendor import CODE, SECRET, USER, FakeVendor, drop, errors, page

THREADS = "The Autotask API thread threshold of 3 threads has been exceeded."
PERMISSION = (
    "The logged in Resource does not have the adequate permissions to query this entity type."
)
HTML = web.Response(status=502, text="<html><h1>Bad gateway</h1></html>", content_type="text/html")
FINAL: list[tuple[web.Response, type[IsthmusError]]] = [
    (web.Response(status=401), AuthFailed),
    (errors(401, "Not signed in"), AuthFailed),
    (errors(500, "IntegrationCode is invalid."), IntegrationCodeInvalid),
    (errors(500, PERMISSION), PermissionDenied),
    (web.Response(status=403), PermissionDenied),
    (errors(500, "Unable to find colour in the Ticket Entity."), UnknownField),
    (errors(500, "maxCountOfRecordsToReturn must be between 1 and 500"), QueryRefused),
    (errors(500, "Invalid query syntax. Queries are limited to 500"), QueryRefused),
    (errors(500, "Picklist value [99] does not exist for priority."), QueryRefused),
    (web.json_response({"Message": "No HTTP resource"}, status=404), UnknownEntity),
    (web.json_response({"Message": "does not support 'GET'"}, status=405), CallRefused),
    (web.Response(status=400, text="bad request"), QueryRefused),
    (web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), WrongAddress),
]


@pytest.mark.parametrize(("answer", "kind"), FINAL)
async def test_what_repeating_cannot_mend_is_asked_once_and_says_what_to_do(
    answer: web.Response, kind: type[IsthmusError], vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(answer)
    with pytest.raises(kind) as caught:
        await client.query_page("Tickets")
    assert type(caught.value) is kind
    assert isinstance(caught.value, (NeedsPerson, Permanent))
    assert caught.value.where
    assert caught.value.remedy
    assert len(vendor.paths) == 1


PASSING: dict[str, Any] = {
    "threads as 429": errors(429, THREADS),
    "threads as 500": errors(500, THREADS),
    "threads as 200": errors(200, THREADS),
    "a bare 429": web.Response(status=429),
    "a gateway's page": HTML,
    "an unknown text": errors(500, "Something odd happened."),
    "nothing at all": web.Response(status=500),
    "dropped": drop,
    "unavailable": web.Response(status=503),
}


@pytest.mark.parametrize("kind", PASSING)
async def test_what_passes_is_asked_again(
    kind: str, vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(PASSING[kind], PASSING[kind], page([1]))
    assert (await client.query_page("Tickets")).ids == (1,)
    assert len(vendor.paths) == 3


@pytest.mark.parametrize(
    ("answer", "kind", "calls"),
    [(errors(500, THREADS), ThreadLimitHit, 13), (HTML, ServerTrouble, 7)],
)
async def test_retries_end_after_a_number_that_depends_on_the_class(
    answer: web.Response,
    kind: type[IsthmusError],
    calls: int,
    vendor: FakeVendor,
    client: AutotaskClient,
) -> None:
    vendor.then(answer)
    with pytest.raises(kind):
        await client.query_page("Tickets")
    assert len(vendor.paths) == calls


@pytest.fixture
async def writing(vendor: FakeVendor, credentials: Credentials, quick: ClientSettings) -> Any:
    caller = Caller(credentials, base_url=vendor.url, zone=None, settings=quick)
    async with caller.session:
        yield caller


WRITE = Call("POST", "Tickets", "Tickets", {"title": "x"}, idempotent=False)


@pytest.mark.parametrize("answer", [drop, HTML, errors(500, "Something odd happened.")])
async def test_a_write_that_may_have_arrived_is_not_repeated(
    answer: Any, vendor: FakeVendor, writing: Caller
) -> None:
    vendor.then(answer)
    with pytest.raises(ServerTrouble) as caught:
        await writing.fetch(WRITE, lambda answer: answer.body)
    assert not isinstance(caught.value, Unreachable)
    assert len(vendor.paths) == 1


async def test_a_write_refused_for_threads_is_repeated(vendor: FakeVendor, writing: Caller) -> None:
    vendor.then(errors(429, THREADS), web.json_response({"itemId": 7}))
    assert await writing.fetch(WRITE, lambda answer: answer.body) == b'{"itemId": 7}'


async def test_values_refused_in_a_write_are_a_validation(
    vendor: FakeVendor, writing: Caller
) -> None:
    vendor.then(errors(500, "queueID is required"))
    with pytest.raises(ValidationFailed, match="queueID is required"):
        await writing.fetch(WRITE, lambda answer: answer.body)


async def test_where_nothing_listens_the_error_says_so(
    credentials: Credentials, quick: ClientSettings
) -> None:
    url = "http://127.0.0.1:9/"
    async with AutotaskClient.connect(credentials, base_url=url, settings=quick) as client:
        with pytest.raises(Unreachable, match="No connection"):
            await client.zone()


async def test_the_vendor_echoing_secrets_does_not_get_them_into_errors_or_logs(
    vendor: FakeVendor, client: AutotaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"user {USER} secret {SECRET} code {CODE}"
    vendor.then(errors(500, echo))
    with pytest.raises(ServerTrouble) as caught:
        await client.query_page("Tickets")
    told = [str(caught.value), repr(caught.value), caplog.text, repr(client)]
    told += [str(record.__dict__) for record in caplog.records]
    assert "zoneInformation?user=[redacted]" in caplog.text
    for text in told:
        for hidden in (USER, SECRET, CODE, USER.replace("@", "%40")):
            assert hidden not in text


async def test_a_zone_that_cannot_be_reached_does_not_tell_the_user(
    vendor: FakeVendor, client: AutotaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vendor.zone_url = "no url at all"
    with pytest.raises(IsthmusError) as caught:
        await client.zone()
    assert USER not in str(caught.value) + caplog.text


def test_credentials_show_nothing_of_themselves(credentials: Credentials) -> None:
    assert repr(credentials) == "Credentials()"


@pytest.mark.parametrize("bad", ["", " padded", "line\nbreak", "ümlaut"])
def test_credentials_no_header_can_carry_are_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(CredentialsUnusable) as caught:
        Credentials(username="user@example", secret=bad, integration_code="CODE")
    assert "secret" in str(caught.value)
    assert not bad or bad not in str(caught.value)


def test_every_error_of_ours_belongs_to_one_branch() -> None:
    assert issubclass(ZoneUnknown, NeedsPerson)
    assert issubclass(Unreachable, ServerTrouble)
