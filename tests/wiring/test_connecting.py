"""Connections tried, saved, forgotten and given new secrets, by page and command alike."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.state import Connection, FieldNationConnection
from isthmus.wiring import connecting
from isthmus.wiring.build import House
from isthmus.wiring.connecting import NewSecrets
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.vendors.reach import NotConnected
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim


def house_at(folder: Path, **more: str) -> House:
    return House(load_config({"ISTHMUS_HOME": str(folder), **more}))


@pytest.fixture
def draft(autotask_sim: AutotaskSim) -> Connection:
    sim = autotask_sim
    return Connection("Ours", sim.username, sim.secret, sim.integration_code, base_url=sim.url)


@pytest.fixture
def field(fieldnation_sim: FieldNationSim) -> FieldNationConnection:
    sim = fieldnation_sim
    return FieldNationConnection(
        sim.client_id, sim.client_secret, sim.username, sim.password, sim.url
    )


async def found(house: House, draft: connecting.Draft) -> list[connecting.CheckLine]:
    return [line async for line in connecting.check_draft(house, draft, brief=True)]


async def test_a_draft_is_checked_and_nothing_of_it_is_saved(
    tmp_path: Path, draft: Connection, field: FieldNationConnection
) -> None:
    with house_at(tmp_path) as house:
        for one in (draft, field):
            assert connecting.is_good(one, await found(house, one))
        wrong = replace(draft, secret="wrong-secret")
        lines = await found(house, wrong)
        assert not connecting.is_good(wrong, lines)
        assert [one.subject for one in lines if one.verdict == "failed"] == ["credentials"]
        assert {one.source for one in connecting.connected(house)} == {"nothing"}
        assert connecting.changed_at(house) is None


async def test_a_new_secret_replaces_the_old_only_when_it_is_right(
    tmp_path: Path, draft: Connection, field: FieldNationConnection
) -> None:
    with house_at(tmp_path) as house:
        connecting.save(house, replace(draft, secret="an-older-secret"))
        connecting.save(house, replace(field, password="an-older-password"))
        for new in (NewSecrets(secret="wrong"), NewSecrets(secret=draft.secret)):
            lines = [one async for one in connecting.rotate_secret(house, "autotask", new)]
            is_right = new.secret == draft.secret
            assert connecting.is_good(draft, lines) == is_right
            assert house.connection().secret == (draft.secret if is_right else "an-older-secret")
        for word in ("wrong", field.password):
            new = NewSecrets(password=word)
            lines = [one async for one in connecting.rotate_secret(house, "fieldnation", new)]
            assert connecting.is_good(field, lines) == (word == field.password)
        assert house.fieldnation_connection() == field


async def test_secrets_of_the_environment_are_not_changed_from_here(
    tmp_path: Path, draft: Connection
) -> None:
    with house_at(tmp_path, ISTHMUS_AUTOTASK_SECRET=draft.secret) as house:
        connecting.save(house, draft)
        assert connecting.connected(house)[0].source == "both"
        with pytest.raises(connecting.SetElsewhere):
            async for _ in connecting.rotate_secret(house, "autotask", NewSecrets(secret="x")):
                pass
    with house_at(tmp_path / "other") as house, pytest.raises(NotConnected):
        async for _ in connecting.rotate_secret(house, "autotask", NewSecrets(secret="x")):
            pass


async def test_a_process_hears_of_each_change_of_a_connection(
    tmp_path: Path, draft: Connection
) -> None:
    with house_at(tmp_path) as house, house_at(tmp_path) as other:
        waiting = asyncio.create_task(connecting.until_changed(house, None))
        await asyncio.to_thread(connecting.save, other, draft)
        seen = await asyncio.wait_for(waiting, 20)
        assert seen == connecting.changed_at(other)
        assert connecting.connected(other)[0].source == "saved"
        waiting = asyncio.create_task(connecting.until_changed(house, seen))
        assert await asyncio.to_thread(connecting.forget, other, "autotask")
        assert await asyncio.wait_for(waiting, 20) > seen
        assert not connecting.forget(other, "autotask")


async def test_a_check_keeps_what_may_be_read_and_how_to_mend_it(
    tmp_path: Path, draft: Connection, autotask_sim: AutotaskSim
) -> None:
    for entity in ("Contacts", "DeletedTicketLogs"):
        autotask_sim.admin(
            "POST", "faults", {"kind": "permission_lost", "mode": "refuse", "entity": entity}
        )
    with house_at(tmp_path) as house:
        connecting.save(house, draft)
        lines = [one async for one in connecting.check_saved(house)]
        assert len([one for one in lines if one.is_dataset]) == 22
        known = house.copying.permissions()
    assert len(known) == 22
    assert (known["Contacts"].can_read, known["Contacts"].sees_deletions) == ("no", None)
    assert "CRM > Contacts" in known["Contacts"].remedy
    assert (known["Tickets"].can_read, known["Tickets"].sees_deletions) == ("yes", False)
    assert known["Tickets"].rows
    assert known["Companies"].sees_deletions is None
    assert known["Companies"].remedy == ""
