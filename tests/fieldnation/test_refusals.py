"""Five shapes of refusal, one error tree."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from isthmus.base.errors import NeedsPerson, Permanent, Retryable
from isthmus.fieldnation import (
    AnswerBroken,
    AuthFailed,
    CallRefused,
    Conflict,
    FieldNationClient,
    FieldNationError,
    FieldProblem,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerTrouble,
    ValidationFailed,
    WrongAddress,
)
from isthmus.fieldnation.answers import Asked, error_of
from isthmus.fieldnation.refusals import told_by
from isthmus.transport import Answer
from tests.fieldnation.fake_vendor import FakeVendor, answer, order

PROBLEM = {
    "type": "https://developer.example.com/error-codes/validation-error",
    "title": "Validation failed",
    "status": 400,
    "detail": "The schedule is wrong",
    "code": "VALIDATION_ERROR",
    "errors": [
        {"detail": "mode is missing", "pointer": "#/schedule/service_window/mode"},
        {"detail": "unknown", "parameter": "f_x"},
    ],
    "retryable": False,
    "correlationId": "corr-1",
    "agent": {"action": "FIX_INPUT"},
}


def of(body: Any, status: int, **headers: str) -> Answer:
    import json

    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {k.replace("_", "-"): v for k, v in headers.items()}, raw)


def test_a_problem_document_is_read_whole() -> None:
    told = told_by(of(PROBLEM, 400))

    assert "Validation failed" in told.text
    assert "The schedule is wrong" in told.text
    assert (told.code, told.correlation_id, told.action) == (
        "VALIDATION_ERROR",
        "corr-1",
        "FIX_INPUT",
    )
    assert told.retryable is False
    assert told.fields == (
        FieldProblem("schedule.service_window.mode", "mode is missing"),
        FieldProblem("f_x", "unknown"),
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"status": 400, "message": "No such project"}, "No such project"),
        ({"status_code": 400, "message": ["one", "two"]}, "one | two"),
        ({"error": {"code": "X1", "message": "Bad", "details": "very"}}, "Bad | very"),
        ({"error": "invalid_grant", "error_description": "Nope"}, "invalid_grant | Nope"),
        (
            {"metadata": {"path": "/x"}, "errors": [{"code": 1, "message": "url"}], "result": {}},
            "url",
        ),
        ({"errors": ["plain", 7]}, "plain | 7"),
        (b"<html><style>x{}</style><body>Bad <b>gateway</b></body></html>", "Bad gateway"),
        (b"", ""),
        (b"[1, 2]", "[1, 2]"),
    ],
    ids=["spec", "spec list", "nested", "oauth", "webhooks", "texts", "page", "empty", "list"],
)
def test_every_other_shape_gives_its_text(body: Any, text: str) -> None:
    assert told_by(of(body, 400)).text == text


def test_the_nested_shape_names_its_field() -> None:
    told = told_by(of({"error": {"code": "E9", "message": "too long", "field": "title"}}, 422))

    assert told.code == "E9"
    assert told.fields == (FieldProblem("title", "too long"),)


@pytest.mark.parametrize(
    ("status", "kind", "branch"),
    [
        (400, ValidationFailed, Permanent),
        (401, AuthFailed, NeedsPerson),
        (403, PermissionDenied, NeedsPerson),
        (404, NotFound, Permanent),
        (405, CallRefused, Permanent),
        (408, ServerTrouble, Retryable),
        (409, Conflict, Permanent),
        (410, NotFound, Permanent),
        (413, ValidationFailed, Permanent),
        (422, ValidationFailed, Permanent),
        (429, RateLimited, Retryable),
        (500, ServerTrouble, Retryable),
        (501, CallRefused, Permanent),
        (502, ServerTrouble, Retryable),
        (503, ServerTrouble, Retryable),
        (504, ServerTrouble, Retryable),
        (302, WrongAddress, Permanent),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        {**PROBLEM, "code": "X", "retryable": None},
        {"status": 1, "message": "m"},
        {"error": {"code": "c", "message": "m"}},
        {"error": "c", "error_description": "m"},
        {"metadata": {}, "errors": [{"code": 1, "message": "m"}], "result": {}},
        b"<html>m</html>",
    ],
    ids=["problem", "spec", "nested", "oauth", "webhooks", "page"],
)
def test_each_status_means_the_same_in_every_shape(
    status: int, kind: type[Exception], branch: type[Exception], body: Any
) -> None:
    error = error_of(of(body, status), Asked("GET", "/x"))

    assert type(error) is kind
    assert isinstance(error, branch)
    assert isinstance(error, FieldNationError)
    assert error.where == "GET /x"
    assert error.remedy


@pytest.mark.parametrize(
    "body",
    [
        {"status": 400, "message": "Expired token"},
        {"error": "invalid_token"},
        {"title": "x", "code": "AUTHENTICATION_REQUIRED"},
        {"title": "x", "agent": {"action": "REAUTHENTICATE"}},
        {"message": "The token has expired"},
    ],
)
def test_a_400_about_the_token_is_no_refusal_of_values(body: Any) -> None:
    assert isinstance(error_of(of(body, 400), Asked("GET", "/x")), AuthFailed)


def test_a_400_to_a_change_of_status_is_a_conflict_unless_it_names_a_field() -> None:
    move = Asked("POST", "/x/publish", writes=True, moves=True)

    assert isinstance(error_of(of({"message": "cannot"}, 400), move), Conflict)
    assert isinstance(error_of(of(PROBLEM, 400), move), ValidationFailed)


NOW = datetime(2026, 2, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry_after": "7"}, {}, 7.0),
        ({"retry_after": format_datetime(NOW + timedelta(seconds=9), usegmt=True)}, {}, 9.0),
        ({"retry_after": "soon"}, {"agent": {"backoffMs": 1500}}, 1.5),
        ({}, {"agent": {"backoffMs": 60000}}, 60.0),
        ({"x_ratelimit_reset": "12"}, {}, 12.0),
        ({"x_rate_limit_reset": "12"}, {}, 12.0),
        ({"x_ratelimit_reset": str(int(NOW.timestamp()) + 20)}, {}, 20.0),
        ({"x_ratelimit_reset": str((int(NOW.timestamp()) + 20) * 1000)}, {}, 20.0),
        ({"retry_after": "3", "x_ratelimit_reset": "12"}, {"agent": {"backoffMs": 1}}, 3.0),
        ({}, {}, None),
        ({"retry_after": "-4"}, {}, 0.0),
    ],
)
def test_the_wait_is_taken_from_wherever_it_is_told(
    headers: dict[str, str], body: Any, seconds: float | None
) -> None:
    answered = of(body, 429, date=format_datetime(NOW, usegmt=True), **headers)

    assert told_by(answered).wait_seconds == seconds


async def test_reads_are_tried_again_and_creates_are_not(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer({"message": "oops"}, 503), answer({"message": "oops"}, 500), answer(order()))
    assert (await client.work_orders.get(7)).id == 7
    assert len(vendor.calls) == 3

    vendor.script[:] = [answer({"message": "oops"}, 503)]
    with pytest.raises(ServerTrouble, match="oops") as caught:
        await client.work_orders.create({"title": "A job"})

    assert caught.value.may_have_taken_effect
    assert "Look for it" in caught.value.remedy
    assert [call[0] for call in vendor.calls].count("POST") == 1


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    "bad",
    [
        cut,
        web.Response(body=b'{"id": 7, "ti', content_type="application/json"),
        answer({}),
        web.Response(body=b""),
        web.Response(body=b"[]"),
        answer({"id": "not a number"}),
    ],
    ids=["dropped", "half", "object", "empty", "list", "no id"],
)
async def test_a_create_whose_answer_is_lost_says_that_it_may_be_done(
    vendor: FakeVendor, client: FieldNationClient, bad: Any
) -> None:
    vendor.then(bad)

    with pytest.raises((ServerTrouble, AnswerBroken)) as caught:
        await client.work_orders.create({"title": "A job"})

    assert caught.value.may_have_taken_effect
    assert len(vendor.calls) == 1


async def test_a_broken_answer_to_a_read_is_asked_for_again(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(web.Response(body=b'{"id": 7, "ti'), answer({}), answer(order()))

    assert (await client.work_orders.get(7)).title == "A job"


async def test_an_update_is_tried_again_as_it_does_no_harm_twice(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer({"message": "oops"}, 502), answer(order()))

    await client.work_orders.update(7, {"title": "A job"})

    assert [call[0] for call in vendor.calls] == ["PUT", "PUT", "GET"]


async def test_a_refusal_for_the_rate_is_tried_again_even_for_a_create(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer({"code": "RATE_LIMIT_EXCEEDED"}, 429, Retry_After="0"), answer(order()))

    written = await client.work_orders.create({"title": "A job"})

    assert written.order.id == 7
    assert [call[0] for call in vendor.calls] == ["POST", "POST", "GET"]


async def test_trouble_the_vendor_calls_final_is_not_tried_again(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer({"title": "x", "retryable": False, "agent": {"action": "ESCALATE"}}, 500))

    with pytest.raises(ServerTrouble) as caught:
        await client.work_orders.get(7)

    assert caught.value.told.action == "ESCALATE"
    assert len(vendor.calls) == 1


async def test_a_wait_longer_than_allowed_is_told_and_not_waited(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer({"code": "RATE_LIMIT_EXCEEDED"}, 429, Retry_After="3600"))

    with pytest.raises(RateLimited) as caught:
        await client.work_orders.get(7)

    assert caught.value.told.wait_seconds == 3600
    assert len(vendor.calls) == 1


async def test_an_id_that_cannot_be_one_is_refused_before_anything_is_sent(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    for act in (
        client.work_orders.get(0),
        client.work_orders.cancel(-1, "x"),
        client.work_orders.remove_tag(7, 0),
        client.webhooks.delete(""),
        client.webhooks.get(".."),
    ):
        with pytest.raises(NotFound):
            await act

    assert vendor.calls == []
    assert vendor.log_ins == []
