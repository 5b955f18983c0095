"""Every client that is made spends from one budget of the installation."""

import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask import AutotaskClient, BudgetSettings
from isthmus.autotask.soap import SoapRecords
from isthmus.fieldnation import FieldNationClient
from isthmus.state import Connection, FieldNationConnection
from isthmus.state.budget import open_budget
from isthmus.wiring.environment.config import Config, load_config
from isthmus.wiring.vendors.clients import fieldnation_client, records, rest_client

TENANT = Connection("t", "user@example.com", "secret-of-it", "CODE-OF-IT", base_url="http://x/")
FIELD = FieldNationConnection("client-id", "client-secret", "user", "password", "http://x")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note the settings of each client that is made."""
    noted: list[Any] = []
    for kind in (AutotaskClient, SoapRecords, FieldNationClient):
        connect = kind.connect

        def spied(*known: Any, _connect: Any = connect, settings: Any, **more: Any) -> Any:
            noted.append(settings)
            return _connect(*known, settings=settings, **more)

        monkeypatch.setattr(kind, "connect", spied)
    return noted


def make_all(config: Config) -> list[object]:
    soap = replace(TENANT, api="soap")
    return [
        rest_client(config, TENANT, patient=True),
        rest_client(config, TENANT, patient=False),
        records(config, TENANT, patient=False),
        records(config, soap, patient=False),
        fieldnation_client(config, FIELD, patient=False),
    ]


def shared_of(settings: Any) -> Any:
    budget = getattr(settings, "budget", None)
    return budget.shared if isinstance(budget, BudgetSettings) else settings.shared


@pytest.mark.parametrize("place", ["", "postgresql://me:pw@127.0.0.1:1/isthmus"])
def test_all_clients_of_an_installation_share_a_budget(
    made: list[Any], tmp_path: Path, place: str
) -> None:
    environment = {"ISTHMUS_HOME": str(tmp_path), **({"ISTHMUS_STATE": place} if place else {})}
    kept = make_all(load_config(environment))
    assert len(kept) == len(made) == 5
    expected = open_budget(place or tmp_path / "budget.db")
    assert [shared_of(settings) is expected for settings in made] == [True] * 5


def test_of_autotask_dispatch_leaves_to_others_what_sync_alone_need_not(
    made: list[Any], tmp_path: Path
) -> None:
    make_all(load_config({"ISTHMUS_HOME": str(tmp_path)}))
    assert [settings.budget.reserve for settings in made[:4]] == [False, False, True, True]


def test_nothing_is_made_before_the_first_call(made: list[Any], tmp_path: Path) -> None:
    make_all(load_config({"ISTHMUS_HOME": str(tmp_path / "home")}))
    gc.collect()
    assert not (tmp_path / "home").exists()
