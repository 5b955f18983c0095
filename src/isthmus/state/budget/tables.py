"""
The tables of a shared budget, in words that SQLite and PostgreSQL both understand.

What they hold is worth nothing an hour later, so there are no migrations: a new shape takes new
names. Times are seconds since 1970 on the one clock that `Place` gives.
"""

from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, String, Table, Text

metadata = MetaData()

notes = Table(
    "budget_notes",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Double, nullable=False),
)

slots = Table(
    "budget_slots",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("holder", String(40), nullable=False),  # the process; "" once given back
    Column("lease", BigInteger, nullable=False),  # counts what the process was given
    Column("until", Double, nullable=False),  # held or resting; then free, whoever holds it
)

waiting = Table(
    "budget_waiting",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("holder", String(40), primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),  # a process that died here stands in nobody's way
)
