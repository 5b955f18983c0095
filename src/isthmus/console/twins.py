"""
Which page does what a command does, for advice that was written for both doors.

An error does not know who reads it: on a terminal its advice names a command, and here the page
that does the same stands beside it.
"""

import re
from typing import Final

from markupsafe import Markup, escape

PAGES: Final = {
    "connect autotask": ("Connections", "/connections/autotask"),
    "connect fieldnation": ("Connections", "/connections/fieldnation"),
    "test": ("Permissions", "/connections/permissions"),
    "doctor": ("Connections", "/connections"),
    "quota": ("Quota", "/connections/quota"),
    "webhooks": ("Webhooks", "/connections/webhooks"),
    "sync": ("Datasets", "/datasets"),
    "status": ("Datasets", "/datasets"),
    "dataset": ("Datasets", "/datasets"),
    "datasets": ("Datasets", "/datasets"),
    "schedule": ("Datasets", "/datasets"),
    "preview": ("Datasets", "/datasets"),
    "joins": ("Join map", "/joins"),
    "query": ("SQL", "/explore/sql"),
    "report": ("Explore", "/explore"),
    "dispatch": ("Dispatch", "/dispatch"),
    "deadletters": ("Dead letters", "/letters"),
    "rule": ("Rules", "/rules"),
    "mapping": ("Mappings", "/mappings"),
    "settings": ("Settings", "/settings/alerts"),
    "people": ("People", "/settings/people"),
    "token": ("Settings", "/settings/me"),
    "health": ("About", "/settings/about"),
}
"""By command: the page that does the same, by its name in the menu and by its address."""

NOWHERE: Final = frozenset({"serve", "worker"})
"""Commands that start the process which draws the pages."""

_COMMAND: Final = re.compile(r"\bisthmus ((?:connect )?[a-z]+)\b")


def advice(text: str) -> Markup:
    """Write advice, with a link to each page that does what a command in it does."""
    named = dict.fromkeys(PAGES[one] for one in _COMMAND.findall(text) if one in PAGES)
    links = (Markup('<a href="{}">{}</a>').format(path, name) for name, path in named)
    here = Markup(", ").join(links)
    return (
        Markup('{} <span class="here">Here: {}.</span>').format(text, here)
        if here
        else escape(text)
    )
