"""The environment, read once: every setting as data, and what it says, parsed."""
