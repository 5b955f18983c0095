"""Reads the environment, once, into one frozen shape."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from isthmus.alerts import Channels
from isthmus.identity import ProviderSettings
from isthmus.wiring.environment.oidc import lets_anybody_in
from isthmus.wiring.environment.place import DispatchPlace, WarehousePlace
from isthmus.wiring.environment.settings import SETTINGS, SettingWrong


@dataclass(frozen=True, slots=True)
class AutotaskConfig:
    """What the environment says about a connection; anything may be missing."""

    title: str
    username: str | None
    secret: str | None = field(repr=False)
    integration_code: str | None = field(repr=False)
    zone: int | None
    url: str | None
    api: str | None = None

    @property
    def is_complete(self) -> bool:
        """Tell whether this alone is enough to connect."""
        return all((self.username, self.secret, self.integration_code))


@dataclass(frozen=True, slots=True)
class FieldNationConfig:
    """What the environment says about Field Nation; anything may be missing."""

    client_id: str | None
    client_secret: str | None = field(repr=False)
    username: str | None
    password: str | None = field(repr=False)
    url: str | None

    @property
    def is_complete(self) -> bool:
        """Tell whether this alone is enough to log in."""
        return all((self.client_id, self.client_secret, self.username, self.password))


@dataclass(frozen=True, slots=True)
class Config:
    """
    All settings, checked. Paths are absolute; nothing here was touched on disk yet.

    `fieldnation_rate` is in calls a minute. `slots` are links worked on at once, in one process.
    `sweep` lies between two sweeps; `keep` is how long inbox and trail are kept. `given` are the
    names of the settings that the environment sets: what else is saved does not count for them.
    `proxies` are those whose word counts on who asks.
    """

    home: Path
    warehouse: WarehousePlace
    key: str | None = field(repr=False)
    autotask: AutotaskConfig
    quota_share: float
    longest_wait: timedelta
    overlap: timedelta
    brake_share: float
    brake_rows: int
    memory_mb: int
    log: str
    fieldnation: FieldNationConfig
    fieldnation_rate: int
    dispatch_place: DispatchPlace
    public_url: str | None
    listen: tuple[str, int]
    slots: int
    sweep: timedelta
    keep: timedelta
    alerts: Channels
    oidc: ProviderSettings | None = None
    console_listen: tuple[str, int] | None = None
    console_url: str | None = None
    proxies: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()

    @property
    def state_file(self) -> Path:
        """Return where the state is kept."""
        return self.home / "state.db"

    @property
    def spool(self) -> Path:
        """Return where records wait between reading and loading."""
        return self.home / "spool"

    @property
    def cache(self) -> Path:
        """Return where documents of the vendor are kept that can be fetched again."""
        return self.home / "cache"


def load_config(environment: Mapping[str, str] | None = None) -> Config:
    """
    Read the settings; without an argument, from this process's environment.

    Raises: SettingWrong: a value is not what is expected, or a name is nearly a setting's.
    """
    given = os.environ if environment is None else environment
    _refuse_near_misses(given)
    values = {setting.name: setting.read(given.get(setting.name)) for setting in SETTINGS}
    home: Path = values["ISTHMUS_HOME"] if given.get("ISTHMUS_HOME") else _default_home(given)
    return Config(
        home=home,
        warehouse=values["ISTHMUS_WAREHOUSE"]
        or WarehousePlace("duckdb", home / "warehouse.duckdb"),
        key=values["ISTHMUS_KEY"],
        autotask=_autotask(values),
        quota_share=values["ISTHMUS_QUOTA_SHARE"],
        longest_wait=values["ISTHMUS_LONGEST_WAIT_S"],
        overlap=values["ISTHMUS_OVERLAP_S"],
        brake_share=values["ISTHMUS_DELETE_BRAKE_SHARE"],
        brake_rows=values["ISTHMUS_DELETE_BRAKE_ROWS"],
        memory_mb=values["ISTHMUS_MEMORY_MB"],
        log=values["ISTHMUS_LOG"],
        oidc=_oidc(values),
        console_listen=values["ISTHMUS_CONSOLE_LISTEN"],
        console_url=values["ISTHMUS_CONSOLE_URL"],
        proxies=values["ISTHMUS_TRUSTED_PROXIES"] or (),
        given=frozenset(name for name in values if given.get(name, "").strip()),
        **_dispatch(values, home),
    )


def _dispatch(values: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """Return the part of the settings that dispatch alone needs."""
    parts = ("client_id", "client_secret", "username", "password", "url")
    known = {part: values[f"ISTHMUS_FIELDNATION_{part.upper()}"] for part in parts}
    return {
        "fieldnation": FieldNationConfig(**known),
        "fieldnation_rate": values["ISTHMUS_FIELDNATION_RATE"],
        "dispatch_place": DispatchPlace(home, values["ISTHMUS_STATE"] or ""),
        "public_url": values["ISTHMUS_PUBLIC_URL"],
        "listen": values["ISTHMUS_LISTEN"],
        "slots": values["ISTHMUS_SLOTS"],
        "sweep": values["ISTHMUS_SWEEP_S"],
        "keep": values["ISTHMUS_KEEP_DAYS"],
        "alerts": Channels(values["ISTHMUS_ALERT_CHAT"], values["ISTHMUS_ALERT_MAIL"]),
    }


def _autotask(values: Mapping[str, Any]) -> AutotaskConfig:
    prefix = "ISTHMUS_AUTOTASK_"
    zone, url = values[prefix + "ZONE"], values[prefix + "URL"]
    if zone is not None and url is not None:
        raise SettingWrong(
            "Both a zone and an address are given; they may contradict each other.",
            where="environment variables ISTHMUS_AUTOTASK_ZONE and ISTHMUS_AUTOTASK_URL",
            remedy="Unset one of the two.",
        )
    return AutotaskConfig(
        title=values[prefix + "TITLE"],
        username=values[prefix + "USERNAME"],
        secret=values[prefix + "SECRET"],
        integration_code=values[prefix + "INTEGRATION_CODE"],
        zone=zone,
        url=url,
        api=values[prefix + "API"],
    )


def _oidc(values: Mapping[str, Any]) -> ProviderSettings | None:
    """Return the identity provider; None where there is none."""
    prefix = "ISTHMUS_OIDC_"
    issuer, client_id = values[prefix + "ISSUER"], values[prefix + "CLIENT_ID"]
    if issuer is None:
        return None
    if client_id is None:
        raise SettingWrong(
            "An identity provider is named, and not by which client id it knows Isthmus.",
            where="environment variables ISTHMUS_OIDC_ISSUER and ISTHMUS_OIDC_CLIENT_ID",
            remedy="Set both, or unset ISTHMUS_OIDC_ISSUER.",
        )
    claim = values[prefix + "ROLE_CLAIM"] or ""
    if not claim and lets_anybody_in(issuer):
        raise SettingWrong(
            "Anybody can have an account at this identity provider, so anybody would be let in.",
            where="environment variable ISTHMUS_OIDC_ISSUER",
            remedy="Name the issuer of your own organisation, or set ISTHMUS_OIDC_ROLE_CLAIM.",
        )
    return ProviderSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=values[prefix + "CLIENT_SECRET"] or "",
        scope=values[prefix + "SCOPE"],
        role_claim=claim,
        roles=values[prefix + "ROLES"],
    )


def _default_home(given: Mapping[str, str]) -> Path:
    """Follow the XDG base directories where they are set."""
    data = given.get("XDG_DATA_HOME")
    base = Path(data) if data else Path.home() / ".local" / "share"
    return base / "isthmus"


def _refuse_near_misses(given: Mapping[str, str]) -> None:
    """A misspelt setting that is silently left out is worse than an error."""
    known = [setting.name for setting in SETTINGS]
    for name in given:
        if not name.startswith("ISTHMUS_") or name.startswith("ISTHMUS_SIM") or name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        if near:
            raise SettingWrong(
                f"There is no setting {name}.",
                where=f"environment variable {name}",
                remedy=f"Did you mean {near[0]}? Rename the variable, or unset it.",
            )
