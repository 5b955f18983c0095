"""
Autotask's webhooks: made and kept right in the tenant, verified and parsed where they arrive.

`Webhooks` manages them over a client's writes. `verify`, `parse_payload` and `parse_callout` are
the receiver's parts: pure functions of what arrived.
"""

from isthmus.autotask.webhooks.callout import parse_callout
from isthmus.autotask.webhooks.catalog import ENTITIES, SUBJECTS, Subject, subject_of
from isthmus.autotask.webhooks.errors import (
    CalloutBroken,
    PayloadBroken,
    ResourceUnclear,
    WantedWrong,
    WebhookClash,
    WebhookLimitReached,
    WebhookNotThere,
    WebhookRightMissing,
)
from isthmus.autotask.webhooks.manage import Webhooks
from isthmus.autotask.webhooks.ownership import recognise
from isthmus.autotask.webhooks.payload import parse_payload
from isthmus.autotask.webhooks.plan import plan_removal, plan_webhook
from isthmus.autotask.webhooks.shapes import (
    Action,
    Event,
    Found,
    Hint,
    Outcome,
    Plan,
    Seen,
    Standing,
    Step,
    Verb,
)
from isthmus.autotask.webhooks.signature import HEADER, Verified, sign, verify
from isthmus.autotask.webhooks.wanted import Target, Wanted, Watched

__all__ = [
    "ENTITIES",
    "HEADER",
    "SUBJECTS",
    "Action",
    "CalloutBroken",
    "Event",
    "Found",
    "Hint",
    "Outcome",
    "PayloadBroken",
    "Plan",
    "ResourceUnclear",
    "Seen",
    "Standing",
    "Step",
    "Subject",
    "Target",
    "Verb",
    "Verified",
    "Wanted",
    "WantedWrong",
    "Watched",
    "WebhookClash",
    "WebhookLimitReached",
    "WebhookNotThere",
    "WebhookRightMissing",
    "Webhooks",
    "parse_callout",
    "parse_payload",
    "plan_removal",
    "plan_webhook",
    "recognise",
    "sign",
    "subject_of",
    "verify",
]
