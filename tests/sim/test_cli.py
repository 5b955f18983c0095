"""The simulator as a process: what a stranger starts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

COMMAND = [sys.executable, "-m", "isthmus_sim.cli", "autotask", "--port", "0"]
SMALL = ["--companies", "8", "--tickets", "40"]
OPTIONS = (
    *("--port", "--seed", "--companies", "--tickets", "--ticket-udfs", "--latency-ms"),
    *("--state", "--ready-file", "--gzip", "--frozen-clock", "--activity-per-minute"),
)
KEYS = {"url", "username", "secret", "integration_code", "zone", "soap_url", "admin_url"}


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    ready_file = folder / "ready.json"
    ready_file.unlink(missing_ok=True)
    process = subprocess.Popen(
        [*COMMAND, *SMALL, "--ready-file", str(ready_file), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in range(3000):
            if ready_file.exists() or process.poll() is not None:
                break
            time.sleep(0.01)
        yield json.loads(ready_file.read_text()), process
    finally:
        process.kill()
        process.communicate()


def admin(ready: dict[str, Any], path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(ready["admin_url"] + path, data), timeout=30) as answer:
        return json.load(answer)


def test_the_ready_file_tells_all_a_client_needs(tmp_path: Path) -> None:
    with running(tmp_path) as (ready, _):
        assert set(ready) == KEYS
        assert ready["url"].endswith("/ATServicesRest/")
        assert admin(ready, "tenant")["seed"] == 1
        assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]


def test_it_stops_cleanly_when_asked(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(tmp_path) as (_, process):
            process.send_signal(number)
            out, _ = process.communicate(timeout=30)
            assert process.returncode == 0
            assert "Simulated Autotask is ready." in out
            assert "Traceback" not in out


def test_a_state_file_continues_its_tenant_and_its_clock(tmp_path: Path) -> None:
    kept = ["--state", str(tmp_path / "tenant.sqlite"), "--frozen-clock"]
    with running(tmp_path, *kept, "--seed", "9") as (ready, process):
        admin(ready, "state/Roles", {"name": "Left behind", "raw": True})
        told = admin(ready, "clock", {"advance_s": 7_200})
        process.terminate()
        process.wait(30)
    with running(tmp_path, *kept, "--seed", "1") as (ready, _):
        assert admin(ready, "tenant")["seed"] == 9
        assert admin(ready, "clock")["now"] == told["now"]
        assert "Left behind" in {row["name"] for row in admin(ready, "state/Roles")}


def test_a_killed_simulator_has_kept_its_rows(tmp_path: Path) -> None:
    kept = ["--state", str(tmp_path / "tenant.sqlite")]
    with running(tmp_path, *kept) as (ready, process):
        admin(ready, "state/Roles", {"name": "Left behind", "raw": True})
        process.kill()
        process.wait(30)
    with running(tmp_path, *kept) as (ready, _):
        assert "Left behind" in {row["name"] for row in admin(ready, "state/Roles")}


def test_up_starts_both_vendors_and_tells_what_to_put_where(tmp_path: Path) -> None:
    ready_file, state = tmp_path / "ready.json", tmp_path / "kept"
    command = [*COMMAND[:3], "up", "--port", "0", *SMALL, "--state", str(state)]
    process = subprocess.Popen(
        [*command, "--ready-file", str(ready_file)], stdout=subprocess.PIPE, text=True
    )
    try:
        for _ in range(3000):
            if ready_file.exists() or process.poll() is not None:
                break
            time.sleep(0.01)
        ready = json.loads(ready_file.read_text())
        assert set(ready["autotask"]) == KEYS
        assert admin(ready["autotask"], "tenant")["seed"] == 1
        assert "now" in admin(ready["fieldnation"], "clock")
        admin(ready["fieldnation"], "reset", {})
        assert admin(ready["fieldnation"], "switches")["rate_limit_per_minute"]["value"] == 0
        process.terminate()
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()
    told = [value for part in ready.values() for value in part.values()]
    assert [value for value in told if str(value) not in out] == []
    assert {path.suffix for path in state.iterdir()} == {".sqlite"}


def test_help_names_every_option() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "isthmus_sim.cli", "autotask", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for option in OPTIONS:
        assert option in shown


def test_an_option_that_cannot_be_is_told(tmp_path: Path) -> None:
    for options in (["--tickets", "-1"], ["--port", "70000"], ["--ticket-udfs", "301"]):
        shown = subprocess.run(
            [*COMMAND, *options], capture_output=True, check=False, text=True, timeout=60
        )
        assert shown.returncode != 0
        assert "Traceback" not in shown.stdout + shown.stderr


def test_stopped_while_it_loads_it_leaves_nothing_behind(tmp_path: Path) -> None:
    sizes = ["--companies", "8", "--tickets", "400000"]
    process = subprocess.Popen([*COMMAND, *sizes], env={**os.environ, "TMPDIR": str(tmp_path)})
    for _ in range(3000):
        if any(tmp_path.iterdir()) or (os.cpu_count() or 1) < 2:
            break
        time.sleep(0.01)
    process.terminate()
    assert process.wait(30) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
