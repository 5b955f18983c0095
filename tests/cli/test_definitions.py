"""`isthmus mapping` and `isthmus rule`: what a person does with them, against both simulators."""

from pathlib import Path
from typing import Any

import pytest

from isthmus.cli.exits import Exit
from isthmus.dispatch.mappings import NAMES, RULES, shipped
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.cli.conftest import Run
from tests.dispatch.shores import Shores

OUT = "ticket_outbound"


@pytest.fixture
def both(
    isthmus: Run,
    autotask_sim: AutotaskSim,
    fieldnation_sim: FieldNationSim,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run commands in a home that knows both vendors."""
    shores = Shores(autotask_sim, fieldnation_sim, home)
    for name, value in shores.environment.items():
        monkeypatch.setenv(name, value)
    return isthmus


@pytest.fixture
def file(isthmus: Run, tmp_path: Path) -> Path:
    """Give the file of a shipped mapping."""
    assert isthmus("mapping", "export", OUT, "--to", str(tmp_path)).code == Exit.OK
    return tmp_path / f"{OUT}.toml"


def edit(file: Path, old: str, new: str) -> str:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return str(file)


def writes(*sims: Any) -> list[str]:
    seen = [call for sim in sims for call in sim.admin("GET", "requests")]
    reads = ("/query", "/oauth/token")
    return [c["path"] for c in seen if c["method"] != "GET" and not c["path"].endswith(reads)]


# Looking


def test_a_new_home_has_what_comes_with_isthmus_and_nothing_is_on(isthmus: Run) -> None:
    mappings = isthmus("mapping", "list", "--json").json()["mappings"]
    rules = isthmus("rule", "list", "--json").json()["rules"]

    assert tuple(one["name"] for one in mappings) == NAMES
    assert tuple(sorted(one["name"] for one in rules)) == RULES
    assert {one["by"] for one in mappings} == {"isthmus"}
    assert not any(one["is_enabled"] for one in rules)
    assert {one["name"]: one["rules"] for one in mappings}[OUT] == ["ticket_dispatch"]


def test_the_lists_are_for_people_too(isthmus: Run) -> None:
    mappings, rules = isthmus("mapping", "list").out, isthmus("rule", "list").out

    assert all(name in mappings for name in NAMES)
    assert all(name in rules for name in RULES)
    assert "ticket.status.label is" in rules
    assert "None is on, so nothing is dispatched." in rules


def test_a_mapping_is_shown_row_by_row_with_its_versions(isthmus: Run) -> None:
    shown = isthmus("mapping", "show", OUT).out
    told = isthmus("mapping", "show", OUT, "--json").json()

    assert all(row.target in shown for row in shipped(OUT).rows)
    assert "in force" in shown
    assert (told["version"], told["number"]) == (shipped(OUT).version, 1)
    assert len(told["content"]["rows"]) == len(shipped(OUT).rows)
    assert [one["version"] for one in told["history"]] == [shipped(OUT).version]


def test_a_rule_is_shown_with_every_setting(isthmus: Run) -> None:
    shown = isthmus("rule", "show", "ticket_dispatch").out
    told = isthmus("rule", "show", "ticket_dispatch", "--json").json()

    assert "is off" in shown
    assert "ticket.status.label is Dispatch to Field" in shown
    assert "breaker_writes" in shown
    assert told["content"]["when"] == {"field": "ticket.status.label", "is": "Dispatch to Field"}
    assert (told["is_enabled"], told["action"], told["cancel_when"]) == (False, "publish", None)


@pytest.mark.parametrize("kind", ["mapping", "rule"])
def test_a_name_that_is_not_there_is_told(isthmus: Run, kind: str) -> None:
    ended = isthmus(kind, "show", "nope")

    assert ended.code == Exit.USAGE
    assert f"isthmus {kind} list" in ended.err
    assert isthmus(kind, "show", "nope", "--json").json()["error"]["kind"] == "NoSuchDefinition"


# Checking


def test_what_comes_with_isthmus_fits(both: Run) -> None:
    for kind, names in (("mapping", NAMES), ("rule", RULES)):
        answer = both(kind, "check", "--json").json()
        assert sorted(one["name"] for one in answer["checks"]) == list(names)
        assert all(one["fits"] and one["problems"] == [] for one in answer["checks"])
        assert answer["exit"] == Exit.OK


def test_the_check_needs_both_vendors(isthmus: Run) -> None:
    ended = isthmus("mapping", "check")

    assert ended.code == Exit.UNREADABLE
    assert "isthmus connect autotask" in ended.err


def test_a_file_is_checked_without_being_published(both: Run, file: Path) -> None:
    path = edit(file, '\nvalue = "Scheduled"', '\nvalue = "Schedulled"')
    ended = both("mapping", "check", path)

    assert ended.code == Exit.PARTIAL
    assert "✗ ticket_outbound" in ended.out
    assert "row 1" in ended.out
    assert "status has no value 'Schedulled'" in ended.out
    assert "Did you mean Scheduled" in ended.out
    assert both("mapping", "show", OUT, "--json").json()["version"] == shipped(OUT).version
    (problem,) = both("mapping", "check", path, "--json").json()["checks"][0]["problems"]
    assert (problem["row"], problem["is_fatal"]) == (1, True)


def test_what_is_wrong_in_a_mapping_is_told_of_its_rule(both: Run, file: Path) -> None:
    edit(file, '"Scheduled"', '"Schedulled"')
    both("mapping", "publish", str(file), "--unchecked")
    (check,) = both("rule", "check", "ticket_dispatch", "--json").json()["checks"]

    assert not check["fits"]
    assert check["problems"][0]["what"].startswith("mapping ticket_outbound, row 1: ")


# Publishing


def test_a_mapping_that_fits_is_published_and_its_changes_are_told(both: Run, file: Path) -> None:
    edit(file, "has confirmed.", "says yes.")
    ended = both("mapping", "publish", str(file), "--note", "Shorter")

    assert ended.code == Exit.OK
    assert "is in force now (publication 2)." in ended.out
    assert "changed: note.description (row 22)" in ended.out
    told = both("mapping", "show", OUT, "--json").json()
    assert (told["number"], told["note"]) == (2, "Shorter")
    again = both("mapping", "publish", str(file))
    assert "was in force already (publication 2)." in again.out


def test_one_that_does_not_fit_is_refused_with_everything_that_is_wrong(
    both: Run, file: Path, autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim
) -> None:
    edit(file, '\nvalue = "Scheduled"', '\nvalue = "Schedulled"')
    edit(file, "timeEntry.endDateTime", "timeEntry.endTime")
    ended = both("mapping", "publish", str(file))

    assert ended.code == Exit.USAGE
    assert "Nothing was published." in ended.out
    assert "'Schedulled'" in ended.out
    assert "'endTime'" in ended.out
    assert both("mapping", "show", OUT, "--json").json()["number"] == 1
    answer = both("mapping", "publish", str(file), "--json").json()
    assert (answer["published"], answer["exit"]) == ([], Exit.USAGE)
    assert len(answer["checks"][0]["problems"]) == 2
    assert writes(autotask_sim, fieldnation_sim) == []


def test_a_script_that_cannot_be_read_is_refused(both: Run, tmp_path: Path) -> None:
    both("mapping", "export", "ticket_inbound", "--to", str(tmp_path))
    path = edit(tmp_path / "ticket_inbound.toml", "std.join('<br>', lines)", "std.join('<br>', ")
    ended = both("mapping", "publish", path)

    assert ended.code == Exit.USAGE
    assert "syntax error" in ended.out


@pytest.mark.parametrize(
    ("text", "told"),
    [("rows = [", "no TOML"), ('name = "x"', "direction"), ('kind = "rule"\n', "no mapping")],
)
def test_a_file_that_is_no_mapping_is_told_before_anyone_is_asked(
    isthmus: Run, tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "x.toml"
    file.write_text(text, "utf-8")
    ended = isthmus("mapping", "publish", str(file))

    assert ended.code == Exit.USAGE
    assert told in ended.err


@pytest.mark.parametrize("kind", ["mapping", "rule"])
def test_a_file_that_is_not_there_or_no_text_is_told(
    isthmus: Run, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")

    assert "no text in UTF-8" in isthmus(kind, "publish", str(tmp_path / "x.toml")).err
    ended = isthmus(kind, "publish", str(tmp_path / "y.toml"))
    assert ended.code == Exit.USAGE
    assert "cannot be read" in ended.err


# Versions


def test_two_versions_are_compared_row_by_row(isthmus: Run, file: Path) -> None:
    edit(file, "has confirmed.", "says yes.")
    isthmus("mapping", "publish", str(file), "--unchecked")
    edit(file, '\nvalue = "Escalated"', '\nvalue = "In Progress"')

    shown = isthmus("mapping", "diff", OUT).out
    assert "changed: note.description (row 22)" in shown
    assert "has confirmed." in shown
    assert "says yes." in shown
    to_file = isthmus("mapping", "diff", OUT, "1", str(file), "--json").json()
    assert [one["new_row"] for one in to_file["changes"]] == [4, 22]
    back = isthmus("mapping", "diff", OUT, "2", "shipped", "--json").json()
    assert (back["new"], len(back["changes"])) == (shipped(OUT).version, 1)
    assert "Both are the same." in isthmus("mapping", "diff", OUT, "2").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([OUT], "has one version only"),
        ([OUT, "7"], "has no version '7'"),
        (["nope", "1"], "There is no mapping 'nope'"),
        (["nope", "shipped"], "No mapping 'nope' comes with Isthmus."),
    ],
)
def test_a_version_that_is_not_there_is_told(isthmus: Run, arguments: list[str], told: str) -> None:
    ended = isthmus("mapping", "diff", *arguments)

    assert ended.code == Exit.USAGE
    assert told in " ".join(ended.err.split())


def test_what_was_before_comes_back(both: Run, file: Path) -> None:
    edit(file, "has confirmed.", "says yes.")
    both("mapping", "publish", str(file))
    ended = both("mapping", "rollback", OUT)

    assert ended.code == Exit.OK
    told = both("mapping", "show", OUT, "--json").json()
    assert (told["version"], told["number"]) == (shipped(OUT).version, 3)
    assert told["note"].endswith(f"back to {shipped(OUT).version}")
    assert both("mapping", "rollback", OUT, "2", "--json").json()["published"][0]["number"] == 4


def test_a_version_that_does_not_fit_any_more_is_refused_unless_asked_for(
    both: Run, file: Path
) -> None:
    good = file.read_text("utf-8")
    edit(file, '"Scheduled"', '"Schedulled"')
    both("mapping", "publish", str(file), "--unchecked")
    file.write_text(good, "utf-8")
    both("mapping", "publish", str(file))

    assert both("mapping", "rollback", OUT).code == Exit.USAGE
    assert both("mapping", "rollback", OUT, "--unchecked").code == Exit.OK


# Rules


def test_a_rule_is_switched_on_when_it_fits_and_off_again(both: Run) -> None:
    ended = both("rule", "enable", "ticket_dispatch")

    assert ended.code == Exit.OK
    assert "is_enabled: no became yes" in ended.out
    assert "isthmus webhooks install" in ended.out
    rules = both("rule", "list", "--json").json()["rules"]
    assert [one["name"] for one in rules if one["is_enabled"]] == ["ticket_dispatch"]
    assert both("rule", "disable", "ticket_dispatch").code == Exit.OK
    assert not both("rule", "show", "ticket_dispatch", "--json").json()["is_enabled"]


def test_a_rule_that_does_not_fit_stays_off(both: Run, file: Path) -> None:
    edit(file, '"Scheduled"', '"Schedulled"')
    both("mapping", "publish", str(file), "--unchecked")

    assert both("rule", "enable", "ticket_dispatch").code == Exit.USAGE
    assert not both("rule", "show", "ticket_dispatch", "--json").json()["is_enabled"]
    assert both("rule", "enable", "ticket_dispatch", "--unchecked").code == Exit.OK


def test_a_rule_is_switched_off_without_asking_anyone(isthmus: Run) -> None:
    isthmus("rule", "enable", "task_dispatch", "--unchecked")

    assert isthmus("rule", "disable", "task_dispatch", "--json").json()["exit"] == Exit.OK


def test_a_rule_is_published_with_its_changes_and_rolled_back(both: Run, tmp_path: Path) -> None:
    both("rule", "export", "ticket_dispatch", "--to", str(tmp_path))
    path = edit(tmp_path / "ticket_dispatch.toml", 'action = "publish"', 'notes = "both"')
    ended = both("rule", "publish", path, "--note", "Look first")

    assert ended.code == Exit.OK
    assert "action: publish became draft" in ended.out
    assert "notes: in became both" in ended.out
    assert both("rule", "rollback", "ticket_dispatch").code == Exit.OK
    assert both("rule", "show", "ticket_dispatch", "--json").json()["action"] == "publish"


def test_a_rule_that_is_rolled_back_stays_on_or_off(isthmus: Run, tmp_path: Path) -> None:
    name, unchecked = "ticket_dispatch", "--unchecked"
    isthmus("rule", "export", name, "--to", str(tmp_path))
    path = edit(tmp_path / f"{name}.toml", 'action = "publish"', 'action = "draft"')
    isthmus("rule", "publish", path, unchecked)
    isthmus("rule", "enable", name, unchecked)

    assert isthmus("rule", "rollback", name, unchecked).code == Exit.OK
    told = isthmus("rule", "show", name, "--json").json()
    assert (told["action"], told["is_enabled"]) == ("publish", True)
    isthmus("rule", "disable", name)
    assert isthmus("rule", "rollback", name, unchecked).code == Exit.OK
    told = isthmus("rule", "show", name, "--json").json()
    assert (told["action"], told["is_enabled"]) == ("draft", False)


def test_a_rule_with_an_unknown_label_is_refused(both: Run, tmp_path: Path) -> None:
    both("rule", "export", "ticket_dispatch", "--to", str(tmp_path))
    path = edit(tmp_path / "ticket_dispatch.toml", '"Dispatch to Field"', '"Dispatch To Field"')
    ended = both("rule", "publish", path)

    assert ended.code == Exit.USAGE
    assert "ticket.status.label never is 'Dispatch To Field'" in ended.out


# Files


def test_everything_is_exported_to_a_folder_and_imported_the_same(
    both: Run, tmp_path: Path
) -> None:
    for kind in ("mapping", "rule"):
        assert both(kind, "export", "--to", str(tmp_path / "in git")).code == Exit.OK
    files = sorted(one.stem for one in (tmp_path / "in git").iterdir())
    assert files == sorted((*NAMES, *RULES))

    for kind, names in (("mapping", NAMES), ("rule", RULES)):
        answer = both(kind, "import", str(tmp_path / "in git"), "--json").json()
        assert [one["name"] for one in answer["published"]] == list(names)
        assert not any(one["is_new"] for one in answer["published"])


def test_of_files_that_are_imported_none_is_published_when_one_does_not_fit(
    both: Run, tmp_path: Path
) -> None:
    both("mapping", "export", "--to", str(tmp_path))
    edit(tmp_path / "ticket_inbound.toml", "150", "175")
    edit(tmp_path / f"{OUT}.toml", '"Scheduled"', '"Schedulled"')
    ended = both("mapping", "import", str(tmp_path))

    assert ended.code == Exit.USAGE
    assert both("mapping", "show", "ticket_inbound", "--json").json()["number"] == 1


def test_one_mapping_goes_to_standard_output_as_it_is(isthmus: Run) -> None:
    told = isthmus("mapping", "export", OUT).out

    assert told.startswith("# A mapping of Isthmus.")
    assert f'name = "{OUT}"' in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["export"], "Name a folder with --to"),
        (["import"], "There is nothing to read."),
        (["import", "FOLDER"], "There is no file of a"),
    ],
)
@pytest.mark.parametrize("kind", ["mapping", "rule"])
def test_a_wrong_command_is_told_with_what_to_do(
    isthmus: Run, kind: str, arguments: list[str], told: str, tmp_path: Path
) -> None:
    ended = isthmus(kind, *(one.replace("FOLDER", str(tmp_path)) for one in arguments))

    assert ended.code == Exit.USAGE
    assert told in " ".join(ended.err.split())


def test_one_name_in_two_files_is_told(isthmus: Run, file: Path) -> None:
    other = file.with_name("other.toml")
    other.write_text(file.read_text("utf-8"), "utf-8")
    ended = isthmus("mapping", "import", str(file), str(other))

    assert ended.code == Exit.USAGE
    assert "is there twice" in ended.err
