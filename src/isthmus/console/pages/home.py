"""The first page: how things stand, and what waits for a person."""

from typing import Final

from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.routes import page


def home(ask: Ask) -> Response:
    """Show how both halves stand."""
    return ask.show("home.html")


ROUTES: Final = (page("/", home),)
