"""Alembic's scripts: how the state came to its present schema."""
