"""Signing in: grants, expiry, where the token goes."""

import json
from typing import Any
from urllib.parse import urlencode

from isthmus_sim.in_thread import Answer, FieldNationSim, ask

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def switch(sim: FieldNationSim, **values: Any) -> None:
    sim.service.world.ground.switches.change(values)


def sign_in(sim: FieldNationSim, **changes: Any) -> Answer:
    return ask("POST", sim.token_url, {**sim.credentials, **changes})


def test_a_password_grant_gives_an_hour(fieldnation_sim: FieldNationSim) -> None:
    given = sign_in(fieldnation_sim)
    assert given.status == 200
    assert given.json["expires_in"] == 3600
    assert given.json["token_type"] == "Bearer"
    assert given.json["user"]["id"] == fieldnation_sim.user_id


def test_client_credentials_are_taken_too_unless_switched_off(
    fieldnation_sim: FieldNationSim,
) -> None:
    grant = {"grant_type": "client_credentials", "username": None, "password": None}
    assert sign_in(fieldnation_sim, **grant).status == 200
    switch(fieldnation_sim, oauth_grants="password")
    assert sign_in(fieldnation_sim, **grant).json["error"] == "unsupported_grant_type"


def test_a_refresh_token_is_given_but_refused(fieldnation_sim: FieldNationSim) -> None:
    token = sign_in(fieldnation_sim).json["refresh_token"]
    refused = sign_in(fieldnation_sim, grant_type="refresh_token", refresh_token=token)
    assert refused.status == 400
    assert refused.json["error"] == "unsupported_grant_type"


def test_a_wrong_client_or_password_is_named(fieldnation_sim: FieldNationSim) -> None:
    assert sign_in(fieldnation_sim, client_secret="x").json["error"] == "invalid_client"
    wrong = sign_in(fieldnation_sim, password="x")
    assert (wrong.status, wrong.json["error"]) == (400, "invalid_grant")
    switch(fieldnation_sim, oauth_error_shape="status_code")
    assert set(sign_in(fieldnation_sim, password="x").json) == {"status_code", "message"}


def test_form_fields_are_refused_unless_switched_on(fieldnation_sim: FieldNationSim) -> None:
    body = urlencode(fieldnation_sim.credentials).encode()
    assert ask("POST", fieldnation_sim.token_url, body, FORM).status == 400
    switch(fieldnation_sim, oauth_form_body=True)
    assert ask("POST", fieldnation_sim.token_url, body, FORM).status == 200


def test_an_expired_token_is_400_or_401_by_switch(fieldnation_sim_factory: Any) -> None:
    sim = fieldnation_sim_factory(frozen_clock=True)
    switch(sim, token_lifetime_s=60)
    assert sim.get("clients").status == 200
    sim.service.world.ground.clock.advance(61)
    old = sim.get("clients")
    assert (old.status, old.json["detail"]) == (400, "Expired token")
    switch(sim, expired_token_answer=401)
    new = sim.get("clients")
    assert (new.status, new.json["code"]) == (401, "AUTHENTICATION_REQUIRED")


def test_a_token_in_the_header_is_not_looked_at_unless_switched_on(
    fieldnation_sim: FieldNationSim,
) -> None:
    url = fieldnation_sim.rest_url + "clients"
    bearer = {"Authorization": f"Bearer {fieldnation_sim.token}"}
    assert ask("GET", url, headers=bearer).status == 401
    for place, in_query in (("either", 200), ("header", 401)):
        switch(fieldnation_sim, token_place=place)
        assert ask("GET", url, headers=bearer).status == 200
        assert fieldnation_sim.get("clients").status == in_query


def test_no_token_and_a_made_up_one_are_401(fieldnation_sim: FieldNationSim) -> None:
    url = fieldnation_sim.rest_url + "clients"
    assert ask("GET", url).status == 401
    assert ask("GET", f"{url}?access_token=made-up").status == 401


def test_another_user_can_be_acted_for(fieldnation_sim: FieldNationSim) -> None:
    manager = fieldnation_sim.user_id + 1
    made = fieldnation_sim.post(f"workorders?acting_user_id={manager}", {"title": "By another"})
    assert made.json["manager"]["id"] == manager
    order = made.json["id"]
    said = {"message": "Hello", "type": "INTERNAL"}
    path = f"workorders/{order}/messages?acting_user_id={manager}"
    posted = fieldnation_sim.post(path, said)
    assert posted.json["results"][0]["from"]["id"] == manager
    assert fieldnation_sim.post("workorders?acting_user_id=1", {"title": "x"}).status == 400


def test_broken_json_at_the_token_endpoint_is_400(fieldnation_sim: FieldNationSim) -> None:
    assert ask("POST", fieldnation_sim.token_url, b"{").status == 400
    assert json.loads(ask("GET", fieldnation_sim.token_url).body)["error"] == "invalid_request"
