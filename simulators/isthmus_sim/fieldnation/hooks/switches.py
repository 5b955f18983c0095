"""What is not known of the vendor's webhooks, or differs by its pages."""

from __future__ import annotations

from isthmus_sim.base.switches import Switch
from isthmus_sim.fieldnation.hooks.payload import CAMEL, SNAKE

HOOK_SWITCHES = (
    Switch(
        "webhook_dialect",
        SNAKE,
        "Body of deliveries: snake_case (pages of 2026) or camelCase (pages of 2025).",
        allowed=(SNAKE, CAMEL),
    ),
    Switch(
        "webhook_older_headers",
        False,
        "Deliveries also carry x-fn-event-name and x-fn-timestamp (pages of 2025).",
    ),
    Switch(
        "webhook_work_order_id",
        "number",
        "`work_order_id` in the body: the vendor's samples show both.",
        allowed=("number", "string"),
    ),
    Switch("webhook_retry_408_429", False, "408 and 429 are retried, as one page says."),
    Switch("webhook_timeout_s", 30.0, "Wall-clock seconds an endpoint may take."),
    Switch(
        "webhook_plain_http",
        "loopback",
        "Who may be registered with http: loopback addresses, anybody, or nobody (the vendor).",
        allowed=("loopback", "any", "refuse"),
    ),
    Switch(
        "webhook_targets",
        "loopback",
        "Whom deliveries reach: loopback addresses only, or anybody.",
        allowed=("loopback", "any"),
    ),
    Switch("webhook_verify_tls", True, "Deliveries check the certificate of an https endpoint."),
    Switch(
        "webhook_history",
        "list",
        "The history: a page of changes as every list, or the newest change bare, as declared.",
        allowed=("list", "row"),
    ),
    Switch("webhook_missing_status", 404, "Answer for an unknown webhook.", allowed=(404, 400)),
)
