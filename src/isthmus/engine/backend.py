"""
Durable runs, by DBOS: the one module that knows it.

DBOS keeps the results of a run's steps and gives a run to another process. What is to be done, in
which order, by whom and when, is the agenda's: DBOS has no queue of ours and no schedule of ours.
DBOS has one instance for each process, so there is one backend for each process.

Source: docs.dbos.dev (workflows, recovery, patching) and the code of dbos 3.4.0, read and tried;
`_recover_pending_workflows` is marked internal there, hence the pinned minor and a test.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, cast

from dbos import (
    DBOS,
    DBOSConfig,
    SetWorkflowID,
)
from dbos._error import DBOSUnexpectedStepError
from dbos._serialization import DBOSPortableJSON
from sqlalchemy import Engine

from isthmus.base.log import get_logger
from isthmus.base.redaction import redact
from isthmus.engine.database import POOL
from isthmus.engine.errors import EngineBroken, StepsChanged
from isthmus.engine.port import APPLICATION_VERSION, Item, Small, small

_NAME: Final = "isthmus"
_TAKEOVERS: Final = 5
"""A run that has brought down so many processes starts again from the beginning, after a pause."""
_ACTIVE: Final = frozenset({"PENDING", "ENQUEUED", "DELAYED"})
_ENDED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_BATCH: Final = 500
_HOURS_24: Final = 86_400.0
_THREADS: Final = "dbos-executor-"
_LAST_SECONDS: Final = 5.0

Body = Callable[[str, Item, str], Awaitable[None]]
"""What a run does: its id, its item, and the worker that claimed it."""

_log = get_logger("engine")
_present: "Backend | None" = None


class _Failed(BaseException):
    """Carries an error past DBOS, which would keep an Exception, text and all, as the result."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


@DBOS.workflow(name="isthmus.work", max_recovery_attempts=_TAKEOVERS)
async def _work(kind: str, key: str, payload_ref: str, failures: int, worker: str) -> None:
    run_id = DBOS.workflow_id
    if _present is None or run_id is None:
        msg = "a run began outside a backend"
        raise RuntimeError(msg)
    await _present.body(run_id, Item(kind, key, payload_ref, failures), worker)


class Backend:
    """DBOS in this process, between `launch` and `close`."""

    def __init__(
        self, engine: Engine, worker: str, body: Body, *, version: str = APPLICATION_VERSION
    ) -> None:
        self.body = body
        self._config = DBOSConfig(
            name=_NAME,
            system_database_engine=engine,
            executor_id=worker,
            application_version=version,
            serializer=DBOSPortableJSON,
            log_level="WARNING",
            max_executor_threads=POOL,
            use_listen_notify=False,
            scheduler_polling_interval_sec=_HOURS_24,
        )

    def launch(self) -> None:
        """
        Begin; from now on runs of others may arrive. To be called where the event loop runs.

        Raises: EngineBroken: this process has a backend already.
        """
        global _present  # noqa: PLW0603 - DBOS is one for the process
        if _present is not None:
            raise EngineBroken(
                "This process runs an engine already.",
                remedy="Give one worker all handlers, or start another process.",
            )
        _route_log()
        _present = self
        try:
            DBOS(config=self._config)
            DBOS.launch()
        except BaseException:
            self.close()
            raise

    async def start(self, run_id: str, item: Item, worker: str) -> None:
        """Begin a run here; returns when it is kept, not when it ends."""
        with SetWorkflowID(run_id):
            await DBOS.start_workflow_async(
                _work, item.kind, item.key, item.payload_ref, item.failures, worker
            )

    def recover(self, worker: str) -> int:
        """Give the unfinished runs of a dead worker to the living; returns how many. Blocks."""
        return len(DBOS._recover_pending_workflows([worker]))

    def activity(self, run_ids: Sequence[str]) -> dict[str, bool]:
        """Tell of each known run whether it goes on; one that never began is left out. Blocks."""
        if not run_ids:
            return {}
        found = DBOS.list_workflows(workflow_ids=list(run_ids), load_input=False, load_output=False)
        return {status.workflow_id: status.status in _ACTIVE for status in found}

    def sweep(self, before: datetime) -> int:
        """Delete what ended before a time, in batches; returns how many. Blocks."""
        deleted = 0
        while True:
            ended = DBOS.list_workflows(
                status=_ENDED,
                completed_before=before.isoformat(),
                limit=_BATCH,
                load_input=False,
                load_output=False,
            )
            if ended:
                DBOS.delete_workflows([status.workflow_id for status in ended])
            deleted += len(ended)
            if len(ended) < _BATCH:
                return deleted

    def close(self) -> None:
        """End DBOS; runs that have not ended are for others. Blocks."""
        global _present  # noqa: PLW0603 - as in launch
        DBOS.destroy()
        for thread in threading.enumerate():
            if thread.name.startswith(_THREADS):  # they may still hold a connection
                thread.join(_LAST_SECONDS)
        _present = None


def give_threads_back(loop: asyncio.AbstractEventLoop) -> None:
    """Let the loop have threads of its own again: DBOS lent it its own, which end with it."""
    loop.set_default_executor(ThreadPoolExecutor())


async def step(name: str, effect: Callable[[], Awaitable[Small]]) -> Small:
    """Do an effect once within a run; its error passes, and is not kept."""

    async def guarded() -> Small:
        try:
            return small(await effect())
        except Exception as error:
            raise _Failed(error) from error

    try:
        return cast("Small", await DBOS.run_step_async({"name": name}, guarded))
    except _Failed as failed:
        raise failed.error from failed.error.__cause__
    except DBOSUnexpectedStepError as error:
        raise StepsChanged(
            f"The step {name} was another one when this run began.",
            remedy="Ask `patched` in code that changes the steps of running work.",
        ) from error


async def patched(name: str) -> bool:
    """Tell whether this run may take the new way."""
    return await DBOS.patch_async(name)


class _Ours(logging.Handler):
    """Lets what DBOS logs by itself pass our redaction, without tracebacks: they show values."""

    def emit(self, record: logging.LogRecord) -> None:
        _log.log(record.levelno, "dbos", said=redact(record.getMessage()))


def _route_log() -> None:
    logger = logging.getLogger("dbos")
    logger.propagate = False
    if not any(isinstance(kept, _Ours) for kept in logger.handlers):
        logger.handlers[:] = [_Ours()]
