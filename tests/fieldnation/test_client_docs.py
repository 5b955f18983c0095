"""The page about the client keeps its word."""

import ast
import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import isthmus.fieldnation as public
from isthmus.base.errors import IsthmusError
from isthmus.fieldnation.company import Company
from isthmus.fieldnation.webhooks import Webhooks
from isthmus.fieldnation.work_orders import WorkOrders

PAGE = Path(__file__).parents[2] / "docs" / "fieldnation-client.md"
SOURCE = Path(public.__file__).parent
TEXT = PAGE.read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


async def run(code: str, names: dict[str, Any]) -> None:
    compiled = compile(code, str(PAGE), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, names)
    if inspect.isawaitable(result):
        await result


async def test_the_examples_run_as_they_stand(sim: Any, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ("url", "client_id", "client_secret", "username", "password")
    names: dict[str, Any] = {name: getattr(sim, name) for name in wanted}
    await run(EXAMPLES[0], names)
    connect = names["FieldNationClient"].connect
    async with connect(names["credentials"], base_url=names["url"]) as opened:
        names["client"] = opened
        for example in EXAMPLES[1:]:
            await run(example, names)
    told = capsys.readouterr().out
    assert "Draft dropped: ('scheduling',)" in told
    assert "b'Rack 4'" in told
    assert "workorder.status.assigned 7 9f0c 2" in told
    assert len(EXAMPLES) >= 9


def test_every_setting_is_documented() -> None:
    shapes = (
        public.ClientSettings,
        public.RateSettings,
        public.RetrySettings,
        public.SettleSettings,
        public.Waits,
    )
    for shape in shapes:
        for one in dataclasses.fields(shape):
            assert f"`{one.name}`" in TEXT, f"{shape.__name__}.{one.name}"


def test_every_event_of_the_log_is_documented() -> None:
    code = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    events = set(re.findall(r"_logger\.\w+\(\s*\"(\w+)\"", code))
    assert len(events) >= 4
    for event in events:
        assert f"`{event}`" in TEXT, event


def test_every_error_is_documented() -> None:
    for name in public.__all__:
        shape = getattr(public, name)
        if isinstance(shape, type) and issubclass(shape, IsthmusError):
            assert f"`{name}`" in TEXT, name


@pytest.mark.parametrize("room", [WorkOrders, Company, Webhooks])
def test_every_call_is_documented(room: type) -> None:
    parts = re.compile(r"(add|update|remove)_(tag|contact|task|shipment|problem)|report_problem")
    for name, _ in inspect.getmembers(room, inspect.isfunction):
        told = f"`{name}`" in TEXT or f".{name}(" in TEXT or parts.fullmatch(name)
        assert name.startswith("_") or told, name
