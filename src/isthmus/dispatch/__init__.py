"""Dispatch: a ticket of Autotask and a work order of Field Nation, kept in step."""
