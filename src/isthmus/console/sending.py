"""Downloads: a file that is read while it is sent, whole or with an error."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from isthmus.console.site import Site
from isthmus.reports.export import Source, csv_of, parquet_of
from isthmus.wiring.tables.reading import TableReader, export_folder

_PIECE: Final = 256 * 1024
_TYPES: Final = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}

FORMATS: Final = tuple(_TYPES)
SourceOf = Callable[[TableReader], Source]


def send(site: Site, source_of: SourceOf, name: str, form: str) -> Response:
    """
    Answer with a file named `name`.

    Args: source_of: says of a reader what is to be read. form: one of FORMATS. Raises, before
    anything is sent: what reading it raises, and Crowded.
    """
    pieces = _csv(site, source_of) if form == "csv" else _parquet(site, source_of)
    first = next(pieces, b"")
    headers = attached(f"{name}.{form}")
    return StreamingResponse(chain((first,), pieces), media_type=_TYPES[form], headers=headers)


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


def _csv(site: Site, source_of: SourceOf) -> Iterator[bytes]:
    with site.downloads.turn(), site.house.readers.reader() as reader:
        yield from csv_of(reader, source_of(reader))


def _parquet(site: Site, source_of: SourceOf) -> Iterator[bytes]:
    with export_folder(site.house.config) as folder:
        path = Path(folder) / "answer.parquet"
        with site.downloads.turn(), site.house.readers.reader() as reader:
            parquet_of(reader, source_of(reader), path)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
