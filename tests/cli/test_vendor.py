"""Commands that speak to Autotask, against the simulated one."""

import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from isthmus.cli.exits import Exit
from isthmus.state import State
from isthmus.sync.catalog import DATASETS
from isthmus_sim.in_thread import AutotaskSim
from tests.cli.conftest import Ended, Run


@dataclass(frozen=True)
class Connecting:
    """Runs `isthmus connect autotask` with the right answers, but for those changed."""

    isthmus: Run
    sim: AutotaskSim
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *more: str, **changed: str) -> Ended:
        known = {
            "username": self.sim.username,
            "integration-code": self.sim.integration_code,
            "url": self.sim.url,
        }
        known |= {name.replace("_", "-"): value for name, value in changed.items()}
        secret = known.pop("secret", self.sim.secret)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(secret + "\n"))
        options = [text for name, value in known.items() for text in (f"--{name}", value)]
        return self.isthmus("connect", "autotask", "--secret-stdin", *options, *more)


@pytest.fixture
def connect(isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch) -> Connecting:
    return Connecting(isthmus, autotask_sim, monkeypatch)


def deny(sim: AutotaskSim, entity: str) -> None:
    sim.admin("POST", "faults", {"kind": "permission_lost", "mode": "refuse", "entity": entity})


def test_a_connection_is_tested_line_by_line_and_saved(connect: Connecting, home: Path) -> None:
    ended = connect("--title", "Simulated MSP")

    assert ended.code == Exit.OK, ended
    lines = ended.out.splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [
        ["✓", "Zone"],
        ["✓", "Credentials"],
        ["✓", "Integration"],
        ["✓", "Quota"],
    ]
    assert "22 of 22 datasets can be read." in ended.out
    assert 'Saved as "Simulated MSP"' in ended.out
    with State.open(home / "state.db") as state:
        saved = state.load_connection()
    assert saved is not None
    assert (saved.username, saved.secret) == (connect.sim.username, connect.sim.secret)


def test_every_dataset_has_its_line(connect: Connecting) -> None:
    connect()
    lines = connect.isthmus("test").out.splitlines()

    assert [line.split()[1] for line in lines[4:26]] == [d.name for d in DATASETS]


def test_nothing_shown_or_kept_holds_a_secret(connect: Connecting, home: Path) -> None:
    ended = connect("--json")
    shown = ended.out + ended.err
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())

    for secret in (connect.sim.secret, connect.sim.integration_code):
        assert secret not in shown
        assert secret.encode() not in kept


@pytest.mark.parametrize(
    ("changed", "subject", "told"),
    [
        ({"secret": "wrong-secret-0815"}, "credentials", "secret"),
        ({"integration_code": "WRONGCODE0815"}, "integration code", "integration code"),
        ({"username": "nobody@example.invalid"}, "zone", "user"),
        ({"url": "http://127.0.0.1:9/ATServicesRest/"}, "zone", "127.0.0.1"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(
    connect: Connecting, home: Path, changed: dict[str, str], subject: str, told: str
) -> None:
    ended = connect("--json", **changed)

    answer = ended.json()
    (failed,) = [line for line in answer["checks"] if line["verdict"] == "failed"]
    assert failed["subject"] == subject
    assert told in " ".join([*failed["error"].values()]).lower()
    assert failed["remedy"]
    assert (answer["saved"], answer["exit"], ended.code) == (False, 4, Exit.UNREADABLE)
    with State.open(home / "state.db") as state:
        assert state.connections() == ()


def test_an_empty_secret_is_refused_before_anyone_is_asked(connect: Connecting) -> None:
    ended = connect(secret="")

    assert ended.code == Exit.USAGE
    assert connect.sim.admin("GET", "requests") == []


def test_the_environment_can_stand_in_for_options_and_saving(
    isthmus: Run, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("ISTHMUS_AUTOTASK_USERNAME", autotask_sim.username)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_SECRET", autotask_sim.secret)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_INTEGRATION_CODE", autotask_sim.integration_code)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_URL", autotask_sim.url)

    assert isthmus("test").code == Exit.OK
    assert isthmus("status", "--json").json()["connected"] is True
    assert not (home / "key").exists()
    assert isthmus("connect", "autotask").code == Exit.OK
    assert (home / "key").exists()


def test_a_part_of_the_environment_wins_over_what_is_saved(
    connect: Connecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect()
    monkeypatch.setenv("ISTHMUS_AUTOTASK_SECRET", "wrong-secret-0815")
    checks = connect.isthmus("test", "--json").json()["checks"]
    assert [line["subject"] for line in checks if line["verdict"] == "failed"] == ["credentials"]

    monkeypatch.setenv("ISTHMUS_AUTOTASK_SECRET", connect.sim.secret)
    assert connect.isthmus("test", "--json").code == Exit.OK

    monkeypatch.setenv("ISTHMUS_AUTOTASK_USERNAME", "someone@example.invalid")
    monkeypatch.setenv("ISTHMUS_AUTOTASK_ZONE", "7")
    shown = connect.isthmus("status").out
    assert "someone@example.invalid" in shown


def test_a_part_of_the_environment_alone_is_no_connection(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISTHMUS_AUTOTASK_SECRET", "tell-nobody")
    error = isthmus("sync").json()["error"]

    assert error["kind"] == "NotConnected"
    assert "ISTHMUS_AUTOTASK_USERNAME and ISTHMUS_AUTOTASK_INTEGRATION_CODE" in error["remedy"]


@pytest.mark.parametrize(("limit", "credentials"), [(1_000, "ok"), (10, "unknown")])
def test_a_quota_used_up_is_not_blamed_on_the_credentials(
    connect: Connecting, limit: int, credentials: str
) -> None:
    connect()
    connect.sim.admin("POST", "faults", {"kind": "quota_eaten", "calls": 820})
    connect.sim.admin("PATCH", "switches", {"hourly_limit": limit, "added_latency_scale": 0})
    found = connect.isthmus("test", "--json")

    checks = {line["subject"]: line for line in found.json()["checks"]}
    assert checks["credentials"]["verdict"] == credentials
    assert checks["quota"]["verdict"] == "failed"
    assert checks["quota"]["error"]["kind"] == "HourlyLimitHit"
    assert "free again by" in checks["quota"]["remedy"]
    assert {checks[dataset.name]["verdict"] for dataset in DATASETS} == {"unknown"}
    assert found.code == Exit.UNREADABLE


def test_a_connection_is_saved_although_the_quota_is_used_up(connect: Connecting) -> None:
    connect.sim.admin("POST", "faults", {"kind": "quota_eaten", "calls": 95})
    connect.sim.admin("PATCH", "switches", {"hourly_limit": 100, "added_latency_scale": 0})

    assert "Saved as" in connect().out


def test_a_sync_that_waits_for_the_quota_says_so_and_ends(
    connect: Connecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect()
    connect.sim.admin("POST", "faults", {"kind": "quota_eaten", "calls": 950})
    connect.sim.admin("PATCH", "switches", {"hourly_limit": 1_000, "added_latency_scale": 0})
    monkeypatch.setenv("ISTHMUS_LONGEST_WAIT_S", "1")
    ended = connect.isthmus("sync", "Resources", "Companies")

    assert ended.err.count("Waiting for quota: ") == 1
    assert ended.code == Exit.UNREADABLE
    for dataset in ended.json()["datasets"]:
        assert dataset["error"]["kind"] == "HourlyLimitHit"
        assert "free again by" in dataset["error"]["remedy"]


def test_a_log_of_deletions_that_may_not_be_read_is_a_warning(connect: Connecting) -> None:
    connect()
    deny(connect.sim, "DeletedTicketLogs")
    ended = connect.isthmus("test", "--json")

    (found,) = [line for line in ended.json()["checks"] if line["verdict"] != "ok"]
    assert (found["subject"], found["verdict"]) == ("Tickets", "warning")
    assert "DeletedTicketLogs" in found["detail"]
    assert "Service Desk" in found["remedy"]
    assert ended.code == Exit.OK


def test_a_reader_that_closes_the_pipe_ends_a_test_quietly(connect: Connecting) -> None:
    connect()
    command = [sys.executable, "-m", "isthmus", "test"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ended:
        assert ended.stdout is not None
        assert ended.stderr is not None
        ended.stdout.close()
        told = ended.stderr.read()

    assert (ended.returncode, told) == (Exit.UNHEARD, b"")


def test_a_dataset_without_permission_is_named_with_its_remedy(connect: Connecting) -> None:
    assert connect().code == Exit.OK
    deny(connect.sim, "Invoices")
    ended = connect.isthmus("test", "--json")

    answer = ended.json()
    (failed,) = [line for line in answer["checks"] if line["verdict"] != "ok"]
    assert failed["subject"] == "Invoices"
    assert "Security Levels" in failed["remedy"]
    assert "Contracts > Invoices" in failed["remedy"]
    assert ended.code == Exit.PARTIAL

    shown = connect.isthmus("test").out
    assert "✗  Invoices" in shown
    assert "21 of 22 datasets can be read." in shown


def test_a_connection_is_saved_although_a_dataset_is_denied(connect: Connecting) -> None:
    deny(connect.sim, "Invoices")
    ended = connect()

    assert ended.code == Exit.PARTIAL
    assert "Saved as" in ended.out


def test_rows_are_counted_as_the_api_user_sees_them(connect: Connecting) -> None:
    connect()
    answer = connect.isthmus("test", "--json").json()

    rows = {line["subject"]: line["rows"] for line in answer["checks"] if line["is_dataset"]}
    assert rows["Companies"] == len(connect.sim.rows("Companies"))
    assert rows["Tickets"] == len(connect.sim.rows("Tickets"))
