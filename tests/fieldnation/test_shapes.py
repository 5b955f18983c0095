"""What the vendor sends, as shapes; what is missing becomes empty, never a guess."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.fieldnation import Choice, FieldNationClient
from isthmus.fieldnation import parsing as p
from tests.fieldnation.fake_vendor import FakeVendor, answer, order

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


async def test_numbers_of_an_answer_are_exact(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer({"base": {"amount": 0.1}, "total": 19.99}))

    pay = await client.work_orders.pay(7)

    assert pay["base"]["amount"] + pay["base"]["amount"] * 2 == Decimal("0.3")
    assert pay["total"] == Decimal("19.99")


async def test_amounts_are_sent_as_they_are(vendor: FakeVendor, client: FieldNationClient) -> None:
    vendor.then(answer({}))

    await client.work_orders.set_pay(7, {"base": {"amount": Decimal("19.99"), "units": 1}})

    assert vendor.bodies[0]["base"]["amount"] == 19.99


async def test_a_write_that_answers_no_order_is_read_anew(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer({}), answer(order(title="As it is")))

    found = await client.work_orders.unassign(7, 5, reason_id="1")

    assert found.title == "As it is"
    assert [call[0] for call in vendor.calls] == ["DELETE", "GET"]


async def test_a_write_that_cannot_be_read_back_is_still_told(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer(order(title="A job")), answer({"message": "gone"}, 404))

    written = await client.work_orders.create({"title": "A job", "project": {"id": 4}})

    assert written.order.id == 7
    assert not written.checked
    assert written.dropped == ("project",)


async def test_a_queued_create_without_a_number_says_that_it_may_be_done(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    from isthmus.fieldnation import NotSettled

    vendor.then(answer({"title": "A job", "__worker": {"id": 3}}))

    with pytest.raises(NotSettled) as caught:
        await client.work_orders.create({"title": "A job"}, run_async=True)

    assert caught.value.may_have_taken_effect
    assert vendor.queries[0]["async"] == "true"
    assert len(vendor.calls) == 1


async def test_a_queued_change_is_looked_for_until_it_shows(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    before, after = answer(order(title="Old")), answer(order(title="New"))
    vendor.then(before, before, before, after)

    written = await client.work_orders.update(7, {"title": "New"}, run_async=True)

    assert written.order.title == "New"
    assert written.changed == ()
    assert [call[0] for call in vendor.calls] == ["PUT", "GET", "GET", "GET"]


async def test_a_queued_change_that_never_shows_is_told_as_it_is(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer(order(title="Old")))

    written = await client.work_orders.update(7, {"title": "New"}, run_async=True)

    assert written.checked
    assert [one.path for one in written.changed] == ["title"]


async def test_cancelling_without_a_reason_is_refused_before_it_is_sent(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    from isthmus.fieldnation import ValidationFailed

    with pytest.raises(ValidationFailed, match="reason"):
        await client.work_orders.cancel(7, "  ")

    assert vendor.calls == []


async def test_the_message_just_posted_is_told_from_older_ones_of_the_same_words(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    def row(number: str, text: str, minute: int) -> dict[str, Any]:
        return {
            "msg_id": number,
            "message": text,
            "created": {"utc": f"2026-01-01 10:{minute:02}:00"},
        }

    vendor.then(answer({"results": [row("9", "x", 1), row("8", "hello", 3), row("7", "hello", 2)]}))

    sent = await client.work_orders.send_message(7, "hello", kind="INTERNAL")

    assert sent is not None
    assert sent.id == "8"
    assert vendor.bodies[0] == {"message": "hello", "type": "INTERNAL"}


async def test_lists_of_the_company_are_read_whole_or_not_at_all(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    from isthmus.fieldnation import AnswerBroken

    def page(*ids: int) -> Any:
        return answer({"metadata": {"total": 3}, "results": [{"id": n, "name": "x"} for n in ids]})

    vendor.then(page(1, 2), page(3))
    assert [one.id for one in await client.company.projects()] == [1, 2, 3]
    assert [query.get("page") for query in vendor.queries] == [None, "2"]

    vendor.script[:] = [page(1, 2)]
    with pytest.raises(AnswerBroken, match="counts 3 entries and shows 2"):
        await client.company.templates()


async def test_a_list_of_the_company_may_be_bare(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer([{"id": 1, "first_name": "Ann", "last_name": "Lee"}]))

    assert [one.name for one in await client.company.managers()] == ["Ann Lee"]
