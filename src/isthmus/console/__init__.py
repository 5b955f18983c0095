"""
The private pages: what a person sees in a browser, and what he may do there.

A door like the CLI: pages show what queries answer and give commands. `make_app` makes the
application of a `Site`; `guard` says who asks, `routes` what each address is and who may use it.
"""

from isthmus.console.app import make_app
from isthmus.console.site import Site

__all__ = ["Site", "make_app"]
