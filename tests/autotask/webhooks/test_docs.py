import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import isthmus.autotask.webhooks as public
from isthmus.autotask.rest import RestRecords
from isthmus.autotask.webhooks import ENTITIES, Event, Hint, Outcome, Standing, Wanted, sign
from isthmus.base.errors import IsthmusError
from tests.autotask.webhooks.conftest import SECRET

PAGE = Path(__file__).parents[3] / "docs" / "autotask-webhooks.md"
TEXT = PAGE.read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


async def run(code: str, names: dict[str, Any]) -> None:
    compiled = compile(code, str(PAGE), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, names)
    if inspect.isawaitable(result):
        await result


async def test_the_examples_run_as_they_stand(
    records: RestRecords, capsys: pytest.CaptureFixture[str]
) -> None:
    body = b'{"Action":"Update","Guid":"g","EntityType":"Ticket","Id":7,"SequenceNumber":1}'
    names: dict[str, Any] = {
        "records": records,
        "client": records.client,
        "public": "https://hooks.example.com",
        "secret": SECRET,
        "body": body,
        "headers": {"X-Hook-Signature": sign(body, SECRET)},
    }
    for example in EXAMPLES:
        await run(example, names)
    told = capsys.readouterr().out
    preview = re.search(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert preview is not None
    shown = re.sub(r"\(\d+\)", "(29682885)", told)
    assert preview[1] in shown
    assert "Tickets 7" in told
    assert "Tickets 12345 None xml TicketID" in told
    assert "is removed" in told


def test_every_error_standing_and_entity_is_documented() -> None:
    for name in public.__all__:
        shape = getattr(public, name)
        if isinstance(shape, type) and issubclass(shape, IsthmusError):
            assert f"`{name}`" in TEXT, name
    for standing in Standing:
        assert f"| `{standing}` |" in TEXT
    assert len(ENTITIES) == 5


def test_what_the_page_names_exists() -> None:
    spans = set(re.findall(r"`(\w+)`", TEXT))
    members = {*vars(public), *vars(public.Webhooks)}
    for shape in (Wanted, Outcome, Event, Hint, public.Seen, public.Found):
        members |= {*shape.__dataclass_fields__, *vars(shape)}
    vendors = {"isReady", "CompanyID", "Title", "Resources", "Deactivated", "ticketId", "TicketID",
               "id", "ticketNumber", "number"}  # fmt: skip
    standing = {one.value for one in Standing}
    assert spans - members - vendors - standing - {"register", "preview"} == set()
