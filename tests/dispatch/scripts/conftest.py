"""One worker for the tests that do it no harm."""

from collections.abc import Iterator

import pytest

from isthmus.dispatch.scripts.worker import ScriptWorker


@pytest.fixture(scope="module")
def worker() -> Iterator[ScriptWorker]:
    with ScriptWorker() as started:
        yield started
