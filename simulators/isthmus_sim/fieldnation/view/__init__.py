"""A stored work order as the vendor shows it."""
