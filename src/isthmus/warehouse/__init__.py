"""What users query: one protocol (ports), the SQL back ends share, and the back ends."""
