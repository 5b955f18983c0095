"""The vendor's API: which path means what, and the answers."""
