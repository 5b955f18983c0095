"""What every room of the simulated Field Nation speaks in."""
