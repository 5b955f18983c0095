"""The simulated Autotask PSA."""
