"""How other programs are pointed at this home's tables: connection strings, never a password."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

_READER = "reports"


@dataclass(frozen=True, slots=True)
class Guide:
    """A program, and what to paste where."""

    program: str
    strings: tuple[tuple[str, str], ...]


def guides(*, file: str = "", address: str = "") -> tuple[Guide, ...]:
    """
    Return what each program is given for a DuckDB file, or for a PostgreSQL database.

    Args: file: the absolute path; "" for PostgreSQL. address: the whole URL; its password, user and
    options are left out, because people and tools read with a role of their own.
    """
    return _of_file(file) if file else _of_server(address)


def reader_sql(address: str) -> str:
    """Return what an owner of a PostgreSQL database runs once, so that others can only read."""
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    writer = unquote(parts.username or options.get("user", "")) or "the role that syncs"
    named = '"' + writer.replace('"', '""') + '"'
    return f"""\
create role {_READER} login password 'choose-one';
grant usage on schema isthmus, autotask to {_READER};
grant select on all tables in schema isthmus, autotask to {_READER};
alter default privileges for role {named} in schema autotask
  grant select on tables to {_READER};"""


def _of_file(file: str) -> tuple[Guide, ...]:
    odbc = f"Driver={{DuckDB Driver}};Database={file};access_mode=read_only;"
    return (
        Guide("Power BI", (("ODBC connection string", odbc),)),
        Guide(
            "Metabase",
            (("Database file", file), ("JDBC", f"jdbc:duckdb:{file}")),
        ),
        Guide("Grafana", (("Path", file),)),
        Guide("Excel", (("ODBC connection string", odbc),)),
        Guide("Python", (("Python", f"duckdb.connect({file!r}, read_only=True)"),)),
    )


def _of_server(address: str) -> tuple[Guide, ...]:
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    host = parts.hostname or options.get("host", "localhost")
    host = "localhost" if host.startswith("/") else host
    port = str(parts.port or options.get("port", "5432"))
    database = unquote(parts.path.strip("/"))
    mode = options.get("sslmode", "prefer")
    server = f"{host}:{port}"
    odbc = (
        f"Driver={{PostgreSQL Unicode(x64)}};Server={host};Port={port};Database={database};"
        f"Uid={_READER};sslmode={mode};"
    )
    url = f"postgresql://{_READER}@{server}/{database}?sslmode={mode}"
    return (
        Guide("Power BI", (("Server", server), ("Database", database))),
        Guide(
            "Metabase",
            (
                ("Host", host), ("Port", port), ("Database name", database),
                ("Username", _READER), ("JDBC", f"jdbc:postgresql://{server}/{database}"),
            ),
        ),
        Guide(
            "Grafana",
            (
                ("Host URL", server), ("Database name", database), ("Username", _READER),
                ("TLS/SSL mode", mode),
            ),
        ),
        Guide(
            "Excel",
            (("Server", server), ("Database", database), ("ODBC connection string", odbc)),
        ),
        Guide("Python", (("URL", url),)),
    )  # fmt: skip
