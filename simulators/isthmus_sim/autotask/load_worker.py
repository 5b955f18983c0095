"""
Generate and store the largest table of a large tenant in a process of its own.

The same plan gives the same rows in every process, so that nothing but the plan is handed over;
the parent takes the finished table from a file. `python -m isthmus_sim.autotask.load_worker` is
for the loader only: its arguments are a collection, a file and the plan as JSON.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import orjson

from isthmus_sim.autotask.state import State
from isthmus_sim.autotask.tenant.seed import generate
from isthmus_sim.autotask.tenant.shapes import TenantPlan

if TYPE_CHECKING:
    from isthmus_sim.autotask.tenant.shapes import Tenant

WORTH_IT = 100_000


class Helper:
    """A child process that fills one table. Use `finish` before its file, `close` at the end."""

    def __init__(self, tenant: Tenant, collection: str, folder: str | None) -> None:
        self.collection = collection
        self.path = Path(mkdtemp(prefix="isthmus-sim-", dir=folder)) / "table.sqlite"
        plan = orjson.dumps(asdict(tenant.plan)).decode()
        self._process = subprocess.Popen(  # noqa: S603 - this module, by this interpreter
            [sys.executable, "-m", __name__, collection, str(self.path), plan]
        )

    def finish(self) -> bool:
        """Wait; tell whether the table is there."""
        return self._process.wait() == 0

    def close(self) -> None:
        """Remove the file."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for path in self.path.parent.iterdir():
            path.unlink()
        self.path.parent.rmdir()


def helper_for(tenant: Tenant, beside: str | None) -> Helper | None:
    """Start a helper for the largest table, where there is a second core and enough to do."""
    largest = max(tenant.parts, key=lambda part: part.count * len(part.columns))
    if largest.count < WORTH_IT or (os.cpu_count() or 1) < 2:
        return None
    folder = str(Path(beside).resolve().parent) if beside else None
    return Helper(tenant, largest.collection, folder)


def main(collection: str, path: str, plan: str) -> None:
    """Fill the table of one collection in a new file."""
    from isthmus_sim.autotask.loading import define, load_table  # noqa: PLC0415 - it starts us

    raw = orjson.loads(plan)
    raw["epoch"] = datetime.fromisoformat(raw["epoch"])
    gc.disable()
    tenant = generate(TenantPlan(**raw))
    state = State(path)
    with state.transaction():
        define(state, tenant)
        part = next(part for part in tenant.parts if part.collection == collection)
        load_table(state, part.collection, part.columns, part.rows())
    state.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
