"""The switches of the simulated Autotask, REST."""

from isthmus_sim.base.switches import Switch

SWITCHES = (
    Switch("hourly_limit", 10_000, "Calls allowed in any 60 minutes, all integrations together."),
    Switch(
        "added_latency_scale",
        1.0,
        "Multiplies the wait added from 50 % of the hour (0.5 s) and from 75 % (1.0 s); 0 = none.",
    ),
    Switch("hour_refusal_status", 429, "Status of a call over the hourly limit (not known)."),
    Switch(
        "hour_refusal_text",
        "The Autotask API request threshold has been exceeded.",
        "Text of a call over the hourly limit (not known).",
    ),
    Switch(
        "zone_information_counts",
        False,
        "Zone look-ups count towards the hourly limit (not known).",
    ),
    Switch("slots", 3, "Calls at the same time for one integration code and entity."),
    Switch(
        "slot_limit_status",
        429,
        "Status of a call beyond those at the same time (`slots`).",
        (429, 500),
    ),
    Switch(
        "slot_release_delay_ms", 0, "Milliseconds a slot stays taken after its answer was sent."
    ),
    Switch(
        "child_slot",
        "child",
        "Whose slot Tickets/{id}/Notes takes: that of TicketNotes or of Tickets (not known).",
        ("child", "parent"),
    ),
    Switch(
        "permission_status",
        500,
        "Status of a call the security level forbids; 403 as documented, or 500 as seen.",
        (500, 403),
    ),
    Switch(
        "bad_code_status",
        500,
        "Answer to a wrong integration code: 500 with a text, or 401 empty.",
        (500, 401),
    ),
    Switch(
        "access_levels",
        "words",
        "userAccessFor* in entityInformation: words (None, All, Restricted) or 0, 1, 2.",
        ("words", "numbers"),
    ),
    Switch(
        "access_follows_permission",
        True,
        "A permission_lost fault shows in userAccessFor* of entityInformation (not known).",
    ),
    Switch("missing_item", "null", "GET of an unknown id: item:null, or 404.", ("null", "404")),
    Switch(
        "empty_filter",
        "accept",
        "A query with an empty filter: all rows, or refused.",
        ("accept", "refuse"),
    ),
    Switch(
        "null_on_create",
        "accept",
        "An explicit null in a POST body: ignored, or refused with 500.",
        ("accept", "refuse"),
    ),
    Switch(
        "unknown_body_field",
        "refuse",
        "A field nobody knows in a written record: refused, or ignored (not known).",
        ("refuse", "ignore"),
    ),
    Switch(
        "empty_udfs",
        "list",
        "userDefinedFields of records without any: an empty list, or no such key.",
        ("list", "omit"),
    ),
    Switch(
        "patch_by_id",
        False,
        "PATCH /{Entity}/{id}, which the vendor answers with 405, works; one client needs it.",
    ),
    Switch(
        "get_of_post_page",
        "405",
        "GET on the next-page URL of a POST query: 405, or a page without rows.",
        ("405", "empty"),
    ),
    Switch("long_url_limit", 2_100, "Longest URL in characters before IIS answers 404; 0 = none."),
    Switch("ticket_needs_queue", True, "Tickets need a queue, or a resource with its role."),
    Switch("ticket_needs_due_date", True, "New tickets need dueDateTime (category Standard)."),
    Switch(
        "attachment_max_bytes", 6_291_456, "Bytes of the largest file; the vendor says 6 to 7 MB."
    ),
    Switch(
        "attachment_window_bytes",
        10_000_000,
        "Bytes of attachments that may be sent in five minutes.",
    ),
)
