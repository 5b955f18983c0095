"""Documents by kind and number, in memory and in one SQLite file."""
