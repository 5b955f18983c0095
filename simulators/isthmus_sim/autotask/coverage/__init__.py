"""What the simulated Autotask does and how we know: data for the pages."""
