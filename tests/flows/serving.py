"""`isthmus serve` as a process of its own, for tests of what it does."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def begun(environment: Mapping[str, str], *options: str) -> "subprocess.Popen[str]":
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("ISTHMUS")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "isthmus", "serve", *options],
        env={**inherited, **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@asynccontextmanager
async def serving(
    environment: Mapping[str, str], *options: str
) -> "AsyncIterator[tuple[subprocess.Popen[str], str]]":
    """Give a process that serves, and where its doors are."""
    process = begun(environment, *options)
    try:
        lines: list[str] = []
        while not lines or "Ctrl+C" not in lines[-1]:
            lines.append(await asyncio.to_thread(process.stdout.readline))  # type: ignore[union-attr]
            assert lines[-1], f"it ended: {lines}"
        doors = [line.split()[-1] for line in lines if "http://" in line]
        yield process, doors[0] if doors else ""
    finally:
        process.kill()
        process.communicate()
