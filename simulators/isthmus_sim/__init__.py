"""Simulated vendors that real clients run against unchanged."""

__version__ = "0.1.0"
