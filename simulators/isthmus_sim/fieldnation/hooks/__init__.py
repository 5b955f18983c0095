"""Webhooks v3: what is registered, what is delivered, what was logged."""
