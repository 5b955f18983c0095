"""Decisions of dispatch: pure, no clock, network, disk, log or environment."""
