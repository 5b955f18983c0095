"""The JSON API: what programs may see and do with a token. A small part of what pages can."""

from isthmus.console.api.routes import ROUTES, problem
from isthmus.console.api.table import PREFIX

__all__ = ["PREFIX", "ROUTES", "problem"]
