"""Rows as text become a Parquet file within the memory there is for it."""

from pathlib import Path

import duckdb

from isthmus.warehouse.answering import Kind
from isthmus.warehouse.duckdb.parquet import ParquetColumn, csv_to_parquet


def test_more_text_than_is_read_at_once_becomes_parquet(tmp_path: Path) -> None:
    table, made = tmp_path / "rows.csv", tmp_path / "rows.parquet"
    line = f'"12345678","{"wide " * 400}"\n'
    with table.open("w") as file:
        for _ in range(150):
            file.write(line * 1000)

    columns = [ParquetColumn("id", Kind.NUMBER), ParquetColumn("text", Kind.TEXT)]
    csv_to_parquet(table, columns, made)

    with duckdb.connect() as plain:
        found = plain.execute(f"select count(*), sum(id) from '{made}'").fetchall()
    assert table.stat().st_size > 300_000_000
    assert found == [(150_000, 150_000 * 12345678)]
