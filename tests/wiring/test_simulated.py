"""A simulated tenant, started by the process that serves, and gone with it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.state import Connection, StateBusy
from isthmus.wiring import connecting, simulated
from isthmus.wiring.build import House
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.simulated import ConnectedAlready, NoSimulators, Simulation

SMALL = ("--companies", "8", "--tickets", "40")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "SIZE", SMALL)


def house_at(folder: Path) -> House:
    return House(load_config({"ISTHMUS_HOME": str(folder)}))


async def test_it_connects_the_home_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with house_at(tmp_path) as house:
        assert simulated.how_to_install() == ""
        first = Simulation(house.config)
        made = await first.try_out(house)
        assert simulated.is_simulated(house)
        assert [one.source for one in connecting.connected(house)] == ["saved", "saved"]
        for draft in (made.autotask, made.fieldnation):
            lines = [one async for one in connecting.check_draft(house, draft, brief=True)]
            assert connecting.is_good(draft, lines)
        changed = connecting.changed_at(house)
        with pytest.raises(StateBusy):
            await Simulation(house.config).resume(house)
        await first.stop()
        assert not first.is_running

        second = Simulation(house.config)
        again = await second.resume(house)
        assert again is not None
        assert (again.autotask, again.fieldnation) == (made.autotask, made.fieldnation)
        assert connecting.changed_at(house) == changed
        await second.stop()


async def test_two_who_try_it_at_once_get_the_same_simulators(tmp_path: Path) -> None:
    with house_at(tmp_path) as house:
        simulation = Simulation(house.config)
        try:
            first, second = await asyncio.gather(*(simulation.try_out(house) for _ in range(2)))
            assert first == second
            lines = [one async for one in connecting.check_draft(house, first.autotask, brief=True)]
            assert connecting.is_good(first.autotask, lines)
        finally:
            await simulation.stop()


async def test_who_waits_begins_it_when_the_first_gives_up(tmp_path: Path) -> None:
    with house_at(tmp_path) as house:
        simulation = Simulation(house.config)
        first = asyncio.create_task(simulation.try_out(house))
        while not simulation.is_running:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        second = asyncio.create_task(simulation.try_out(house))
        await asyncio.sleep(0)
        first.cancel()
        try:
            made = await second
            lines = [one async for one in connecting.check_draft(house, made.autotask, brief=True)]
            assert connecting.is_good(made.autotask, lines)
            assert first.cancelled()
        finally:
            await simulation.stop()


async def test_a_home_with_a_real_connection_is_left_alone(tmp_path: Path) -> None:
    with house_at(tmp_path) as house:
        connecting.save(house, Connection("Real", "user", "secret", "code", "https://x.example/"))
        simulation = Simulation(house.config)
        with pytest.raises(ConnectedAlready):
            await simulation.try_out(house)
        assert await simulation.resume(house) is None
        assert not simulated.is_simulated(house)
        assert not (tmp_path / "simulated").exists()


async def test_without_the_program_the_command_that_installs_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated, "PROGRAM", "isthmus-sim-that-is-not-there")
    assert simulated.how_to_install() == "pip install isthmus-sim"
    with house_at(tmp_path) as house, pytest.raises(NoSimulators, match="pip install isthmus-sim"):
        await Simulation(house.config).try_out(house)


async def test_it_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from isthmus.wiring import simulated\n"
        "from isthmus.wiring.build import House\n"
        "from isthmus.wiring.environment.config import load_config\n"
        f"simulated.SIZE = {SMALL!r}\n"
        "async def run():\n"
        f"    house = House(load_config({{'ISTHMUS_HOME': {str(tmp_path)!r}}}))\n"
        "    simulation = simulated.Simulation(house.config)\n"
        "    await simulation.try_out(house)\n"
        "    print(simulation._process.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(run())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    child = int(await asyncio.to_thread(process.stdout.readline))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for _ in range(300):
        if not _lives(child):
            break
        await asyncio.sleep(0.1)
    assert not _lives(child)
    ready = json.loads((tmp_path / "simulated" / "ready.json").read_text())
    assert ready["autotask"]["url"]


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
        state = Path(f"/proc/{number}/stat")
        return not state.exists() or state.read_text().split()[2] != "Z"
    except ProcessLookupError:
        return False
