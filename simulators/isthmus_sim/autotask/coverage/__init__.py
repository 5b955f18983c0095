"""What the simulator does and how we know: the table behind simulators/COVERAGE.md."""
