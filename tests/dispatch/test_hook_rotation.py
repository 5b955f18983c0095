"""Secrets of webhooks renewed: no delivery is refused meanwhile, and old ones are dropped."""

from datetime import timedelta

from isthmus.base.clock import utc_now
from isthmus.dispatch.hooks import GRACE, NotInstalled
from isthmus.dispatch.hooks.secrets import CALLOUT, FIELDNATION
from tests.dispatch.attended import (
    BOTH,
    TICKETS,
    Attended,
    Traffic,
    answering,
    draft,
    install,
    named,
    some_news,
)
from tests.dispatch.shores import Shores


async def test_rotating_under_load_refuses_no_delivery(shores: Shores) -> None:
    with answering(shores) as home:
        await install(home)
        # Wide windows: each vendor takes its time before it has the new secret, and to say so.
        late = {"method": "PATCH", "path": "TicketWebhooks", "kind": "delay", "seconds": 0.2}
        shores.autotask.admin("POST", "faults", late)
        for kind in ("delay", "slow"):
            late = {"method": "PUT", "path": "webhooks", "kind": kind, "seconds": 0.1}
            shores.fieldnation.admin("POST", "faults", late)
        async with home.hooks() as hooks, Traffic(shores, draft(home)) as traffic:
            for _ in range(3):
                await traffic.some()
                done = await hooks.rotate(BOTH)
                assert [(len(plan.changes), plan.is_well) for plan in done] == [(1, True)] * 2
            await traffic.some()
        home.settle_deliveries()

        attempts = home.attempts()
        assert len([1 for side, _ in attempts if side == "autotask"]) >= 15
        assert len([1 for side, _ in attempts if side == "fieldnation"]) >= 15
        assert {status for _, status in attempts} == {200}
        async with home.hooks() as hooks:
            hooks.settle(BOTH)
        assert {len(home.house.state.live_secrets(name)) for name in (TICKETS, FIELDNATION)} == {1}
        await some_news(home)
        assert {status for _, status in home.attempts()} == {200}


async def test_a_rotation_that_broke_off_goes_on_with_the_same_secret(home: Attended) -> None:
    await install(home)
    before = home.house.state.live_secrets(FIELDNATION)
    home.shores.fieldnation.admin(
        "POST", "faults", {"kind": "status", "status": 403, "method": "PUT", "count": 1}
    )
    async with home.hooks() as hooks:
        assert named(await hooks.rotate(BOTH), "Field Nation").error is not None
        made = home.secrets.newest(FIELDNATION)
        assert home.secrets.standing(FIELDNATION) == "unsure"
        assert named(hooks.settle(BOTH), "Field Nation").error is not None
        assert before[0] in home.house.state.live_secrets(FIELDNATION)

        assert named(await hooks.rotate(("fieldnation",)), "Field Nation").is_well

    assert home.secrets.newest(FIELDNATION) == made == home.field_hooks()[0]["secret"]


async def test_what_is_not_installed_cannot_be_rotated(home: Attended) -> None:
    async with home.hooks() as hooks:
        done = await hooks.rotate((*BOTH, "callout"))

    assert [type(plan.error) for plan in done] == [NotInstalled] * 3


async def test_an_old_secret_is_dropped_a_day_after_the_vendor_has_the_new_one(
    home: Attended,
) -> None:
    await install(home)
    async with home.hooks() as hooks:
        await hooks.rotate(BOTH)
    now = utc_now()

    assert home.secrets.settle_due(now + GRACE - timedelta(minutes=5)) == ()
    assert len(home.house.state.live_secrets(TICKETS)) == 2
    assert set(home.secrets.settle_due(now + GRACE + timedelta(minutes=5))) == {
        TICKETS,
        FIELDNATION,
    }
    assert len(home.house.state.live_secrets(TICKETS)) == 1


async def test_the_callouts_old_address_counts_until_a_person_says_so(home: Attended) -> None:
    async with home.hooks() as hooks:
        first = hooks.callout_url()
        assert hooks.callout_url() == first
        await hooks.rotate(("callout",))
        await hooks.rotate(("callout",))
        assert hooks.callout_url() != first
        home.secrets.settle_due(utc_now() + 10 * GRACE)
        live = home.house.state.live_secrets(CALLOUT)
        assert len(live) == 3
        assert first.endswith(live[-1])

        hooks.settle(("callout",))

    assert len(home.house.state.live_secrets(CALLOUT)) == 1
