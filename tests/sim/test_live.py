"""`isthmus-sim up --live`: people at work on both sides."""

import json
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from isthmus_sim import live
from isthmus_sim.autotask.life import activity
from isthmus_sim.in_thread import FieldNationSim
from tests.sim.fieldnation.served import make, routed


def test_the_desk_does_what_a_tenant_can_do_and_nothing_by_itself_is_sent_to_the_field() -> None:
    assert set(live.DESK) <= activity.ACTIONS.keys()
    assert activity.ACTIONS["send_to_field"].weight == 0


def test_orders_are_taken_done_and_approved_by_themselves(fieldnation_sim: FieldNationSim) -> None:
    ground = fieldnation_sim.service.world.ground
    for number in range(3):
        fieldnation_sim.post(f"workorders/{make(fieldnation_sim, f'Job {number}')}/publish")
    routed(fieldnation_sim, int(fieldnation_sim.provider("GET", "api/providers")[0]["id"]))
    chance = random.Random(3)
    for _ in range(600):
        live.move_on(ground, chance)
    orders = fieldnation_sim.admin("GET", "state/work_order")
    assert {one["status"] for one in orders} <= {"Work Done", "Approved", "Paid", "Assigned"}
    assert any(one["status"] in {"Approved", "Paid"} for one in orders)
    assert all(one["assignee_id"] for one in orders)


def test_up_lives_by_itself_on_both_sides_and_stops_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    words = ("--port", "0", "--companies", "12", "--tickets", "150", "--ready-file", str(file))
    more = ("--live", "--activity-per-minute", "1200", "--state", str(tmp_path / "state"))
    process = subprocess.Popen(
        [sys.executable, "-m", "isthmus_sim.cli", "up", *words, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _until(file.exists)
        url = json.loads(file.read_text())["autotask"]["admin_url"]
        now = datetime.fromisoformat(_asked(f"{url}clock")["now"])
        assert abs(datetime.now(UTC) - now) < timedelta(days=1)
        _until(lambda: len(_asked(f"{url}state/Tickets")) > 150)
        _until(lambda: any(one["status"] == 14 for one in _asked(f"{url}state/Tickets")))
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        said, _ = process.communicate()
    assert "Traceback" not in said


def _asked(url: str) -> Any:
    with urlopen(Request(url), timeout=30) as answer:
        return json.load(answer)


def _until(is_so: Any) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
