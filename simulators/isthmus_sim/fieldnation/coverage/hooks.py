"""The part of simulators/COVERAGE.md about webhooks v3, the provider's side and the faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus_sim.base.coverage import Line

DESCRIBED = "vendor's webhooks description, December 2025"
GUIDE = "vendor's developer guides, 2025"
PAYLOAD = "vendor's payload page, 2026"
DELIVERY = "vendor's delivery page, 2025"
OLDER = "vendor's older pages"
CATALOGUE = "vendor's error catalogue, 2026"
LOST = "integrators' notes: a lost answer duplicates orders"
OURS = "our choice"

API, DELIVERIES, PANEL, MOCK = (
    "fieldnation/test_hooks_api.py::test_",
    "fieldnation/test_hooks_delivery.py::test_",
    "fieldnation/test_provider.py::test_",
    "fieldnation/test_faults.py::test_",
)
RETRIES = "fieldnation/test_hooks_schedule.py::test_"
MISCHIEF = "fieldnation/test_hooks_mischief.py::test_"
ADMIN = "fieldnation/test_admin.py::test_"

HOOKS: dict[str, list[Line]] = {
    "Webhooks: registering": [
        ("All eleven operations, in the envelope `{metadata, result}`", "documented", DESCRIBED,
         f"{API}every_answer_fits_the_description"),
        ("Refusals are `{metadata, errors, result}`; that `code` repeats the status is assumed",
         "documented", DESCRIBED, f"{API}every_refusal_fits_the_description"),
        ("The history is a list, though the operation declares one row (switch: the row)",
         "assumed", DESCRIBED, f"{API}the_history_is_one_bare_change_by_switch"),
        ("A bearer token is required; one in the query does not count", "documented", DESCRIBED,
         f"{API}a_token_in_the_query_is_not_enough"),
        ("Create answers 200 with numeric id, webhookId and a secret made when none is given",
         "documented", DESCRIBED, f"{API}a_created_webhook_comes_back_whole"),
        ("url, method, status and at least one event are required; 33 events are known",
         "documented", DESCRIBED, f"{API}what_is_required_is_named"),
        ("Several events in one text are taken apart", "documented", DESCRIBED,
         f"{API}several_events_in_one_text_are_taken_apart"),
        ("https only; plain http to this machine by a switch that is on", "documented", GUIDE,
         f"{API}plain_http_is_for_loopback_unless_switched"),
        ("Header attributes must not begin with x-fn-", "documented", PAYLOAD,
         f"{API}what_a_webhook_cannot_be_is_refused_and_nothing_is_kept"),
        ("A second webhook for a URL is 409; archived ones do not count (assumed)", "documented",
         PAYLOAD, f"{API}a_second_webhook_for_a_url_is_a_conflict"),
        ("PUT is partial; `events` replaces the list", "documented", GUIDE,
         f"{API}put_changes_only_what_it_names_but_replaces_the_events"),
        ("Headers are shown on request, merged by PUT (assumed), deleted one by one", "documented",
         DESCRIBED,
         f"{API}headers_are_shown_on_request_merged_by_put_and_deleted_one_by_one"),
        ("Archived is final; that a change is then 400 is assumed", "documented", GUIDE,
         f"{API}archived_is_final"),
        ("A deleted webhook is gone, its history and logs stay", "documented", DESCRIBED,
         f"{API}a_deleted_webhook_is_gone_but_its_history_stays"),
        ("An unknown webhook is 404 (switch: 400, the only refusal declared)", "assumed", OURS,
         f"{API}an_unknown_webhook_is_400_by_switch"),
        ("Lists page, sort, filter, search and choose fields; a wrong value is 400 (assumed)",
         "documented", DESCRIBED, f"{API}lists_are_filtered_and_searched"),
        ("The history leaves a changed secret out", "assumed", OURS,
         f"{API}the_history_says_who_changed_what_but_no_secret"),
    ],
    "Webhooks: delivering": [
        ("The body carries event, params, timestamp, who and the whole order", "documented",
         PAYLOAD, f"{DELIVERIES}a_delivery_carries_the_event_and_the_whole_order"),
        ("Status events carry status_id and previous_status_id", "documented", PAYLOAD,
         f"{ADMIN}a_status_event_tells_the_status_and_the_one_before"),
        ("One action raises several events", "documented", OLDER,
         f"{ADMIN}a_check_in_is_two_events_and_a_late_report_three"),
        ("`sha256=` and the HMAC-SHA256 of the raw body", "documented", PAYLOAD,
         f"{DELIVERIES}a_stranger_can_verify_the_signature_over_the_raw_body"),
        ("Headers: webhook, delivery with `:attempt`, trace, milliseconds", "documented", PAYLOAD,
         f"{DELIVERIES}the_headers_name_webhook_delivery_event_and_moment"),
        ("The camelCase body and older headers, by switch; what `data` holds is assumed",
         "documented", GUIDE,
         f"{DELIVERIES}the_older_dialect_is_chosen_by_switch_or_for_one_webhook"),
        ("work_order_id as a number (switch: string; the samples differ)", "documented", PAYLOAD,
         f"{DELIVERIES}the_order_id_is_a_string_by_switch"),
        ("Repeated after 10, 20, 40, 80, 160, 320, 640 s, then left", "documented", DELIVERY,
         f"{DELIVERIES}a_failing_endpoint_is_tried_eight_times_and_then_left"),
        ("7, 5 or 3 retries by the rate of the last hundred attempts; before, 7 (assumed)",
         "documented", DELIVERY,
         f"{RETRIES}the_success_rate_decides_how_many_retries_there_are"),
        ("No retry after 404, 410 and other 4xx; 408 and 429 by switch", "documented", DELIVERY,
         f"{RETRIES}408_and_429_are_retried_by_switch_only"),
        ("No answer within 30 s is a failure; `deliveryStatus` is then 0 (assumed)", "documented",
         DELIVERY, f"{DELIVERIES}a_silent_endpoint_counts_as_no_answer"),
        ("A redirect is a failure and is repeated", "assumed", OURS,
         f"{DELIVERIES}a_redirect_is_not_followed"),
        ("A logged delivery is sent once more on demand, with the next attempt number (assumed)",
         "documented", DESCRIBED,
         f"{DELIVERIES}a_dead_delivery_can_be_sent_again_by_hand_once"),
        ("Logs of two weeks; the full one behind a signed link, whose path is assumed",
         "documented", DESCRIBED,
         f"{DELIVERIES}a_log_holds_what_was_sent_and_answered_behind_a_signed_link"),
        ("An inactive webhook loses events", "documented", GUIDE,
         f"{DELIVERIES}an_inactive_webhook_loses_events_for_good"),
        ("Retries to a webhook that was deleted or paused end", "assumed", OURS,
         f"{DELIVERIES}retries_to_a_webhook_that_was_deleted_end"),
        ("Seven days of failures: inactive, and a mail", "documented", DELIVERY,
         f"{DELIVERIES}seven_days_of_failures_make_a_webhook_inactive_and_write_a_mail"),
        ("At least once, order only approximate: doubled and reordered on demand", "documented",
         DELIVERY, f"{ADMIN}the_next_deliveries_can_be_dropped_doubled_delayed_and_reordered"),
        ("A doubled delivery keeps its id, with the next attempt", "assumed", OURS,
         f"{MISCHIEF}a_doubled_delivery_is_the_same_delivery_again"),
    ],
    "The provider's side": [
        ("A draft is invisible, a published order is for everybody", "documented", GUIDE,
         f"{PANEL}a_draft_is_invisible_and_a_published_order_is_for_everybody"),
        ("A routed order is seen by those it was routed to", "assumed", OURS,
         f"{PANEL}an_order_routed_to_one_is_seen_by_that_one_only"),
        ("Accepting an offer assigns the order", "documented", GUIDE,
         f"{PANEL}accepting_an_offer_assigns_the_order"),
        ("Confirmed, on my way, checked in, checked out, work done", "documented", DESCRIBED,
         f"{PANEL}a_visit_goes_from_confirmed_to_work_done"),
        ("Running late opens a problem and posts a message", "documented", OLDER,
         f"{PANEL}running_late_opens_a_problem_and_posts_a_message"),
        ("Messages, files, time, expenses, tasks, fields and problems of the provider's",
         "documented", DESCRIBED, f"{PANEL}what_a_provider_adds_is_on_the_order"),
        ("Only the assigned provider may do them", "assumed", OURS,
         f"{PANEL}what_belongs_to_the_assigned_provider_is_refused_to_others"),
        ("Field Nation pays by itself; here on demand", "documented", GUIDE,
         f"{ADMIN}pay_runs_for_all_that_is_approved"),
        ("Postponed and At risk are set on demand; who sets them, and when, is assumed",
         "documented", DESCRIBED,
         f"{ADMIN}every_event_of_the_vendor_can_be_made_to_arrive"),
    ],
    "What can go wrong": [
        ("Refusals in five shapes", "documented", f"{CATALOGUE}; older pages",
         f"{MOCK}a_server_fault_comes_in_each_of_the_five_shapes"),
        ("429 with Retry-After and X-RateLimit headers; Reset in seconds since 1970 (assumed)",
         "documented", CATALOGUE, f"{MOCK}a_rate_limit_tells_when_to_come_back"),
        ("The connection drops before or after an order is made", "observed", LOST,
         f"{MOCK}a_connection_drops_before_or_after_the_order_is_made"),
        ("A token expires in between and stays so", "documented", GUIDE,
         f"{MOCK}a_token_that_expired_stays_expired_until_a_new_one"),
        ("A created order is in no list yet", "assumed", OURS,
         f"{MOCK}a_created_order_is_not_listed_before_the_lag_is_over"),
    ],
}  # fmt: skip
