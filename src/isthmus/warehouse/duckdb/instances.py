"""
The one DuckDB instance of a file in this process, shared by whoever reads and writes it.

DuckDB lets one process hold a file, and one instance in it. So a console that reads and a refresh
that publishes borrow the same one; the last to give it back lets go of the file.

An instance reaches no file but its own, its spill and the folder records are read from; it loads
nothing, calls nobody, and cannot be set otherwise. Whatever SQL comes in later finds it so.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import duckdb

from isthmus.warehouse.dialect import literal
from isthmus.warehouse.ports import TableState, WarehouseBroken, WarehouseBusy

ATTACHED = "warehouse"
_STORAGE = "v1.4.0"
_ROWS_IN_A_GROUP = 30720
_OF_A_CONNECTION = ("TimeZone", "schema", "search_path", "operator_memory_limit")
"""What may still be set: it counts for one connection only, and no SQL of a person sets it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an instance is made: see `DuckDBWarehouse.open`."""

    memory_limit: str
    threads: int
    spill: Path
    folders: tuple[Path, ...]


@dataclass(slots=True)
class Edition:
    """What was read of a file as it stands; None: nothing yet. A change begins another one."""

    described: tuple[TableState, ...] | None = None


@dataclass(slots=True)
class Instance:
    """
    An open file; `users` have borrowed it. The first of them decides how it was made.

    Whoever changes a table, or what is noted of it, gives it another `edition` when that is done.
    """

    path: Path
    connection: duckdb.DuckDBPyConnection
    wanted: Wanted
    edition: Edition
    users: int = 1


_instances: dict[Path, Instance] = {}
_left: dict[Path, tuple[object, Edition]] = {}
"""Files that were let go of: how each stood on the disk just before, and what was read of it."""

_ready: dict[Wanted, duckdb.DuckDBPyConnection] = {}
"""An instance without a file, made ahead; one at most."""

_turn = Lock()


def borrow(path: Path, wanted: Wanted) -> Instance:
    """Return the instance of a file, opened or made. Raises: WarehouseBusy, WarehouseBroken."""
    place = path.resolve()
    with _turn:
        held = _instances.get(place)
        if held is not None:
            held.users += 1
            return held
        made = Instance(place, _open(path, wanted), wanted, Edition())
        left = _left.pop(place, None)
        if left is not None and left[0] == _standing(place):
            made.edition = left[1]
        _instances[place] = made
        return made


def give_back(instance: Instance) -> None:
    """Let go of it; the file is free when nobody in this process has it any more."""
    with _turn:
        instance.users -= 1
        if instance.users == 0:
            del _instances[instance.path]
            with suppress(duckdb.Error):  # then nothing is known of it; closing tries again
                instance.connection.execute(f"CHECKPOINT {ATTACHED}")
                _left[instance.path] = _standing(instance.path), instance.edition
            instance.connection.close()


def _standing(path: Path) -> object:
    """Return what is another after anybody has written to a file, or to the log beside it."""
    return _seen(path), _seen(path.with_name(f"{path.name}.wal"))


def _seen(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def make_ready(wanted: Wanted) -> None:
    """Make an instance that has no file yet: most of opening one, for which nobody waits then."""
    with _turn:
        if wanted not in _ready:
            while _ready:
                _ready.popitem()[1].close()
            _ready[wanted] = _make(wanted)


def _open(path: Path, wanted: Wanted) -> duckdb.DuckDBPyConnection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _ready.pop(wanted, None) or _make(wanted)
    try:
        _attach(connection, path)
        _confine(connection, wanted.folders)
    except BaseException:
        connection.close()
        raise
    return connection


def _make(wanted: Wanted) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": wanted.memory_limit,
            "threads": wanted.threads,
            "temp_directory": str(wanted.spill.absolute()),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    how = f"STORAGE_VERSION '{_STORAGE}', ROW_GROUP_SIZE {_ROWS_IN_A_GROUP}"
    if path.exists():
        how = f"ROW_GROUP_SIZE {_ROWS_IN_A_GROUP}"
    try:
        connection.execute(f"ATTACH {literal(str(path.absolute()))} AS {ATTACHED} ({how})")
    except duckdb.IOException as error:
        text = str(error)
        if "lock" not in text.lower():
            raise WarehouseBroken(f"The file cannot be opened: {text}", where=str(path)) from error
        holder = re.search(r"PID (\d+)", text)
        who = f"process {holder[1]}" if holder else "another process"
        raise WarehouseBusy(
            f"The warehouse is in use by {who}.",
            where=str(path),
            remedy="Wait for the sync to end, or close the program that has the file open.",
        ) from error
    except duckdb.Error as error:
        raise WarehouseBroken(f"The file cannot be opened: {error}", where=str(path)) from error


def _confine(connection: duckdb.DuckDBPyConnection, folders: tuple[Path, ...]) -> None:
    """Shut the instance in; the file attached and the spill stay allowed by themselves."""
    allowed = ", ".join(literal(str(folder.absolute())) for folder in folders)
    may_change = ", ".join(literal(name) for name in _OF_A_CONNECTION)
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute(f"SET allowed_configs = [{may_change}]")
    connection.execute("SET lock_configuration = true")
