"""The land bridge between Autotask PSA, the data you own, and the field."""

__version__ = "0.1.0"
