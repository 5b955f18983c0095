"""`isthmus connect autotask --api soap`, and what `isthmus test` says then."""

import io
from pathlib import Path

import pytest

from isthmus.cli.exits import Exit
from isthmus.state import State
from isthmus_sim.in_thread import AutotaskSim
from tests.cli.conftest import Ended, Run

SUBJECTS = [
    "SOAP",
    "SOAP zone",
    "SOAP credentials",
    "SOAP integration code",
    "SOAP quota",
]


def connect(isthmus: Run, sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch, *more: str) -> Ended:
    monkeypatch.setattr("sys.stdin", io.StringIO(sim.secret + "\n"))
    known = ("--username", sim.username, "--integration-code", sim.integration_code)
    return isthmus("connect", "autotask", "--secret-stdin", *known, "--url", sim.url, *more)


def saved_api(home: Path) -> str:
    with State.open(home / "state.db") as state:
        saved = state.load_connection()
    assert saved is not None
    return saved.api


def test_soap_is_said_to_be_frozen_and_remembered(
    isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    ended = connect(isthmus, autotask_sim, monkeypatch, "--api", "soap")

    told = " ".join(ended.out.split())
    assert ended.code == Exit.OK, ended
    assert "has frozen its SOAP API" in told
    assert "REST is the default" in told
    assert "SOAP integration code accepted" in told
    assert saved_api(home) == "soap"
    assert [file.suffix for file in (home / "cache").iterdir()] == [".wsdl"]


def test_the_test_looks_at_both_ways_in(
    isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(isthmus, autotask_sim, monkeypatch, "--api", "soap")

    checks = isthmus("test", "--json").json()["checks"]

    soap = [check for check in checks if check["subject"].startswith("SOAP")]
    assert [check["subject"] for check in soap] == SUBJECTS
    assert [check["verdict"] for check in soap] == ["warning", "ok", "ok", "ok", "ok"]
    assert "--api rest" in soap[0]["remedy"]


def test_rest_is_the_default_and_says_nothing_of_soap(
    isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    connect(isthmus, autotask_sim, monkeypatch, "--api", "soap")
    assert "SOAP for dispatch" in " ".join(isthmus("status").out.split())
    ended = connect(isthmus, autotask_sim, monkeypatch, "--json")

    answer = ended.json()
    assert answer["api"] == "rest"
    assert not [one for one in answer["checks"] if "SOAP" in one["subject"]]
    assert saved_api(home) == "rest"
    assert "SOAP" not in isthmus("status").out


def test_a_way_in_that_does_not_work_over_soap_is_not_saved(
    isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    autotask_sim.admin("POST", "faults", {"kind": "html_error", "path": "ATServices/"})

    ended = connect(isthmus, autotask_sim, monkeypatch, "--api", "soap", "--json")

    answer = ended.json()
    verdicts = {one["subject"]: one["verdict"] for one in answer["checks"]}
    assert (verdicts["credentials"], verdicts["SOAP zone"]) == ("ok", "failed")
    assert answer["saved"] is False


def test_the_setting_names_the_api_too(
    isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("ISTHMUS_AUTOTASK_API", "SOAP")
    connect(isthmus, autotask_sim, monkeypatch)
    assert saved_api(home) == "soap"

    monkeypatch.setenv("ISTHMUS_AUTOTASK_API", "carrier pigeon")
    assert isthmus("test").code == Exit.USAGE


def test_sync_keeps_to_rest(
    isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(isthmus, autotask_sim, monkeypatch, "--api", "soap")
    autotask_sim.admin("DELETE", "requests")

    assert isthmus("sync", "Roles").code == Exit.OK

    seen = [one["path"] for one in autotask_sim.admin("GET", "requests")]
    assert seen
    assert not [path for path in seen if "/ATServices/" in path]


def test_an_api_there_is_not_is_refused(
    isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connect(isthmus, autotask_sim, monkeypatch, "--api", "fax").code == Exit.USAGE
