"""
Named events with key-values, by structlog over the standard library's logging.

Quiet by default: without `setup` nothing is written, and an application that embeds us keeps its
own logging. Every event passes the redaction before anything can see it.
"""

import logging
import sys
from typing import IO, Final, Literal

import structlog
from structlog.typing import EventDict, WrappedLogger

from isthmus.base.redaction import redact, redact_value

ROOT: Final = "isthmus"
_BELOW: Final = ("httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.proxy")
_RESERVED: Final = frozenset({"event", "level", "timestamp", "logger", "exc_info"})

logging.getLogger(ROOT).addHandler(logging.NullHandler())

Logger = structlog.stdlib.BoundLogger


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take secrets out of every value of an event; a structlog processor."""
    for key, value in event.items():
        if key in _RESERVED and key != "event":
            continue
        event[key] = redact_value(key, value)
    return event


_PROCESSORS: Final[list[structlog.typing.Processor]] = [
    structlog.stdlib.filter_by_level,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    redact_event,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def get_logger(name: str) -> Logger:
    """Return the logger of a room, such as `autotask`; its events need no set-up to be safe."""
    logger: Logger = structlog.wrap_logger(
        logging.getLogger(f"{ROOT}.{name}"),
        processors=_PROCESSORS,
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return logger


def setup(
    style: Literal["console", "json"] = "console",
    *,
    level: str = "WARNING",
    stream: IO[str] | None = None,
) -> None:
    """
    Write our events to a stream, standard error unless told; a second call replaces the first.

    Args: style: `console` for people, `json` for machines, one object a line.
    Raises: ValueError: no such level.
    """
    out = sys.stderr if stream is None else stream
    renderer: structlog.typing.Processor
    if style == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger(ROOT)
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    root.propagate = False


class RedactRecords(logging.Filter):
    """Redact what a library logs by itself, before any handler sees the record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's message; never drops it."""
        record.msg = redact(record.getMessage())
        record.args = ()
        return True


def guard_library_logs() -> None:
    """Put the redaction in front of the HTTP library's own loggers, which print whole URLs."""
    for name in _BELOW:
        logger = logging.getLogger(name)
        if not any(isinstance(kept, RedactRecords) for kept in logger.filters):
            logger.addFilter(RedactRecords())
