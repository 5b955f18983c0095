"""What `isthmus serve` gives its console: the log, and whom it believes about who asks."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import NoReturn

import httpx2
import pytest

from isthmus.cli.serve import serve
from isthmus.console import routes
from isthmus.warehouse.duckdb import DuckDBWarehouse
from isthmus.wiring.build import House
from isthmus.wiring.people import open_people

WORDS = "what somebody typed"
SERVED_UNTIL_LOADED = """
import gc, os, signal, threading, time
from isthmus.cli.serve import serve

def end() -> None:
    while not gc.get_freeze_count():
        time.sleep(0.02)
    print("set aside", gc.get_freeze_count(), "left", len(gc.get_objects()), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end).start()
raise SystemExit(serve(no_dispatch=True, no_refresh=True))
"""


def faulty(_ask: object) -> NoReturn:
    raise ValueError(WORDS)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def test_a_fault_of_a_page_stands_in_the_log_and_a_trusted_proxy_says_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ISTHMUS_LISTEN", f"127.0.0.1:{port}")
    monkeypatch.setenv("ISTHMUS_TRUSTED_PROXIES", "127.0.0.1")
    monkeypatch.setattr(routes, "_log_in_first", faulty)
    with House.from_environment() as house, open_people(house) as people:
        people.begin("ann", "Ann", "seven boats on the lagoon")
    statuses: list[int] = []

    def visit() -> None:
        try:
            retry = httpx2.HTTPTransport(retries=20)
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", transport=retry) as client:
                form, by = {"login": "ann", "password": "wrong"}, {"X-Forwarded-For": "203.0.113.7"}
                statuses.append(client.post("/login", data=form, headers=by).status_code)
                statuses.append(client.get("/").status_code)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    visiting = threading.Thread(target=visit)
    visiting.start()
    assert serve(no_dispatch=True, no_refresh=True) == 0
    visiting.join()
    assert statuses == [422, 500]
    told = capsys.readouterr().err
    assert "page_failed" in told
    assert "isthmus/console/routes.py:" in told
    assert WORDS not in told
    with House.from_environment() as house, open_people(house) as people:
        assert [one.source for one in people.deeds()] == ["203.0.113.7"]


def test_what_was_loaded_is_left_out_of_collections_and_nobody_complains_at_the_end(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    DuckDBWarehouse.open(home / "warehouse.duckdb").close()
    given = {"ISTHMUS_HOME": str(home), "ISTHMUS_LISTEN": f"127.0.0.1:{free_port()}"}

    ended = subprocess.run(
        [sys.executable, "-c", SERVED_UNTIL_LOADED],
        env={**os.environ, **given}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stderr) == (0, "")
    told = re.search(r"set aside (\d+) left (\d+)", ended.stdout)
    assert told is not None
    assert int(told[1]) > 20 * int(told[2])
