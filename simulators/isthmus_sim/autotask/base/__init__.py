"""What every room speaks in: calls and replies, refusals, the clock, switches, limits."""
