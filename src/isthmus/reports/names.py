"""Names in SQL as both back ends find them."""

from isthmus.warehouse.answering import TableReader
from isthmus.warehouse.dialect import DATA_SCHEMA


def quoted(reader: TableReader, name: str) -> str:
    """Quote a column or alias."""
    kept = name.lower() if reader.is_folded else name
    return '"' + kept.replace('"', '""') + '"'


def table(reader: TableReader, dataset: str) -> str:
    """Name a dataset's table."""
    return f"{DATA_SCHEMA}.{quoted(reader, dataset)}"
