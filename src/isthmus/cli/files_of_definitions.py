"""Mappings and rules as files: read from files and folders, written to them."""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from isthmus.cli.screen import say
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Mapping
from isthmus.wiring.environment.settings import SettingWrong

T = TypeVar("T", Mapping, Rule)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """
    What differs between mappings and rules on the command line.

    `compare` tells what became of the first in the second, a line each.
    """

    name: str
    parse: Callable[[str], T]
    export: Callable[[T], str]
    compare: Callable[[T, T], tuple[str, ...]]


def is_file(text: str) -> bool:
    """Tell whether a person means a file or folder, not the name of what is kept."""
    return text.endswith(".toml") or "/" in text or "\\" in text


def read_file(kind: Kind[T], path: str) -> T:
    """Read one file. Raises: SettingWrong, and what the file is refused with."""
    return kind.parse(_text(Path(path)))


def read_files(kind: Kind[T], paths: Iterable[str]) -> list[T]:
    """
    Read files and folders; of a folder those files that are of this kind.

    Raises: as `read_file`; SettingWrong too when there is nothing, or one name twice.
    """
    found: dict[str, T] = {}
    for path in paths:
        for file in _files(kind.name, Path(path)):
            item = kind.parse(_text(file))
            if item.name in found:
                what = f"The {kind.name} {item.name} is there twice."
                raise SettingWrong(what, where=str(file), remedy="Leave one of the files away.")
            found[item.name] = item
    if not found:
        what, remedy = "There is nothing to read.", "Name files, or a folder of them."
        raise SettingWrong(what, where=f"isthmus {kind.name}", remedy=remedy)
    return list(found.values())


def write_files(kind: str, texts: Sequence[tuple[str, str]], folder: str | None) -> None:
    """
    Write files into a folder, or a single one to standard output.

    Args: texts: a name and its content each. Raises: SettingWrong.
    """
    if folder is None:
        if len(texts) != 1:
            raise SettingWrong(
                f"More than one {kind} cannot be written to the terminal.",
                where="the options on the command line",
                remedy="Name a folder with --to, or only one of them.",
            )
        say(texts[0][1].rstrip("\n"))
        return
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, text in texts:
        file = place / f"{name}.toml"
        file.write_text(text, "utf-8")
        say(str(file))


def _files(kind: str, path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [one for one in sorted(path.glob("*.toml")) if _kind_of(_text(one)) == kind]
    if not files:
        what, remedy = f"There is no file of a {kind} in this folder.", "Name another one."
        raise SettingWrong(what, where=str(path), remedy=remedy)
    return files


def _kind_of(text: str) -> str:
    """Return what a file of ours holds; one that cannot be read counts as a mapping."""
    try:
        return str(tomllib.loads(text).get("kind", "mapping"))
    except tomllib.TOMLDecodeError:
        return "mapping"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        what, remedy = f"The file cannot be read: {error.strerror}.", "Name one that is there."
        raise SettingWrong(what, where=str(path), remedy=remedy) from error
    except UnicodeDecodeError:
        what, remedy = "The file is no text in UTF-8.", "Save it as UTF-8."
        raise SettingWrong(what, where=str(path), remedy=remedy) from None
