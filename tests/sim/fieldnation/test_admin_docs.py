import re
from pathlib import Path

from isthmus_sim.base.fault_kinds import COMMON
from isthmus_sim.fieldnation.faults.kinds import KINDS, SHAPES
from isthmus_sim.fieldnation.hooks.mischief import DEEDS
from isthmus_sim.fieldnation.hooks.switches import HOOK_SWITCHES
from isthmus_sim.fieldnation.provider.actions import ACTIONS
from isthmus_sim.fieldnation.provider.api import ROUTES
from isthmus_sim.in_thread import FieldNationSim

PAGE = Path(__file__).parents[3] / "docs" / "simulator-fieldnation-provider.md"


def test_the_page_tells_every_action_and_what_it_takes() -> None:
    page = PAGE.read_text("utf-8")
    names = set(ACTIONS) | {one.name for action in ACTIONS.values() for one in action.given}
    assert {name for name in names if f"`{name}`" not in page} == set()
    assert [route for route in ROUTES if f"`{route}`" not in page] == []


def test_the_page_tells_every_fault_switch_deed_and_admin_route(
    fieldnation_sim: FieldNationSim,
) -> None:
    page = PAGE.read_text("utf-8")
    names = {s.name for s in (*HOOK_SWITCHES, *COMMON)} | set(KINDS) | set(SHAPES)
    names |= {setting.name for kind in KINDS.values() for setting in kind.settings}
    assert {name for name in names if f"`{name}`" not in page} == set()
    assert [deed for deed in DEEDS if f'"{deed}"' not in page] == []
    routes = fieldnation_sim.admin("GET", "")["routes"]
    assert [route for route in routes if f"`{route}" not in page] == []


def test_the_page_names_the_defaults_the_switches_have() -> None:
    page = PAGE.read_text("utf-8")
    told = dict(re.findall(r"^\| `(webhook_\w+)` \| `?([^`|]+?)`? \|", page, re.MULTILINE))
    assert told == {s.name: str(s.default).replace("False", "false").replace("True", "true")
                    for s in HOOK_SWITCHES}  # fmt: skip
