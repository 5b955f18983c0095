"""Downloads: a file that is read while it is sent, whole or with an error."""

import asyncio
from collections.abc import Callable, Generator
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Send

from isthmus.base.log import get_logger
from isthmus.console.site import Site
from isthmus.reports.export import Source, csv_of, parquet_of
from isthmus.wiring.tables.reading import TableReader, export_folder

UNREAD_SECONDS: Final = 180.0
"""How long somebody may take nothing of a download before it is broken off."""
_PIECE: Final = 256 * 1024
_TYPES: Final = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}

_log = get_logger("console")
FORMATS: Final = tuple(_TYPES)
SourceOf = Callable[[TableReader], Source]


def send(site: Site, source_of: SourceOf, name: str, form: str) -> Response:
    """
    Answer with a file named `name`.

    Args: source_of: says of a reader what is to be read. form: one of FORMATS. Raises, before
    anything is sent: what reading it raises, and Crowded.
    """
    pieces = _csv(site, source_of) if form == "csv" else _parquet(site, source_of)
    return _Download(pieces, f"{name}.{form}", _TYPES[form])


class _NotTaken(Exception):
    """Who asked for a download reads it no more."""


class _Download(StreamingResponse):
    """A file that goes out as it is read; what it holds is given back when it ends, however."""

    def __init__(self, pieces: Generator[bytes, None, None], name: str, kind: str) -> None:
        first = next(pieces, b"")
        super().__init__(chain((first,), pieces), media_type=kind, headers=attached(name))
        self._pieces = pieces

    async def stream_response(self, send: Send) -> None:
        """Send it; it is broken off where nothing of it was taken for some minutes."""

        async def sent(message: Message) -> None:
            try:
                async with asyncio.timeout(UNREAD_SECONDS):
                    await send(message)
            except TimeoutError:
                raise _NotTaken from None

        try:
            await super().stream_response(sent)
        except _NotTaken:
            _log.info("download_not_taken", seconds=UNREAD_SECONDS)
        finally:
            closing = asyncio.create_task(run_in_threadpool(self._pieces.close))
            await asyncio.shield(closing)  # also where who asked has left


def attached(name: str) -> dict[str, str]:
    """
    Return the headers of a file that is to be kept under a name, in any script.

    Who does not read the whole name (RFC 5987) gets one of plain letters.
    """
    plain = "".join(
        one if one.isascii() and (one.isalnum() or one in "_-.") else "_" for one in name
    )
    whole = f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name else ""
    return {"Content-Disposition": f'attachment; filename="{plain}"{whole}'}


def _csv(site: Site, source_of: SourceOf) -> Generator[bytes, None, None]:
    with site.downloads.turn(), site.house.readers.reader() as reader:
        yield from csv_of(reader, source_of(reader))


def _parquet(site: Site, source_of: SourceOf) -> Generator[bytes, None, None]:
    with export_folder(site.house.config) as folder:
        path = Path(folder) / "answer.parquet"
        with site.downloads.turn(), site.house.readers.reader() as reader:
            parquet_of(reader, source_of(reader), path)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
