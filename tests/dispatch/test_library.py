"""The mappings and rules in force: published when they fit, found again, switched on and off."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.dispatch import library as room
from isthmus.dispatch.faults import MappingProblems
from isthmus.dispatch.library import MAPPING, RULE, Library, NoSuchDefinition
from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.rules.filing import FileWrong, export
from isthmus.dispatch.rules.known import CompanyLists, Known
from isthmus.dispatch.rules.rule import RuleWrong, export_rule
from isthmus.dispatch.rules.shapes import Mapping
from isthmus.engine.database import open_database
from isthmus.fieldnation.models import Choice, CompanyField
from isthmus.state.dispatch import Definitions, DispatchState
from isthmus.wiring.dispatch.definitions import seed, seed_once

FIELDS = ("Isthmus ID", "Autotask Link", "Autotask Ticket ID", "Purchase Order", "Priority")
TYPES = ("General Networking", "Printer", "Desktop and Laptop")
COMPANY = CompanyLists(
    types_of_work=tuple(Choice(n, name, {}) for n, name in enumerate(TYPES, 1)),
    custom_fields=tuple(
        CompanyField(n, name, "text", False, False, False, False, (), {})
        for n, name in enumerate(FIELDS, 1)
    ),
)
KNOWN = Known({}, COMPANY)
"""Nothing of Autotask, of which nothing is checked then."""


@pytest.fixture
def definitions(tmp_path: Path) -> Iterator[Definitions]:
    engine = open_database(tmp_path / "dispatch.db")
    DispatchState.open(engine)
    made = Definitions.open(engine)
    seed(made)
    yield made
    engine.dispose()


@pytest.fixture
def library(definitions: Definitions) -> Library:
    return Library(definitions)


def changed(name: str = "ticket_inbound", **values: Any) -> Mapping:
    return replace(shipped(name), **values)


def without(name: str, *targets: str) -> Mapping:
    rows = tuple(row for row in shipped(name).rows if row.target not in targets)
    return changed(name, rows=rows)


def publish(library: Library, mapping: Mapping, known: Known | None = None) -> str:
    return library.publish_mapping(export(mapping), by="me", known=known).version


def test_what_comes_with_isthmus_is_in_force_and_off(library: Library) -> None:
    assert tuple(one.name for one in library.mappings()) == NAMES
    assert tuple(one.name for one in library.rules(enabled_only=False)) == RULES
    assert library.rules() == ()
    assert library.find(MAPPING, "ticket_inbound").by == "isthmus"


def test_seeding_again_leaves_what_an_admin_changed(
    library: Library, definitions: Definitions
) -> None:
    mine = publish(library, changed(note="mine"))
    seed(definitions)
    assert library.find(MAPPING, "ticket_inbound").version == mine


def test_a_home_is_seeded_once_a_version_of_isthmus(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Definitions] = []
    state = DispatchState.open(definitions.engine)
    monkeypatch.setattr("isthmus.wiring.dispatch.definitions.seed", seen.append)
    for _ in range(3):
        seed_once(state, definitions)
    assert seen == [definitions]


def test_every_version_can_be_read_again(library: Library) -> None:
    first = shipped("ticket_inbound")
    second = changed(note="mine")
    publish(library, second)
    assert library.mapping("ticket_inbound") == second
    assert library.mapping("ticket_inbound", first.version) == first
    assert library.mapping("ticket_inbound", "1") == first
    assert library.mapping("ticket_inbound", "nope") is None
    assert library.mapping("nope") is None


def test_another_library_sees_what_was_published_within_a_second(
    library: Library, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(room, "monotonic", lambda: now[0])
    other = Library(definitions)
    assert other.mapping("ticket_inbound") == shipped("ticket_inbound")
    publish(library, changed(note="mine"))
    now[0] += 1
    found = other.mapping("ticket_inbound")
    assert found is not None
    assert found.note == "mine"


def test_a_mapping_that_does_not_fit_is_refused_with_all_that_is_wrong(library: Library) -> None:
    before = library.find(MAPPING, "ticket_inbound")
    wrong = without("ticket_inbound", "location.mode", "pay.base.amount")
    with pytest.raises(MappingProblems) as refused:
        publish(library, wrong, KNOWN)
    assert {one.field for one in refused.value.problems} == {"location.mode", "pay.base.amount"}
    assert library.find(MAPPING, "ticket_inbound") == before
    assert publish(library, wrong) == wrong.version  # unless nobody asks


def test_a_file_that_cannot_be_read_is_refused(library: Library) -> None:
    with pytest.raises(FileWrong):
        library.publish_mapping("name = ", by="me")
    with pytest.raises(RuleWrong):
        library.publish_rule("name = 'x'", by="me")


def test_a_mapping_without_which_an_enabled_rule_fails_is_refused(library: Library) -> None:
    hours: dict[str, Any] = {"times": True, "time_resource_id": 1, "time_role_id": 1}
    rule = replace(shipped_rule("ticket_dispatch"), is_enabled=True, **hours)
    library.publish_rule(export_rule(rule), by="me", known=KNOWN)
    rows = (row.target for row in shipped("ticket_outbound").rows if "timeEntry" in row.target)
    hourless = without("ticket_outbound", *rows)
    with pytest.raises(MappingProblems, match="rule ticket_dispatch: Nothing comes of times"):
        publish(library, hourless, KNOWN)
    library.enable("ticket_dispatch", is_enabled=False, by="me")
    assert publish(library, hourless, KNOWN) == hourless.version


def test_a_rule_is_enabled_only_when_its_mappings_fit(library: Library) -> None:
    publish(library, without("ticket_inbound", "location.mode"))
    with pytest.raises(MappingProblems, match="mapping ticket_inbound"):
        library.enable("ticket_dispatch", is_enabled=True, by="me", known=KNOWN)
    assert library.rules() == ()
    publish(library, shipped("ticket_inbound"))
    library.enable("ticket_dispatch", is_enabled=True, by="me", known=KNOWN)
    assert [one.name for one in library.rules()] == ["ticket_dispatch"]
    assert library.enable("nope", is_enabled=True, by="me") is None


def test_a_rule_is_switched_off_whatever_the_vendors_say(library: Library) -> None:
    library.enable("ticket_dispatch", is_enabled=True, by="me")
    library.enable("ticket_dispatch", is_enabled=False, by="me", known=Known())
    assert library.rules() == ()
    assert library.rule("ticket_dispatch") == shipped_rule("ticket_dispatch")


def test_rules_come_in_the_order_they_are_asked_in(library: Library) -> None:
    for name, order in (("ticket_dispatch", 3), ("task_dispatch", 1), ("service_call_dispatch", 2)):
        rule = replace(shipped_rule(name), order=order, is_enabled=True)
        library.publish_rule(export_rule(rule), by="me")
    found = [one.order for one in library.rules()]
    assert found == [1, 2, 3]


def test_a_version_that_does_not_fit_any_more_is_not_rolled_back_to(library: Library) -> None:
    old = publish(library, without("ticket_inbound", "location.mode"))
    publish(library, shipped("ticket_inbound"))
    with pytest.raises(MappingProblems):
        library.rollback(MAPPING, "ticket_inbound", old, by="me", known=KNOWN)
    back = library.rollback(MAPPING, "ticket_inbound", old, by="me")
    assert back is not None
    assert back.version == old
    assert back.note.endswith(f"by me: back to {old}")
    assert library.rollback(RULE, "ticket_dispatch", "nope", by="me") is None


@pytest.mark.parametrize("is_on", [True, False])
def test_a_rule_that_is_rolled_back_stays_on_or_off(library: Library, is_on: bool) -> None:
    rule = replace(shipped_rule("ticket_dispatch"), order=3, is_enabled=not is_on)
    old = library.publish_rule(export_rule(rule), by="me")
    now = replace(rule, order=4, is_enabled=is_on)
    library.publish_rule(export_rule(now), by="me")
    assert library.rollback(RULE, "ticket_dispatch", old.version, by="me") is not None
    assert library.rule("ticket_dispatch") == replace(rule, is_enabled=is_on)


@pytest.mark.parametrize(("name", "which"), [("nope", ""), ("ticket_inbound", "nope")])
def test_a_name_or_version_that_is_not_there_is_told(
    library: Library, name: str, which: str
) -> None:
    with pytest.raises(NoSuchDefinition) as missing:
        library.find(MAPPING, name, which)
    assert "isthmus mapping" in missing.value.remedy


def test_one_file_that_cannot_be_read_leaves_the_others_in_force(
    definitions: Definitions, library: Library
) -> None:
    rules, mappings = len(library.rules(enabled_only=False)), len(library.mappings())
    definitions.publish("rule", "of tomorrow", "aaa", "format = 9", by="a later Isthmus")
    definitions.publish("mapping", "torn", "bbb", "= nonsense", by="a disk")

    fresh = Library(definitions)

    assert len(fresh.rules(enabled_only=False)) == rules
    assert len(fresh.mappings()) == mappings
    assert {(one.kind, one.name) for one in fresh.unread()} == {
        ("rule", "of tomorrow"), ("mapping", "torn"),
    }  # fmt: skip
    assert all("rollback" in one.remedy for one in fresh.unread())
