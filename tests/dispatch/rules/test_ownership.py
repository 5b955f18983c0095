"""Whose value counts when both sides changed a field."""

from datetime import UTC, datetime, timedelta

import pytest

from isthmus.dispatch.rules.ownership import Owner, decide_owner, owner_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=1)


def test_the_nearest_owner_counts_and_else_autotask() -> None:
    owners = {"schedule": "person", "schedule.service_window.start": "newest", "pay": "fieldnation"}
    assert owner_of(owners, "schedule.service_window.start.utc") is Owner.NEWEST
    assert owner_of(owners, "schedule.schedule_note") is Owner.PERSON
    assert owner_of(owners, "pay.base.amount") is Owner.FIELDNATION
    assert owner_of(owners, "payload") is Owner.AUTOTASK


@pytest.mark.parametrize(
    ("owner", "order_changed", "record_at", "order_at", "verdict"),
    [
        (Owner.AUTOTASK, True, EARLIER, NOW, "write"),
        (Owner.FIELDNATION, False, NOW, EARLIER, "keep"),
        (Owner.NEWEST, True, EARLIER, NOW, "keep"),
        (Owner.NEWEST, True, NOW, EARLIER, "write"),
        (Owner.NEWEST, True, None, NOW, "ask"),
        (Owner.NEWEST, True, NOW, None, "ask"),
        (Owner.NEWEST, False, EARLIER, NOW, "write"),
        (Owner.PERSON, True, NOW, EARLIER, "ask"),
        (Owner.PERSON, False, NOW, EARLIER, "write"),
    ],
)
def test_the_owner_decides(
    owner: Owner,
    order_changed: bool,
    record_at: datetime | None,
    order_at: datetime | None,
    verdict: str,
) -> None:
    found = decide_owner(owner, order_changed=order_changed, record_at=record_at, order_at=order_at)
    assert found == verdict
