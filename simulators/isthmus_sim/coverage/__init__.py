"""What the simulators do and how we know: the pages made of their tables."""
