"""
Generate and store the largest table of a large tenant in a process of its own.

The same plan gives the same rows in every process, so that nothing but the plan is handed over;
the parent takes the finished table from a file. Run by the loader only; the
arguments are a collection, a file, the plan as JSON and the id below which records are rendered.
"""

from __future__ import annotations

import gc
import signal
import sys
from datetime import datetime

import orjson

from isthmus_sim.autotask.store.load_helper import ENDINGS
from isthmus_sim.autotask.store.loading import define, load_table
from isthmus_sim.autotask.store.state import State
from isthmus_sim.autotask.tenant.seed import generate
from isthmus_sim.autotask.tenant.shapes import TenantPlan


def main(collection: str, path: str, plan: str, edge: str) -> None:
    """Fill the table of one collection in a new file; render records up to an id."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)  # as its parent was when it was made
    raw = orjson.loads(plan)
    raw["epoch"] = datetime.fromisoformat(raw["epoch"])
    gc.disable()
    tenant = generate(TenantPlan(**raw))
    state = State(path)
    state.sql("PRAGMA journal_mode=OFF")  # the file is thrown away when this process fails
    with state.transaction():
        define(state, tenant)
        part = next(part for part in tenant.parts if part.collection == collection)
        load_table(state, part.collection, part.columns, part.rows(), render_below=int(edge))
    state.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
