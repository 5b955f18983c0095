"""The part of simulators/COVERAGE.md about Field Nation's OAuth, REST v2 and work orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.base.coverage import Part, link
from isthmus_sim.fieldnation.api.description import operations
from isthmus_sim.fieldnation.api.operations import OPERATIONS
from isthmus_sim.fieldnation.coverage.hooks import HOOKS

if TYPE_CHECKING:
    from isthmus_sim.base.coverage import Line

INTRO = """Tried with a client generated from the vendor's published description by
openapi-python-client (once, by hand): signing in, create, read, publish, route, list and 48
further reads. It bears every answer but one: rows of a list without `columns`, which the vendor
too was seen to send shorter than its description allows (switch `list_rows`)."""
TOKEN = "v2_generateAuthToken"  # noqa: S105 - served by the token endpoint
DESCRIBED = "vendor's published description, December 2025"
GUIDE = "vendor's developer guides, 2025 and 2026"
OLDER = "vendor's older pages"
SEEN = "third-party clients' notes from the sandbox"
CONNECTOR = "vendor's own published connector"
CATALOGUE = "vendor's error catalogue, 2026"
APP = "vendor's provider app, public source"
OURS = "our choice"

_AUTH = "fieldnation/test_oauth.py::test_"
_ORDERS = "fieldnation/test_orders.py::test_"
_MACHINE = "fieldnation/test_machine.py::test_"
_LISTS = "fieldnation/test_lists.py::test_"
_ANSWERS = "fieldnation/test_answers.py::test_"
_FILES = "fieldnation/test_files.py::test_"
_ACCOUNT = "fieldnation/test_account.py::test_"
_WHOLE = "fieldnation/test_description.py::test_"

CORE: dict[str, list[Line]] = {
    "Signing in": [
        ("Password grant as JSON: access token of 3600 s, scope, refresh token, user",
         "documented", DESCRIBED, f"{_AUTH}a_password_grant_gives_an_hour"),
        ("client_credentials too (switch: one of them; sources disagree)", "documented", GUIDE,
         f"{_AUTH}client_credentials_are_taken_too_unless_switched_off"),
        ("The refresh token is refused as a grant", "documented", OLDER,
         f"{_AUTH}a_refresh_token_is_given_but_refused"),
        ("Form fields are refused (switch: taken, as older pages show)", "observed", SEEN,
         f"{_AUTH}form_fields_are_refused_unless_switched_on"),
        ("{error, error_description} (switch: {status_code, message}); statuses assumed",
         "documented", GUIDE, f"{_AUTH}a_wrong_client_or_password_is_named"),
        ('An expired token: 400 "Expired token" (switch: 401)', "documented", OLDER,
         f"{_AUTH}an_expired_token_is_400_or_401_by_switch"),
        ("The token goes in the query; a header is not looked at (switch)", "observed", SEEN,
         f"{_AUTH}a_token_in_the_header_is_not_looked_at_unless_switched_on"),
        ("No token or an unknown one: 401", "documented", GUIDE,
         f"{_AUTH}no_token_and_a_made_up_one_are_401"),
        ("acting_user_id acts for another user", "documented", DESCRIBED,
         f"{_AUTH}another_user_can_be_acted_for"),
    ],
    "Work orders": [
        ("A title alone makes a draft; its manager is the API user", "documented", OLDER,
         f"{_ORDERS}a_title_alone_makes_a_draft_of_the_api_user"),
        ("Without a title: 400", "documented", DESCRIBED, f"{_ORDERS}a_missing_title_is_400"),
        ("Unknown and mis-shaped keys are dropped without a word; which shapes is partly assumed",
         "observed", SEEN, f"{_ORDERS}unknown_and_misshaped_keys_are_dropped_without_a_word"),
        ("A location without `mode`, or with a nested address, vanishes", "observed", SEEN,
         f"{_ORDERS}a_location_without_mode_vanishes"),
        ("A country of three letters breaks geocoding", "observed", SEEN,
         f"{_ORDERS}a_country_of_three_letters_breaks_geocoding"),
        ("A saved location brings its address", "documented", DESCRIBED,
         f"{_ORDERS}a_saved_location_brings_its_address"),
        ("Local time becomes UTC in the zone of the place; zones are by state", "documented", GUIDE,
         f"{_ORDERS}local_time_becomes_utc_in_the_zone_of_the_place"),
        ("UTC becomes local time", "documented", GUIDE, f"{_ORDERS}utc_becomes_local_time"),
        ("Times given as local stay local when the place moves", "assumed", OURS,
         f"{_ORDERS}local_time_stays_when_the_place_moves"),
        ("A schedule without mode, or in another form of time, is 400", "observed", SEEN,
         f"{_ORDERS}a_schedule_without_mode_or_with_another_form_of_time_is_400"),
        ("description is an object with html; a plain text is taken", "observed", SEEN,
         f"{_ORDERS}description_takes_an_object_and_a_plain_text"),
        ("Custom fields are written and read grouped, roles buyer and assigned_provider",
         "observed", SEEN, f"{_ORDERS}custom_fields_are_written_grouped_and_read_grouped"),
        ("A custom field is changed by its id; what is refused is assumed", "documented", DESCRIBED,
         f"{_ORDERS}a_custom_field_is_changed_by_its_number"),
        ("A field flagged unique may repeat (switch: 409)", "assumed", OURS,
         f"{_ORDERS}a_unique_field_is_shared_unless_switched_off"),
        ("A template gives defaults, the body wins, ignore_template leaves it out", "documented",
         GUIDE, f"{_ORDERS}a_template_gives_defaults_and_the_body_wins"),
        ("Default tasks to check in and out are the system's: 403", "documented", CATALOGUE,
         f"{_ORDERS}every_order_has_tasks_to_check_in_and_out"),
        ("Four kinds of pay with their range; which units are paid is assumed", "documented",
         DESCRIBED, f"{_ORDERS}pay_of_every_kind_has_its_range"),
        ("Approved expenses, bonuses and penalties make the total", "assumed", OURS,
         f"{_ORDERS}expenses_and_charges_count_once_they_are_approved"),
        ("An update changes what it names", "documented", DESCRIBED,
         f"{_ORDERS}an_update_changes_what_it_names"),
        ("`columns` and `_no_model_update` trim the answer; to what is assumed", "documented",
         DESCRIBED, f"{_ORDERS}columns_and_no_model_update_trim_the_answer"),
        ("Messages newest first, replies below; inside an order only a count", "documented", GUIDE,
         f"{_ORDERS}messages_are_newest_first_with_replies_below"),
        ("DELETE needs cancel_reason; that a draft is deleted, others cancelled, is assumed",
         "documented", DESCRIBED, f"{_ORDERS}the_id_of_a_deleted_draft_is_not_found"),
        ("Documents and Misc always exist", "documented", OLDER,
         f"{_FILES}documents_and_misc_always_exist"),
        ("multipart upload, review, download by a link that carries its key (the link is ours)",
         "documented", DESCRIBED,
         f"{_FILES}an_uploaded_file_comes_down_byte_for_byte_by_its_link"),
        ("An upload without a file is 400", "assumed", OURS,
         f"{_FILES}an_upload_that_is_no_form_or_has_no_file_is_400"),
    ],
    "Statuses and events": [
        ("The way from draft to paid, its milestones and the events of each move", "documented",
         GUIDE, f"{_MACHINE}an_order_goes_all_the_way"),
        ("Numbers of the statuses; Postponed and Deleted are guesses (switch corrects)", "observed",
         APP, f"{_MACHINE}a_status_id_can_be_corrected"),
        ("A late report opens a problem, posts a message, leaves the arrival", "documented", OLDER,
         f"{_MACHINE}a_late_report_raises_three_events_and_does_not_move_the_arrival"),
        ("Status events carry both status ids", "documented", GUIDE,
         f"{_MACHINE}status_events_carry_the_ids_before_and_after"),
        ("Unassigned, an order is published again if it ever was, else a draft", "assumed", OURS,
         f"{_MACHINE}unassigning_falls_back_to_what_it_was"),
        ("Postpone, revert, unpublish, unroute, cancel, delete: their events", "assumed", OURS,
         f"{_MACHINE}side_moves_raise_their_events"),
        ("No event for title, description, location, pay, time log, expense", "documented",
         DESCRIBED, f"{_MACHINE}parts_raise_their_events_and_quiet_ones_none"),
        ("33 event names and no other", "documented", DESCRIBED,
         f"{_MACHINE}every_event_told_is_one_of_the_vendors"),
        ("A refused move changes nothing; needing a check-out first is assumed", "assumed", OURS,
         f"{_MACHINE}a_refused_move_changes_nothing_and_tells_nobody"),
        ("An illegal move is 409 with FIX_INPUT (switch: 400)", "documented", CATALOGUE,
         f"{_MACHINE}an_illegal_move_is_409_or_400_by_switch"),
        ("`actions` tell what may be done now; which when is assumed", "observed", CONNECTOR,
         f"{_MACHINE}actions_tell_what_may_be_done_now"),
        ("Only providers are routed to or assigned", "assumed", OURS,
         f"{_MACHINE}only_providers_are_routed_to"),
    ],
    "Lists": [
        ("Eight lists by status; what in flight holds is assumed", "documented", GUIDE,
         f"{_LISTS}each_list_holds_its_statuses"),
        ("Without list= the assigned ones (switch)", "observed", SEEN,
         f"{_LISTS}without_a_list_it_is_the_assigned_ones"),
        ("Without columns= rows are id and schedule.status_id (switch: whole)", "observed", SEEN,
         f"{_LISTS}without_columns_rows_are_stubs_unless_switched"),
        ("List and filters stick to the user unless sticky=false; `f_=` clears", "documented",
         GUIDE, f"{_LISTS}filters_stick_to_the_user_unless_told_not_to"),
        ("38 filters of both vocabularies, combined with AND, dates as UTC", "documented", GUIDE,
         f"{_LISTS}filters_select_and_combine"),
        ("Filters take ids and names in any case; text search looks where is documented",
         "documented", DESCRIBED, f"{_LISTS}filters_take_numbers_and_names_in_any_case"),
        ("f_fixed, f_hourly, f_device: the least rate or a range; blended counts twice",
         "documented", DESCRIBED,
         f"{_LISTS}filters_of_pay_ask_for_the_least_rate_or_a_range"),
        ("f_confirmation takes several values", "documented", DESCRIBED,
         f"{_LISTS}several_confirmations_may_be_asked_for"),
        ("A known filter is echoed as f_x and fs_x, another is ignored", "documented", DESCRIBED,
         f"{_LISTS}known_filters_are_echoed_and_unknown_ones_are_not"),
        ("page from 1, per_page 25 by default (switch), cut at 100 (switch)", "documented", GUIDE,
         f"{_LISTS}pages_count_from_one_and_are_cut_at_a_hundred"),
        ("sort and order; which keys sort is assumed", "documented", DESCRIBED,
         f"{_LISTS}order_turns_the_rows_round"),
        ("An open problem puts an order in the problem list", "assumed", OURS,
         f"{_LISTS}an_open_problem_puts_an_order_in_its_list"),
        ("Lookups page like lists", "documented", DESCRIBED,
         f"{_LISTS}lookups_page_like_lists"),
        ("Talent pools page by cursor; its form is assumed", "documented", DESCRIBED,
         f"{_LISTS}talent_pools_page_by_cursor"),
    ],
    "Answers": [
        ("Five shapes of a refusal (switch); RFC 9457 is the newest. Its `message` is assumed",
         "documented", CATALOGUE, f"{_ANSWERS}a_refusal_comes_in_five_shapes_by_switch"),
        ("Broken bodies, unknown paths, wrong verbs; statuses assumed", "assumed", OURS,
         f"{_ANSWERS}a_broken_body_an_unknown_path_and_a_wrong_verb_are_refused"),
        ("60 calls a minute, 100 at once, 429 with headers (switches); refilling is assumed",
         "documented", GUIDE, f"{_ANSWERS}the_rate_limit_lets_a_burst_through_then_refills"),
        ("The headers' other spelling (switch)", "documented", GUIDE,
         f"{_ANSWERS}rate_limit_headers_can_be_hyphenated_and_the_limit_lifted"),
        ("async=true is answered before it is done; what it answers is assumed", "documented",
         DESCRIBED, f"{_ANSWERS}async_answers_before_the_change_is_visible"),
        ("mass-route answers a job id before it is done", "documented", DESCRIBED,
         f"{_ANSWERS}mass_route_is_seen_after_it_settled"),
        ("A queued call that is refused fails quietly", "assumed", OURS,
         f"{_ANSWERS}a_queued_call_that_is_refused_fails_without_a_word"),
        ("Several tasks or time logs in one call change together or not at all", "assumed", OURS,
         f"{_ANSWERS}several_changes_at_once_are_all_or_none"),
        ("An operation that is not served is 501 and named", "assumed", OURS,
         f"{_WHOLE}an_unserved_operation_says_so_by_name"),
        ("What is answered before it is done has the shape of the answer", "assumed", OURS,
         f"{_WHOLE}what_is_answered_before_it_is_done_answers_as_described"),
        ("The description is served at swagger-json", "documented", DESCRIBED,
         f"{_WHOLE}the_description_is_served_without_signing_in"),
    ],
    "The account": [
        ("Sandbox and production share no id; the numbers are ours", "documented", GUIDE,
         f"{_ACCOUNT}no_id_of_the_sandbox_holds_in_production"),
        ("The same seed makes the same account", "assumed", OURS,
         f"{_ACCOUNT}the_same_seed_makes_the_same_account"),
        ("A kept account goes on: orders, tokens, clock, switches, queue", "assumed", OURS,
         f"{_ACCOUNT}a_kept_account_goes_on_where_it_stopped"),
    ],
}  # fmt: skip


def served() -> str:
    """Tell in Markdown which operations of the description are served."""
    known = [op.operation_id for op in operations()]
    missing = [name for name in known if name not in OPERATIONS and name != TOKEN]
    told = f"Not served, a 501 that names itself: {', '.join(missing)}." if missing else ""
    return (
        "## Operations\n\n"
        f"{len(known) - len(missing)} of the {len(known)} operations of the published description "
        f"are served, and each answers as described, shown by "
        f"{link(f'{_WHOLE}every_served_operation_answers_as_described')}. {told}"
    ).rstrip()


PART = Part("Field Nation", INTRO, {**CORE, **HOOKS}, served)
