"""The warehouse that the settings name, opened; and how people read it."""
