"""A script that goes too far ends within its limits and harms nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from isthmus.dispatch.rules.shapes import Mapping, Row
from isthmus.dispatch.scripts.limits import Limits
from isthmus.dispatch.scripts.translate import translate
from isthmus.dispatch.scripts.worker import ScriptWorker

QUICK = Limits(cpu_seconds=1, seconds=20, output_bytes=10_000, trace_bytes=4_000)


@pytest.fixture(scope="module")
def quick() -> Iterator[ScriptWorker]:
    with ScriptWorker(QUICK) as started:
        yield started


RUNAWAYS = {
    "endless recursion": ("local f(x) = f(x) + 1; f(1)", "calls itself"),
    "endless tail call": ("local f(x) = f(x + 1) tailstrict; f(1)", "without end|too long"),
    "endless work": ("std.foldl(function(a, b) a + b, std.range(1, 1e9), 0)", "too long|memory"),
    "huge string": ('std.repeat("x", 2000000000)', "memory"),
    "doubled string": ('local a(n) = if n == 0 then "x" else a(n - 1) + a(n - 1); a(40)',
                       "too long|memory"),
    "padded number": ('"%1000000000d" % 1', "memory"),
    "nested brackets": ("[" * 20_000, "nested|calls itself|syntax"),
    "nested minus": ("-" * 90_000 + "1", "nested|calls itself|syntax"),
    "nested value": ("local f(n) = if n == 0 then 1 else [f(n - 1)]; f(100000)",
                     "memory|nested|calls itself|too long"),
    "large output": ('std.repeat("x", 20000)', "more than 10000 bytes"),
    "endless log": ("local f(n) = std.trace(std.repeat('x', 999), f(n + 1)); f(1)",
                    "logged too much"),
    "long script": ("1 " * 60_000, "longer than"),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_runaway_script_is_told_and_those_around_it_still_run(
    name: str, quick: ScriptWorker
) -> None:
    script, told = RUNAWAYS[name]
    outcomes = quick.run({"n": 20}, {1: "$.input.n + 1", 2: script, 3: "$.input.n + 3"})
    assert (outcomes[1].value, outcomes[3].value) == (21, 23)
    assert any(part in outcomes[2].trouble for part in told.split("|")), outcomes[2].trouble
    assert outcomes[2].remedy
    assert quick.run({}, {1: "'again'"})[1].value == "again"


@pytest.mark.parametrize("script", ['import "{}"', 'importstr "{}"', 'importbin "{}"'])
def test_a_script_imports_no_file(script: str, quick: ScriptWorker, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    for path in (str(secret), "/etc/passwd", "secret.json"):
        outcome = quick.run({}, {1: script.format(path)})[1]
        assert outcome.trouble == "Scripts cannot import anything"


def test_the_process_has_no_environment_and_can_open_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ISTHMUS_SECRET_OF_A_TEST", "s3cret")
    with ScriptWorker() as one:
        assert one.run({}, {1: "1"})[1].value == 1
        folder = Path(f"/proc/{_process_id(one)}")
        assert folder.joinpath("environ").read_bytes() == b""
        limits = folder.joinpath("limits").read_text()
        assert [line.split()[3:5] for line in limits.splitlines() if "open files" in line] == [
            ["0", "0"]
        ]


def test_a_value_of_another_record_is_not_seen(quick: ScriptWorker) -> None:
    quick.run({"a": "first"}, {1: "$.input.a"})
    assert "a" in quick.run({}, {1: "$.input.a"})[1].trouble
    assert "not defined" in quick.run({}, {1: "std.extVar('HOME')"})[1].trouble


def test_what_a_script_logs_is_kept_with_its_outcome(quick: ScriptWorker) -> None:
    scripts = {
        1: "std.trace('saw é', std.trace('twice', 1))",
        2: "2",
        3: "std.trace('c', error 'x')",
    }
    outcomes = quick.run({}, scripts)
    assert sorted(outcomes[1].trace.splitlines()) == ["saw é", "twice"]
    assert outcomes[2].trace == ""
    assert (outcomes[3].trace, outcomes[3].trouble[:1]) == ("c", "x")


def test_a_slow_script_is_ended_by_the_clock() -> None:
    with ScriptWorker(Limits(seconds=0.3, cpu_seconds=60)) as one:
        script = "local a(n) = if n == 0 then 1 else a(n - 1) + a(n - 1); a(60)"
        outcomes = one.run({}, {1: script, 2: "2"})
    assert outcomes[1].trouble == "The script took too long"


def test_many_scripts_of_one_batch_do_not_share_their_seconds() -> None:
    busy = "std.foldl(function(a, b) a + b, std.range(1, 300000), 0)"
    with ScriptWorker(Limits(cpu_seconds=1)) as one:
        outcomes = one.run({}, dict.fromkeys(range(12), busy))
    assert {outcome.trouble for outcome in outcomes.values()} == {""}


def test_a_process_that_was_killed_is_started_again() -> None:
    with ScriptWorker() as one:
        one.run({}, {1: "1"})
        first = _process_id(one)
        os.kill(first, signal.SIGKILL)
        outcomes = [one.run({}, {1: "1"})[1] for _ in range(2)]
        assert outcomes[-1].value == 1
        assert _process_id(one) != first


def test_the_process_ends_with_the_one_that_started_it() -> None:
    code = (
        "from isthmus.dispatch.scripts.worker import ScriptWorker as W; import os, signal\n"
        "w = W(); w.run({}, {1: '1'}); print(w._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    folder = Path("/proc", done.stdout.strip())
    for _ in range(500):
        if not folder.exists() or "\nState:\tZ" in folder.joinpath("status").read_text():
            return
        time.sleep(0.01)
    raise AssertionError("the process for scripts is left behind")


def test_a_record_too_large_is_told_without_a_process() -> None:
    with ScriptWorker(Limits(input_bytes=10)) as one:
        assert "more than 10 bytes" in one.run({"a": "x" * 20}, {1: "1"})[1].trouble
        assert one.run({}, {}) == {}
        assert one._process is None


def test_threads_share_a_worker(worker: ScriptWorker) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda n: worker.run({"n": n}, {1: "$.input.n"})[1].value, range(40))
        assert list(made) == list(range(40))


def test_a_mapping_with_scripts_is_applied_in_one_call(worker: ScriptWorker) -> None:
    rows = (
        Row("a", "custom", params={"script": "{ b: $.input.ticket.n + 0.1 }"}),
        Row("c", "custom", params={"script": "error 'no'"}, default="d"),
        Row("e", "custom", params={"script": "std.trace('hm', '')"}, default="empty"),
        Row("f", "custom", params={"script": "1"}, events=("x",)),
    )
    result = translate(Mapping("m", "inbound", "ticket", rows), {"ticket": {"n": 1}}, worker)
    assert str(result.document["a"]["b"]) == "1.1"
    assert [(one.row, one.what[:2]) for one in result.problems] == [(2, "no")]
    assert result.document["e"] == "empty"
    assert result.traces == {3: "hm"}
    assert "f" not in result.document


def _process_id(worker: ScriptWorker) -> int:
    assert worker._process is not None
    return worker._process.pid
