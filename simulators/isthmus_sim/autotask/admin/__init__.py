"""The simulator's own API under /_sim/."""
