"""Mappings and rules written in pages: forms read into drafts, drafts shown as forms. Pure."""
