"""Advice that names a command, on a page: the page that does the same stands beside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

import isthmus
from isthmus.console.pages import ROUTES
from isthmus.console.twins import NOWHERE, PAGES, advice

SOURCE = Path(isthmus.__file__).parent
COMMAND = re.compile(r"\bisthmus ((?:connect )?[a-z]+)\b")
DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def texts() -> Iterator[tuple[str, str]]:
    """Give every text of the source that is no docstring, but those of the terminal's own door."""
    for file in sorted(SOURCE.rglob("*.py")):
        if file.is_relative_to(SOURCE / "cli"):
            continue
        tree = ast.parse(file.read_text("utf-8"))
        docs = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in docs
            ):
                yield f"{file.name}:{node.lineno}", node.value


def test_every_command_that_advice_names_has_its_page() -> None:
    lacking = {
        f"{place}: {name}"
        for place, text in texts()
        for name in COMMAND.findall(text)
        if name not in PAGES and name not in NOWHERE
    }
    assert not lacking


def test_every_page_is_one_and_every_command_too() -> None:
    routes = [route for route in ROUTES if isinstance(route, Route)]
    paths = {re.sub(r"\{\w+\}", "", route.path) for route in routes}
    told = DOCS.read_text("utf-8")
    for command, (_, path) in PAGES.items():
        assert path in paths or f"{path.rpartition('/')[0]}/" in paths, path
        assert f"isthmus {command}" in told, command


HERE = (
    "isthmus test. Then &lt;x&gt;: isthmus sync Tickets, isthmus datasets"
    ' <span class="here">Here: <a href="/connections/permissions">Permissions</a>,'
    ' <a href="/datasets">Datasets</a>.</span>'
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Try again.", "Try again."),
        ("<b> & isthmus serve", "&lt;b&gt; &amp; isthmus serve"),
        ("isthmus test. Then <x>: isthmus sync Tickets, isthmus datasets", HERE),
    ],
)
def test_each_page_is_named_once_and_nothing_is_taken_for_markup(text: str, shown: str) -> None:
    assert str(advice(text)) == shown
