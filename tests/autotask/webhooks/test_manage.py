import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from isthmus.autotask import (
    ClientSettings,
    Credentials,
    FieldInfo,
    ServerTrouble,
    UnknownField,
)
from isthmus.autotask.port import Record, Written
from isthmus.autotask.rest import RestRecords
from isthmus.autotask.webhooks import (
    ENTITIES,
    Outcome,
    Plan,
    ResourceUnclear,
    Standing,
    Step,
    Verb,
    Wanted,
    Watched,
    WebhookClash,
    WebhookLimitReached,
    WebhookNotThere,
    WebhookRightMissing,
    Webhooks,
    subject_of,
)
from isthmus.base import redaction
from isthmus.base.errors import IsthmusError
from tests.autotask.webhooks.conftest import SECRET

FIELDS = {
    "Companies": ("CompanyName", "Phone"),
    "Contacts": ("FirstName",),
    "ConfigurationItems": ("SerialNumber",),
    "Tickets": ("Status", "Title"),
    "TicketNotes": ("Description",),
}


def rows(sim: Any, entity: str = "Tickets") -> dict[str, list[dict[str, Any]]]:
    subject = subject_of(entity)
    names = (subject.webhooks, subject.fields, subject.excluded, subject.udf_fields)
    return {name: sim.rows(name) for name in names if name is not None}


class Dying(RestRecords):
    """Records that fail as a killed process would, after so many writes."""

    left = 10**9

    async def create(self, *args: Any, **options: Any) -> Written:
        self._count()
        return await super().create(*args, **options)

    async def update(self, *args: Any, **options: Any) -> Written:
        self._count()
        return await super().update(*args, **options)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


async def test_a_webhook_is_made_whole_and_active(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    outcome = await webhooks.register(wanted)
    assert (outcome.active, outcome.ready, outcome.left) == (True, True, ())
    assert outcome.notices == ()
    found = rows(autotask_sim)
    (hook,) = found["TicketWebhooks"]
    assert hook["id"] == outcome.webhook_id
    assert hook["webhookGUID"] == outcome.guid
    assert hook["name"] == "Isthmus/acme/Tickets"
    assert {row["fieldID"]: (row["isSubscribedField"], row["isDisplayAlwaysField"])
            for row in found["TicketWebhookFields"]} == {
        5: (True, True), 2: (False, True), 14: (True, False)}  # fmt: skip
    (excluded,) = found["TicketWebhookExcludedResources"]
    assert excluded["resourceID"] == hook["ownerResourceID"]


async def test_two_runs_make_one_webhook_and_the_second_writes_nothing(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    await webhooks.register(wanted)
    before = rows(autotask_sim)
    again = await webhooks.register(wanted)
    assert again.done == ()
    assert "does not show the secret" in again.notices[0]
    assert rows(autotask_sim) == before
    assert (await webhooks.preview(wanted)).lines()[0].endswith("as wanted")


async def test_a_run_that_died_anywhere_is_finished_by_the_next_and_nothing_was_active_before(
    autotask_sim: Any, records: RestRecords, wanted: Wanted
) -> None:
    dying = Dying(records.client)
    for writes in range(6):
        dying.left = writes
        with pytest.raises(KeyboardInterrupt):
            await Webhooks(dying).register(wanted)
        found = rows(autotask_sim)
        assert len(found["TicketWebhooks"]) <= 1
        assert not any(hook["isActive"] for hook in found["TicketWebhooks"])
        for hook in found["TicketWebhooks"]:
            await records.delete("TicketWebhooks", hook["id"])
    for writes in (1, 1, 1, 1, 2):
        dying.left = writes
        with pytest.raises(KeyboardInterrupt):
            await Webhooks(dying).register(wanted)
        dying.left = 10**9
        outcome = await Webhooks(dying).register(replace(wanted, fields=wanted.fields[:1]))
        assert (outcome.active, outcome.left) == (True, ())
        (hook,) = rows(autotask_sim)["TicketWebhooks"]
        await records.delete("TicketWebhooks", hook["id"])


@pytest.fixture
async def slow(autotask_sim: Any, quick: ClientSettings) -> AsyncIterator[Webhooks]:
    """The webhooks of a tenant whose calls last long enough to be counted together."""
    autotask_sim.admin("POST", "faults", {"kind": "delay", "seconds": 0.03})
    mine = Credentials(autotask_sim.username, autotask_sim.secret, autotask_sim.integration_code)
    settings = replace(quick, release_delay=0.02)
    async with RestRecords.connect(mine, base_url=autotask_sim.url, settings=settings) as opened:
        yield Webhooks(opened)


async def test_all_five_entities_at_once_stay_within_three_threads(
    slow: Webhooks, wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="isthmus")
    every = [
        replace(wanted, entity=name, fields=tuple(Watched(field) for field in FIELDS[name]))
        for name in ENTITIES
    ]
    outcomes = await asyncio.gather(*(slow.register(one) for one in every))
    assert [one.entity for one in outcomes] == list(ENTITIES)
    assert all(one.active and one.ready and not one.left for one in outcomes)
    assert "'event': 'call'" in caplog.text
    assert "retry" not in caplog.text
    listed = await slow.list("acme", wanted.url)
    assert [(one.found.entity, one.standing) for one in listed] == [
        (name, Standing.OURS) for name in ENTITIES
    ]


async def test_the_calls_of_one_webhook_go_one_by_one(
    autotask_sim: Any, slow: Webhooks, wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="isthmus")
    autotask_sim.admin("PATCH", "switches", {"slots": 1})
    names = ("Status", "Title", "QueueID", "Priority", "CompanyID", "ContactID", "Source")
    every = replace(wanted, fields=tuple(Watched(name) for name in names))
    assert (await slow.register(every)).left == ()
    assert "retry" not in caplog.text


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "(^|/)TicketWebhooks$"),
        ("POST", "/ExcludedResources$"),
        ("POST", "/Fields$"),
        ("PATCH", "(^|/)TicketWebhooks$"),
    ],
)
async def test_a_lost_answer_is_told_and_the_next_run_leaves_one_whole_webhook(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted, *, kind: str, method: str, path: str
) -> None:
    fault = {"kind": kind, "method": method, "path": path, "count": 1}
    autotask_sim.admin("POST", "faults", fault)
    with pytest.raises(ServerTrouble) as lost:
        await webhooks.register(wanted)
    assert "again" in lost.value.remedy
    outcome = await webhooks.register(wanted)
    assert (outcome.active, outcome.ready, outcome.left) == (True, True, ())
    assert len(autotask_sim.rows("TicketWebhooks")) == 1
    assert len(autotask_sim.rows("TicketWebhookFields")) == 3
    assert len(autotask_sim.rows("TicketWebhookExcludedResources")) == 1


async def test_a_webhook_that_does_not_show_is_told_and_never_made_twice(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    fault = {"kind": "permission_lost", "entity": "TicketWebhooks", "mode": "hide"}
    number = autotask_sim.admin("POST", "faults", fault)["id"]
    with pytest.raises(WebhookNotThere):
        await webhooks.register(wanted)
    with pytest.raises(WebhookClash):
        await webhooks.register(wanted)
    autotask_sim.admin("DELETE", f"faults/{number}")
    outcome = await webhooks.register(wanted)
    assert (outcome.active, outcome.left) == (True, ())
    assert len(autotask_sim.rows("TicketWebhooks")) == 1


class Blind(RestRecords):
    """Records to which a fresh webhook does not show, though it can be written."""

    async def read(self, *_args: Any, **_options: Any) -> AsyncIterator[Record]:
        nothing: tuple[Record, ...] = ()
        for record in nothing:
            yield record


async def test_a_webhook_that_cannot_be_read_back_is_not_called_ready(
    autotask_sim: Any, records: RestRecords, wanted: Wanted
) -> None:
    outcome = await Webhooks(Blind(records.client)).register(wanted)
    assert (outcome.ready, outcome.guid) == (None, "")
    assert "again" in outcome.left[0]
    (hook,) = autotask_sim.rows("TicketWebhooks")
    assert (outcome.webhook_id, hook["isActive"]) == (hook["id"], True)


async def test_udf_fields_are_watched_by_their_name(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    name = autotask_sim.get("Tickets/entityInformation/userDefinedFields").json["fields"][0]["name"]
    outcome = await webhooks.register(replace(wanted, udfs=(Watched(name.upper()),)))
    assert (outcome.ready, outcome.left) == (True, ())
    assert len(rows(autotask_sim)["TicketWebhookUdfFields"]) == 1
    await webhooks.register(wanted)
    assert rows(autotask_sim)["TicketWebhookUdfFields"] == []


async def test_whatever_was_bent_is_put_right(
    autotask_sim: Any, webhooks: Webhooks, records: RestRecords, wanted: Wanted
) -> None:
    made = await webhooks.register(wanted)
    assert made.webhook_id is not None
    found = rows(autotask_sim)
    await records.update(
        "TicketWebhooks",
        made.webhook_id,
        {
            "isActive": False,
            "webhookUrl": "http://127.0.0.1:9/hooks/old",
            "isSubscribedToDeleteEvents": False,
        },
        read_back=False,
    )
    first, second, _ = found["TicketWebhookFields"]
    await records.delete("TicketWebhookFields", first["id"], parent_id=made.webhook_id)
    await records.update(
        "TicketWebhookFields", second["id"], {"isSubscribedField": True}, read_back=False
    )
    (excluded,) = found["TicketWebhookExcludedResources"]
    await records.delete("TicketWebhookExcludedResources", excluded["id"])

    mended = await webhooks.register(wanted)
    assert (mended.webhook_id, mended.active, mended.left) == (made.webhook_id, True, ())
    assert any("inactive" in notice for notice in mended.notices)
    assert (await webhooks.register(wanted)).done == ()


async def test_a_duplicate_goes_and_an_orphan_is_named_until_a_person_decides(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    old_host = replace(wanted, url="http://localhost:9/old", connection="acme")
    orphan = await webhooks.register(old_host)
    kept = await webhooks.register(wanted)
    twin = autotask_sim.post(
        "TicketWebhooks",
        {
            "name": wanted.name,
            "webhookUrl": wanted.url + "/old",
            "deactivationUrl": wanted.deactivation_url,
            "secretKey": SECRET,
            "isActive": False,
            "sendThresholdExceededNotification": False,
        },
    ).json["itemId"]
    standing = {
        seen.found.id: seen for seen in await webhooks.list("acme", wanted.url, ["Tickets"])
    }
    assert standing[twin].standing is Standing.DUPLICATE
    assert standing[twin].troubles
    assert orphan.webhook_id is not None
    assert "localhost" in standing[orphan.webhook_id].because

    outcome = await webhooks.register(wanted)
    assert [hook["id"] for hook in autotask_sim.rows("TicketWebhooks")] == [
        orphan.webhook_id,
        kept.webhook_id,
    ]
    assert any(f"webhook {orphan.webhook_id}" in notice for notice in outcome.notices)
    await webhooks.register(wanted, remove={orphan.webhook_id})
    assert [hook["id"] for hook in autotask_sim.rows("TicketWebhooks")] == [kept.webhook_id]


async def test_the_missing_right_is_told_with_the_click_path_and_nothing_is_made(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    autotask_sim.admin("PATCH", "switches", {"webhook_right_max": 0})
    (notice,) = (await webhooks.preview(wanted)).notices
    assert "Create Company Webhooks" in notice
    with pytest.raises(WebhookRightMissing) as refused:
        await webhooks.register(wanted)
    assert "Create Company Webhooks" in refused.value.remedy
    assert "Security Levels" in refused.value.remedy
    assert refused.value.entity == "TicketWebhooks"
    assert autotask_sim.rows("TicketWebhooks") == []
    autotask_sim.admin("POST", "faults", {"kind": "permission_lost", "entity": "TicketWebhooks"})
    with pytest.raises(WebhookRightMissing):
        await webhooks.list("acme", wanted.url)


async def test_two_runs_side_by_side_make_one_webhook_too(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    runs = (webhooks.register(wanted), webhooks.register(wanted))
    ended = await asyncio.gather(*runs, return_exceptions=True)
    assert all(isinstance(one, Outcome | IsthmusError) for one in ended)
    (hook,) = rows(autotask_sim)["TicketWebhooks"]
    outcome = await webhooks.register(wanted)
    assert (outcome.webhook_id, outcome.done, outcome.ready) == (hook["id"], (), True)


async def test_what_is_there_needs_no_right_and_metadata_that_errs_is_no_hindrance(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    assert (await webhooks.preview(wanted)).notices == ()
    silent = {"webhook_right_max": 0, "access_follows_permission": False}
    autotask_sim.admin("PATCH", "switches", silent)
    assert (await webhooks.preview(wanted)).notices == ()
    autotask_sim.admin("PATCH", "switches", {"webhook_right_max": 1})
    await webhooks.register(wanted)
    autotask_sim.admin("PATCH", "switches", {**silent, "access_follows_permission": True})
    assert not any("may not create" in one for one in (await webhooks.preview(wanted)).notices)


async def test_a_used_up_number_and_a_hidden_twin_are_a_persons_business(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    autotask_sim.admin("PATCH", "switches", {"webhook_right_max": 1})
    await webhooks.register(wanted)
    with pytest.raises(WebhookLimitReached):
        await webhooks.register(replace(wanted, entity="Companies", fields=(Watched("Phone"),)))
    autotask_sim.admin("PATCH", "switches", {"webhook_right_max": 10})
    # The vendor compares without case, we to the letter: it refuses what we do not see as ours.
    with pytest.raises(WebhookClash):
        await webhooks.register(
            replace(wanted, connection="beta", url="http://127.0.0.1:9/hooks/ACME")
        )


async def test_a_new_secret_is_set_and_the_secret_is_never_in_the_log(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="isthmus")
    await webhooks.register(wanted)
    rotated = await webhooks.repair(replace(wanted, secret="another-secret-of-webhooks"))
    assert any("secret is set" in step for step in rotated.done)
    assert rotated.left == ()
    assert caplog.text
    for secret in (SECRET, "another-secret-of-webhooks"):
        assert secret not in caplog.text
        assert secret not in repr(rotated)


async def test_a_secret_that_autotask_shows_is_compared(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    autotask_sim.admin("PATCH", "switches", {"webhook_secret_shown": True})
    await webhooks.register(wanted)
    assert (await webhooks.register(wanted)).notices == ()
    mended = await webhooks.register(replace(wanted, secret="another-secret-of-webhooks"))
    assert len(mended.done) == 1
    theirs = {
        "name": "RMM",
        "webhookUrl": "http://127.0.0.1:9/rmm",
        "deactivationUrl": "http://127.0.0.1:9/off",
        "secretKey": "their-secret-key",
        "isActive": False,
        "sendThresholdExceededNotification": False,
    }
    autotask_sim.post("TicketWebhooks", theirs)
    listed = await webhooks.list("acme", wanted.url)
    assert [one.found.secret for one in listed] == [
        "another-secret-of-webhooks",
        "their-secret-key",
    ]
    assert "secret-" not in repr(listed)
    assert redaction.redact("their-secret-key") == redaction.MASK


async def test_an_unknown_field_is_told_with_the_nearest_and_nothing_is_made(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    with pytest.raises(UnknownField) as unknown:
        await webhooks.register(replace(wanted, fields=(Watched("Statu"),)))
    assert "status" in unknown.value.near
    with pytest.raises(UnknownField):
        await webhooks.register(replace(wanted, udfs=(Watched("No such UDF"),)))
    assert autotask_sim.rows("TicketWebhooks") == []


class Retired(RestRecords):
    """Records of a tenant whose every picklist value was switched off."""

    async def fields(self, entity: str, *, age: float | None = None) -> tuple[FieldInfo, ...]:
        return tuple(
            replace(one, picklist=tuple(replace(e, is_active=False) for e in one.picklist or ()))
            for one in await super().fields(entity, age=age)
        )


async def test_a_field_that_webhooks_no_longer_offer_is_refused(
    records: RestRecords, wanted: Wanted
) -> None:
    with pytest.raises(UnknownField) as unknown:
        await Webhooks(Retired(records.client)).preview(wanted)
    assert "none at all" in unknown.value.remedy


async def test_a_resource_is_found_by_id_address_or_name_and_a_stranger_is_refused(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    person = autotask_sim.rows("Resources")[3]
    for way in (
        person["id"],
        person["email"],
        person["userName"],
        f"{person['firstName']} {person['lastName']}",
    ):
        plan = await webhooks.preview(replace(wanted, excluded=(way,)))
        (step,) = [one for one in plan.steps if one.collection.endswith("ExcludedResources")]
        assert step.values["resourceID"] == person["id"]
    for nobody in ("nobody@example.com", "", "Nobody Atall"):
        with pytest.raises(ResourceUnclear):
            await webhooks.preview(replace(wanted, excluded=(nobody,)))


async def test_removing_takes_the_webhook_away_and_twice_does_no_harm(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    await webhooks.register(wanted)
    plan = await webhooks.remove("Tickets", "acme", wanted.url)
    assert plan.lines()[0].endswith("is removed")
    assert autotask_sim.rows("TicketWebhooks") == []
    again = await webhooks.remove("Tickets", "acme", wanted.url)
    assert (again.steps, again.lines()[0].endswith("is not there")) == ((), True)


async def test_removing_what_another_run_removed_meanwhile_is_no_error(
    autotask_sim: Any, webhooks: Webhooks, wanted: Wanted
) -> None:
    gone = Step(Verb.DELETE, "TicketWebhooks", "- webhook 999999 is removed", id=999_999)
    assert await webhooks.apply(Plan("Tickets", wanted.name, None, (gone,))) is None
