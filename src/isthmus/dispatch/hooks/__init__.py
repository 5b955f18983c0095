"""
The webhooks of a home: made at both vendors, kept right, watched, removed, their secrets changed.

`Hooks` does it. What webhooks lose the sweep finds, so a home works without them, only later.
"""

from isthmus.dispatch.hooks.manage import CALLOUT_NAME, LOOK_BACK, SIDES, Hooks
from isthmus.dispatch.hooks.secrets import CALLOUT, FIELDNATION, GRACE, HookSecrets, autotask_name
from isthmus.dispatch.hooks.shapes import (
    HookPlan,
    HookStanding,
    NothingWanted,
    NotInstalled,
    NotSettled,
)
from isthmus.dispatch.hooks.site import Site

__all__ = [
    "CALLOUT",
    "CALLOUT_NAME",
    "FIELDNATION",
    "GRACE",
    "LOOK_BACK",
    "SIDES",
    "HookPlan",
    "HookSecrets",
    "HookStanding",
    "Hooks",
    "NotInstalled",
    "NotSettled",
    "NothingWanted",
    "Site",
    "autotask_name",
]
