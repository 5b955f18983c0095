"""The switches of the simulated Field Nation: OAuth and REST v2."""

from isthmus_sim.base.switches import Switch

SWITCHES = (
    Switch("token_lifetime_s", 3600, "Seconds an access token lives."),
    Switch(
        "oauth_form_body",
        False,
        "Take form fields at the token endpoint, as older pages show; else JSON alone.",
    ),
    Switch(
        "oauth_grants",
        "both",
        "Grants the token endpoint takes; sources disagree.",
        ("both", "password", "client_credentials"),
    ),
    Switch(
        "oauth_error_shape",
        "oauth",
        "Token endpoint refuses with {error, error_description} or {status_code, message}.",
        ("oauth", "status_code"),
    ),
    Switch(
        "expired_token_answer",
        400,
        'A call with an expired token: 400 "Expired token", or 401.',
        (400, 401),
    ),
    Switch(
        "token_place",
        "query",
        "Where REST v2 looks for the token: ?access_token=, the Authorization header, either.",
        ("query", "header", "either"),
    ),
    Switch(
        "error_shape",
        "problem",
        "How REST v2 says no: RFC 9457, {status, message}, {error: {...}}, OAuth's, webhooks'.",
        ("problem", "status_message", "error_object", "oauth", "webhooks"),
    ),
    Switch(
        "illegal_transition_status",
        409,
        "A move the status does not allow: 409, or 400 as on older pages.",
        (409, 400),
    ),
    Switch("rate_limit_per_minute", 60, "Calls a minute for the company; 0 = no limit."),
    Switch("rate_limit_burst", 100, "Calls that may come at once."),
    Switch(
        "rate_limit_headers",
        "X-RateLimit",
        "How the headers are spelt; one page hyphenates.",
        ("X-RateLimit", "X-Rate-Limit"),
    ),
    Switch("settle_s", 2.0, "Seconds until async=true and mass-route become visible."),
    Switch("per_page_default", 25, "Rows of a list page when per_page is not given."),
    Switch("per_page_most", 100, "Rows of a list page at most."),
    Switch(
        "list_default",
        "workorders_assigned",
        "GET /workorders without list= and nothing kept: this list.",
        ("workorders_assigned", "workorders_all", "workorders_in_flight"),
    ),
    Switch(
        "list_rows",
        "stub",
        "Rows of GET /workorders without columns=: id and schedule.status_id, or whole.",
        ("stub", "whole"),
    ),
    Switch(
        "unique_custom_field",
        "accept",
        "A value another order has, in a field flagged unique: taken, or refused with 409.",
        ("accept", "refuse"),
    ),
    Switch(
        "status_ids",
        "",
        "Corrections of the table of status ids, as Name=number,Name=number.",
    ),
)
