"""The switches of webhooks and extension callouts."""

from isthmus_sim.base.switches import Switch

SWITCHES = (
    Switch(
        "webhook_right_max",
        50,
        "Webhooks the API user's security level may create; 0: the right is missing.",
    ),
    Switch(
        "webhooks_active_max",
        50,
        "Webhooks of one entity that may be active (reported, not verified).",
    ),
    Switch(
        "webhook_urls",
        "https_or_loopback",
        "URLs a webhook may have: https on port 443 only, addresses of this machine too, or any.",
        ("https", "https_or_loopback", "any"),
    ),
    Switch(
        "webhook_targets",
        "loopback",
        "Whom deliveries reach: this machine only (others fail unsent), or anybody.",
        ("loopback", "any"),
    ),
    Switch(
        "webhook_tls_check",
        True,
        "Deliveries go only to an https receiver whose certificate is trusted.",
    ),
    Switch(
        "webhook_secret_shown", False, "Reading a webhook shows its secretKey again (not known)."
    ),
    Switch("webhook_timeout_s", 10.0, "Real seconds a receiver has to answer."),
    Switch("webhook_attempts", 5, "Attempts to deliver an event before it is dropped."),
    Switch(
        "webhook_retry_s", 30.0, "Seconds from one attempt to the next, on the simulator's clock."
    ),
    Switch(
        "webhook_window_s", 120.0, "An attempt begun so many seconds after the first is the last."
    ),
    Switch("webhook_strikes", 25, "Events in a row that must fail before a webhook is disabled."),
    Switch(
        "webhook_field_names",
        "labels",
        "Keys in Fields: TicketNumber as in the fieldID picklist, or ticketNumber (not known).",
        ("labels", "records"),
    ),
    Switch(
        "webhook_udfs",
        "flat",
        "User-defined fields in Fields: beside the others, or apart, object or list (not known).",
        ("flat", "object", "list"),
    ),
    Switch(
        "webhook_delete_fields",
        "display_always",
        "Fields of a Delete event: those displayed always, or none (not known).",
        ("display_always", "empty"),
    ),
    Switch(
        "webhook_person_key",
        "PersonID",
        "How the payload spells the key of who acted; two sources differ.",
        ("PersonID", "PersonId"),
    ),
    Switch(
        "webhook_item_entity",
        "InstalledProduct",
        "How the payload names configuration items in EntityType (not known).",
        ("InstalledProduct", "ConfigurationItem"),
    ),
    Switch(
        "deactivated_signature",
        "none",
        "The signature of a Deactivated call: missing, right or wrong; clients do not trust it.",
        ("none", "signed", "wrong"),
    ),
    Switch("callout_id_name", "id", "Parameter that names the ticket in a callout (not known)."),
    Switch(
        "callout_id_value",
        "id",
        "What that parameter holds: the numeric id, or the ticket number (not known).",
        ("id", "number"),
    ),
    Switch("callout_attempts", 7, "Attempts to make a callout before it is given up."),
    Switch("callout_retry_s", 100.0, "Seconds from one attempt of a callout to the next."),
    Switch(
        "callout_delay_s",
        0.0,
        "Seconds from a change to its callouts; the vendor says up to 5 minutes.",
    ),
)
