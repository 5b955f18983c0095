"""Dispatch, joined: its stores, the desk its runs work at, its doors, what people write for it."""
