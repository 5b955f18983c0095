"""
The log of calls to both vendors: which, how they ended, for which run; no bodies, no queries.

On SQLite a file of its own, so that writing it never waits for the work; on PostgreSQL a table
beside those of dispatch.
"""

from isthmus.state.calls.shapes import Call, CallFilter
from isthmus.state.calls.store import KEPT, MOST, Calls

__all__ = ["KEPT", "MOST", "Call", "CallFilter", "Calls"]
