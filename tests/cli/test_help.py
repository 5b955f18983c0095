"""What the command line says about itself, and what the page about it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus import __version__
from isthmus.cli.app import app
from isthmus.cli.exits import MEANINGS, Exit
from tests.cli.conftest import Run

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")

COMMANDS = (
    "connect autotask",
    "test",
    "sync",
    "status",
    "datasets",
    "joins",
    "preview",
    "query",
)


def options_of(isthmus: Run, command: str) -> set[str]:
    shown = isthmus(*command.split(), "--help").out
    return set(re.findall(r"^│.{0,14}? (--[a-z-]+)", shown, re.MULTILINE))


def test_no_command_is_missing_here() -> None:
    _, apps, _ = app.parse_commands(["connect"])
    nested = {f"connect {name}" for name in apps[-1] if not name.startswith("-")}
    top = {name for name in app if not name.startswith("-")} - {"connect"}

    assert set(COMMANDS) == top | nested


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_on_the_page(isthmus: Run, command: str) -> None:
    section = re.search(rf"^## isthmus {command}$(.*?)(^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)

    assert section is not None
    missing = {option for option in options_of(isthmus, command) if f"`{option}" not in section[1]}
    assert missing == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_on_the_page_exists(isthmus: Run, command: str) -> None:
    section = re.search(rf"^## isthmus {command}$(.*?)(^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)

    assert section is not None
    documented = set(re.findall(r"^\| `(--[a-z-]+)", section[1], re.MULTILINE))
    assert documented <= options_of(isthmus, command)


def test_every_exit_code_is_on_the_page_and_in_the_help(isthmus: Run) -> None:
    shown = isthmus("--help").out

    assert set(MEANINGS) == set(Exit)
    for code, meaning in MEANINGS.items():
        assert re.search(rf"^ +{code.value}  {re.escape(meaning)}$", shown, re.MULTILINE)
        assert f"| {code.value} | {meaning} |" in PAGE


def test_the_version_is_told(isthmus: Run) -> None:
    assert isthmus("--version").out.strip() == __version__


def test_without_a_command_the_help_is_shown(isthmus: Run) -> None:
    ended = isthmus()

    assert ended.code == 0
    assert "isthmus connect autotask" in ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(isthmus: Run, command: str) -> None:
    ended = isthmus(*command.split(), "--help")

    assert ended.code == 0
    assert f"Usage: isthmus {command}" in ended.out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from isthmus.cli import main; main(['--help']); "
        "heavy = {'sqlalchemy', 'alembic', 'duckdb', 'httpx2', 'structlog', 'cryptography'}; "
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert ended.returncode == 0, ended.stderr
