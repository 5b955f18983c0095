"""What a mapping's script traces is in the story of the link."""

import asyncio

import pytest

from isthmus.dispatch.rules.filing import export
from tests.dispatch.shores import Flow

_ROW = """
[[rows]]
target = "title"
action = "custom"
script = "std.trace('saw it', {outcome})"
"""


@pytest.mark.parametrize("outcome", ["'A title'", "error 'no'"])
async def test_what_a_script_traces_is_a_line_of_the_trail_also_where_it_fails(
    flow: Flow, outcome: str
) -> None:
    mapping = flow.desk.library.mapping("ticket_inbound")
    assert mapping is not None
    text = export(mapping) + _ROW.format(outcome=outcome)
    await asyncio.to_thread(flow.desk.library.publish_mapping, text, by="a test")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await asyncio.to_thread(flow.shores.send_out, ticket)
    await flow.ask(f"Tickets/{ticket}")
    await flow.idle()
    told = [one.what for one in flow.stores.state.entries(f"Tickets/{ticket}")]
    assert sum(one.endswith("traced: saw it") for one in told) == 1, told
