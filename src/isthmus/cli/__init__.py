"""The command line: what a person types, what they see, how it ends."""

from isthmus.cli.main import main

__all__ = ["main"]
