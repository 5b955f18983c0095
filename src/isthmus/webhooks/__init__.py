"""
Door: the public addresses for webhooks and callouts. Bytes in, 2xx when they are on disk.

Put it behind a proxy that speaks TLS. `DoorServer` serves what `make_app` makes.
"""

from isthmus.webhooks.app import DoorSettings, make_app
from isthmus.webhooks.server import DoorServer, DoorTaken

__all__ = ["DoorServer", "DoorSettings", "DoorTaken", "make_app"]
