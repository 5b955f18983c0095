"""The account: made from a seed, other ids in the other environment, kept over a restart."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isthmus_sim.fieldnation.base.switches import SWITCHES
from isthmus_sim.fieldnation.store.store import Store
from isthmus_sim.fieldnation.world import Wanted, make_world
from isthmus_sim.in_thread import FieldNationSim, ask

Factory = Callable[..., FieldNationSim]


def content(**wanted: Any) -> dict[str, Any]:
    world = make_world(Wanted(frozen_clock=True, **wanted))
    kinds = ("user", "project", "template", "custom_field", "location", "tag", "type_of_work")
    made = {kind: world.ground.store.all(kind) for kind in kinds}
    world.close()
    return made


def test_the_same_seed_makes_the_same_account() -> None:
    assert content(seed=3) == content(seed=3)
    assert content(seed=3) != content(seed=4)


def test_no_id_of_the_sandbox_holds_in_production() -> None:
    here, there = content(), content(environment="production")
    for kind, rows in here.items():
        assert len(rows) == len(there[kind])
        assert {row["id"] for row in rows}.isdisjoint(row["id"] for row in there[kind])
    assert [u["first_name"] for u in here["user"]] == [u["first_name"] for u in there["user"]]
    with pytest.raises(ValueError, match="sandbox"):
        make_world(Wanted(environment="moon"))


def test_an_account_has_what_the_tasks_need(fieldnation_sim: FieldNationSim) -> None:
    made = content()
    roles = [user["role"] for user in made["user"]]
    assert (roles.count("api"), roles.count("manager"), roles.count("provider")) == (1, 3, 20)
    managers = fieldnation_sim.get("company/managers").json
    assert len(managers) == 4
    kinds = fieldnation_sim.get("types-of-work").json["results"]
    services = fieldnation_sim.get(f"types-of-work/{kinds[0]['id']}/service-types").json
    assert services[0].keys() == {"id", "text"}


def test_a_kept_account_goes_on_where_it_stopped(
    fieldnation_sim_factory: Factory, tmp_path: Path
) -> None:
    file = tmp_path / "account.sqlite"
    first = fieldnation_sim_factory(state=file, frozen_clock=True, environment="production")
    order = first.post("workorders", {"title": "Kept"}).json
    first.service.world.ground.switches.change({"settle_s": 7.0})
    first.service.world.ground.clock.advance(100)
    queued = first.post(f"workorders/{order['id']}/publish?async=true")
    assert queued.status == 200
    now, token = first.service.world.ground.clock.now(), first.token
    first.stop()
    again = fieldnation_sim_factory(state=file)
    ground = again.service.world.ground
    assert (ground.clock.now(), ground.environment) == (now, "production")
    assert ground.switches["settle_s"] == 7.0
    again._token = token
    assert again.get(f"workorders/{order['id']}").json == {**order, **changed(again, order)}
    ground.clock.advance(8)
    assert again.get(f"workorders/{order['id']}").json["status"]["name"] == "Published"
    assert again.post("workorders", {"title": "Next"}).json["id"] == order["id"] + 1


def changed(sim: FieldNationSim, order: dict[str, Any]) -> dict[str, Any]:
    """Give what names the place where it is served."""
    return {"href": f"{sim.url}workorders/{order['id']}"}


def fail(store: Store, after: list[str]) -> None:
    """Write this and that in a transaction that fails at its end."""
    with store.transaction():
        store.put("thing", 1, {"a": 2})
        store.put("thing", 2, {})
        store.meta_set("m", 1)
        store.delete("thing", 1)
        assert store.next_id("x") == 1
        with store.transaction():
            store.afterwards(lambda: after.append("told"))
        raise RuntimeError


def test_a_transaction_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    store = Store(str(tmp_path / "s.sqlite"), lambda: datetime.now(UTC))
    store.put("thing", 1, {"a": 1})
    after: list[str] = []
    with pytest.raises(RuntimeError):
        fail(store, after)
    assert store.all("thing") == [{"a": 1}]
    assert (store.meta_get("m"), store.next_id("x"), after) == (None, 1, [])
    with store.transaction():
        store.put("thing", "key", {"b": 1})
        store.afterwards(lambda: after.append("told"))
    store.close()
    again = Store(str(tmp_path / "s.sqlite"), lambda: datetime.now(UTC))
    assert again.get("thing", "key") == {"b": 1}
    assert again.get("thing", 1) == {"a": 1}
    assert after == ["told"]
    again.close()


def test_what_is_handed_out_is_a_copy(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    store = Store(None, lambda: datetime.now(UTC))
    store.put("thing", 1, {"a": [1]})
    for copy in (store.get("thing", 1), store.all("thing")[0]):
        assert copy is not None
        copy["a"].append(2)
    assert store.get("thing", 1) == {"a": [1]}
    store.close()


def test_the_command_tells_all_a_client_needs_and_stops_cleanly(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    command = [sys.executable, "-m", "isthmus_sim.cli", "fieldnation", "--port", "0"]
    options = ["--ready-file", str(ready_file), "--seed", "5", "--state", str(tmp_path / "s")]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            for _ in range(3000):
                if ready_file.exists() or process.poll() is not None:
                    break
                time.sleep(0.01)
            ready = json.loads(ready_file.read_text())
            names = ("client_id", "client_secret", "username", "password")
            grant = {"grant_type": "password", **{name: ready[name] for name in names}}
            assert ask("POST", ready["token_url"], grant).status == 200
        finally:
            os.kill(process.pid, signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Simulated Field Nation is ready." in said
    assert ready["password"] in said


def test_the_docs_tell_every_switch() -> None:
    page = (Path(__file__).parents[3] / "docs" / "simulator-fieldnation.md").read_text("utf-8")
    assert [switch.name for switch in SWITCHES if f"`{switch.name}`" not in page] == []


def test_documents_come_by_number_whatever_was_done_to_them() -> None:
    from datetime import UTC, datetime

    store = Store(None, lambda: datetime.now(UTC))

    def numbers() -> list[int]:
        return [doc["id"] for doc in store.each("thing")]

    for number in (3, 1, 7):
        store.put("thing", number, {"id": number})
    assert numbers() == [1, 3, 7]
    store.put("thing", 9, {"id": 9})
    store.put("thing", 5, {"id": 5})
    assert numbers() == [1, 3, 5, 7, 9]
    store.delete("thing", 3)
    assert numbers() == [1, 5, 7, 9]
    with contextlib.suppress(RuntimeError), store.transaction():
        store.put("thing", 11, {"id": 11})
        store.delete("thing", 1)
        assert numbers() == [5, 7, 9, 11]
        raise RuntimeError
    assert numbers() == [1, 5, 7, 9]
    store.clear()
    assert numbers() == []
    store.close()


def test_what_is_derived_is_made_anew_after_each_write() -> None:
    from datetime import UTC, datetime

    store = Store(None, lambda: datetime.now(UTC))
    made: list[int] = []

    def count() -> int:
        made.append(1)
        return len(store.each("thing"))

    def derived() -> int:
        return store.derived("count", "thing", count)

    assert (derived(), derived(), len(made)) == (0, 0, 1)
    store.put("other", 1, {"id": 1})
    assert (derived(), len(made)) == (0, 1)
    store.put("thing", 1, {"id": 1})
    assert (derived(), derived(), len(made)) == (1, 1, 2)
    with contextlib.suppress(RuntimeError), store.transaction():
        store.put("thing", 2, {"id": 2})
        assert derived() == 2
        raise RuntimeError
    assert derived() == 1
    store.delete("thing", 1)
    assert derived() == 0
    store.clear()
    assert derived() == 0
    store.close()
