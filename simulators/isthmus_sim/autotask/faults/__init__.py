"""What a test switches on: faults of vendor, network and administrators."""
