"""
How copying goes: live progress, where each dataset stands, what people asked for and set.

The tables lie in the database of dispatch, which all processes of an installation share.
"""

from isthmus.state.sync.shapes import (
    Ask,
    DatasetChoice,
    Earlier,
    Kept,
    Pace,
    Permission,
    Progress,
    QuotaSample,
)
from isthmus.state.sync.store import SyncState

__all__ = [
    "Ask",
    "DatasetChoice",
    "Earlier",
    "Kept",
    "Pace",
    "Permission",
    "Progress",
    "QuotaSample",
    "SyncState",
]
