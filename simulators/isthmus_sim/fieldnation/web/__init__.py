"""One request over HTTP."""
