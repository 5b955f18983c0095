"""What the vendor sends, as shapes; what is missing becomes empty, never a guess."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.fieldnation import Choice
from isthmus.fieldnation import parsing as p

AT = {"utc": "2026-02-03 15:15:30", "local": {"date": "2026-02-03", "time": "09:15:30"}}
WHEN = datetime(2026, 2, 3, 15, 15, 30, tzinfo=UTC)


def parsed(**raw: Any) -> Any:
    found = p.parse_work_order({"id": 7, **raw})
    assert found is not None
    return found


def test_a_work_order_gives_what_rules_need() -> None:
    found = parsed(
        title="A job",
        status={
            "id": 3,
            "name": "Assigned",
            "display": "Assigned: Delayed",
            "sub_status": "Delayed",
            "code": "delayed",
            "delay": 900,
            "confirmed": True,
            "correlation_id": "corr",
        },
        assignee={"user": {"id": 5, "first_name": "Ann", "last_name": "Lee", "cell": "1"}},
        milestones={"created": AT, "assigned": None, "paid": {"utc": ""}},
        actions=["edit", {"id": "cancel"}, None],
        integration={"id": "T-1", "name": "Autotask", "href": "https://x.example.com"},
        integrations={"result": [{"id": "T-1", "name": "Autotask"}, {"id": "9", "name": "Other"}]},
    )

    assert (found.status.name, found.status.sub_status, found.status.id) == (
        "Assigned",
        "Delayed",
        3,
    )
    assert (found.status.delay, found.status.confirmed, found.status.no_show) == (900, True, False)
    assert (found.assignee.id, found.assignee.name, found.assignee.cell) == (5, "Ann Lee", "1")
    assert found.milestones == {"created": WHEN}
    assert found.actions == {"edit", "cancel"}
    assert [(one.id, one.name) for one in found.external] == [("T-1", "Autotask"), ("9", "Other")]
    assert found.correlation_id == "corr"
    assert not found.is_stub


def test_an_order_that_says_nothing_is_empty_and_a_stub() -> None:
    found = parsed()

    assert (found.title, found.status, found.assignee) == ("", None, None)
    assert (found.custom_values, found.milestones, found.actions, found.external) == (
        (),
        {},
        frozenset(),
        (),
    )
    assert found.is_stub


@pytest.mark.parametrize("number", ["7", 7, Decimal(7), " 7 "])
def test_an_id_may_come_as_text(number: Any) -> None:
    found = p.parse_work_order({"id": number})

    assert found is not None
    assert found.id == 7


@pytest.mark.parametrize("number", [None, True, 0, -1, "abc", "", "7.5", 7.5, [], "9" * 40])
def test_without_an_id_it_is_no_work_order(number: Any) -> None:
    assert p.parse_work_order({"id": number}) is None


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({"id": 9}, "Routed"),
        ({"id": 4, "display": "Work Done"}, "Work Done"),
        ({"id": 1, "name": "Assigned"}, "Assigned"),
        ({"display": "Assigned: Checked in"}, "Assigned"),
        ({"id": 77}, ""),
    ],
)
def test_a_status_goes_by_its_name_first_and_by_its_number_last(
    raw: dict[str, Any], name: str
) -> None:
    assert p.parse_status(raw).name == name


def test_custom_fields_are_read_in_groups_and_flat() -> None:
    grouped = parsed(
        custom_fields={
            "results": [
                {"id": 1, "name": "Buyer", "results": [{"id": 10, "name": "Ref", "value": "T-1"}]},
                {"id": 2, "results": [{"id": 11, "value": None, "role": "assigned_provider"}]},
            ]
        }
    )
    flat = parsed(custom_fields=[])
    flat = parsed(custom_fields={"results": [{"id": 10, "value": 5, "filled_by": "buyer"}]})

    assert [(one.id, one.value, one.group) for one in grouped.custom_values] == [
        (10, "T-1", "Buyer"),
        (11, "", ""),
    ]
    assert grouped.custom_value(10) == "T-1"
    assert grouped.custom_value(12) is None
    assert [(one.id, one.value, one.role) for one in flat.custom_values] == [(10, "5", "buyer")]


def test_replies_follow_what_they_answer() -> None:
    found = p.parse_messages(
        {
            "results": [
                {
                    "msg_id": "2",
                    "parent_id": "0",
                    "from": {"id": 4, "name": "Ann"},
                    "role": "INTERNAL",
                    "created": AT,
                    "message": "Q",
                    "replies": [{"msg_id": "3", "message": "A"}],
                },
                {"msg_id": "1", "message": "old"},
            ]
        }
    )

    assert [(one.id, one.parent_id, one.text) for one in found] == [
        ("2", "", "Q"),
        ("3", "2", "A"),
        ("1", "", "old"),
    ]
    assert (found[0].author_id, found[0].author, found[0].at) == (4, "Ann", WHEN)


def test_a_file_hides_its_link() -> None:
    (folder,) = p.parse_folders(
        {
            "results": [
                {
                    "id": 5,
                    "name": "Misc",
                    "results": [
                        {
                            "id": 8,
                            "file": {
                                "name": "a.png",
                                "mime": "image/png",
                                "size_bytes": "12",
                                "link": "https://files.example.com/x?signature=hush",
                            },
                            "status": "PENDING",
                            "created": AT,
                        }
                    ],
                }
            ]
        }
    )
    (file,) = folder.files

    assert (file.id, file.folder_id, file.name, file.size, file.status, file.at) == (
        8,
        5,
        "a.png",
        12,
        "pending",
        WHEN,
    )
    assert "hush" not in repr(file)
    assert "hush" not in repr(folder)


def test_a_time_log_and_an_expense_keep_every_digit() -> None:
    (log,) = p.parse_time_logs(
        {"results": [{"id": 3, "in": {"created": AT}, "out": {}, "hours": "1.25", "devices": 0}]}
    )
    (spent,) = p.parse_expenses(
        {"results": [{"id": 4, "amount": Decimal("12.10"), "quantity": 2, "category": {}}]}
    )

    assert (log.start, log.end, log.hours, log.devices) == (WHEN, None, Decimal("1.25"), 0)
    assert (str(spent.amount), str(spent.quantity), spent.category) == ("12.10", "2", "")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({"id": 1, "name": "P"}, "P"),
        ({"id": 1, "label": "L"}, "L"),
        ({"id": 1, "title": "T"}, "T"),
        ({"id": 1, "first_name": "Ann", "last_name": "Lee"}, "Ann Lee"),
        ({"location_id": 1}, ""),
    ],
)
def test_a_choice_is_named_by_whatever_name_it_has(raw: dict[str, Any], name: str) -> None:
    found = p.parse_choice(raw)

    assert found == Choice(1, name, raw)


def test_a_company_field_counts_flags_and_numbers() -> None:
    one = p.parse_company_field({"id": 1, "required": 1, "flags": ["internal_id", "unique"]})
    other = p.parse_company_field(
        {"id": 2, "type": "predefined", "options": ["A", {"value": "B"}], "for_tech": 0}
    )

    assert one is not None
    assert (one.required, one.unique, one.internal, one.for_provider) == (True, True, True, False)
    assert other is not None
    assert other.options == ("A", "B")
    assert not other.required


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["id", "results", "status", "file", "in", "from", "replies", "options"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSONS, st.dictionaries(st.sampled_from(["id", "status", "custom_fields", "x"]), JSONS))
def test_no_json_of_the_vendor_breaks_a_shape(part: Any, whole: dict[str, Any]) -> None:
    keys = ("status", "custom_fields", "milestones", "actions", "integrations", "assignee")
    parsed(**dict.fromkeys(keys, part))
    p.parse_work_order(whole)
    for parse in (p.parse_messages, p.parse_folders, p.parse_time_logs, p.parse_expenses):
        parse(part)
    p.parse_company_field({"id": 1, "flags": part, "options": part})
