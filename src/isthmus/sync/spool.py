"""What stands on disk between reading and loading: raw records, one JSON object a line."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import BinaryIO, Self

from isthmus.state import Extraction, Segment, State
from isthmus.sync.rules.ranges import Covered, IdRange, Stretch, merge_stretches


class Spool:
    """
    The folder of one extraction and its checkpoints in the state.

    A file counts only once the state names it; what a crash left beyond that is removed when the
    extraction goes on. Layout: `<root>/<extraction id>/<number>.ndjson`.
    """

    def __init__(self, root: Path, state: State, extraction: Extraction) -> None:
        self._state = state
        self._extraction = extraction
        self.folder = root / extraction.id
        self._segments = list(state.segments(extraction.id))
        self._next = 1 + max((int(Path(s.file).stem) for s in self._segments), default=0)

    def open(self) -> None:
        """Make the folder ready: what the state does not name goes."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = {segment.file for segment in self._segments}
        for file in self.folder.iterdir():
            if file.name not in kept:
                file.unlink()

    @property
    def is_whole(self) -> bool:
        """Tell whether every file the state names is there with all its records."""
        return all(_lines(self.folder / s.file) == s.rows for s in self._segments if s.rows)

    @property
    def is_of_everything(self) -> bool:
        """Tell whether the extraction asked for all records, not for a window of changes."""
        return self._extraction.window_start is None

    @property
    def stretches(self) -> list[Stretch]:
        """Return the id stretches that hold records, for a count to prove that they still do."""
        return merge_stretches(
            Stretch(s.range_lo - 1, s.last_id, s.rows)
            for s in self._segments
            if s.last_id is not None
        )

    @property
    def covered(self) -> list[Covered]:
        """Return the id stretches that need not be read again."""
        return [_covered(s) for s in self._segments if s.done or s.last_id is not None]

    @property
    def rows(self) -> int:
        """Return how many records are safe on disk."""
        return sum(segment.rows for segment in self._segments)

    def files(self) -> tuple[Path, ...]:
        """Return the segment files, oldest first; empty ones are left out."""
        filled = sorted(segment.file for segment in self._segments if segment.rows)
        return tuple(self.folder / name for name in filled)

    def new_segment(self, taken: IdRange) -> "SegmentWriter":
        """Start a file for the pages that come next from one range."""
        name = f"{self._next:06d}.ndjson"
        self._next += 1
        return SegmentWriter(self.folder / name, taken.after + 1)

    async def keep(
        self, writer: "SegmentWriter", taken: IdRange, *, done: bool, proves: bool
    ) -> None:
        """
        Make a segment durable: bytes first, then the checkpoint that names them.

        Args: proves: all records of the stretch are in it; else it only adds to what is there.
        """
        await asyncio.to_thread(writer.flush)
        segment = Segment(
            file=writer.path.name,
            range_lo=writer.range_lo,
            range_hi=taken.below,
            last_id=writer.last_id if proves else None,
            rows=writer.rows,
            done=done and proves,
        )
        self._state.save_segment(self._extraction.id, segment)
        self._segments.append(segment)

    def clear(self) -> None:
        """Forget the extraction and remove its files; the rows are published."""
        self._state.finish_extraction(self._extraction.id)
        shutil.rmtree(self.folder, ignore_errors=True)


class SegmentWriter:
    """One file being written: pages are appended as they come, nothing is held in memory."""

    def __init__(self, path: Path, range_lo: int) -> None:
        self.path = path
        self.range_lo = range_lo
        self.rows = 0
        self.pages = 0
        self.last_id: int | None = None
        self._file: BinaryIO = path.open("wb")

    def write(self, rows: list[bytes], last_id: int) -> None:
        """Append the records of one page; `last_id` is the highest id among them."""
        self._file.write(b"\n".join(rows))
        self._file.write(b"\n")
        self.rows += len(rows)
        self.pages += 1
        self.last_id = last_id

    def flush(self) -> None:
        """Bring every byte to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        """Be closed at the end of the block, kept or not."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; without a checkpoint in the state it does not count."""
        self._file.close()


def remove_strays(root: Path, kept: set[str]) -> None:
    """Remove the folders of extractions that the state no longer knows."""
    if root.is_dir():
        for folder in root.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def _lines(file: Path) -> int:
    try:
        with file.open("rb") as opened:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: opened.read(1 << 20), b""))
    except FileNotFoundError:
        return -1


def _covered(segment: Segment) -> Covered:
    if segment.done:
        upto = None if segment.range_hi is None else segment.range_hi - 1
        return Covered(segment.range_lo - 1, upto)
    return Covered(segment.range_lo - 1, segment.last_id)
