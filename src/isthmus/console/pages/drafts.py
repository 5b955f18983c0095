"""What the pages of mappings and of rules have in common: drafts kept, thrown away, shown."""

import json
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Final
from urllib.parse import quote, urlencode

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.counter import Asks
from isthmus.console.drafting.forms import Sent, whole
from isthmus.dispatch.library import MAPPING, RULE, NoSuchDefinition
from isthmus.dispatch.rules import paths, sketch
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.rules.shapes import Problem
from isthmus.dispatch.rules.values import plain
from isthmus.wiring.dispatch.definitions import Definition
from isthmus.wiring.dispatch.drafting import Draft, DraftMoved
from isthmus.wiring.people import Role

PATHS: Final[Table[str, str]] = {MAPPING: "/mappings", RULE: "/rules"}
ROOT_WORDS: Final[Table[str, str]] = {
    "ticket": "Ticket", "task": "Project task", "serviceCall": "Service call",
}  # fmt: skip
_LONGEST_VERSION: Final = 64


Editor = Callable[["Held", bool, IsthmusError | None], Response]
"""Draws what is held, as text or by pointing, with what went wrong on top."""


@dataclass(frozen=True, slots=True)
class Held:
    """
    A mapping or rule as a page holds it: what is in force, and what is being written.

    `text` is the draft's, or else what is in force. `page` stands for the open page. `begun` is the
    version that was in force when it was begun; None for a new one.
    """

    kind: str
    name: str
    text: str
    draft: Draft | None
    current: Definition | None
    page: str
    begun: Definition | None = None

    @property
    def path(self) -> str:
        """Return where its pages are."""
        return f"{PATHS[self.kind]}/{quote(self.name, safe='')}"

    @property
    def revision(self) -> int:
        """Return which saving of the draft is held; 0: there is none."""
        return 0 if self.draft is None else self.draft.revision

    @property
    def based_on(self) -> str:
        """Return the version that was in force when it was begun; "" for a new one."""
        if self.draft is not None:
            return self.draft.based_on
        return "" if self.current is None else self.current.version

    @property
    def is_behind(self) -> bool:
        """Tell whether something else was put in force since the draft was begun."""
        if self.current is None or not self.is_changed:
            return False
        return self.begun is None or not _says_the_same(self.kind, self.begun, self.current)

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


def _says_the_same(kind: str, one: Definition, other: Definition) -> bool:
    """Tell whether two versions say the same, but for a rule's switch, which no draft moves."""
    if one.version == other.version or kind == MAPPING:
        return one.version == other.version
    rules = [sketch.sketch_rule(each.content).rule for each in (one, other)]
    said = [None if rule is None else replace(rule, is_enabled=False) for rule in rules]
    return said[0] is not None and said[0] == said[1]


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
    now = Held(kind, name, found.content, draft, current, page or token_hex(8))
    return _with_begun(ask, now)


def _with_begun(ask: Ask, now: Held) -> Held:
    based_on = now.based_on
    if now.current is not None and now.current.version == based_on:
        return replace(now, begun=now.current)
    find = ask.site.stores.definitions.find
    return replace(now, begun=find(now.kind, now.name, based_on) if based_on else None)


def latest(ask: Ask, now: Held) -> Held:
    """Return what a page holds as it is by now, with what was saved and published meanwhile."""
    draft = ask.site.drafts.find(now.kind, now.name)
    now = now if draft is None else replace(now, text=draft.content, draft=draft)
    return with_current(ask, now)


def with_current(ask: Ask, now: Held) -> Held:
    """Return what a page holds beside what is in force by now."""
    current = ask.site.stores.definitions.current(now.kind, now.name)
    return _with_begun(ask, replace(now, current=current))


def address(ask: Ask, now: Held, part: str = "", **more: str) -> str:
    """Return the address of a page of it; the record that was tried stays in it."""
    asked = {**more, "ticket": ask.text("ticket") or ask.query("ticket")}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{now.path}{part}?{query}" if query else f"{now.path}{part}"


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
        seen=whole(seen) or 0,
        based_on=seen_base(ask, now),
    )
    kept = replace(now, text=text, draft=draft, page=ask.text("page") or now.page)
    return _with_begun(ask, kept)


def seen_base(ask: Ask, now: Held) -> str:
    """Return which version was in force when the page was drawn."""
    told = ask.text("based_on") if "based_on" in ask.form else now.based_on
    return told if told.isalnum() and told.isascii() and len(told) <= _LONGEST_VERSION else ""


# Thrown away


def discard(ask: Ask, kind: str, editor: Editor) -> Response:
    """
    Throw the draft away as the page showed it; what is in force stays.

    Args: editor: draws it as it is now, with why it was not thrown away.
    """
    page, seen = ask.text("page"), whole(ask.text("revision")) or 0
    now = held(ask, kind, page)
    left = ask.site.drafts.drop(kind, now.name, seen, page=page)
    if left is not None:
        return editor(latest(ask, now), False, DraftMoved.of(left))
    ask.about = now.name
    there = PATHS[kind] if now.current is None else address(ask, now)
    return ask.to(there, f"The draft of {now.name} was discarded.")


# Shown


def checking(listing: Callable[[Ask], Response]) -> Asks:
    """Tell that a list asks the vendors when its problems are looked for."""
    return Asks(when=lambda ask: bool(ask.query("checked")), otherwise=listing)


def open_page(ask: Ask) -> str:
    """Return which open page tries its draft; "" where it does not say."""
    page = ask.query("page")
    return page and f"{ask.who} {page}"


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
