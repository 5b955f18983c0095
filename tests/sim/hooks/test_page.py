from pathlib import Path

import pytest

from isthmus_sim.autotask.hooks.callouts import DEFAULTS
from isthmus_sim.autotask.hooks.controls import ACTIONS
from isthmus_sim.autotask.hooks.switches import SWITCHES
from isthmus_sim.autotask.hooks.workflow import EVENTS, KEYS
from isthmus_sim.base.switches import Switch

PAGE = (Path(__file__).parents[3] / "docs" / "simulator-webhooks.md").read_text("utf-8")


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_the_page_tells_each_switch_and_its_other_values(switch: Switch) -> None:
    (row,) = [
        line for line in PAGE.splitlines() if line.startswith("|") and f"`{switch.name}`" in line
    ]
    others = [value for value in switch.allowed or () if value != switch.default]
    assert [value for value in others if f"`{value}`" not in row] == []
    default = switch.default
    shown = str(int(default)) if isinstance(default, float) else str(default)
    assert (shown.lower() if isinstance(default, bool) else shown) in row


def test_the_page_tells_each_control_and_each_key_of_a_rule() -> None:
    assert [action for action in ACTIONS if f"/_sim/deliveries/{action} " not in PAGE] == []
    keys = {*KEYS, *DEFAULTS, *EVENTS, "url", "fields"} - {"collection"}
    assert [key for key in keys if f"`{key}`" not in PAGE] == []
