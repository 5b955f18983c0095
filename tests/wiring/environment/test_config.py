"""Settings: what they mean, and what is said when they cannot be used."""

from datetime import timedelta
from pathlib import Path

import pytest

from isthmus.wiring.environment.config import load_config
from isthmus.wiring.environment.place import DispatchPlace, WarehousePlace
from isthmus.wiring.environment.settings import SETTINGS, SettingWrong


def test_without_any_setting_all_is_kept_in_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = load_config({})

    home = tmp_path / ".local" / "share" / "isthmus"
    assert config.home == home
    assert config.warehouse == WarehousePlace("duckdb", home / "warehouse.duckdb")
    assert config.state_file == home / "state.db"
    assert config.spool == home / "spool"


def test_the_defaults_are_the_documented_ones() -> None:
    config = load_config({})

    assert config.key is None
    assert config.quota_share == 0.8
    assert config.overlap == timedelta(minutes=5)
    assert (config.brake_share, config.brake_rows) == (0.2, 50)
    assert (config.memory_mb, config.log) == (384, "error")
    assert not config.autotask.is_complete
    assert not config.fieldnation.is_complete
    assert (config.fieldnation_rate, config.slots) == (60, 8)
    assert (config.sweep, config.keep) == (timedelta(minutes=5), timedelta(days=90))
    assert (config.listen, config.public_url) == (("127.0.0.1", 8484), None)


def test_the_xdg_data_folder_is_followed() -> None:
    assert load_config({"XDG_DATA_HOME": "/data"}).home == Path("/data/isthmus")


def test_home_names_the_folder_of_everything() -> None:
    config = load_config({"ISTHMUS_HOME": "/srv/isthmus"})

    assert config.home == Path("/srv/isthmus")
    assert config.warehouse.path == Path("/srv/isthmus/warehouse.duckdb")


def test_a_setting_that_is_empty_counts_as_unset() -> None:
    assert load_config({"ISTHMUS_QUOTA_SHARE": "  ", "ISTHMUS_AUTOTASK_ZONE": ""}) == load_config(
        {}
    )


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("duckdb:///srv/msp.duckdb", "/srv/msp.duckdb"),
        ("/srv/msp.duckdb", "/srv/msp.duckdb"),
        ("duckdb:msp.duckdb", str(Path("msp.duckdb").absolute())),
        ("~/msp.duckdb", str(Path("~/msp.duckdb").expanduser())),
    ],
)
def test_a_warehouse_is_named_by_url_or_path(text: str, path: str) -> None:
    place = load_config({"ISTHMUS_WAREHOUSE": text}).warehouse

    assert place == WarehousePlace("duckdb", Path(path))
    assert load_config({"ISTHMUS_WAREHOUSE": place.url}).warehouse == place


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:hush@db.example.com/msp", "postgresql://me@db.example.com/msp"),
        ("postgres://me:hush@[::1]:5433/msp?sslmode=require", "postgresql://me@[::1]:5433/msp"),
        (
            "postgresql://db.example.com/msp?user=me&password=hush",
            "postgresql://db.example.com/msp",
        ),
        ("postgresql://me:hush@/msp?host=/srv/sockets", "postgresql://me@/msp"),
        ("postgresql://me:hush@one:5432,two:5433/msp", "postgresql://me@one:5432,two:5433/msp"),
    ],
)
def test_a_server_is_named_without_its_password(text: str, shown: str) -> None:
    place = load_config({"ISTHMUS_WAREHOUSE": text}).warehouse

    assert place.url == shown
    assert place.address == text
    assert not place.is_file
    assert "hush" not in repr(place)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:hu/sh@db.example.com/msp",
        "postgresql://me:hush@db.example.com",
        "postgresql://me:hu#sh@db.example.com/msp",
        "postgresql://me:hush@db.example.com:five/msp",
        "postgresql://db.example.com?password=hush",
        "mysql://me:hush@db.example.com/msp",
        "me:hush@db.example.com/msp",
    ],
)
def test_a_password_is_not_repeated_when_the_address_is_wrong(text: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        load_config({"ISTHMUS_WAREHOUSE": text})

    assert "sh@" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_the_environment_can_hold_a_whole_connection() -> None:
    autotask = load_config(
        {
            "ISTHMUS_AUTOTASK_USERNAME": "api@contoso.example",
            "ISTHMUS_AUTOTASK_SECRET": "tell-nobody",
            "ISTHMUS_AUTOTASK_INTEGRATION_CODE": "TRACK42",
            "ISTHMUS_AUTOTASK_URL": "http://127.0.0.1:8080/ATServicesRest",
        }
    ).autotask

    assert autotask.is_complete
    assert autotask.title == "Autotask"
    assert autotask.url == "http://127.0.0.1:8080/ATServicesRest/"
    assert "tell-nobody" not in repr(autotask)
    assert "TRACK42" not in repr(autotask)


def test_the_environment_can_hold_a_whole_field_nation() -> None:
    given = {
        "ISTHMUS_FIELDNATION_CLIENT_ID": "client-17",
        "ISTHMUS_FIELDNATION_CLIENT_SECRET": "tell-nobody",
        "ISTHMUS_FIELDNATION_USERNAME": "integration@contoso.example",
        "ISTHMUS_FIELDNATION_PASSWORD": "nor-anybody-else",
        "ISTHMUS_FIELDNATION_URL": "production",
    }
    fieldnation = load_config(given).fieldnation

    assert fieldnation.is_complete
    assert fieldnation.url == "https://api.fieldnation.com"
    assert "tell-nobody" not in repr(fieldnation)
    assert "nor-anybody-else" not in repr(fieldnation)
    assert not load_config({**given, "ISTHMUS_FIELDNATION_PASSWORD": ""}).fieldnation.is_complete


def test_dispatch_keeps_its_work_in_files_of_the_home_unless_told_otherwise() -> None:
    place = load_config({"ISTHMUS_HOME": "/srv/isthmus"}).dispatch_place

    assert place == DispatchPlace(Path("/srv/isthmus"))
    assert (place.is_file, place.url, place.address) == (True, "/srv/isthmus", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:hush@db.example.com/isthmus", "postgresql://me@db.example.com/isthmus"),
        ("postgres://me:hush@[::1]:5433/work?sslmode=require", "postgresql://me@[::1]:5433/work"),
        ("postgresql://me@/work?host=/srv/sockets&password=hush", "postgresql://me@/work"),
    ],
)
def test_the_database_of_dispatch_is_named_without_its_password(text: str, shown: str) -> None:
    config = load_config({"ISTHMUS_HOME": "/srv/isthmus", "ISTHMUS_STATE": text})
    place = config.dispatch_place

    assert (place.is_file, place.url, place.address) == (False, shown, text)
    assert place.path == Path("/srv/isthmus")
    assert "hush" not in repr(config)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:hu/sh@db.example.com/isthmus",
        "postgresql://me:hush@db.example.com",
        "postgresql://me:hush@one:5432,two:5433/isthmus",
        "mysql://me:hush@db.example.com/isthmus",
        "sqlite:///me:hush@/srv/state.db",
    ],
)
def test_a_password_of_the_database_of_dispatch_is_not_repeated(text: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        load_config({"ISTHMUS_STATE": text})

    assert "ISTHMUS_STATE" in caught.value.what
    assert "sh@" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_the_settings_of_dispatch_are_read() -> None:
    config = load_config(
        {
            "ISTHMUS_PUBLIC_URL": "https://isthmus.example.com/",
            "ISTHMUS_LISTEN": "[::]:9000",
            "ISTHMUS_SLOTS": "3",
            "ISTHMUS_SWEEP_S": "5",
            "ISTHMUS_FIELDNATION_RATE": "120",
            "ISTHMUS_KEEP_DAYS": "14",
        }
    )

    assert config.public_url == "https://isthmus.example.com"
    assert config.listen == ("::", 9000)
    assert (config.slots, config.fieldnation_rate) == (3, 120)
    assert (config.sweep, config.keep) == (timedelta(seconds=5), timedelta(days=14))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ISTHMUS_STATE", "/srv/state.db"),
        ("ISTHMUS_STATE", "postgresql://db.example.com"),
        ("ISTHMUS_PUBLIC_URL", "http://isthmus.example.com"),
        ("ISTHMUS_LISTEN", "8484"),
        ("ISTHMUS_SLOTS", "0"),
        ("ISTHMUS_SWEEP_S", "4"),
        ("ISTHMUS_SWEEP_S", "100000"),
        ("ISTHMUS_FIELDNATION_RATE", "0"),
        ("ISTHMUS_FIELDNATION_RATE", "1.5"),
        ("ISTHMUS_FIELDNATION_URL", "staging"),
        ("ISTHMUS_KEEP_DAYS", "0"),
        ("ISTHMUS_KEEP_DAYS", "99999999"),
        ("ISTHMUS_WAREHOUSE", "oracle://db"),
        ("ISTHMUS_WAREHOUSE", "duckdb://"),
        ("ISTHMUS_WAREHOUSE", "postgresql://"),
        ("ISTHMUS_WAREHOUSE", "postgresql:///msp"),
        ("ISTHMUS_WAREHOUSE", "postgresql://db.example.com"),
        ("ISTHMUS_AUTOTASK_ZONE", "five"),
        ("ISTHMUS_AUTOTASK_ZONE", "0"),
        ("ISTHMUS_AUTOTASK_URL", "webservices5.autotask.net"),
        ("ISTHMUS_AUTOTASK_URL", "https://"),
        ("ISTHMUS_QUOTA_SHARE", "1.5"),
        ("ISTHMUS_QUOTA_SHARE", "0"),
        ("ISTHMUS_QUOTA_SHARE", "nan"),
        ("ISTHMUS_QUOTA_SHARE", "half"),
        ("ISTHMUS_OVERLAP_S", "-1"),
        ("ISTHMUS_OVERLAP_S", "100000"),
        ("ISTHMUS_DELETE_BRAKE_SHARE", "120%"),
        ("ISTHMUS_DELETE_BRAKE_ROWS", "some"),
        ("ISTHMUS_MEMORY_MB", "1"),
        ("ISTHMUS_LOG", "loud"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_is_expected(name: str, text: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        load_config({name: text})

    assert name in caught.value.what
    assert text in caught.value.what
    assert caught.value.where == f"environment variable {name}"
    assert caught.value.remedy


def test_a_share_may_be_written_in_percent() -> None:
    assert load_config({"ISTHMUS_QUOTA_SHARE": "50%"}).quota_share == 0.5


def test_a_misspelt_setting_is_not_left_out_silently() -> None:
    with pytest.raises(SettingWrong, match="ISTHMUS_QUOTA_SHRE") as caught:
        load_config({"ISTHMUS_QUOTA_SHRE": "0.5"})
    assert "ISTHMUS_QUOTA_SHARE" in caught.value.remedy


def test_names_that_are_not_ours_are_left_alone() -> None:
    assert load_config({"ISTHMUS_SIM_PORT": "1", "ISTHMUSKA": "x", "HOMER": "y"}) == load_config({})


def test_a_zone_and_an_address_exclude_each_other() -> None:
    with pytest.raises(SettingWrong, match="Both a zone and an address"):
        load_config({"ISTHMUS_AUTOTASK_ZONE": "5", "ISTHMUS_AUTOTASK_URL": "https://x.example/"})


def test_every_setting_is_documented_with_its_default() -> None:
    page = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")

    for setting in SETTINGS:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{setting.name}` |")]
        assert setting.meaning in row
        assert (setting.default or "none") in row


def test_no_setting_is_documented_that_does_not_exist() -> None:
    page = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `ISTH")]

    assert documented == [setting.name for setting in SETTINGS]
