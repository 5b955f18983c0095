"""The webhooks of both vendors, given new secrets and removed; the address for callouts."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from isthmus.dispatch.hooks.secrets import FIELDNATION, autotask_name
from isthmus.wiring import connecting
from isthmus.wiring.dispatch.secrets import hook_secrets
from isthmus.wiring.people import Role
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.console.shore import reached
from tests.console.site import Served, served, signed_in

HERE = "/connections/webhooks"


@pytest.fixture
def console(
    tmp_path: Path, autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim
) -> Iterator[Served]:
    """Give a console that is connected to both vendors, with a rule that wants webhooks."""
    given = {
        **reached(autotask_sim),
        "ISTHMUS_PUBLIC_URL": "http://127.0.0.1:9",
        "ISTHMUS_FIELDNATION_URL": fieldnation_sim.url,
        "ISTHMUS_FIELDNATION_CLIENT_ID": fieldnation_sim.client_id,
        "ISTHMUS_FIELDNATION_CLIENT_SECRET": fieldnation_sim.client_secret,
        "ISTHMUS_FIELDNATION_USERNAME": fieldnation_sim.username,
        "ISTHMUS_FIELDNATION_PASSWORD": fieldnation_sim.password,
    }
    with served(tmp_path / "home", given) as made:
        assert all(one.source != "nothing" for one in connecting.connected(made.house))
        made.site.library.enable("ticket_dispatch", is_enabled=True, by="ann")
        yield made


def done(http: httpx2.Client, token: str, what: str, **more: str) -> str:
    """Press a button of the page; returns what the next page says."""
    answer = http.post(f"{HERE}/{what}", data={"csrf": token, **more})
    assert (answer.status_code, answer.headers["location"]) == (303, HERE), answer.text
    return http.get(HERE).text


def secrets(console: Served) -> list[str | None]:
    """Return what signs the messages of Autotask and of Field Nation now."""
    kept = hook_secrets(console.house, console.stores)
    return [kept.newest(name) for name in (autotask_name("Tickets"), FIELDNATION)]


def test_webhooks_get_new_secrets_on_one_side_or_both_and_are_removed(
    console: Served, autotask_sim: AutotaskSim
) -> None:
    with signed_in(console, Role.ADMIN) as (http, token):
        assert "are as the rules want them" in done(http, token, "install", sure="yes")
        assert "works" in http.get(f"{HERE}/standing").text
        tickets, order = secrets(console)
        assert tickets
        assert order
        assert "have new secrets" in done(http, token, "rotate", side="fieldnation")
        again = secrets(console)
        assert (again[0], again[1] != order) == (tickets, True)
        assert "have new secrets" in done(http, token, "rotate")
        assert not {tickets, order, again[1]} & set(secrets(console))
        assert "works" in http.get(f"{HERE}/standing").text
        assert "are removed" in done(http, token, "remove")
        shown = http.get(f"{HERE}/standing").text
        assert "works" not in shown
        assert "not made" in shown
    assert autotask_sim.rows("TicketWebhooks") == []
    deeds = [(deed.what, deed.about) for deed in console.site.people.deeds()]
    assert deeds[:3] == [
        ("removed webhooks", ""),
        ("gave webhooks new secrets", "autotask, fieldnation"),
        ("gave webhooks new secrets", "fieldnation"),
    ]


def test_the_address_for_callouts_is_shown_to_an_admin_and_that_is_noted(console: Served) -> None:
    with signed_in(console, Role.ADMIN) as (http, token):
        shown = http.post(f"{HERE}/callout", data={"csrf": token}).text
        assert "http://127.0.0.1:9/" in shown
        assert "Whoever has this address" in shown
        [url] = re.findall(r"http://127.0.0.1:9/[^\s<\"]+", shown)
        assert url not in http.get(HERE).text
    assert next(iter(console.site.people.deeds())).what == "saw the callout's address"
    with signed_in(console, Role.DISPATCHER) as (http, token):
        assert http.post(f"{HERE}/callout", data={"csrf": token}).status_code == 403
