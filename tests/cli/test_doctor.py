"""`isthmus doctor` as a person and a machine meet it."""

import os
from pathlib import Path

import pytest

from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.cli.conftest import Run
from tests.dispatch.attended import NOWHERE, attended
from tests.dispatch.shores import Shores


@pytest.fixture
def shores(
    autotask_sim: AutotaskSim,
    fieldnation_sim: FieldNationSim,
    home: Path,
    isthmus: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> Shores:
    made = Shores(autotask_sim, fieldnation_sim, home, more={"ISTHMUS_PUBLIC_URL": NOWHERE})
    made.settle_switches()
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def flat(text: str) -> str:
    return " ".join(text.split())


def test_in_an_empty_home_it_begins_at_the_beginning(isthmus: Run, home: Path) -> None:
    ended = isthmus("doctor")

    assert ended.code == 3
    assert "Begin with the first: isthmus connect autotask" in ended.out
    assert "set-up-dispatch.md" in flat(ended.out)
    assert not (home / "dispatch.db").exists()


def test_it_groups_by_where_a_finding_belongs(isthmus: Run, shores: Shores) -> None:
    with attended(shores):
        ended = isthmus("doctor")

    headings = [line for line in ended.out.splitlines() if line and line[0].isalpha()]
    assert headings[:5] == ["Autotask", "Field Nation", "Rules and mappings", "Webhooks", "Work"]
    assert ended.code == 3  # nobody works here
    assert "Begin with the first: Start one: isthmus serve" in ended.out


def test_a_missing_right_stands_with_its_click_path(isthmus: Run, shores: Shores) -> None:
    fault = {"kind": "permission_lost", "entity": "TicketNotes", "verbs": ["create"]}
    shores.autotask.admin("POST", "faults", fault)
    with attended(shores):
        told, ended = isthmus("doctor"), isthmus("doctor", "--json")

    assert "✗  TicketNotes" in told.out
    assert "Resources/Users (HR) > Security > Security Levels" in flat(told.out)
    (line,) = [one for one in ended.json()["checks"] if one["subject"] == "TicketNotes"]
    assert set(line) == {"area", "subject", "verdict", "detail", "remedy"}
    assert (line["area"], line["verdict"]) == ("Autotask", "wrong")
    assert (ended.code, ended.json()["exit"]) == (3, 3)


def test_no_secret_is_shown(isthmus: Run, shores: Shores) -> None:
    with attended(shores):
        isthmus("webhooks", "install")
        ended = isthmus("doctor", "--json")

    for name in ("AUTOTASK_SECRET", "AUTOTASK_INTEGRATION_CODE", "FIELDNATION_PASSWORD"):
        assert os.environ[f"ISTHMUS_{name}"] not in ended.out + ended.err


def test_a_setting_that_is_wrong_ends_it_at_once(
    isthmus: Run, shores: Shores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISTHMUS_PUBLIC_URL", "http://hooks.example.com")

    ended = isthmus("doctor", "--json")

    assert ended.code == ended.json()["exit"] == 2
    assert "ISTHMUS_PUBLIC_URL" in ended.json()["error"]["where"]
