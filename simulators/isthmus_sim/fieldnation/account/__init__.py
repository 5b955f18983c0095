"""One buyer's company: made from a seed, its sign-in, and what every room stands on."""
