"""Copying, as people ask for it, set it, stop it and see it; and as durable work."""
