"""Where things are kept: on this machine, or on a server whose password nobody is shown."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

_POSTGRES = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class WarehousePlace:
    """
    Where the tables are kept.

    `path` is the file of a DuckDB warehouse; `address` the whole URL of a PostgreSQL one, password
    and all, which is for the driver alone.
    """

    kind: str
    path: Path = Path()
    address: str = field(default="", repr=False)

    @property
    def is_file(self) -> bool:
        """Tell whether it is a file on this machine."""
        return self.kind == "duckdb"

    @property
    def url(self) -> str:
        """Return the place as ISTHMUS_WAREHOUSE would name it, without password and options."""
        if self.is_file:
            return f"{self.kind}:///{str(self.path).lstrip('/')}"
        return _without_password(self.address)


@dataclass(frozen=True, slots=True)
class DispatchPlace:
    """
    Where dispatch keeps its inbox, links and work.

    `path` is the folder of the home, also where a server keeps the rest; `address` the whole URL
    of a PostgreSQL database, password and all, which is for the driver alone; "" for files.
    """

    path: Path
    address: str = field(default="", repr=False)

    @property
    def is_file(self) -> bool:
        """Tell whether it is kept in files on this machine, for one process at a time."""
        return not self.address

    @property
    def url(self) -> str:
        """Return the place as a person may see it, without password and options."""
        return str(self.path) if self.is_file else _without_password(self.address)


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    login, at, host = parts.netloc.rpartition("@")
    return f"postgresql://{login.partition(':')[0]}{at}{host}{parts.path}"


def holds_password(text: str) -> bool:
    """Tell whether a setting's text may hold a password, so that it must not be repeated."""
    return "@" in text or "password" in text.lower()


def parse_path(text: str) -> Path:
    """Read a folder or file name; `~` is the home folder."""
    return Path(text).expanduser().absolute()


def parse_warehouse(text: str) -> WarehousePlace:
    """
    Read where the tables go.

    `duckdb:///absolute/path`, `duckdb:relative/path` or the path of a DuckDB file;
    `postgresql://user:password@host:port/database` with the options libpq knows.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or len(scheme) == 1:  # a path, maybe with a drive letter
        return WarehousePlace("duckdb", parse_path(text))
    if scheme in _POSTGRES:
        return WarehousePlace("postgresql", address=_whole_postgres(text))
    if scheme != "duckdb":
        shown = scheme if scheme.isalnum() else "this"
        msg = (
            f'only duckdb and postgresql warehouses are known, not "{shown}"; use'
            " duckdb:///path/to/file.duckdb or postgresql://user:password@host/database"
        )
        raise ValueError(msg)
    path = rest.removeprefix("//")
    if not path.strip("/"):
        msg = "the file is missing; use duckdb:///path/to/file.duckdb"
        raise ValueError(msg)
    return WarehousePlace("duckdb", parse_path(path))


def parse_database(text: str) -> str:
    """Read the address of a PostgreSQL database; the answer holds its password."""
    if text.partition(":")[0] not in _POSTGRES:
        msg = (
            "it must be like postgresql://user:password@host:5432/database, or be left out to keep"
            " all of it in ISTHMUS_HOME"
        )
        raise ValueError(msg)
    if "," in urlsplit(text).netloc.rpartition("@")[2]:
        msg = "it names several hosts; give the one that takes writes, or put a proxy before them"
        raise ValueError(msg)
    return _whole_postgres(text)


def _whole_postgres(text: str) -> str:
    """Insist on a host and a database; a password with : / ? # [ ] @ must be percent-encoded."""
    try:
        parts = urlsplit(text)
        whole = bool(parts.netloc.strip("@") or "host=" in parts.query)
        _ = parts.port if "," not in parts.netloc else None
    except ValueError:
        whole = False
    if not whole or not parts.path.strip("/") or "/" in parts.path.strip("/") or parts.fragment:
        msg = (
            "it must be like postgresql://user:password@host:5432/database, signs like @ / # in"
            " the password written as %40 %2F %23"
        )
        raise ValueError(msg)
    return text
