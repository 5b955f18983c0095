"""The simulator's own API: see, move and break what is simulated."""
