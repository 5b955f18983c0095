"""Creating, reading and changing work orders: what is kept, derived, dropped."""

from typing import Any

import pytest

from isthmus_sim.in_thread import FieldNationSim

CUSTOM = {"mode": "custom", "address1": "1 Elm St", "city": "Reno", "state": "NV",
          "zip": "89501", "country": "US"}  # fmt: skip
LOCAL = {"local": {"date": "2026-07-01", "time": "09:00:00"}}
TICKET_FIELD = 8101


def make(sim: FieldNationSim, **body: Any) -> dict[str, Any]:
    made = sim.post("workorders", {"title": "Visit", **body})
    assert made.status == 200, made.body
    order: dict[str, Any] = made.json
    return order


def test_a_title_alone_makes_a_draft_of_the_api_user(fieldnation_sim: FieldNationSim) -> None:
    order = make(fieldnation_sim)
    assert order["status"]["name"] == "Draft"
    assert order["manager"]["id"] == fieldnation_sim.user_id
    assert order["milestones"].keys() == {"created"}
    assert order["schedule"]["service_window"]["start"]["utc"] == ""


def test_a_missing_title_is_400(fieldnation_sim: FieldNationSim) -> None:
    for body in ({}, {"title": " "}, {"description": "x"}):
        refused = fieldnation_sim.post("workorders", body)
        assert refused.status == 400
        assert refused.json["errors"][0]["pointer"] == "/title"


def test_unknown_and_misshaped_keys_are_dropped_without_a_word(
    fieldnation_sim: FieldNationSim,
) -> None:
    order = make(
        fieldnation_sim,
        scheduling={"service_window": {"mode": "exact"}},
        priority="High",
        pay={"type": "fixed", "amount": 100},
        printable="yes",
        client=905,
        project={"id": 999},
        custom_fields={"results": [{"id": TICKET_FIELD, "value": "flat"}]},
    )
    assert order["pay"]["type"] == ""
    assert order["schedule"]["service_window"]["start"]["utc"] == ""
    assert order["custom_fields"]["internal"]["value"] == ""
    assert order["printable"] is False
    assert order.keys().isdisjoint({"priority", "scheduling", "client", "project"})


def test_a_location_without_mode_vanishes(fieldnation_sim: FieldNationSim) -> None:
    bare = {key: value for key, value in CUSTOM.items() if key != "mode"}
    assert make(fieldnation_sim, location=bare)["location"]["city"] == ""
    nested = {"mode": "custom", "address": CUSTOM}
    assert make(fieldnation_sim, location=nested)["location"]["city"] == ""
    assert make(fieldnation_sim, location=CUSTOM)["location"]["city"] == "Reno"


def test_a_country_of_three_letters_breaks_geocoding(fieldnation_sim: FieldNationSim) -> None:
    place = make(fieldnation_sim, location=CUSTOM)["location"]
    assert place["coordinates"]["exact"] is True
    broken = make(fieldnation_sim, location={**CUSTOM, "country": "USA"})
    assert broken["location"]["coordinates"]["exact"] is False
    assert broken["schedule"]["time_zone"]["name"] == "America/New_York"


def test_a_saved_location_brings_its_address(fieldnation_sim: FieldNationSim) -> None:
    saved = fieldnation_sim.get("locations?location_search=Seattle").json["results"][0]
    place = {"mode": "location", "saved_location": {"id": saved["id"]}}
    order = make(fieldnation_sim, location=place)
    assert order["location"]["city"] == "Seattle"
    assert order["location"]["saved_location"]["name"] == saved["name"]
    assert order["schedule"]["time_zone"]["name"] == "America/Los_Angeles"


@pytest.mark.parametrize(
    ("state", "utc"),
    [("NV", "2026-07-01 16:00:00"), ("MN", "2026-07-01 14:00:00"), ("NY", "2026-07-01 13:00:00")],
)
def test_local_time_becomes_utc_in_the_zone_of_the_place(
    fieldnation_sim: FieldNationSim, state: str, utc: str
) -> None:
    window = {"service_window": {"mode": "exact", "start": LOCAL}}
    order = make(fieldnation_sim, location={**CUSTOM, "state": state}, schedule=window)
    start = order["schedule"]["service_window"]["start"]
    assert start == {"utc": utc, **LOCAL}


def test_utc_becomes_local_time(fieldnation_sim: FieldNationSim) -> None:
    window = {"mode": "hours", "start": {"utc": "2026-12-01 18:30:00"},
              "end": {"utc": "2026-12-02 01:00:00"}}  # fmt: skip
    order = make(fieldnation_sim, location=CUSTOM, schedule={"service_window": window})
    given = order["schedule"]["service_window"]
    assert given["start"]["local"] == {"date": "2026-12-01", "time": "10:30:00"}
    assert given["end"]["local"] == {"date": "2026-12-01", "time": "17:00:00"}


def test_local_time_stays_when_the_place_moves(fieldnation_sim: FieldNationSim) -> None:
    window = {"service_window": {"mode": "exact", "start": LOCAL}}
    order = make(fieldnation_sim, location=CUSTOM, schedule=window)
    fieldnation_sim.put(f"workorders/{order['id']}/location", {**CUSTOM, "state": "NY"})
    moved = fieldnation_sim.get(f"workorders/{order['id']}/schedule").json["service_window"]
    assert moved["start"] == {"utc": "2026-07-01 13:00:00", **LOCAL}


def test_a_schedule_without_mode_or_with_another_form_of_time_is_400(
    fieldnation_sim: FieldNationSim,
) -> None:
    no_mode = {"service_window": {"start": LOCAL}}
    assert fieldnation_sim.post("workorders", {"title": "x", "schedule": no_mode}).status == 400
    order = make(fieldnation_sim)["id"]
    for start in ({"utc": "2026-07-01T09:00:00Z"}, "2026-07-01", {"local": {"date": "1/7/26"}}):
        window = {"service_window": {"mode": "exact", "start": start}}
        assert fieldnation_sim.put(f"workorders/{order}/schedule", window).status == 400


def test_description_takes_an_object_and_a_plain_text(fieldnation_sim: FieldNationSim) -> None:
    order = make(fieldnation_sim, description={"html": "<p>Do <b>it</b></p>"})
    assert order["description"] == {"html": "<p>Do <b>it</b></p>", "markdown": "Do it"}
    assert make(fieldnation_sim, description="Do it")["description"]["html"] == "Do it"


def test_custom_fields_are_written_grouped_and_read_grouped(
    fieldnation_sim: FieldNationSim,
) -> None:
    given = {"results": [{"results": [{"id": TICKET_FIELD, "value": "T2026"}]}]}
    order = make(fieldnation_sim, custom_fields=given)
    groups = order["custom_fields"]["results"]
    assert [group["role"] for group in groups] == ["buyer", "assigned_provider"]
    values = {f["name"]: f["value"] for group in groups for f in group["results"]}
    assert values["Autotask Ticket ID"] == "T2026"
    flags = groups[0]["results"][0]["flags"]
    assert {"unique", "internal_id"} <= set(flags)


def test_a_custom_field_is_changed_by_its_number(fieldnation_sim: FieldNationSim) -> None:
    order = make(fieldnation_sim)["id"]
    path = f"workorders/{order}/custom_fields"
    assert fieldnation_sim.put(f"{path}/{TICKET_FIELD}", {"value": "T1"}).status == 200
    assert fieldnation_sim.get(f"{path}/{TICKET_FIELD}").json["value"] == "T1"
    assert fieldnation_sim.put(f"{path}/8103", {"value": "Nothing"}).status == 400
    assert fieldnation_sim.put(f"{path}/8103", {"value": "Low"}).status == 200
    assert fieldnation_sim.put(f"{path}/1", {"value": "x"}).status == 404
    assert fieldnation_sim.put(f"{path}/{TICKET_FIELD}", {"value": 7}).status == 400


def test_a_unique_field_is_shared_unless_switched_off(fieldnation_sim: FieldNationSim) -> None:
    orders = [make(fieldnation_sim)["id"] for _ in range(3)]
    paths = [f"workorders/{order}/custom_fields/{TICKET_FIELD}" for order in orders]
    assert [fieldnation_sim.put(path, {"value": "T1"}).status for path in paths[:2]] == [200, 200]
    fieldnation_sim.service.world.ground.switches.change({"unique_custom_field": "refuse"})
    assert fieldnation_sim.put(paths[2], {"value": "T1"}).status == 409


def test_a_template_gives_defaults_and_the_body_wins(fieldnation_sim: FieldNationSim) -> None:
    template = fieldnation_sim.get("templates").json["results"][1]["id"]
    order = make(fieldnation_sim, template={"id": template}, description="Mine")
    assert order["template"]["name"] == "Hourly Break/Fix"
    assert order["project"]["name"] == "Break/Fix"
    assert order["pay"]["type"] == "hourly"
    assert order["description"]["html"] == "Mine"
    assert order["contacts"]["metadata"]["total"] == 1
    labels = [task["label"] for task in order["tasks"]["results"]]
    assert "Signature of the site contact" in labels
    plain = make(fieldnation_sim, template={"id": template}, ignore_template=True)
    assert plain["pay"]["type"] == ""
    missing = fieldnation_sim.post("workorders", {"title": "x", "template": {"id": 1}})
    assert missing.status == 404


def test_every_order_has_tasks_to_check_in_and_out(fieldnation_sim: FieldNationSim) -> None:
    order = make(fieldnation_sim)
    tasks = order["tasks"]["results"]
    assert [task["type"]["key"] for task in tasks] == ["checkin", "checkout"]
    path = f"workorders/{order['id']}/tasks/{tasks[0]['id']}"
    refused = fieldnation_sim.delete(path)
    assert (refused.status, refused.json["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    done = fieldnation_sim.put(path, {"status": "complete"})
    assert done.json["progress"]["sum"] == {"all": 2, "complete": 1, "incomplete": 1}


@pytest.mark.parametrize(
    ("pay", "labor"),
    [
        ({"type": "fixed", "base": {"units": 4, "amount": 100}}, 100),
        ({"type": "hourly", "base": {"units": 3, "amount": 40}}, 120),
        ({"type": "device", "base": {"units": 5, "amount": 10}}, 50),
        ({"type": "blended", "base": {"units": 2, "amount": 100},
          "additional": {"units": 3, "amount": 30}}, 190),
    ],
)  # fmt: skip
def test_pay_of_every_kind_has_its_range(
    fieldnation_sim: FieldNationSim, pay: dict[str, Any], labor: float
) -> None:
    order = make(fieldnation_sim, pay=pay)
    assert order["pay"]["type"] == pay["type"]
    assert order["pay"]["range"]["max"] == labor
    assert order["pay"]["base"]["units"] == (1 if pay["type"] == "fixed" else pay["base"]["units"])


def test_expenses_and_charges_count_once_they_are_approved(fieldnation_sim: FieldNationSim) -> None:
    pay = {"type": "fixed", "base": {"units": 1, "amount": 100}}
    order = make(fieldnation_sim, pay=pay)["id"]
    given = {"category": {"id": 501}, "description": "Toll", "amount": "7.50", "quantity": 2}
    added = fieldnation_sim.post(f"workorders/{order}/expenses", given).json["pay"]
    assert added["total"] == 100
    number = added["expenses"]["results"][0]["id"]
    fieldnation_sim.put(f"workorders/{order}/expenses/{number}", {**given, "status": "approved"})
    assert fieldnation_sim.get(f"workorders/{order}/pay").json["total"] == 115
    fieldnation_sim.post(f"workorders/{order}/penalties/31", {"charged": True})
    charged = fieldnation_sim.post(f"workorders/{order}/bonuses/22", {"charged": True})
    assert charged.json["pay"]["total"] == 115 - 20 + 5
    wrong = {**given, "category": {"id": 1}}
    assert fieldnation_sim.post(f"workorders/{order}/expenses", wrong).status == 400


def test_an_update_changes_what_it_names(fieldnation_sim: FieldNationSim) -> None:
    order = make(fieldnation_sim, description="Old", incident_id="I1")
    changed = fieldnation_sim.put(f"workorders/{order['id']}", {"description": "New"}).json
    assert changed["description"]["html"] == "New"
    assert (changed["title"], changed["incident_id"]) == ("Visit", "I1")
    assert fieldnation_sim.put(f"workorders/{order['id']}", {"title": ""}).status == 400


def test_columns_and_no_model_update_trim_the_answer(fieldnation_sim: FieldNationSim) -> None:
    order = make(fieldnation_sim)["id"]
    trimmed = fieldnation_sim.get(f"workorders/{order}?columns=status").json
    assert trimmed.keys() == {"id", "status", "title"}
    bare = fieldnation_sim.put(f"workorders/{order}?_no_model_update=1", {"title": "B"}).json
    assert bare.keys() == {"id", "title"}


def test_messages_are_newest_first_with_replies_below(fieldnation_sim: FieldNationSim) -> None:
    order = make(fieldnation_sim)["id"]
    path = f"workorders/{order}/messages"
    first = fieldnation_sim.post(path, {"message": "One", "type": "INTERNAL"}).json
    parent = first["results"][0]["msg_id"]
    fieldnation_sim.post(path, {"message": "Two"})
    fieldnation_sim.post(f"{path}/{parent}", {"message": "Answer"})
    listed = fieldnation_sim.get(path).json["results"]
    assert [row["message"] for row in listed] == ["Two", "One"]
    assert [row["message"] for row in listed[1]["replies"]] == ["Answer"]
    assert listed[1]["replies"][0]["role"] == "REPLY"
    whole = fieldnation_sim.get(f"workorders/{order}").json["messages"]
    assert (whole["metadata"]["total"], whole["results"]) == (3, [])
    assert fieldnation_sim.post(path, {"message": "x", "type": "SHOUT"}).status == 400
    assert fieldnation_sim.post(path, {"message": " "}).status == 400
    assert fieldnation_sim.post(f"{path}/1", {"message": "x"}).status == 404


def test_the_id_of_a_deleted_draft_is_not_found(fieldnation_sim: FieldNationSim) -> None:
    order = make(fieldnation_sim)["id"]
    assert fieldnation_sim.delete(f"workorders/{order}").status == 400
    gone = fieldnation_sim.delete(f"workorders/{order}?cancel_reason=Mistake")
    assert gone.json["status"]["name"] == "Deleted"
    assert fieldnation_sim.get(f"workorders/{order}").status == 404
    assert fieldnation_sim.get("workorders/abc").status == 400
