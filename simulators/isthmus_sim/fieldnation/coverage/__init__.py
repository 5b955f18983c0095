"""What the simulated Field Nation does and how we know: data for the pages."""
