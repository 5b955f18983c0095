"""The switches of webhooks and extension callouts."""

from isthmus_sim.base.switches import Switch

SWITCHES = (
    Switch(
        "webhook_right_max",
        50,
        "Webhooks the API user's security level may create; 0: the right is missing.",
    ),
    Switch("webhooks_active_max", 50, "Active webhooks of one entity (reported, not verified)."),
    Switch(
        "webhook_urls",
        "https_or_loopback",
        "URLs a webhook may have: https on 443, loopback too, or any.",
        ("https", "https_or_loopback", "any"),
    ),
    Switch(
        "webhook_targets",
        "loopback",
        "Where the simulator really posts to; elsewhere the attempt fails unsent.",
        ("loopback", "any"),
    ),
    Switch("webhook_tls_check", True, "A receiver's https certificate must be trusted."),
    Switch("webhook_secret_shown", False, "Answers show secretKey again (not known)."),
    Switch("webhook_timeout_s", 10.0, "Real seconds a receiver has to answer."),
    Switch("webhook_attempts", 5, "Attempts before an event is dropped."),
    Switch("webhook_retry_s", 30.0, "From one attempt to the next, on the simulator's clock."),
    Switch("webhook_window_s", 120.0, "No attempt is planned that long after the first."),
    Switch("webhook_strikes", 25, "Events in a row that must fail before a webhook is disabled."),
    Switch(
        "webhook_field_names",
        "labels",
        "Keys of Fields: the labels of the fieldID picklist, or record names (not known).",
        ("labels", "records"),
    ),
    Switch(
        "webhook_udfs",
        "flat",
        "User-defined fields in Fields: flat by name, or below userDefinedFields (not known).",
        ("flat", "object", "list"),
    ),
    Switch(
        "webhook_delete_fields",
        "display_always",
        "Fields of a Delete event (not known).",
        ("display_always", "empty"),
    ),
    Switch(
        "webhook_person_key",
        "PersonID",
        "How the payload spells it; two sources differ.",
        ("PersonID", "PersonId"),
    ),
    Switch(
        "webhook_item_entity",
        "InstalledProduct",
        "EntityType of configuration items (not known).",
        ("InstalledProduct", "ConfigurationItem"),
    ),
    Switch(
        "deactivated_signature",
        "none",
        "The signature of a Deactivated call; clients do not trust it.",
        ("none", "signed", "wrong"),
    ),
    Switch("callout_id_name", "id", "Parameter that names the ticket in a callout (not known)."),
    Switch(
        "callout_id_value",
        "id",
        "What it holds: the numeric id, or the ticket number (not known).",
        ("id", "number"),
    ),
    Switch("callout_attempts", 7, "Attempts of a callout."),
    Switch("callout_retry_s", 100.0, "From one attempt of a callout to the next."),
    Switch("callout_delay_s", 0.0, "From a change to its callouts; the vendor says up to 5 min."),
)
