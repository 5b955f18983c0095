"""What is told of a write, and of lists that are read whole."""

from decimal import Decimal
from typing import Any

import pytest

from isthmus.fieldnation import FieldNationClient
from tests.fieldnation.fake_vendor import FakeVendor, answer, order


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
