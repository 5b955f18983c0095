"""Identifiers we give."""

import uuid

from isthmus.base.clock import utc_now


def new_run_id() -> str:
    """Return an id for one run: sorts by time, unique across processes."""
    return f"{utc_now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
