"""The warehouse in one DuckDB file."""

from isthmus.warehouse.duckdb.answering import DuckDBReader
from isthmus.warehouse.duckdb.warehouse import DuckDBWarehouse

__all__ = ["DuckDBReader", "DuckDBWarehouse"]
