"""The warehouse in a PostgreSQL database."""

from isthmus.warehouse.postgres.warehouse import PostgresWarehouse

__all__ = ["PostgresWarehouse"]
