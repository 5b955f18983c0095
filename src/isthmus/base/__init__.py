"""What every room stands on: the clock, ids, errors, the log."""
