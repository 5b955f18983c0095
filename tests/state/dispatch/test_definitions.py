"""Versions of mappings and rules: published once, found again, rolled back to."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from isthmus.state.dispatch import Definition, Definitions, DispatchState


@pytest.fixture
def kept(database: Engine) -> Definitions:
    DispatchState.open(database)
    return Definitions.open(database)


def put(kept: Definitions, version: str, name: str = "one", by: str = "me") -> Definition:
    return kept.publish("mapping", name, version, f"file of {version}", by=by, note="why")


def test_what_was_never_published_is_not_there(kept: Definitions) -> None:
    assert kept.current("mapping", "one") is None
    assert kept.history("mapping", "one") == ()
    assert kept.find("mapping", "one", "1") is None
    assert kept.all_current("mapping") == ()


def test_what_is_published_is_in_force_and_what_was_before_stays(kept: Definitions) -> None:
    first, second = put(kept, "aaa"), put(kept, "bbb")
    assert (first.number, second.number) == (1, 2)
    assert kept.current("mapping", "one") == second
    assert [(o.version, o.is_current) for o in kept.history("mapping", "one")] == [
        ("bbb", True), ("aaa", False),
    ]  # fmt: skip
    assert (second.content, second.by, second.note) == ("file of bbb", "me", "why")


def test_publishing_what_is_in_force_changes_nothing(kept: Definitions) -> None:
    first = put(kept, "aaa", by="me")
    stamp = kept.stamp()
    assert put(kept, "aaa", by="somebody else") == first
    assert kept.stamp() == stamp


def test_an_earlier_version_comes_back_under_a_new_number(kept: Definitions) -> None:
    put(kept, "aaa")
    put(kept, "bbb")
    again = put(kept, "aaa")
    assert again.number == 3
    assert kept.current("mapping", "one") == again
    assert [one.version for one in kept.history("mapping", "one")] == ["aaa", "bbb"]


def test_a_version_is_found_by_its_digits_and_by_its_number(kept: Definitions) -> None:
    put(kept, "aaa")
    put(kept, "bbb")
    for which in ("aaa", "1"):
        found = kept.find("mapping", "one", which)
        assert found is not None
        assert found.version == "aaa"
    assert kept.find("mapping", "one", "ccc") is None


def test_names_and_kinds_do_not_touch_each_other(kept: Definitions) -> None:
    put(kept, "aaa")
    put(kept, "ccc", "other")
    kept.publish("rule", "one", "ddd", "a rule", by="me")
    assert [(o.name, o.version) for o in kept.all_current("mapping")] == [
        ("one", "aaa"), ("other", "ccc"),
    ]  # fmt: skip
    assert [one.version for one in kept.all_current("rule")] == ["ddd"]


def test_the_stamp_changes_with_every_publication(kept: Definitions) -> None:
    stamps = [kept.stamp()]
    for version in ("aaa", "bbb", "aaa"):
        put(kept, version)
        stamps.append(kept.stamp())
    assert len(set(stamps)) == len(stamps)


def test_of_many_who_publish_at_once_each_is_counted_and_one_is_in_force(kept: Definitions) -> None:
    versions = [f"v{number}" for number in range(8)] * 2
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda version: put(kept, version), versions))
    history = kept.history("mapping", "one")
    assert {one.version for one in history} == set(versions)
    assert [one.is_current for one in history] == [True, *[False] * 7]
    assert len({one.number for one in history}) == 8


def test_a_version_keeps_who_published_it_first_and_notes_who_did_so_again(
    kept: Definitions,
) -> None:
    first = put(kept, "aaa", by="me")
    put(kept, "bbb", by="me")
    stamp = kept.stamp()
    again = put(kept, "aaa", by="somebody else")
    assert (again.by, again.published_at) == (first.by, first.published_at)
    assert again.note.startswith("why; again ")
    assert again.note.endswith("UTC by somebody else: why")
    assert kept.stamp() != stamp
