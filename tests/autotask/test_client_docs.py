import ast
import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import isthmus.autotask as public
from isthmus.base.errors import IsthmusError

PAGE = Path(__file__).parents[2] / "docs" / "autotask-client.md"
SOURCE = Path(public.__file__).parent
TEXT = PAGE.read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


async def run(code: str, names: dict[str, Any]) -> None:
    compiled = compile(code, str(PAGE), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, names)
    if inspect.isawaitable(result):
        await result


async def test_the_examples_run_as_they_stand(
    autotask_sim: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {
        "url": autotask_sim.url,
        "username": autotask_sim.username,
        "secret": autotask_sim.secret,
        "integration_code": autotask_sim.integration_code,
    }
    await run(EXAMPLES[0], names)
    async with names["AutotaskClient"].connect(
        names["credentials"], base_url=names["url"]
    ) as open_:
        names["client"] = open_
        for example in EXAMPLES[1:]:
            await run(example, names)
    told = capsys.readouterr().out
    assert "the one with id 0 among them" in told
    assert "'status'" in told
    assert len(EXAMPLES) >= 7


def settings_of(shape: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(shape)}


def test_every_setting_is_documented() -> None:
    shapes = (
        public.ClientSettings,
        public.BudgetSettings,
        public.RetrySettings,
        public.WriteSettings,
        public.TransportSettings,
        public.Waits,
    )
    for shape in shapes:
        for name in settings_of(shape):
            assert f"`{name}`" in TEXT, f"{shape.__name__}.{name}"


def test_every_event_is_documented() -> None:
    files = [path for path in SOURCE.rglob("*.py") if path.parent.name != "soap"]  # it has its page
    code = "".join(path.read_text("utf-8") for path in files)
    events = set(re.findall(r"_logger\.\w+\(\s*\"(\w+)\"", code))
    assert len(events) >= 8
    for event in events:
        assert f"`{event}`" in TEXT, event


def test_every_error_is_documented() -> None:
    for name in public.__all__:
        shape = getattr(public, name)
        if isinstance(shape, type) and issubclass(shape, IsthmusError):
            assert f"`{name}`" in TEXT, name
