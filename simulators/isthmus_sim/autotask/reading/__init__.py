"""Queries: parsed, put into SQL, answered by pages."""
