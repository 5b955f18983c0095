"""Decisions of the flow: pure, no clock, network, disk, log or environment."""
