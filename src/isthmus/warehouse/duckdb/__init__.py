"""The warehouse in one DuckDB file."""

from isthmus.warehouse.duckdb.warehouse import DuckDBWarehouse

__all__ = ["DuckDBWarehouse"]
