"""Field Nation over its REST API v2 and Webhooks API v3: a client of its own."""
