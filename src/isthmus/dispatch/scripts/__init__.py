"""Scripts of mappings, in JSONNET, run in a process of their own within limits."""
