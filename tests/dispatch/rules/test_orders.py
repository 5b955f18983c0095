"""The body of an order, made of what a mapping gave."""

from decimal import Decimal
from typing import Any

import pytest

from isthmus.dispatch.rules.orders import to_body
from tests.dispatch.rules.small_world import KNOWN


def test_names_become_ids_in_the_body_of_an_order() -> None:
    document = {
        "title": 5,
        "project": {"name": "Store Refresh"},
        "types_of_work": [{"name": "General Networking", "isPrimary": True}],
        "pay": {"type": "fixed", "base": {"amount": "150.50", "units": Decimal(1)}},
        "custom_fields": {"Priority": "High", "Devices": 3},
    }
    body, problems = to_body(document, KNOWN.company)
    assert problems == ()
    assert body == {
        "title": "5",
        "project": {"id": 310},
        "types_of_work": [{"id": 41, "isPrimary": True}],
        "pay": {"type": "fixed", "base": {"amount": 150.5, "units": 1}},
        "custom_fields": {
            "results": [{"results": [{"id": 8103, "value": "High"}, {"id": 8105, "value": "3"}]}]
        },
    }
    assert document["project"] == {"name": "Store Refresh"}


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ({"project": {"name": "None"}}, "no project"),
        ({"project": {"name": "Twin"}}, "several"),
        ({"custom_fields": {"Nope": 1}}, "no custom field"),
        ({"custom_fields": {"Priority": "Urgent"}}, "no option"),
    ],
)
def test_a_name_that_does_not_lead_to_one_id_is_a_problem(document: Any, what: str) -> None:
    _, problems = to_body(document, KNOWN.company)
    assert [what in one.what for one in problems] == [True]
