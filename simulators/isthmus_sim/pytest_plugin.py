"""Fixtures for other people's tests."""
