"""What is dispatched, by which mappings, and how it is kept in step: a rule as data."""

import hashlib
import tomllib
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import tomli_w

from isthmus.base.errors import Permanent
from isthmus.dispatch.rules.condition_shapes import Condition
from isthmus.dispatch.rules.conditions import content_of, fields_of, holds, parse_condition
from isthmus.dispatch.rules.naming import LONGEST, REMEDY, is_name
from isthmus.dispatch.rules.needs import related
from isthmus.dispatch.rules.ownership import Owner
from isthmus.dispatch.rules.values import Document

FORMAT: Final = 1
KIND: Final = "rule"
ROOTS: Final = ("ticket", "task", "serviceCall")
_WAYS: Final = ("none", "in", "out", "both")
CHOICES: Final[Table[str, tuple[str, ...]]] = {
    "root": ROOTS,
    "action": ("draft", "publish", "route"),
    "cross_link": ("udf", "note", "both"),
    "notes": _WAYS,
    "files": _WAYS,
    "time_id_in": ("summaryNotes", "internalNotes"),
    "costs": ("none", "charge"),
    "cost_id_in": ("notes", "description"),
}
_REMEDY: Final = "Mend the file and publish it again."
HEAD: Final = "# A rule of Isthmus. Format 1. What is left away has its default.\n\n"


class RuleWrong(Permanent):
    """A file is no rule; `where` names the setting."""


@dataclass(frozen=True)  # no slots: what is worked out once is kept
class Rule:
    """
    One rule. Settings are in the order of its file.

    `order`: the lowest of those that match wins. `when`: whether a record is dispatched.
    `action`: what becomes of a new order; `providers` are whom `route` offers it to. `cancel_when`:
    the order is cancelled once this holds. `id_udf`, `link_udf`: fields of the record that show the
    order, "" for none. `id_field`, `link_field`: custom fields of the order that show the record.
    `notes`, `files`: which way they are carried, `in` is to Autotask. `note_marker`: what the title
    of a note begins with that goes out, "" for every public note. `times`: each stay becomes a time
    entry of `time_resource_id` in the role `time_role_id`. `costs`: approved expenses and pay
    become charges. `owners`: by target path whose value counts. `breaker_writes` in
    `breaker_minutes` park a link. `creates_tickets`: an order born at Field Nation makes a record.
    """

    name: str
    root: str
    when: Condition
    note: str = ""
    is_enabled: bool = False
    order: int = 100
    inbound: str = ""
    outbound: str = ""
    action: str = "draft"
    providers: tuple[int, ...] = ()
    cancel_when: Condition | None = None
    cancel_reason: str = ""
    id_udf: str = "Field Nation ID"
    link_udf: str = "Field Nation Link"
    cross_link: str = "udf"
    id_field: str = "Isthmus ID"
    link_field: str = "Autotask Link"
    notes: str = "in"
    note_marker: str = ""
    files: str = "none"
    times: bool = False
    time_resource_id: int | None = None
    time_role_id: int | None = None
    time_billing_code_id: int | None = None
    time_id_in: str = "summaryNotes"
    costs: str = "none"
    cost_id_in: str = "notes"
    owners: Table[str, str] = field(default_factory=lambda: MappingProxyType({}))
    breaker_writes: int = 30
    breaker_minutes: int = 10
    creates_tickets: bool = False

    @cached_property
    def version(self) -> str:
        """Return 12 hex digits that stand for the content."""
        return hashlib.sha256(export_rule(self).encode()).hexdigest()[:12]


def decide_rule(rules: Sequence[Rule], document: Document) -> Rule | None:
    """
    Return the first enabled rule that wants a record; None when none does.

    Raises: ConditionWrong: a condition as text fails on this record.
    """
    for rule in sorted(rules, key=lambda one: (one.order, one.name)):
        if rule.is_enabled and holds(rule.when, document):
            return rule
    return None


def paths_needed(rule: Rule) -> tuple[str, ...]:
    """Return the related records that a rule's conditions read, parents first."""
    read = list(fields_of(rule.when))
    if rule.cancel_when is not None:
        read += fields_of(rule.cancel_when)
    return related(rule.root, read)


def export_rule(rule: Rule) -> str:
    """Write a rule as TOML; `parse_rule` gives the same rule back."""
    told: dict[str, Any] = {"format": FORMAT, "kind": KIND}
    for one in fields(Rule):
        value = getattr(rule, one.name)
        if value is None or (one.default is not NO_DEFAULT and value == one.default):
            continue
        if one.name in {"when", "cancel_when"}:
            told[one.name] = content_of(value)
        elif one.name != "owners":
            told[one.name] = list(value) if isinstance(value, tuple) else value
        elif value:
            told[one.name] = dict(value)
    tables = [name for name in ("when", "cancel_when", "owners") if type(told.get(name)) is dict]
    told |= {name: told.pop(name) for name in tables}  # tables come last in a file
    return HEAD + tomli_w.dumps(told, multiline_strings=True)


def parse_rule(text: str) -> Rule:
    """Read a rule from TOML. Raises: RuleWrong, ConditionWrong."""
    try:
        told = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as trouble:
        raise RuleWrong(f"The file is no TOML: {trouble}"[:300], remedy=_REMEDY) from None
    if told.pop("format", FORMAT) != FORMAT or told.pop("kind", KIND) != KIND:
        raise RuleWrong("The file is no rule of format 1", where="the file", remedy=_REMEDY)
    known = {one.name for one in fields(Rule)}
    for name in told:
        if name not in known:
            raise RuleWrong(f"{name!r} has no meaning here", where="the file", remedy=_REMEDY)
    if "name" not in told or "root" not in told or "when" not in told:
        raise RuleWrong("A rule needs name, root and when", where="the file", remedy=_REMEDY)
    values = {name: parse_setting(name, value) for name, value in told.items()}
    rule = Rule(**values)
    check_together(rule)
    return rule


def parse_setting(name: str, value: Any) -> Any:
    """Read one setting of a rule. Raises: RuleWrong, ConditionWrong."""
    if name in {"when", "cancel_when"}:
        return parse_condition(value, name)
    if name == "owners":
        return _owners(value)
    if name == "providers":
        if not isinstance(value, list) or not all(type(one) is int for one in value):
            raise _wrong(name, "is no list of numbers")
        return tuple(value)
    wanted = _TYPES[name]
    if type(value) is not wanted:
        raise _wrong(name, f"is no {wanted.__name__}")
    if name in CHOICES and value not in CHOICES[name]:
        raise _wrong(name, f"cannot be {value!r}; take one of {', '.join(CHOICES[name])}")
    return value


def _owners(value: Any) -> Table[str, str]:
    if not isinstance(value, dict):
        raise _wrong("owners", "is no table of paths")
    for path, owner in value.items():
        if owner not in list(Owner):
            raise _wrong(f"owners, {path}", f"cannot be {owner!r}; take one of {', '.join(Owner)}")
    return MappingProxyType(dict(value))


_TYPES: Final[Table[str, type]] = {
    **dict.fromkeys(
        ("name", "root", "note", "inbound", "outbound", "action", "cancel_reason", "id_udf",
         "link_udf", "cross_link", "id_field", "link_field", "notes", "note_marker", "files",
         "time_id_in", "costs", "cost_id_in"), str),
    **dict.fromkeys(
        ("order", "time_resource_id", "time_role_id", "time_billing_code_id", "breaker_writes",
         "breaker_minutes"), int),
    **dict.fromkeys(("is_enabled", "times", "creates_tickets"), bool),
}  # fmt: skip


def check_together(rule: Rule) -> None:
    """Refuse settings that make no sense together. Raises: RuleWrong."""
    if not is_name(rule.name):
        what = f"{rule.name[:LONGEST]!r} cannot be the name of a rule"
        raise RuleWrong(what, where="name", remedy=REMEDY)
    if rule.action == "route" and not rule.providers:
        raise _wrong("providers", "is empty, and route offers an order to them")
    if rule.times and (rule.time_resource_id is None or rule.time_role_id is None):
        raise _wrong("times", "needs time_resource_id and time_role_id: who worked, and as what")
    if rule.breaker_writes < 1 or rule.breaker_minutes < 1:
        raise _wrong("breaker_writes", "and breaker_minutes are at least 1")


def _wrong(name: str, what: str) -> RuleWrong:
    return RuleWrong(f"{name} {what}", where=name, remedy=_REMEDY)
