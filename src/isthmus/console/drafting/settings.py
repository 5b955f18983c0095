"""The settings of a rule beside its conditions, as a form shows and sends them."""

from collections.abc import Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import dataclass, fields
from typing import Any, Final

from isthmus.console.drafting.forms import Sent, whole
from isthmus.dispatch.rules.rule import Rule

TEXT: Final = "text"
NUMBER: Final = "number"
NUMBERS: Final = "numbers"
FLAG: Final = "flag"
CHOICE: Final = "choice"
MAPPING: Final = "mapping"
OWNERS: Final = "owners"
Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `options` are value and text of a choice. `only` names the record it is for."""

    name: str
    label: str
    kind: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    only: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """
    Settings that are seen together, in the order in which a rule is thought of.

    `condition`: the condition that stands among them. `is_aside`: most rules leave them as they
    are, so they stand folded behind the others.
    """

    title: str
    hint: str
    settings: tuple[Setting, ...] = ()
    condition: str = ""
    is_aside: bool = False


_WAYS: Final = (
    ("none", "Not carried"), ("in", "From Field Nation to Autotask"),
    ("out", "From Autotask to Field Nation"), ("both", "Both ways"),
)  # fmt: skip
OWNER_WORDS: Final = (
    ("autotask", "Autotask"), ("fieldnation", "Field Nation"), ("newest", "who changed it last"),
    ("person", "a person decides"),
)  # fmt: skip
SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        "What", "Each rule is about one kind of record.",
        (
            Setting("order", "Place among the rules", NUMBER,
                    "The lowest is asked first; the first that wants a record takes it."),
            Setting("note", "Note", TEXT, "Kept with the rule."),
        ),
    ),
    Section("When", "It becomes a work order as soon as this holds.", condition="when"),
    Section(
        "What becomes of it", "",
        (
            Setting("inbound", "Makes the work order by", MAPPING, "An inbound mapping."),
            Setting(
                "action", "What becomes of the new order", CHOICE, "",
                (("draft", "It stays a draft"), ("publish", "It is published"),
                 ("route", "It is offered to the providers below")),
            ),
            Setting("providers", "Providers", NUMBERS, "Their numbers, with commas between."),
            Setting("cancel_reason", "Reason of a cancelled order", TEXT,
                    "What Field Nation is told."),
        ),
        condition="cancel_when",
    ),
    Section(
        "What comes back", "Notes, files, hours and costs, and which way they go.",
        (
            Setting("outbound", "Writes back by", MAPPING, "Without one nothing is written back."),
            Setting("notes", "Notes and messages", CHOICE, "", _WAYS),
            Setting("note_marker", "Notes go out that begin with", TEXT,
                    "In their title. Empty: every note that all may see."),
            Setting("files", "Files", CHOICE, "", _WAYS),
            Setting("times", "Stays become time entries", FLAG),
            Setting("time_resource_id", "of the resource", NUMBER, "Its id at Autotask."),
            Setting("time_role_id", "in the role", NUMBER, "Its id at Autotask."),
            Setting("time_billing_code_id", "with the work type", NUMBER, "Its id; may be empty."),
            Setting("time_id_in", "The stay's number stands in", CHOICE, "",
                    (("summaryNotes", "the summary notes"),
                     ("internalNotes", "the internal notes"))),
            Setting("costs", "Expenses and pay", CHOICE, "",
                    (("none", "Not carried"), ("charge", "Become charges of the ticket"))),
            Setting("cost_id_in", "The charge's mark stands in", CHOICE, "",
                    (("notes", "its notes"), ("description", "its description"))),
        ),
    ),
    Section(
        "How each side shows the other", "Where the order's number and address stand.",
        (
            Setting("cross_link", "At Autotask", CHOICE, "",
                    (("udf", "In user-defined fields"), ("note", "In a note"),
                     ("both", "In both"))),
            Setting("id_udf", "Field for the order's number", TEXT, "Empty: none."),
            Setting("link_udf", "Field for the order's address", TEXT, "Empty: none."),
            Setting("id_field", "Custom field for the link's id", TEXT, "At Field Nation."),
            Setting("link_field", "Custom field for its address", TEXT, "At Field Nation."),
        ),
        is_aside=True,
    ),
    Section(
        "When both sides change", "Whose value counts, and what stops a link that goes in circles.",
        (
            Setting("owners", "Whose value counts", OWNERS,
                    "By part of the order, such as schedule; what is not named is Autotask's."),
            Setting("breaker_writes", "A link is parked after writes", NUMBER,
                    "So many in so many minutes: something goes in circles."),
            Setting("breaker_minutes", "within minutes", NUMBER),
            Setting("creates_tickets", "Orders born at Field Nation make tickets", FLAG, "", (),
                    "ticket"),
        ),
        is_aside=True,
    ),
)  # fmt: skip
SETTINGS: Final[Mapping[str, Setting]] = {
    one.name: one for section in SECTIONS for one in section.settings
}
_DEFAULTS: Final[Mapping[str, Any]] = {
    one.name: one.default for one in fields(Rule) if one.default is not NO_DEFAULT
}
_OPTIONAL: Final = frozenset({"time_resource_id", "time_role_id", "time_billing_code_id"})


def settings_of(sent: Sent, before: Mapping[str, Any]) -> Told:
    """Return a rule's file as plain data with the settings of a form in it."""
    told: Told = dict(before)
    for one in SETTINGS.values():
        value = _READ.get(one.kind, _text)(sent, one.name)
        told.pop(one.name, None)
        is_default = value == _DEFAULTS.get(one.name)
        if value is not None and not is_default and not (one.kind == OWNERS and not value):
            told[one.name] = value
    return told


def _text(sent: Sent, name: str) -> Any:
    return sent.text(name)


def _number(sent: Sent, name: str) -> Any:
    told = sent.text(name)
    if not told:
        return None if name in _OPTIONAL else _DEFAULTS.get(name)
    number = whole(told)
    return told if number is None else number


def _numbers(sent: Sent, name: str) -> Any:
    parts = [one.strip() for one in sent.text(name).split(",") if one.strip()]
    numbers = [whole(one) for one in parts]
    return [a if b is None else b for a, b in zip(parts, numbers, strict=True)] or None


def _flag(sent: Sent, name: str) -> Any:
    return sent.has(name)


def _owners(sent: Sent, name: str) -> Any:
    found: dict[str, str] = {}
    for number in range(sent.count(f"{name}.n")):
        sent.insist(f"{name}.{number}.path")
        path = sent.text(f"{name}.{number}.path")
        if path:
            found[path] = sent.text(f"{name}.{number}.owner") or "autotask"
    return found


_READ: Final = {NUMBER: _number, NUMBERS: _numbers, FLAG: _flag, OWNERS: _owners}


def shown(told: Mapping[str, Any], name: str) -> str:
    """Return a setting as a form shows it."""
    value = told.get(name, _DEFAULTS.get(name))
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def is_on(told: Mapping[str, Any], name: str) -> bool:
    """Tell whether a box is ticked."""
    return told.get(name, _DEFAULTS.get(name)) is True


def fields_of(told: Mapping[str, Any]) -> int:
    """Return how many fields the settings take as a form, at most."""
    return len(SETTINGS) + 2 * len(owners_of(told))


def owners_of(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return whose values count, with an empty line behind the last."""
    kept = told.get("owners")
    pairs = [(str(k), str(v)) for k, v in kept.items()] if isinstance(kept, dict) else []
    return [*pairs, ("", "fieldnation")]
