"""What the command line says about itself, and what the page about it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import App

from isthmus import __version__
from isthmus.cli.app import app
from isthmus.cli.exits import MEANINGS, Exit
from tests.cli.conftest import Run

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")

COMMANDS = (
    "connect autotask",
    "connect fieldnation",
    "test",
    "sync",
    "status",
    "quota",
    "dataset show",
    "dataset set",
    "dataset add",
    "dataset remove",
    "datasets",
    "joins",
    "preview",
    "query",
    "report list",
    "report run",
    "report show",
    "dispatch dry-run",
    "dispatch now",
    "dispatch import",
    "dispatch status",
    "dispatch links",
    "dispatch show",
    "dispatch resync",
    "dispatch park",
    "dispatch resume",
    "deadletters list",
    "deadletters show",
    "deadletters edit",
    "deadletters replay",
    "deadletters dismiss",
    "webhooks install",
    "webhooks status",
    "webhooks remove",
    "webhooks rotate",
    *(
        f"mapping {name}"
        for name in (
            "list",
            "show",
            "check",
            "diff",
            "publish",
            "rollback",
            "export",
            "import",
        )
    ),
    *(
        f"rule {name}"
        for name in (
            "list",
            "show",
            "check",
            "publish",
            "enable",
            "disable",
            "rollback",
            "export",
            "import",
        )
    ),
    "doctor",
    "serve",
    "worker",
    "schedule",
    "health",
    *(f"settings {name}" for name in ("list", "set", "unset", "test")),
    *(f"people {name}" for name in ("list", "add", "set-password", "disable", "enable", "role")),
    *(f"token {name}" for name in ("list", "make", "revoke")),
)


def options_of(isthmus: Run, command: str) -> set[str]:
    shown = isthmus(*command.split(), "--help").out
    return set(re.findall(r"^│.{0,14}? (--[a-z-]+)", shown, re.MULTILINE))


def names_in(group: App) -> set[str]:
    return {name for name in group if not name.startswith("-")}


def test_no_command_is_missing_here() -> None:
    found = set()
    for name in names_in(app):
        nested = names_in(app[name])
        found |= {f"{name} {inner}" for inner in nested} or {name}

    assert set(COMMANDS) == found


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
