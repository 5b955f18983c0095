"""The part of simulators/COVERAGE.md about webhooks, workflow rules and extension callouts."""

from __future__ import annotations

from isthmus_sim.autotask.coverage.sources import CLIENTS, INTEGRATORS, OURS, SWAGGER, VENDOR
from isthmus_sim.autotask.writing.webhooks import KINDS
from isthmus_sim.base.coverage import Line, Part, link

INTRO = """Real HTTP to receivers on loopback. The signature is verified in the tests by code of
their own."""

ROWS, EVENTS = "hooks/test_registering.py::test_", "hooks/test_events.py::test_"
SENT, ORDERS = "hooks/test_deliveries.py::test_", "hooks/test_controls.py::test_"
CALLS = "hooks/test_callouts.py::test_"
HELP = "product help, as integrators tell it"

LINES: dict[str, list[Line]] = {
    "Registering a webhook": [
        ("Five collections with Fields, UdfFields and ExcludedResources below, mirrors to read",
         "documented", SWAGGER,
         f"{ROWS}each_of_the_five_is_made_changed_and_deleted_with_its_children"),
        ("webhookGUID, ownerResourceID and isReady are the server's", "documented", VENDOR,
         f"{ROWS}the_server_names_the_webhook_and_its_owner_and_hides_the_secret"),
        ("secretKey is not shown again (switch)", "assumed", OURS,
         f"{ROWS}the_server_names_the_webhook_and_its_owner_and_hides_the_secret"),
        ("isReady only once it has a field, of either kind", "documented", VENDOR,
         f"{ROWS}a_webhook_is_ready_as_long_as_it_has_a_field"),
        ("fieldID and udfFieldID are listed on the webhook's own field collections", "observed",
         CLIENTS, f"{ROWS}the_numbers_of_fields_come_from_the_webhooks_own_picklists"),
        ("Numbers of fields other than of companies and tickets", "assumed", OURS,
         f"{ROWS}the_numbers_of_fields_come_from_the_webhooks_own_picklists"),
        ("A field unknown or named twice is refused (wording assumed)", "assumed", OURS,
         f"{ROWS}a_field_nobody_knows_and_the_same_field_twice_are_refused"),
        ("https on 443 (loopback let in unless a switch forbids; wording assumed)", "documented",
         VENDOR, f"{ROWS}urls_are_https_or_lead_back_home"),
        ("Both URLs are required", "documented", VENDOR,
         f"{ROWS}what_a_webhook_must_have_is_named_when_it_lacks"),
        ("Same entity, URL and event is a duplicate, also of an inactive one (wording assumed)",
         "documented", VENDOR, f"{ROWS}a_duplicate_is_the_same_entity_url_and_event"),
        ("The security level must allow webhooks, up to a number (texts assumed; switch)",
         "observed", INTEGRATORS, f"{ROWS}the_right_to_make_webhooks_may_be_missing_or_used_up"),
        ("Without the right metadata says so, as for any other right (switch)", "assumed", OURS,
         f"{ROWS}the_right_to_make_webhooks_may_be_missing_or_used_up"),
        ("50 active webhooks of an entity (switch)", "observed", INTEGRATORS,
         f"{ROWS}an_entity_has_so_many_active_webhooks"),
    ],
    "Events of a webhook": [
        ("The keys of the payload and their order", "observed", CLIENTS,
         f"{EVENTS}the_payload_of_each_event"),
        ("Keys of Fields are the labels of the fieldID picklist (switch: record names)",
         "assumed", OURS, f"{EVENTS}what_is_in_doubt_about_the_payload_is_a_switch"),
        ("A creation shows every subscribed field; a deletion what is always shown (switch)",
         "assumed", OURS, f"{EVENTS}what_is_in_doubt_about_the_payload_is_a_switch"),
        ("The body is escaped as .NET does, and signed over its bytes", "observed", CLIENTS,
         f"{EVENTS}each_body_is_signed_over_its_bytes"),
        ("Which characters are escaped", "observed", CLIENTS,
         "hooks/test_escaping.py::test_json_is_escaped_as_the_vendors_serialiser_does"),
        ("Only a change of a subscribed field fires; display-always fields are always shown",
         "documented", VENDOR, f"{EVENTS}only_a_change_of_a_subscribed_field_is_an_event"),
        ("Only subscribed events fire", "documented", VENDOR,
         f"{EVENTS}an_event_it_is_not_subscribed_to_is_not_sent"),
        ("Silent until it is ready and while it is inactive", "documented", VENDOR,
         f"{EVENTS}nothing_is_sent_before_it_is_ready_nor_while_it_is_inactive"),
        ("Excluded resources are not heard", "documented", VENDOR,
         f"{EVENTS}an_excluded_resource_is_not_heard"),
        ("The impersonated resource is the one who acts", "assumed", OURS,
         f"{EVENTS}the_impersonated_resource_is_the_one_who_acts"),
        ("EntityType is singular and of the older API (configuration items: switch)", "observed",
         CLIENTS, f"{EVENTS}entities_carry_their_older_names"),
        ("A note moves its ticket's LastActivityDate, which can be subscribed to", "assumed", OURS,
         f"{EVENTS}a_note_tells_of_itself_and_moves_its_tickets_activity"),
        ("Notes that go with their ticket are told", "assumed", OURS,
         f"{EVENTS}notes_that_go_with_their_ticket_are_told"),
        ("SecondaryResources and TicketAdditionalContact are lists of ids", "assumed", OURS,
         f"{EVENTS}a_secondary_resource_is_a_change_of_its_ticket"),
        ("User-defined fields stand flat among the others (switch)", "assumed", OURS,
         f"{EVENTS}user_defined_fields_are_heard_and_shown"),
        ("SequenceNumber rises per webhook", "observed", CLIENTS,
         f"{EVENTS}sequence_numbers_rise_for_each_webhook_by_itself"),
    ],
    "Delivering": [
        ("Any 2xx is success", "documented", VENDOR,
         f"{SENT}any_status_from_200_to_299_is_success"),
        ("Anything else is tried again after 30 s with the same bytes", "documented", VENDOR,
         f"{SENT}any_other_status_is_tried_again_and_no_redirect_is_followed"),
        ("Redirects are not followed", "assumed", OURS,
         f"{SENT}any_other_status_is_tried_again_and_no_redirect_is_followed"),
        ("10 s to answer", "documented", VENDOR, f"{SENT}a_slow_receiver_is_a_failure"),
        ("5 attempts in 2 minutes, then dropped into WebhookEventErrorLogs", "documented", VENDOR,
         f"{SENT}five_attempts_in_two_minutes_then_the_event_is_dropped_and_logged"),
        ("The log names webhooks of companies and contacts only", "documented", SWAGGER,
         f"{SENT}five_attempts_in_two_minutes_then_the_event_is_dropped_and_logged"),
        ("The log is kept for 30 days", "documented", VENDOR,
         f"{SENT}the_log_is_kept_for_thirty_days"),
        ("Later events of a webhook and kind wait behind a retry", "documented", VENDOR,
         f"{SENT}a_later_event_of_the_same_kind_waits_behind_a_retry"),
        ("25 failed events in a row disable the webhook", "documented", VENDOR,
         f"{SENT}twenty_five_failed_events_in_a_row_disable_the_webhook"),
        ("deactivationUrl is called on deletion, deactivation and an inactive owner", "documented",
         VENDOR, f"{SENT}the_deactivation_url_is_called_when_a_webhook_ends"),
        ("Deactivated has no EntityType and no signature to trust (switch)", "observed", CLIENTS,
         f"{SENT}the_last_call_may_be_signed"),
        ("Events that wait are given up when their webhook ends", "assumed", OURS,
         f"{SENT}what_waits_is_given_up_when_its_webhook_ends"),
        ("Webhooks and what waits survive a restart", "assumed", OURS,
         f"{SENT}webhooks_and_what_waits_survive_a_restart"),
        ("Deliveries are lost, doubled, delayed, reordered on request", "assumed", OURS,
         f"{ORDERS}the_next_deliveries_can_be_reordered"),
        ("A test can wait until nothing is due", "assumed", OURS,
         f"{ORDERS}a_test_can_wait_until_nothing_is_due"),
    ],
    "Workflow rules and extension callouts": [
        ("GET and name-value pairs unless chosen otherwise", "observed", HELP,
         f"{CALLS}by_default_it_is_a_get_with_the_id_in_the_query"),
        ("POST of a form, XML, JSON, or with the id in the query; names chosen by the rule",
         "assumed", OURS, f"{CALLS}the_body_has_the_form_the_rule_chooses"),
        ("User and password go as HTTP Basic", "assumed", OURS,
         f"{CALLS}user_and_password_go_as_basic_auth_and_are_not_shown"),
        ("Rules fire on created, edited and note added, by API and by people", "observed", HELP,
         f"{CALLS}a_rule_fires_on_its_event"),
        ("A ticket's user-defined field as a filter", "observed", HELP,
         f"{CALLS}a_ticket_field_of_ones_own_can_be_the_filter"),
        ("Seven tries in ten minutes, then a round-trip entry in the ticket's history",
         "observed", INTEGRATORS,
         f"{CALLS}a_failed_callout_is_tried_seven_times_in_ten_minutes_and_logged_on_the_ticket"),
        ("A rule sets a field; the write answers 200 all the same", "observed", INTEGRATORS,
         f"{CALLS}a_rule_can_set_a_field_which_the_writer_did_not"),
        ("Chains of rules end after five", "observed", HELP,
         f"{CALLS}rules_that_call_each_other_stop_after_five"),
        ("A receiver that writes back loops", "observed", INTEGRATORS,
         f"{CALLS}a_receiver_that_writes_back_is_called_again"),
        ("200 active rules", "observed", HELP, f"{CALLS}two_hundred_rules_are_the_most"),
    ],
}  # fmt: skip


def _operations() -> str:
    watched = ", ".join(kind.watched for kind in KINDS)
    test = f"{ROWS}each_of_the_five_is_made_changed_and_deleted_with_its_children"
    return f"## Operations\n\nWebhooks for {watched}; shown by {link(test)}."


PART = Part("Autotask webhooks and callouts", INTRO, LINES, _operations)
