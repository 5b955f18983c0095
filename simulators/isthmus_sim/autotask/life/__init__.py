"""The tenant lives: what happens at an MSP, and what a write brings about."""
