"""The mappings and rules in force, as shapes: read once for each publication."""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar

from isthmus.base.clock import monotonic
from isthmus.base.errors import IsthmusError, NeedsPerson
from isthmus.base.log import get_logger
from isthmus.dispatch.faults import MappingProblems
from isthmus.dispatch.rules.check import check_mapping
from isthmus.dispatch.rules.check_rule import check_rule
from isthmus.dispatch.rules.filing import export, parse_file
from isthmus.dispatch.rules.known import Known
from isthmus.dispatch.rules.rule import Rule, export_rule, parse_rule
from isthmus.dispatch.rules.shapes import Mapping, Problem
from isthmus.state.dispatch import Definition, Definitions

MAPPING: Final = "mapping"
RULE: Final = "rule"
_BELIEVED_SECONDS: Final = 1.0
T = TypeVar("T")
_log = get_logger("dispatch.library")


class NoSuchDefinition(NeedsPerson):
    """There is no mapping or rule of that name, or no such version of it."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A definition in force that cannot be read, as one of another Isthmus; it is left out."""

    kind: str
    name: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What was found of rules held against one reading of both sides."""

    known: Known | None = None
    stamp: str = ""
    found: dict[tuple[str, str], tuple[Problem, ...]] = field(default_factory=dict)


class Library:
    """
    What is in force now. Safe to share in a process; looks for new publications once a second.

    A definition that cannot be read is left out, and told by `unread`: the others go on.
    """

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self._stamp = ""
        self._looked_at = float("-inf")
        self._mappings: dict[str, Mapping] = {}
        self._rules: tuple[Rule, ...] = ()
        self._unread: tuple[Unread, ...] = ()
        self._earlier: dict[tuple[str, str], Mapping] = {}
        self._held = _Held()
        self._creating: dict[str, datetime | None] = {}

    def mapping(self, name: str, version: str = "") -> Mapping | None:
        """Return the mapping of a name: the one in force, or an earlier version of it."""
        if version:
            return self._version(name, version)
        self._refresh()
        return self._mappings.get(name)

    def mappings(self) -> tuple[Mapping, ...]:
        """Return all mappings in force, by name."""
        self._refresh()
        return tuple(self._mappings.values())

    def rules(self, *, enabled_only: bool = True) -> tuple[Rule, ...]:
        """Return the rules in force, those that come first first."""
        self._refresh()
        return tuple(rule for rule in self._rules if rule.is_enabled or not enabled_only)

    def rule(self, name: str) -> Rule | None:
        """Return the rule of a name, enabled or not: its links go on when it is switched off."""
        return next((one for one in self.rules(enabled_only=False) if one.name == name), None)

    def unread(self) -> tuple[Unread, ...]:
        """Return what is in force and cannot be read."""
        self._refresh()
        return self._unread

    def find(self, kind: str, name: str, which: str = "") -> Definition:
        """
        Return a version by its hex digits or number; without one, what is in force.

        Raises: NoSuchDefinition.
        """
        now = self.definitions.current(kind, name)
        if now is None:
            what, remedy = (
                f"There is no {kind} {name!r}",
                f"isthmus {kind} list shows those there are.",
            )
            raise NoSuchDefinition(what, where=f"{kind}s", remedy=remedy)
        found = self.definitions.find(kind, name, which) if which else now
        if found is None:
            what = f"The {kind} {name} has no version {which!r}"
            remedy = f"isthmus {kind} show {name} lists its versions."
            raise NoSuchDefinition(what, where=f"{kind} {name}", remedy=remedy)
        return found

    # What would be wrong

    def problems_of_mapping(self, mapping: Mapping, known: Known) -> tuple[Problem, ...]:
        """Return what is wrong with a mapping, and what enabled rules would lack by it."""
        now = {one.name: one for one in self.mappings()}
        users = [one for one in self.rules() if mapping.name in {one.inbound, one.outbound}]
        creates = any(one.creates_tickets and one.outbound == mapping.name for one in users)
        found = list(check_mapping(mapping, known, creates=creates))
        for rule in users:
            before = check_rule(rule, now, known)
            after = check_rule(rule, {**now, mapping.name: mapping}, known)
            found += (_of(f"rule {rule.name}", one) for one in after if one not in before)
        return tuple(dict.fromkeys(found))

    def problems_of_rule(self, rule: Rule, known: Known) -> tuple[Problem, ...]:
        """Return what is wrong with a rule and with the mappings it goes by."""
        mappings = {one.name: one for one in self.mappings()}
        own = check_rule(rule, mappings, known, self.rules())
        return tuple(dict.fromkeys((*own, *_in_mappings(rule, mappings, known))))

    def unfit(self, rule: Rule, known: Known) -> tuple[Problem, ...]:
        """Return what keeps a rule in force from being used; worked out once for each reading."""
        self._refresh()
        held = self._held
        if held.known is not known or held.stamp != self._stamp:
            self._held = held = _Held(known, self._stamp)
        key = (rule.name, rule.version)
        if key not in held.found:
            problems = self.problems_of_rule(rule, known)
            held.found[key] = tuple(one for one in problems if one.is_fatal)
        return held.found[key]

    def creating_since(self, name: str) -> datetime | None:
        """Return when a rule was first in force that makes tickets of orders; None: never."""
        self._refresh()
        if name not in self._creating:
            self._creating[name] = min(
                (
                    one.published_at
                    for one in self.definitions.history(RULE, name)
                    if _makes_tickets(one.content)
                ),
                default=None,
            )
        return self._creating[name]

    # Publishing

    def publish_mapping(
        self, text: str, *, by: str, note: str = "", known: Known | None = None
    ) -> Definition:
        """
        Put a mapping in force, by its file.

        Args: known: what both sides have; a mapping that does not fit is refused.
        Raises: FileWrong, MappingProblems: all that is wrong with it.
        """
        mapping = parse_file(text)
        if known is not None:
            _expect_fit(f"mapping {mapping.name}", self.problems_of_mapping(mapping, known))
        return self._publish(MAPPING, mapping.name, mapping.version, export(mapping), by, note)

    def publish_rule(
        self, text: str, *, by: str, note: str = "", known: Known | None = None
    ) -> Definition:
        """
        Put a rule in force, by its file.

        Args: known: what both sides have; a rule that does not fit is refused.
        Raises: RuleWrong, ConditionWrong, MappingProblems: all that is wrong with it.
        """
        rule = parse_rule(text)
        if known is not None:
            _expect_fit(f"rule {rule.name}", self.problems_of_rule(rule, known))
        return self._publish(RULE, rule.name, rule.version, export_rule(rule), by, note)

    def enable(
        self, name: str, *, is_enabled: bool, by: str, known: Known | None = None
    ) -> Definition | None:
        """
        Switch a rule on or off; None: there is no such rule.

        Args: known: what both sides have; one that does not fit is not switched on.
        Raises: MappingProblems.
        """
        rule = self.rule(name)
        if rule is None:
            return None
        changed = replace(rule, is_enabled=is_enabled)
        note = "switched on" if is_enabled else "switched off"
        held = known if is_enabled else None
        return self.publish_rule(export_rule(changed), by=by, note=note, known=held)

    def rollback(
        self, kind: str, name: str, which: str, *, by: str, known: Known | None = None
    ) -> Definition | None:
        """
        Put an earlier version in force again; None: there is none such.

        A rule stays on or off. Raises: MappingProblems: it does not fit any more.
        """
        found = self.definitions.find(kind, name, which)
        if found is None:
            return None
        note = f"back to {found.version}"
        if kind == MAPPING:
            return self.publish_mapping(found.content, by=by, note=note, known=known)
        rule = self.switched_as_now(parse_rule(found.content))
        return self.publish_rule(export_rule(rule), by=by, note=note, known=known)

    def switched_as_now(self, rule: Rule) -> Rule:
        """
        Return a draft or an earlier version of a rule, on or off as what is in force now is.

        Off where nothing is in force. Only `enable` switches.
        """
        now = self.definitions.current(RULE, rule.name)
        return replace(rule, is_enabled=now is not None and _is_on(now.content))

    def _publish(  # noqa: PLR0917 - the columns of one row
        self, kind: str, name: str, version: str, content: str, by: str, note: str
    ) -> Definition:
        made = self.definitions.publish(kind, name, version, content, by=by, note=note)
        self._looked_at = float("-inf")
        return made

    def _version(self, name: str, version: str) -> Mapping | None:
        """Return any version of a mapping; what was published never changes."""
        if (name, version) not in self._earlier:
            found = self.definitions.find(MAPPING, name, version)
            if found is None:
                return None
            self._earlier[name, version] = parse_file(found.content)
        return self._earlier[name, version]

    def _refresh(self) -> None:
        if monotonic() - self._looked_at < _BELIEVED_SECONDS:
            return
        stamp = self.definitions.stamp()
        if stamp != self._stamp:
            unread: list[Unread] = []
            mappings = _read(self.definitions.all_current(MAPPING), parse_file, unread)
            rules = _read(self.definitions.all_current(RULE), parse_rule, unread)
            self._mappings = {one.name: one for one in mappings}
            self._rules = tuple(sorted(rules, key=lambda one: (one.order, one.name)))
            self._unread = tuple(unread)
            self._creating = {}
            self._stamp = stamp
        self._looked_at = monotonic()


def _read(found: Sequence[Definition], parse: Callable[[str], T], unread: list[Unread]) -> list[T]:
    """Read what can be read; what cannot is added to `unread`."""
    shapes = []
    for one in found:
        try:
            shapes.append(parse(one.content))
        except Exception as error:  # noqa: BLE001 - a file of another Isthmus may fail in any way
            what = error.what if isinstance(error, IsthmusError) else type(error).__name__
            _log.warning("definition_not_read", kind=one.kind, name=one.name, what=what)
            told = f"The {one.kind} {one.name} cannot be read, so it is left out: {what}"
            remedy = f"isthmus {one.kind} rollback brings a version back that can; or publish anew."
            unread.append(Unread(one.kind, one.name, told, remedy))
    return shapes


def _is_on(content: str) -> bool:
    """Tell whether a rule's file says that it is on; also one of another Isthmus."""
    try:
        return tomllib.loads(content).get("is_enabled") is True
    except (tomllib.TOMLDecodeError, RecursionError):
        return False


def _makes_tickets(content: str) -> bool:
    try:
        rule = parse_rule(content)
    except IsthmusError:  # a version of another Isthmus
        return False
    return rule.is_enabled and rule.creates_tickets


def _in_mappings(rule: Rule, mappings: dict[str, Mapping], known: Known) -> Iterator[Problem]:
    for name in (rule.inbound, rule.outbound):
        mapping = mappings.get(name)
        if mapping is not None:
            creates = rule.creates_tickets and name == rule.outbound
            for problem in check_mapping(mapping, known, creates=creates):
                yield _of(f"mapping {name}", problem)


def _of(place: str, problem: Problem) -> Problem:
    """Return a problem that says which other file it is in."""
    row = "" if problem.row is None else f", row {problem.row}"
    return replace(problem, what=f"{place}{row}: {problem.what}", row=None)


def _expect_fit(where: str, problems: tuple[Problem, ...]) -> None:
    if any(one.is_fatal for one in problems):
        raise MappingProblems(where, problems)
