"""What the pages of mappings and of rules have in common: drafts kept, published, rolled back."""

import json
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import Response

from isthmus.base.errors import NeedsPerson
from isthmus.console.asking import Ask
from isthmus.console.drafting.forms import Sent
from isthmus.dispatch.library import MAPPING, RULE, NoSuchDefinition
from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.rules import naming, paths, sketch
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.rules.shapes import Problem
from isthmus.dispatch.rules.values import plain
from isthmus.wiring.dispatch.definitions import Definition
from isthmus.wiring.dispatch.drafting import Draft
from isthmus.wiring.people import Role

PATHS: Final[Table[str, str]] = {MAPPING: "/mappings", RULE: "/rules"}
ROOT_WORDS: Final[Table[str, str]] = {
    "ticket": "Ticket", "task": "Project task", "serviceCall": "Service call",
}  # fmt: skip
SHIPPED: Final = "shipped"
DRAFT: Final = "draft"
_MOST_TEXT: Final = 1_000_000


class NameTaken(NeedsPerson):
    """There is one of that name, or a draft of one."""


class NameWrong(NeedsPerson):
    """A name that cannot be used."""


class FileUnread(NeedsPerson):
    """What was sent is no file of a mapping or rule."""


@dataclass(frozen=True, slots=True)
class Held:
    """
    A mapping or rule as a page holds it: what is in force, and what is being written.

    `text` is the draft's, or else what is in force. `page` stands for the open page.
    """

    kind: str
    name: str
    text: str
    draft: Draft | None
    current: Definition | None
    page: str

    @property
    def path(self) -> str:
        """Return where its pages are."""
        return f"{PATHS[self.kind]}/{quote(self.name, safe='')}"

    @property
    def revision(self) -> int:
        """Return which saving of the draft is held; 0: there is none."""
        return 0 if self.draft is None else self.draft.revision

    @property
    def is_changed(self) -> bool:
        """Tell whether the draft says something else than what is in force."""
        return self.draft is not None and (
            self.current is None or _canonical(self.kind, self.text) != self.current.content
        )


def _canonical(kind: str, text: str) -> str:
    """Return a text as it would be published; as it is where it cannot be."""
    if kind == MAPPING:
        read = sketch.sketch_mapping(text)
        return export(read.mapping) if read.mapping is not None and read.is_whole else text
    told = sketch.sketch_rule(text)
    return export_rule(told.rule) if told.rule is not None and told.is_whole else text


def held(ask: Ask, kind: str, page: str = "") -> Held:
    """Return what the address names. Raises: NoSuchDefinition."""
    name = str(ask.path["name"])
    draft = ask.site.drafts.find(kind, name)
    current = ask.site.stores.definitions.current(kind, name)
    found = draft or current
    if found is None:
        raise NoSuchDefinition(
            f"There is no {kind} {name!r}.",
            where=f"{kind}s",
            remedy=f"The list of {kind}s shows those there are.",
        )
    return Held(kind, name, found.content, draft, current, page or token_hex(8))


def sent_of(ask: Ask) -> Sent:
    """Return the fields of the form that came along."""
    return Sent({name: value for name, value in ask.form.items() if isinstance(value, str)})


def keep(ask: Ask, now: Held, text: str) -> Held:
    """Keep a text as the draft. Raises: DraftMoved: somebody else saved it meanwhile."""
    seen = ask.text("revision")
    if text == now.text:
        return replace(now, page=ask.text("page") or now.page)
    draft = ask.site.drafts.save(
        now.kind,
        now.name,
        text,
        by=ask.who,
        page=ask.text("page"),
        seen=int(seen) if seen.isdecimal() else 0,
        based_on="" if now.current is None else now.current.version,
    )
    return replace(now, text=text, draft=draft, page=ask.text("page") or now.page)


# Begun, brought in, thrown away


def begin(ask: Ask, kind: str, text: str, name: str) -> Response:
    """Make a draft under a new name, and go to it. Raises: NameTaken, NameWrong."""
    _check_name(kind, name)
    taken = ask.site.stores.definitions.current(kind, name) is not None
    if taken or ask.site.drafts.find(kind, name) is not None:
        raise NameTaken(
            f"There is a {kind} {name!r} already.", where="name", remedy="Take another name."
        )
    ask.site.drafts.save(kind, name, text, by=ask.who)
    ask.about = name
    return ask.to(f"{PATHS[kind]}/{quote(name, safe='')}", f"The {kind} {name} is a draft now.")


def _check_name(kind: str, name: str) -> None:
    if not naming.is_name(name):
        raise NameWrong(
            f"{name!r} cannot be the name of a {kind}." if name else f"The {kind} needs a name.",
            where="name",
            remedy=naming.REMEDY,
        )


def copy_of(ask: Ask, kind: str, other: str, name: str) -> str:
    """Return another one's text under a new name. Raises: NoSuchDefinition."""
    return sketch.renamed(ask.site.library.find(kind, other).content, name)


def bring_in(ask: Ask) -> Response:
    """Make a draft of a file, whichever kind. Raises: FileUnread, NameTaken, NameWrong."""
    text = _uploaded(ask) or ask.secret("text").replace("\r\n", "\n")
    kind = sketch.kind_of(text)
    told = sketch.sketch_rule(text).told if kind == RULE else sketch.sketch_mapping(text).told
    name = told.get("name")
    if not kind or not isinstance(name, str) or not name.strip():
        raise FileUnread(
            "This is no file of a mapping or rule.",
            where="the file",
            remedy="Take one that was exported here, or by isthmus mapping export or rule export.",
        )
    _check_name(kind, name)
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
        content = file.read(_MOST_TEXT)
    try:
        return str(content, "utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FileUnread(
            "The file is no text in UTF-8.", where="the file", remedy="Save it as UTF-8."
        ) from None


def discard(ask: Ask, kind: str) -> Response:
    """Throw the draft away; what is in force stays."""
    now = held(ask, kind)
    ask.site.drafts.drop(kind, now.name)
    ask.about = now.name
    there = PATHS[kind] if now.current is None else now.path
    return ask.to(there, f"The draft of {now.name} was discarded.")


# Versions and files


def version_text(ask: Ask, now: Held, which: str) -> str:
    """Return a version's file: by digits or number, draft, shipped. Raises: NoSuchDefinition."""
    if which == DRAFT and now.draft is not None:
        return now.draft.content
    if which == SHIPPED and now.name in NAMES and now.kind == MAPPING:
        return export(shipped(now.name))
    if which == SHIPPED and now.name in RULES and now.kind == RULE:
        return export_rule(shipped_rule(now.name))
    if now.current is None and now.draft is not None:
        return now.draft.content
    return ask.site.library.find(now.kind, now.name, which).content


def choices_of(now: Held, history: Sequence[Definition]) -> list[tuple[str, str]]:
    """Return what can be compared: value and text."""
    found = [(DRAFT, f"the draft by {now.draft.by}")] if now.draft is not None else []
    for one in history:
        here = ", in force" if one.is_current else ""
        found.append((one.version, f"{one.number}: {one.version}{here}"))
    if now.name in (NAMES if now.kind == MAPPING else RULES):
        found.append((SHIPPED, "as it comes with Isthmus"))
    return found


def compared(ask: Ask, now: Held, history: Sequence[Definition]) -> tuple[str, str]:
    """Return which two are compared: those asked for, or the last change."""
    values = [value for value, _ in choices_of(now, history)]
    new = ask.query("new") or (values[0] if values else "")
    older = [value for value in values if value != new]
    return ask.query("old") or (older[0] if older else new), new


def file_of(ask: Ask, kind: str) -> Response:
    """Hand out a version as a file."""
    now = held(ask, kind)
    text = version_text(ask, now, ask.query("version"))
    name = "".join(one if one.isalnum() or one in "_-." else "_" for one in now.name)
    headers = {"Content-Disposition": f'attachment; filename="{name}.toml"'}
    return Response(text, media_type="application/toml; charset=utf-8", headers=headers)


# Shown


def ticket_to_try(ask: Ask, root: str) -> str:
    """Return the number of the record a dry run begins with: the one asked for, or a late one."""
    asked = ask.query("ticket") or ask.text("ticket")
    if asked or root not in ROOTS:
        return asked
    links = ask.site.stores.state.links((), 1, None, ROOTS[root])
    return next((one.record_number or str(one.record_id) for one in links), "")


def may_write(ask: Ask) -> bool:
    """Tell whether who asks may change drafts and publish."""
    return ask.may(Role.DISPATCHER)


def spelled(value: object) -> str:
    """Return a value as a page shows it: texts as they are, all else as JSON."""
    told = plain(value)
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)


def spelled_path(text: str) -> str:
    """Return a path in its one spelling; what is no path as it is."""
    try:
        return paths.spell(paths.parse(text))
    except paths.PathWrong:
        return text


def at_rows(problems: Sequence[Problem], rows: Table[str, int]) -> tuple[Problem, ...]:
    """
    Return problems at the rows that write what they are about, each once.

    Args: rows: by target path, as `spelled_path` writes it.
    """
    placed = [
        replace(one, row=rows.get(spelled_path(one.field))) if one.row is None else one
        for one in problems
    ]
    return tuple({(one.what, one.row): one for one in placed}.values())


def by_row(problems: Sequence[Problem]) -> dict[int, list[Problem]]:
    """Return problems by the row they are about, what keeps it from being used first."""
    found: dict[int, list[Problem]] = {}
    for one in sorted(problems, key=lambda one: not one.is_fatal):
        if one.row is not None:
            found.setdefault(one.row, []).append(one)
    return found
