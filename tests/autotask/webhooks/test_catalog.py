import pytest

from isthmus.autotask.webhooks import ENTITIES, SUBJECTS, WantedWrong, subject_of
from isthmus.autotask.webhooks.catalog import entity_of_payload
from isthmus.autotask.writes.routes import route_of


def test_every_child_collection_is_written_below_its_webhooks() -> None:
    for subject in SUBJECTS:
        for name in (subject.fields, subject.excluded, subject.udf_fields):
            route = route_of(name) if name is not None else None
            assert name is None or (route is not None and route.parent == subject.webhooks)
        udfs = f"{subject.webhooks.removesuffix('s')}UdfFields"
        assert (subject.udf_fields is None) == (route_of(udfs) is None)


def test_five_entities_have_webhooks_and_others_are_refused_with_a_list() -> None:
    assert len(ENTITIES) == 5
    assert subject_of("tickets").webhooks == "TicketWebhooks"
    with pytest.raises(WantedWrong) as refused:
        subject_of("Tasks")
    assert "TicketNotes" in refused.value.remedy


def test_a_payloads_name_for_something_else_is_no_entity() -> None:
    for name in ("Task", "", "Webhook", "AccountNote", "Ticket1"):
        assert entity_of_payload(name) is None
