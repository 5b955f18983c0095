"""Mappings and rules begun: empty, as another, or from a file; refusals show in their form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import Response

from isthmus.base.errors import IsthmusError, NeedsPerson
from isthmus.console.asking import Ask
from isthmus.console.pages.drafts import PATHS
from isthmus.dispatch.library import RULE, NoSuchDefinition
from isthmus.dispatch.rules import naming, sketch

_MOST_TEXT: Final = 1_000_000
NEW: Final = "new"
IMPORT: Final = "import"


class NameTaken(NeedsPerson):
    """There is one of that name, or a draft of one."""


class NameWrong(NeedsPerson):
    """A name that cannot be used."""


class FileUnread(NeedsPerson):
    """What was sent is no file of a mapping or rule."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A form of the list that was refused: which, why, and what was typed into it."""

    form: str
    error: IsthmusError
    typed: Mapping[str, str] = field(default_factory=dict)


Listing = Callable[[Ask, Refused | None], Response]
_REFUSALS: Final = (NameTaken, NameWrong, FileUnread, NoSuchDefinition)


def begin(ask: Ask, kind: str, text_of: Callable[[str, str], str], listing: Listing) -> Response:
    """
    Make a draft under a new name, and go to it; or show the list with what is wrong in its form.

    Args: text_of: makes the text of one that begins with nothing, of its name and its record.
    """
    name, other, root = ask.text("name"), ask.text("like"), ask.text("root")
    try:
        _check_name(ask, kind, name)
        text = (
            sketch.renamed(ask.site.library.find(kind, other).content, name)
            if other
            else text_of(name, root)
        )
    except _REFUSALS as error:
        fields = ("name", "like", "root", "direction")
        return listing(ask, Refused(NEW, error, {one: ask.text(one) for one in fields}))
    ask.site.drafts.save(kind, name, text, by=ask.who)
    ask.about = name
    return ask.to(f"{PATHS[kind]}/{quote(name, safe='')}", f"The {kind} {name} is a draft now.")


def _check_name(ask: Ask, kind: str, name: str) -> None:
    _check_spelling(kind, name)
    taken = ask.site.stores.definitions.current(kind, name) is not None
    if taken or ask.site.drafts.find(kind, name) is not None:
        raise NameTaken(
            f"There is a {kind} {name!r} already.", where="name", remedy="Take another name."
        )


def _check_spelling(kind: str, name: str) -> None:
    if not naming.is_name(name):
        raise NameWrong(
            f"{name!r} cannot be the name of a {kind}." if name else f"The {kind} needs a name.",
            where="name",
            remedy=naming.REMEDY,
        )


def bring_in(ask: Ask, listing: Listing) -> Response:
    """Make a draft of a file, whichever kind; or show the list with what is wrong in its form."""
    text = ask.secret("text").replace("\r\n", "\n")
    try:
        text = _uploaded(ask) or text
        return _brought(ask, text)
    except _REFUSALS as error:
        return listing(ask, Refused(IMPORT, error, {"text": text}))


def _brought(ask: Ask, text: str) -> Response:
    kind = sketch.kind_of(text)
    told = sketch.sketch_rule(text).told if kind == RULE else sketch.sketch_mapping(text).told
    name = told.get("name")
    if not kind or not isinstance(name, str) or not name.strip():
        raise FileUnread(
            "This is no file of a mapping or rule.",
            where="the file",
            remedy="Take one that was exported here, or by isthmus mapping export or rule export.",
        )
    _check_spelling(kind, name)
    if ask.site.drafts.find(kind, name) is not None:
        raise NameTaken(
            f"There is a draft of the {kind} {name} already.",
            where="the file",
            remedy="Publish or discard that draft first, then import the file again.",
        )
    current = ask.site.stores.definitions.current(kind, name)
    based_on = "" if current is None else current.version
    ask.site.drafts.save(kind, name, text, by=ask.who, based_on=based_on)
    ask.about = name
    said = f"{name} was imported as a draft. Look at what it does, then publish it."
    return ask.to(f"{PATHS[kind]}/{quote(name, safe='')}", said)


def _uploaded(ask: Ask) -> str:
    given = ask.form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        return ""
    with given.file as file:
        content = file.read(_MOST_TEXT + 1)
    if len(content) > _MOST_TEXT:
        raise FileUnread(
            "The file is larger than 1 MB.",
            where="the file",
            remedy="Take one that was exported here, or by isthmus mapping export or rule export.",
        )
    try:
        return str(content, "utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FileUnread(
            "The file is no text in UTF-8.", where="the file", remedy="Save it as UTF-8."
        ) from None
