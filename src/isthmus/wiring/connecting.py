"""
How the vendors are reached: tried, saved, forgotten, given new secrets.

The console and the CLI share it. What the environment says wins over what is saved, so a page says
where each comes from.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

from isthmus.base.clock import sleep, utc_now
from isthmus.base.errors import NeedsPerson
from isthmus.state import Connection, ConnectionNote, FieldNationConnection, FieldNationNote
from isthmus.state.sync import Permission
from isthmus.sync.catalog import Dataset, dataset_named
from isthmus.sync.check import CheckLine, Verdict
from isthmus.wiring.build import House
from isthmus.wiring.tables.listing import listed
from isthmus.wiring.vendors.fieldnation_check import logs_in
from isthmus.wiring.vendors.reach import NotConnected, over

__all__ = [
    "CheckLine",
    "Connected",
    "Connection",
    "Draft",
    "FieldNationConnection",
    "NewSecrets",
    "SetElsewhere",
    "Vendor",
    "Verdict",
    "as_used",
    "changed_at",
    "check_draft",
    "check_saved",
    "completed",
    "connected",
    "expect_ours",
    "forget",
    "has_access",
    "is_good",
    "is_right",
    "rotate_secret",
    "save",
    "until_changed",
]

Vendor: TypeAlias = Literal["autotask", "fieldnation"]
Draft: TypeAlias = Connection | FieldNationConnection
_FIELDS: Final[Mapping[Vendor, tuple[str, ...]]] = {
    "autotask": ("username", "secret", "integration_code", "zone", "url", "api"),
    "fieldnation": ("client_id", "client_secret", "username", "password", "url"),
}
"""What the environment may say of each vendor, as ISTHMUS_AUTOTASK_USERNAME and so on."""
_LOOK_SECONDS: Final = 2.0


class SetElsewhere(NeedsPerson):
    """The connection is told by the environment, where nothing can be changed from here."""


@dataclass(frozen=True, slots=True)
class Connected:
    """
    How one vendor is reached, without secrets; `source` is environment, saved, both or nothing.

    With `both`, values of the environment stand over the saved ones; `told` names which it gives,
    also where nothing is saved yet. `zone` is where the tenant was last found. `is_simulated` tells
    that the vendor is no real one.
    """

    vendor: Vendor
    source: Literal["environment", "saved", "both", "nothing"]
    note: ConnectionNote | FieldNationNote | None
    zone: str = ""
    is_simulated: bool = False
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSecrets:
    """What replaces the old: of Autotask `secret` and maybe `integration_code`, else the others."""

    secret: str = ""
    integration_code: str = ""
    client_secret: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "NewSecrets(...)"


async def check_draft(
    house: House, draft: Draft, *, brief: bool = False
) -> AsyncGenerator[CheckLine]:
    """
    Find out what works with a connection, line by line as it is found; nothing is saved.

    Costs about two calls a dataset, or six for Field Nation. Args: brief: leave the datasets out.
    """
    if isinstance(draft, FieldNationConnection):
        lines = house.check_fieldnation(draft)
    else:
        datasets = () if brief else await asyncio.to_thread(datasets_of, house)
        lines = house.check(draft, datasets)
    async with aclosing(lines):
        async for line in lines:
            yield line


async def check_saved(house: House) -> AsyncGenerator[CheckLine]:
    """
    Check what this home uses, both vendors, and keep what was found about permissions.

    It waits for the state in a thread: others have work for the loop meanwhile.
    Raises: NotConnected: neither is known.
    """
    is_field_known = await asyncio.to_thread(house.fieldnation_reach) is not None
    try:
        connection = await asyncio.to_thread(house.connection)
    except NotConnected as error:
        if not is_field_known:
            raise
        yield CheckLine("Autotask", Verdict.FAILED, error.what, error.remedy, error=error)
    else:
        found: list[CheckLine] = []
        async with aclosing(check_draft(house, connection)) as lines:
            async for line in lines:
                found.append(line)
                yield line
        await asyncio.to_thread(keep_permissions, house, found)
    if is_field_known:
        field = await asyncio.to_thread(house.fieldnation_connection)
        async with aclosing(check_draft(house, field)) as lines:
            async for line in lines:
                yield line


def has_access(lines: Sequence[CheckLine]) -> bool:
    """Tell whether zone, credentials and integration code are right, whatever may be read now."""
    access = [
        line.verdict for line in lines if not line.is_dataset and not line.subject.endswith("quota")
    ]
    return bool(access) and all(one in {Verdict.OK, Verdict.WARNING} for one in access)


def is_good(draft: Draft, lines: Sequence[CheckLine]) -> bool:
    """Tell whether a connection may be saved, by what its check found."""
    is_field = isinstance(draft, FieldNationConnection)
    return is_right("fieldnation" if is_field else "autotask", lines)


def is_right(vendor: Vendor, lines: Sequence[CheckLine]) -> bool:
    """Tell whether a vendor lets us in, by what a check found."""
    return logs_in(lines) if vendor == "fieldnation" else has_access(lines)


def completed(house: House, draft: Draft) -> Draft:
    """
    Return a draft with the saved secrets where it has none and means the same user.

    They never go to another address than the one they were given for. Raises: KeyWrong.
    """
    if isinstance(draft, FieldNationConnection):
        field = house.state.load_fieldnation()
        if field is None or (field.username, field.base_url) != (draft.username, draft.base_url):
            return draft
        return replace(
            draft,
            client_secret=draft.client_secret or field.client_secret,
            password=draft.password or field.password,
        )
    saved = house.state.load_connection()
    if saved is None or (saved.username, saved.base_url) != (draft.username, draft.base_url):
        return draft
    code = draft.integration_code or saved.integration_code
    return replace(draft, secret=draft.secret or saved.secret, integration_code=code)


def save(
    house: House, draft: Draft, lines: Sequence[CheckLine] = (), *, instead_of: str = ""
) -> None:
    """
    Save a connection, secrets locked, and what its check found.

    Args: instead_of: the title of the connection to Autotask whose place it takes.
    Raises: StateBusy, StateBroken.
    """
    if isinstance(draft, FieldNationConnection):
        house.state.save_fieldnation(draft)
        return
    house.state.save_connection(draft)
    if instead_of and instead_of != draft.title:
        house.state.forget_connection(instead_of)
    keep_permissions(house, lines)


def forget(house: House, vendor: Vendor, title: str | None = None) -> bool:
    """
    Remove a saved connection with its secrets; tells whether there was one.

    Args: title: which of Autotask's; None: the one that is used. Raises: SetElsewhere.
    """
    expect_ours(house, vendor)
    if vendor == "fieldnation":
        return house.state.forget_fieldnation()
    named = title or next((note.title for note in house.state.connections()), None)
    return named is not None and house.state.forget_connection(named)


async def rotate_secret(house: House, vendor: Vendor, new: NewSecrets) -> AsyncGenerator[CheckLine]:
    """
    Check a connection with new secrets, line by line; it is saved only when they are right.

    `is_good` of the lines tells which. Until then, and if they are wrong, the old ones count.
    Raises: NotConnected; SetElsewhere: the secrets come from the environment.
    """
    draft = await asyncio.to_thread(_with, house, vendor, new)
    lines: list[CheckLine] = []
    async with aclosing(check_draft(house, as_used(house, draft), brief=True)) as found:
        async for line in found:
            lines.append(line)
            yield line
    if is_good(draft, lines):
        await asyncio.to_thread(save, house, draft)


def expect_ours(house: House, vendor: Vendor) -> None:
    """Raises SetElsewhere: the environment says how this vendor is reached."""
    if _of(house, vendor).source == "environment":
        raise _elsewhere(vendor)


def as_used(house: House, draft: Draft) -> Draft:
    """Return a connection to be saved as it will count: the environment stands over it."""
    if isinstance(draft, Connection):
        return over(house.config.autotask, draft)
    given = house.config.fieldnation
    return replace(
        draft,
        client_id=given.client_id or draft.client_id,
        client_secret=given.client_secret or draft.client_secret,
        username=given.username or draft.username,
        password=given.password or draft.password,
        base_url=given.url or draft.base_url,
    )


def _with(house: House, vendor: Vendor, new: NewSecrets) -> Draft:
    given, field_given = house.config.autotask, house.config.fieldnation
    told = (
        (given.secret, given.integration_code)
        if vendor == "autotask"
        else (field_given.client_secret, field_given.password)
    )
    if any(told):
        raise _elsewhere(vendor)
    if vendor == "fieldnation":
        field = house.state.load_fieldnation()
        if field is None:
            return house.fieldnation_connection()  # says what is missing
        return replace(
            field,
            client_secret=new.client_secret or field.client_secret,
            password=new.password or field.password,
        )
    saved = house.state.load_connection()
    if saved is None:
        return house.connection()
    code = new.integration_code or saved.integration_code
    return replace(saved, secret=new.secret or saved.secret, integration_code=code)


def connected(house: House) -> tuple[Connected, Connected]:
    """Return how Autotask and Field Nation are reached, and who says so. Makes no call."""
    return _of(house, "autotask"), _of(house, "fieldnation")


def _of(house: House, vendor: Vendor) -> Connected:
    config = house.config
    given = config.autotask if vendor == "autotask" else config.fieldnation
    note: ConnectionNote | FieldNationNote | None
    if vendor == "autotask":
        note, is_saved = house.reach(), bool(house.state.connections())
    else:
        note, is_saved = house.fieldnation_reach(), house.state.fieldnation() is not None
    told = tuple(name for name in _FIELDS[vendor] if getattr(given, name))
    source: Literal["environment", "saved", "both", "nothing"] = "nothing"
    if given.is_complete:
        source = "environment"
    elif is_saved:
        source = "both" if told else "saved"
    zone = house.zone(note.title) if isinstance(note, ConnectionNote) else None
    found = "" if zone is None else f"{zone.name}, {zone.url}".removeprefix(", ")
    url = None if note is None else note.base_url
    is_simulated = url is not None and url in json.loads(house.state.note(SIMULATED) or "[]")
    return Connected(vendor, source, note, found, is_simulated=is_simulated, told=told)


SIMULATED: Final = "connected to simulators"
"""The note that holds the addresses of the simulators which the home starts itself."""


def _elsewhere(vendor: Vendor) -> SetElsewhere:
    return SetElsewhere(
        "The connection is set in the environment of the process, which stands over what is saved.",
        where=f"environment variables ISTHMUS_{vendor.upper()}_...",
        remedy="Change the variables and start Isthmus again; or unset them, and save it here.",
    )


def changed_at(house: House) -> datetime | None:
    """Return when a connection was last saved or forgotten; None: never."""
    return house.state.connections_changed_at()


async def until_changed(house: House, seen: datetime | None) -> datetime:
    """
    Return when a connection was saved or forgotten after `seen`, and when that was.

    For a process whose work hangs on the connections: it begins it anew then.
    """
    while True:
        found = await asyncio.to_thread(changed_at, house)
        if found is not None and found != seen:
            return found
        await sleep(_LOOK_SECONDS)


# Permissions


def datasets_of(house: House) -> tuple[Dataset, ...]:
    """Return what is copied in this home, or would be: the 22 and what was added."""
    return tuple(listed(house.copying.kept(), house.copying.choices()))


def keep_permissions(house: House, lines: Sequence[CheckLine]) -> None:
    """Keep what a check found about what may be read; what it could not look at stays as it was."""
    now = utc_now()
    found = [
        _permission(line, now)
        for line in lines
        if line.is_dataset and line.verdict is not Verdict.UNKNOWN
    ]
    if found:
        house.copying.save_permissions(found)


def _permission(line: CheckLine, at: datetime) -> Permission:
    can_read = "no" if line.rows is None else "part" if line.is_part else "yes"
    dataset = dataset_named(line.subject)
    has_log = dataset is not None and dataset.deletion_log is not None
    sees = line.sees_deletions if has_log and line.rows is not None else None
    return Permission(line.subject, can_read, sees, line.rows, line.detail, line.remedy, at)
