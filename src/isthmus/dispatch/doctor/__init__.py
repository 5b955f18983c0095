"""
The doctor: says what keeps dispatch from working, on both sides and here, and how to mend it.

`examine` looks at the vendors, `look_at_webhooks` and `look_at_work` at what their names say. None
of them writes anything, and none raises an error of ours: it becomes a finding.
"""

from isthmus.dispatch.doctor.examine import examine
from isthmus.dispatch.doctor.findings import (
    AREAS,
    AUTOTASK,
    FIELDNATION,
    RULES,
    WEBHOOKS,
    WORK,
    Finding,
    Verdict,
    guarded,
    ok,
    warning,
    wrong,
)
from isthmus.dispatch.doctor.webhooks import look_at_webhooks
from isthmus.dispatch.doctor.work import Works, count_alive, look_at_work

__all__ = [
    "AREAS",
    "AUTOTASK",
    "FIELDNATION",
    "RULES",
    "WEBHOOKS",
    "WORK",
    "Finding",
    "Verdict",
    "Works",
    "count_alive",
    "examine",
    "guarded",
    "look_at_webhooks",
    "look_at_work",
    "ok",
    "warning",
    "wrong",
]
