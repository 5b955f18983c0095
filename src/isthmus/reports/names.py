"""Names in SQL as both back ends find them."""

from isthmus.warehouse.answering import TableReader
from isthmus.warehouse.dialect import DATA_SCHEMA


def quoted(reader: TableReader, name: str) -> str:
    """Quote a column or alias."""
    return _in_quotes(name.lower() if reader.is_folded else name)


def headed(reader: TableReader, name: str) -> str:
    """Select a column under its own name, also where the database has it in lower case."""
    return f"{quoted(reader, name)} AS {_in_quotes(name)}"


def table(reader: TableReader, dataset: str) -> str:
    """Name a dataset's table."""
    return f"{DATA_SCHEMA}.{quoted(reader, dataset)}"


def _in_quotes(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
