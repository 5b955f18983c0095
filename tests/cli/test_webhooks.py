"""`isthmus webhooks` as a person and a machine meet it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.cli.conftest import Run
from tests.dispatch.attended import NOWHERE, Attended, attended
from tests.dispatch.shores import Shores


@pytest.fixture
def shores(
    autotask_sim: AutotaskSim,
    fieldnation_sim: FieldNationSim,
    home: Path,
    isthmus: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> Shores:
    made = Shores(autotask_sim, fieldnation_sim, home, more={"ISTHMUS_PUBLIC_URL": NOWHERE})
    made.settle_switches()
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def ready(shores: Shores) -> Iterator[Attended]:
    """Give a home with the rule for tickets on; commands open it beside this."""
    with attended(shores) as opened:
        yield opened


def by_name(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in answer["webhooks"]}


def test_without_a_public_address_it_says_which_setting_and_that_polling_works(
    isthmus: Run, shores: Shores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ISTHMUS_PUBLIC_URL")

    for command in ("install", "status", "remove", "rotate"):
        ended = isthmus("webhooks", command)
        assert ended.code == 2
        assert "ISTHMUS_PUBLIC_URL" in ended.err
        assert "polling" in ended.err
    assert not shores.home.exists()


def test_a_public_address_that_the_vendors_would_not_take_is_refused(
    isthmus: Run, shores: Shores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISTHMUS_PUBLIC_URL", "http://hooks.example.com")

    ended = isthmus("webhooks", "install", "--json")

    assert (ended.code, ended.json()["exit"]) == (2, 2)
    assert "https" in ended.json()["error"]["what"]
    assert shores.autotask.rows("TicketWebhooks") == []


def test_without_a_rule_it_says_how_to_enable_one(isthmus: Run, shores: Shores) -> None:
    ended = isthmus("webhooks", "install")

    assert ended.code == 2
    assert "isthmus rule enable" in ended.err


def test_a_dry_run_shows_the_plan_and_does_nothing(isthmus: Run, ready: Attended) -> None:
    ended = isthmus("webhooks", "install", "--dry-run")

    assert ended.code == 0
    assert f"+ webhook to {NOWHERE}/hooks/autotask/Tickets" in ended.out
    assert f"+ webhook to {NOWHERE}/hooks/fieldnation" in ended.out
    assert "/hooks/callout/" not in ended.out
    assert (ready.autotask_hooks(), ready.field_hooks()) == ([], [])


def test_install_shows_the_plan_does_it_and_gives_the_callouts_address(
    isthmus: Run, ready: Attended
) -> None:
    ended = isthmus("webhooks", "install")

    assert ended.code == 0
    plan, done, callout = (
        ended.out.index(text)
        for text in ("+ webhook to", "✓ Autotask Tickets is done.", f"{NOWHERE}/hooks/callout/")
    )
    assert plan < done < callout
    assert "Extension Callout (Tickets)" in ended.out[callout:]
    assert "Workflow Rules" in ended.out[callout:]
    assert (len(ready.autotask_hooks()), len(ready.field_hooks())) == (1, 1)
    for name in ("hook/autotask/Tickets", "hook/fieldnation"):
        assert (ready.house.state.load_secret(name) or "?") not in ended.out + ended.err


def test_install_again_changes_nothing(isthmus: Run, ready: Attended) -> None:
    first = isthmus("webhooks", "install", "--json").json()
    again = isthmus("webhooks", "install", "--json").json()

    assert by_name(first)["Field Nation"]["changes"]
    assert [one["changes"] for one in again["webhooks"]] == [[], []]
    assert again["callout_url"] == first["callout_url"]
    assert again["exit"] == 0


def test_a_side_that_refuses_is_named_and_the_exit_code_says_so(
    isthmus: Run, ready: Attended
) -> None:
    ready.shores.autotask.admin("PATCH", "switches", {"webhook_right_max": 0})

    told, ended = isthmus("webhooks", "install"), isthmus("webhooks", "install", "--json")

    assert told.code == ended.code == 3
    assert "✗ Autotask Tickets" in told.out
    assert "Create Company Webhooks" in " ".join(told.out.split())
    assert by_name(ended.json())["Autotask Tickets"]["error"]["kind"] == "WebhookRightMissing"
    assert by_name(ended.json())["Field Nation"]["error"] is None


def test_status_tells_how_each_stands(isthmus: Run, ready: Attended) -> None:
    before = isthmus("webhooks", "status")
    isthmus("webhooks", "install")
    after, told = isthmus("webhooks", "status"), isthmus("webhooks", "status", "--json").json()

    assert (before.code, after.code) == (3, 0)
    assert "isthmus webhooks install makes it." in before.out
    assert "✓  Autotask Tickets" in after.out
    assert by_name(told)["Field Nation"] == {
        "name": "Field Nation", "is_there": True, "active": True, "ready": True,
        "secret": "known", "last": None, "missed": 0, "troubles": [], "remedy": "", "error": None,
    }  # fmt: skip


def test_a_webhook_that_was_disabled_shows_and_is_activated(isthmus: Run, ready: Attended) -> None:
    isthmus("webhooks", "install")
    hook = ready.autotask_hooks()[0]["id"]
    ready.shores.autotask.patch("TicketWebhooks", {"id": hook, "isActive": False})

    stood = isthmus("webhooks", "status")
    mended = isthmus("webhooks", "install")

    assert stood.code == 3
    assert "disabled after 25 failed events" in " ".join(stood.out.split())
    assert "* it is activated" in mended.out
    assert isthmus("webhooks", "status").code == 0


def test_rotate_gives_new_secrets_and_drops_old_ones_only_when_told(
    isthmus: Run, ready: Attended
) -> None:
    isthmus("webhooks", "install")

    ended = isthmus("webhooks", "rotate")
    stood = by_name(isthmus("webhooks", "status", "--json").json())
    dropped = isthmus("webhooks", "rotate", "--drop-old")
    nothing = isthmus("webhooks", "rotate", "--drop-old")

    assert ended.code == dropped.code == nothing.code == 0
    assert stood["Autotask Tickets"]["secret"] == stood["Field Nation"]["secret"] == "changing"
    assert "a day more" in ended.out
    assert "has no older secret" in nothing.out
    stood = by_name(isthmus("webhooks", "status", "--json").json())
    assert stood["Autotask Tickets"]["secret"] == stood["Field Nation"]["secret"] == "known"


def test_a_new_address_for_callouts_is_shown(isthmus: Run, ready: Attended) -> None:
    first = isthmus("webhooks", "install", "--json").json()["callout_url"]

    ended = isthmus("webhooks", "rotate", "callout")

    assert ended.code == 0
    assert f"{NOWHERE}/hooks/callout/" in ended.out
    assert first not in ended.out
    assert "rotate callout --drop-old" in ended.out
    assert ready.field_hooks()[0]["secret"] == ready.secrets.newest("hook/fieldnation")


def test_remove_takes_them_away_after_a_look(isthmus: Run, ready: Attended) -> None:
    isthmus("webhooks", "install")

    looked = isthmus("webhooks", "remove", "--dry-run")
    assert (len(ready.autotask_hooks()), len(ready.field_hooks())) == (1, 1)
    removed = isthmus("webhooks", "remove", "--callout", "--json")

    assert looked.code == removed.code == 0
    assert "- webhook 1 is removed" in looked.out
    assert (ready.autotask_hooks(), ready.field_hooks()) == ([], [])
    assert by_name(removed.json())["Autotask callout"]["changes"]
