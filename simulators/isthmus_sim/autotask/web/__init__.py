"""The API over HTTP: one request at a time, and the running server."""
