"""Serves the doors."""

from isthmus.dispatch.reception import Reception
from isthmus.listening import AddressTaken, Listener
from isthmus.webhooks.app import USUAL, DoorSettings, make_app

DoorTaken = AddressTaken


class DoorServer(Listener):
    """The doors at one address; see Listener."""

    def __init__(
        self,
        reception: Reception,
        listen: tuple[str, int] = ("127.0.0.1", 0),
        settings: DoorSettings = USUAL,
    ) -> None:
        super().__init__(make_app(reception, settings), listen)
