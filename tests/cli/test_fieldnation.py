"""`isthmus connect fieldnation`, and what `isthmus test` says then, against the simulated one."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from isthmus.cli import asking
from isthmus.cli.exits import Exit
from isthmus.state import FieldNationConnection, State
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.cli.conftest import Ended, Run

SUBJECTS = [
    "Field Nation log-in",
    "Field Nation projects",
    "Field Nation templates",
    "Field Nation types of work",
    "Field Nation custom fields",
    "Field Nation webhooks",
]


@dataclass(frozen=True)
class Connecting:
    """Runs `isthmus connect fieldnation` with the right answers, but for those changed."""

    isthmus: Run
    sim: FieldNationSim
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *more: str, **changed: str) -> Ended:
        known = {
            "client_id": self.sim.client_id,
            "client_secret": self.sim.client_secret,
            "username": self.sim.username,
            "password": self.sim.password,
            "url": self.sim.url,
        } | changed
        secrets = [known[name] for name in ("client_secret", "password") if known[name]]
        self.monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{s}\n" for s in secrets)))
        options = ("--client-id", known["client_id"], "--username", known["username"])
        where = ("--url", known["url"])
        return self.isthmus("connect", "fieldnation", "--secrets-stdin", *options, *where, *more)


@pytest.fixture
def connect(
    isthmus: Run, fieldnation_sim: FieldNationSim, monkeypatch: pytest.MonkeyPatch
) -> Connecting:
    return Connecting(isthmus, fieldnation_sim, monkeypatch)


def saved(home: Path) -> FieldNationConnection | None:
    with State.open(home / "state.db") as state:
        return state.load_fieldnation()


def whole(sim: FieldNationSim) -> FieldNationConnection:
    return FieldNationConnection(
        sim.client_id, sim.client_secret, sim.username, sim.password, sim.url.rstrip("/")
    )


def set_all(sim: FieldNationSim, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("client_id", "client_secret", "username", "password", "url"):
        monkeypatch.setenv(f"ISTHMUS_FIELDNATION_{name.upper()}", getattr(sim, name))


def connect_autotask(isthmus: Run, sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(sim.secret + "\n"))
    known = ("--username", sim.username, "--integration-code", sim.integration_code)
    ended = isthmus("connect", "autotask", "--secret-stdin", *known, "--url", sim.url)
    assert ended.code == Exit.OK


def test_a_connection_is_tested_line_by_line_and_saved(connect: Connecting, home: Path) -> None:
    ended = connect()

    assert ended.code == Exit.OK, ended
    lines = ended.out.splitlines()
    assert [line[:1] for line in lines[:6]] == ["✓"] * 6
    assert [line[3:].split("  ")[0] for line in lines[:6]] == SUBJECTS
    assert f"accepted by {connect.sim.url.rstrip('/')}" in lines[0]
    assert "Field Nation can be used." in ended.out
    assert "Saved." in ended.out
    assert "datasets" not in ended.out
    assert saved(home) == whole(connect.sim)


def test_a_machine_gets_each_finding_and_how_many_there_are(connect: Connecting) -> None:
    answer = connect("--json").json()

    assert (answer["saved"], answer["exit"]) == (True, 0)
    assert (answer["environment"], answer["url"]) == (None, connect.sim.url.rstrip("/"))
    assert [check["subject"] for check in answer["checks"]] == SUBJECTS
    assert {check["verdict"] for check in answer["checks"]} == {"ok"}
    rows = {check["subject"].removeprefix("Field Nation "): check for check in answer["checks"]}
    assert rows["projects"]["rows"] > 0
    assert (rows["webhooks"]["rows"], rows["webhooks"]["detail"]) == (0, "none yet")


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "client-of-nobody"},
        {"client_secret": "wrong-secret-0815"},
        {"username": "nobody@example.invalid"},
        {"password": "wrong-password-0815"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_log_in_that_is_refused_is_told_and_nothing_is_saved(
    connect: Connecting, home: Path, changed: dict[str, str]
) -> None:
    ended = connect("--json", **changed)

    answer = ended.json()
    (failed,) = [line for line in answer["checks"] if line["verdict"] == "failed"]
    assert failed["subject"] == "Field Nation log-in"
    assert failed["error"]["kind"] == "AuthFailed"
    assert "sandbox and production have separate ones" in failed["remedy"]
    assert [line["verdict"] for line in answer["checks"][1:]] == ["unknown"] * 5
    assert (answer["saved"], answer["exit"], ended.code) == (False, 4, Exit.UNREADABLE)
    assert saved(home) is None
    assert next(iter(changed.values())) not in ended.out + ended.err


def test_a_person_is_told_that_nothing_is_saved(connect: Connecting) -> None:
    ended = connect(password="wrong-password-0815")

    assert "✗  Field Nation log-in" in ended.out
    assert "·  Field Nation webhooks" in ended.out
    assert "Field Nation cannot be used yet." in ended.out
    assert ended.out.endswith("Not saved.\n")


def test_a_place_where_nobody_answers_is_named(connect: Connecting, home: Path) -> None:
    answer = connect("--json", url="http://127.0.0.1:9").json()

    failed = answer["checks"][0]
    assert (failed["subject"], failed["error"]["kind"]) == ("Field Nation log-in", "Unreachable")
    assert answer["exit"] == Exit.UNREADABLE
    assert saved(home) is None


def test_something_else_that_answers_is_not_taken_for_field_nation(connect: Connecting) -> None:
    connect.sim.admin("POST", "faults", {"kind": "html_error", "path": "oauth"})
    answer = connect("--json").json()

    assert answer["checks"][0]["verdict"] == "failed"
    assert answer["saved"] is False


def test_a_wrong_try_leaves_the_connection_of_before(connect: Connecting, home: Path) -> None:
    connect()
    assert connect(password="wrong-password-0815").code == Exit.UNREADABLE

    assert saved(home) == whole(connect.sim)


@pytest.mark.parametrize("json", [[], ["--json"]])
@pytest.mark.parametrize("password", [None, "wrong-password-0815"])
def test_nothing_shown_logged_or_kept_holds_a_secret(
    connect: Connecting,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    json: list[str],
    password: str | None,
) -> None:
    monkeypatch.setenv("ISTHMUS_LOG", "debug")
    used = password or connect.sim.password
    ended = connect(*json, password=used)
    tested = connect.isthmus("test", *json)

    shown = ended.out + ended.err + tested.out + tested.err
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert '"event": "call"' in ended.err
    for secret in (connect.sim.client_secret, used):
        assert secret not in shown
        assert secret.encode() not in kept


def test_a_list_that_may_not_be_read_is_named_and_the_rest_saved(
    connect: Connecting, home: Path
) -> None:
    fault = {"kind": "status", "status": 403, "path": "custom-fields", "text": "Not yours"}
    connect.sim.admin("POST", "faults", fault)
    ended = connect("--json")

    answer = ended.json()
    (failed,) = [line for line in answer["checks"] if line["verdict"] != "ok"]
    assert (failed["subject"], failed["verdict"]) == ("Field Nation custom fields", "failed")
    assert failed["error"]["kind"] == "PermissionDenied"
    assert "roles" in failed["remedy"]
    assert (answer["saved"], ended.code) == (True, Exit.PARTIAL)
    assert saved(home) == whole(connect.sim)
    assert "not all can be read" in connect().out


def test_webhooks_that_may_not_be_read_are_named(connect: Connecting) -> None:
    connect.sim.admin("POST", "faults", {"kind": "status", "status": 403, "path": "v1/webhooks"})
    answer = connect("--json").json()

    verdicts = {line["subject"]: line["verdict"] for line in answer["checks"]}
    assert [name for name, verdict in verdicts.items() if verdict != "ok"] == [SUBJECTS[-1]]


def test_calls_that_are_used_up_are_told_once_and_not_waited_for(connect: Connecting) -> None:
    fault = {"kind": "rate_limited", "path": "templates", "retry_after_s": 3600}
    connect.sim.admin("POST", "faults", fault)
    ended = connect("--json")

    answer = ended.json()
    assert [line["verdict"] for line in answer["checks"]] == [
        *("ok", "ok", "failed"),
        *["unknown"] * 3,
    ]
    assert answer["checks"][2]["error"]["kind"] == "RateLimited"
    assert (answer["saved"], ended.code) == (True, Exit.PARTIAL)


@pytest.mark.parametrize(
    ("client_secret", "password", "told"),
    [("", "", "client secret"), ("only-one", "", "password")],
)
def test_a_secret_that_did_not_come_is_told_before_anyone_is_asked(
    connect: Connecting, client_secret: str, password: str, told: str
) -> None:
    ended = connect(client_secret=client_secret, password=password)

    assert ended.code == Exit.USAGE
    assert f"No {told} came on standard input." in ended.err
    assert "only-one" not in ended.err
    assert connect.sim.admin("GET", "requests") == []


def test_a_credential_that_cannot_be_one_is_a_fault_of_usage(connect: Connecting) -> None:
    ended = connect(password=" with a space in front")

    assert ended.code == Exit.USAGE
    assert "The password is empty, or holds" in ended.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--environment", "sandbox", "--url", "https://x"], "exclude each other"),
        (["--environment", "staging"], "--environment"),
        (["--url", "ftp://x"], "--url ftp://x"),
        (["--url", "https://me:hush@x"], "--url cannot be used"),
        ([], "--client-id"),
        (["--client-id", "c"], "--secrets-stdin"),
        (["--client-secret", "s"], "--client-secret"),
        (["--password", "p"], "--password"),
    ],
)
def test_a_wrong_command_is_told_with_what_to_do(
    isthmus: Run, arguments: list[str], told: str
) -> None:
    ended = isthmus("connect", "fieldnation", *arguments)

    assert ended.code == Exit.USAGE
    assert told in " ".join(ended.err.split())
    assert "What to do" in ended.err
    assert "hush" not in ended.err
    assert ended.out == ""


@dataclass
class Terminal:
    """A person who answers by what is asked, and remembers what was hidden."""

    answers: dict[str, str]
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def input(self, prompt: str, *, password: bool) -> str:
        """Answer a question as rich's console would."""
        self.asked.append((prompt, password))
        return self.answers[prompt]


def test_a_person_is_asked_for_what_is_not_told(
    isthmus: Run, fieldnation_sim: FieldNationSim, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    sim = fieldnation_sim
    names = ("Client id: ", "Client secret: ", "User name: ", "Password: ")
    values = (sim.client_id, sim.client_secret, f" {sim.username} ", sim.password)
    terminal = Terminal(dict(zip(names, values, strict=True)))
    monkeypatch.setattr(asking, "is_person_asked", lambda: True)
    monkeypatch.setattr(asking, "err", lambda: terminal)
    ended = isthmus("connect", "fieldnation", "--url", sim.url)

    assert ended.code == Exit.OK, ended
    assert terminal.asked == list(zip(names, (False, True, False, True), strict=True))
    assert saved(home) == whole(sim)


def test_the_sandbox_is_meant_unless_told_otherwise(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    async def stand_in(_house: object, connection: FieldNationConnection, **_: object) -> list[Any]:
        seen.append(connection.base_url)
        return []

    monkeypatch.setattr("isthmus.cli.connect_fieldnation._test", stand_in)
    for name in ("CLIENT_ID", "CLIENT_SECRET", "USERNAME", "PASSWORD"):
        monkeypatch.setenv(f"ISTHMUS_FIELDNATION_{name}", "some-value")
    for options in ([], ["--environment", "production"]):
        assert isthmus("connect", "fieldnation", *options, "--json").json()["saved"] is False
    monkeypatch.setenv("ISTHMUS_FIELDNATION_URL", "production")
    for options in ([], ["--environment", "sandbox"]):
        isthmus("connect", "fieldnation", *options, "--json")

    sandbox, production = "https://api-sandbox.fndev.net", "https://api.fieldnation.com"
    assert seen == [sandbox, production, production, sandbox]


def test_the_environment_can_stand_in_for_options_and_saving(
    isthmus: Run, fieldnation_sim: FieldNationSim, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    set_all(fieldnation_sim, monkeypatch)

    tested = isthmus("test", "--json").json()
    assert [line["subject"] for line in tested["checks"]] == ["Autotask", *SUBJECTS]
    assert not (home / "key").exists()
    assert isthmus("connect", "fieldnation").code == Exit.OK
    assert saved(home) == whole(fieldnation_sim)


# isthmus test


def test_the_test_looks_at_both_vendors(
    connect: Connecting, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_autotask(connect.isthmus, autotask_sim, monkeypatch)
    alone = connect.isthmus("test", "--json").json()["checks"]
    connect()
    both = connect.isthmus("test", "--json")

    checks = both.json()["checks"]
    assert [line["subject"] for line in checks[len(alone) :]] == SUBJECTS
    assert [line["subject"] for line in checks[: len(alone)]] == [one["subject"] for one in alone]
    assert both.code == Exit.OK
    shown = connect.isthmus("test").out
    assert "22 of 22 datasets can be read." in shown
    assert "Field Nation can be used." in shown


def test_a_field_nation_that_is_shut_out_does_not_hide_what_autotask_says(
    connect: Connecting, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_autotask(connect.isthmus, autotask_sim, monkeypatch)
    connect()
    monkeypatch.setenv("ISTHMUS_FIELDNATION_PASSWORD", "wrong-password-0815")
    ended = connect.isthmus("test")

    assert ended.code == Exit.PARTIAL
    assert "22 of 22 datasets can be read." in ended.out
    assert "Field Nation cannot be used yet." in ended.out


def test_a_home_with_field_nation_alone_is_told_that_autotask_is_missing(
    connect: Connecting,
) -> None:
    connect()
    ended = connect.isthmus("test")

    assert ended.code == Exit.PARTIAL
    assert "✗  Autotask" in ended.out
    assert "isthmus connect autotask" in ended.out
    assert "Field Nation can be used." in ended.out


def test_a_connection_to_autotask_says_nothing_of_field_nation(
    connect: Connecting, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect()
    connect_autotask(connect.isthmus, autotask_sim, monkeypatch)

    monkeypatch.setattr("sys.stdin", io.StringIO(autotask_sim.secret + "\n"))
    known = ("--username", autotask_sim.username, "--integration-code")
    more = (autotask_sim.integration_code, "--url", autotask_sim.url)
    ended = connect.isthmus("connect", "autotask", "--secret-stdin", *known, *more)
    assert "Field Nation" not in ended.out
