"""`isthmus settings` and `isthmus health`."""

import io
from pathlib import Path

import pytest

from isthmus.cli.exits import Exit
from isthmus.wiring.build import House
from isthmus.wiring.people import open_people
from tests.cli.conftest import Run

HOOK = "https://chat.example.com/hooks/s3cr3t-path"


def test_a_setting_is_set_listed_and_unset(isthmus: Run) -> None:
    assert "30" in isthmus("settings", "set", "ISTHMUS_KEEP_DAYS", "30").out
    [keep] = [
        one
        for one in isthmus("settings", "list", "--json").json()["settings"]
        if one["name"] == "ISTHMUS_KEEP_DAYS"
    ]
    assert (keep["value"], keep["source"], keep["default"]) == ("30", "saved", "90")
    shown = isthmus("settings", "list").out
    assert "set here" in shown
    assert "the default" in shown
    told = isthmus("settings", "unset", "ISTHMUS_KEEP_DAYS", "--json").json()
    assert (told["setting"]["value"], told["exit"]) == ("90", 0)
    assert "was not set" in isthmus("settings", "unset", "ISTHMUS_KEEP_DAYS").out
    with House.from_environment() as house, open_people(house) as people:
        deeds = [(one.what, one.about, one.source) for one in people.deeds()]
    assert deeds == [
        ("unset a setting", "ISTHMUS_KEEP_DAYS", "command line"),
        ("changed a setting", "ISTHMUS_KEEP_DAYS", "command line"),
    ]


def test_a_secret_comes_from_standard_input_and_is_never_shown(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_the_line = isthmus("settings", "set", "ISTHMUS_ALERT_CHAT", HOOK)
    assert on_the_line.code == Exit.USAGE
    assert "s3cr3t" not in on_the_line.err + on_the_line.out
    assert isthmus("settings", "set", "ISTHMUS_ALERT_CHAT").code == Exit.USAGE
    monkeypatch.setattr("sys.stdin", io.StringIO(HOOK + "\n"))
    ended = isthmus("settings", "set", "ISTHMUS_ALERT_CHAT", "--stdin")
    assert ended.code == Exit.OK
    shown = ended.out + isthmus("settings", "list").out + isthmus("settings", "list", "--json").out
    assert "chat.example.com" in shown
    assert "s3cr3t" not in shown


@pytest.mark.parametrize("words", [("ISTHMUS_KEEP_DAYS", "0"), ("ISTHMUS_HOME", "/srv")])
def test_what_cannot_be_set_says_why(isthmus: Run, words: tuple[str, str]) -> None:
    ended = isthmus("settings", "set", *words, "--json")
    assert ended.code == Exit.USAGE
    assert words[0] in ended.json()["error"]["what"]


def test_what_the_environment_sets_is_not_changed(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISTHMUS_SWEEP_S", "60")
    ended = isthmus("settings", "set", "ISTHMUS_SWEEP_S", "90")
    assert ended.code == Exit.USAGE
    assert "environment" in ended.err
    assert "the environment" in isthmus("settings", "list").out


def test_a_test_by_a_channel_that_is_not_set_says_how_to_set_it(isthmus: Run) -> None:
    ended = isthmus("settings", "test", "chat")
    assert ended.code == Exit.USAGE
    assert "isthmus settings set ISTHMUS_ALERT_CHAT" in " ".join(ended.err.split())


def test_health_ends_with_three_and_says_what_needs_a_look(isthmus: Run, home: Path) -> None:
    ended = isthmus("health")
    assert ended.code == Exit.PARTIAL
    assert "Something does not work." in ended.out
    assert "No worker runs" in ended.out
    assert "isthmus connect autotask" in ended.out
    assert (home / "dispatch.db").name in "".join(ended.out.split())  # however long its path is
    told = isthmus("health", "--json").json()
    assert (told["verdict"], told["exit"]) == ("bad", 3)
    assert {one["verdict"] for one in told["reasons"]} == {"bad", "warning"}
