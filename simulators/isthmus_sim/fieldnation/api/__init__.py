"""The vendor's OAuth and REST v2: which path means what, and the answers."""
