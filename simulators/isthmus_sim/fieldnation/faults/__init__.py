"""What a test switches on: faults of vendor and network."""
