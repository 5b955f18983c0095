"""Every call the client makes is one of the vendor's API: path, query and body."""

import inspect
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aiohttp import web

from isthmus.fieldnation import ClientSettings, Credentials, FieldNationClient, RateSettings
from isthmus.fieldnation.company import Company
from isthmus.fieldnation.vocabulary import WEBHOOKS
from isthmus.fieldnation.webhooks import Webhooks
from isthmus.fieldnation.work_orders import WorkOrders
from tests.fieldnation.every_call import make_every_call
from tests.fieldnation.fake_vendor import FakeVendor, answer, order

KNOWN = {
    # Either form of a time will do, say the guides; the description wants the local one always.
    ("v2_woSchedule_put", "'local' is a required property"),
    ("v2_woTimeLogs_post", "'local' is a required property"),
    ("v2_woTimeLogsByWorkorderHoursId_put", "'local' is a required property"),
    # It wants an address with a saved location, and a saved location with an address.
    *(
        ("v2_woLocation_put", f"'{name}' is a required property")
        for name in ("saved_location", "address1", "city", "state", "zip", "country")
    ),
}
"""What the description asks for and the client leaves out, for the reason given."""


@dataclass
class Seen:
    """One request as it went out; `operation` is what the description calls it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    operation: dict[str, Any] = field(default_factory=dict)


def every_answer(request: web.Request) -> web.Response:
    path = request.path
    if path.endswith("/retry"):
        return answer({"result": {"job_id": "j"}})
    if "/delivery-logs/" in path:
        return answer({"result": {"deliveryId": "d"}})
    if path.startswith(WEBHOOKS):
        several = path.endswith(("/webhooks", "/events", "/history", "/delivery-logs"))
        rows = several and request.method == "GET"
        return answer({"result": [] if rows else {"webhookId": "w"}})
    echo = {name: value for name, value in request.query.items() if name.startswith("f_")}
    return answer({**order(), "results": [], "metadata": {"total": 0}, **echo})


@pytest.fixture
async def seen(vendor: FakeVendor, credentials: Credentials, quick: ClientSettings) -> list[Seen]:
    async def give(request: web.Request) -> web.StreamResponse:
        return every_answer(request)

    vendor.then(give)
    settings = replace(quick, rate=RateSettings(per_minute=60_000, burst=1000))
    async with FieldNationClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        await make_every_call(client)
    calls = zip(vendor.calls, vendor.queries, vendor.bodies, strict=True)
    return [Seen(method, path, query, body) for (method, path), query, body in calls]


def operation_of(document: dict[str, Any], one: Seen) -> dict[str, Any] | None:
    """Return the operation whose path fits best: fixed segments before parameters."""
    fits = [
        (path.count("{"), item[one.method.lower()])
        for path, item in document["paths"].items()
        if one.method.lower() in item
        and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), one.path)
    ]
    return min(fits, key=lambda fit: fit[0])[1] if fits else None


@pytest.fixture
def described(seen: list[Seen], sim: Any) -> list[Seen]:
    """The REST calls with the operation each of them is; none is without one."""
    document = sim.get("swagger-json").json
    rest = [one for one in seen if not one.path.startswith(WEBHOOKS)]
    for one in rest:
        found = operation_of(document, one)
        assert found is not None, f"{one.method} {one.path}"
        one.operation = {**found, "document": document}
    return rest


def test_every_path_and_parameter_is_described(described: list[Seen]) -> None:
    for one in described:
        known = {parameter["name"] for parameter in one.operation.get("parameters", ())}
        assert set(one.query) - {"access_token"} <= known, one.path
        needed = {
            parameter["name"]
            for parameter in one.operation.get("parameters", ())
            if parameter.get("required") and parameter["in"] == "query"
        }
        assert needed <= set(one.query), one.path
    assert len({one.operation["operationId"] for one in described}) >= 70


def test_acting_for_another_user_and_queueing_are_offered_wherever_the_vendor_has_them(
    described: list[Seen],
) -> None:
    sent: dict[str, set[str]] = {}
    offered: dict[str, set[str]] = {}
    for one in described:
        name = one.operation["operationId"]
        sent.setdefault(name, set()).update(one.query)
        known = {parameter["name"] for parameter in one.operation.get("parameters", ())}
        offered[name] = known & {"acting_user_id", "async"}

    assert {name for name in offered if not offered[name] <= sent[name]} == set()
    assert sum("acting_user_id" in each for each in offered.values()) >= 20


def test_every_body_is_of_the_described_shape(described: list[Seen]) -> None:
    told = set()
    for one in described:
        content = one.operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        components = one.operation["document"]["components"]
        schema = {**content["application/json"]["schema"], "components": components}
        checker = jsonschema.Draft202012Validator(schema)
        for error in checker.iter_errors(one.body or {}):
            told.add((one.operation["operationId"], error.message))

    assert told == KNOWN


@pytest.mark.parametrize("room", [WorkOrders, Company, Webhooks])
def test_no_call_is_left_out_and_each_is_tried_on_the_simulator(room: type) -> None:
    here = Path(__file__).parent
    listed = (here / "every_call.py").read_text("utf-8")
    tried = "".join(
        path.read_text("utf-8") for path in (*here.glob("test_sim_*.py"), here / "orders.py")
    )
    elsewhere = {"download", "delivery_record"}  # they follow a link, not a path
    for name, _ in inspect.getmembers(room, inspect.isfunction):
        if not name.startswith("_"):
            assert name in elsewhere or f".{name}" in listed, name
            assert f".{name}(" in tried, name
