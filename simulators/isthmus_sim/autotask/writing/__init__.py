"""Writes: checked against metadata and business rules, then stored; attachments."""
