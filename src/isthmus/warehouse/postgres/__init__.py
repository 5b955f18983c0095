"""The warehouse in a PostgreSQL database."""

from isthmus.warehouse.postgres.answering import PostgresReader
from isthmus.warehouse.postgres.warehouse import PostgresWarehouse

__all__ = ["PostgresReader", "PostgresWarehouse"]
