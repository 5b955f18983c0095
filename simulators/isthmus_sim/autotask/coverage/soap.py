"""The part of simulators/COVERAGE.md about the simulated Autotask over SOAP."""

from __future__ import annotations

from isthmus_sim.autotask.coverage.sources import (
    CLIENTS,
    INTEGRATORS,
    ISSUES,
    OURS,
    RECORDED,
    VENDOR,
)
from isthmus_sim.autotask.soap.catalog import edition
from isthmus_sim.autotask.soap.envelope import OPERATIONS
from isthmus_sim.base.coverage import Line, Part, link

INTRO = """The second wire over the same rows, limits and faults. Tried with clients written for the
vendor or for any WSDL, unchanged: zeep 4.3 and suds-community 1.2 (in the suite, all 14
operations); Node's soap 1.13 (`make contract`: zone, query, metadata, threshold, create, update,
delete, files, refusals); atws 0.5.6 (by hand: description, zone, query with paging, metadata,
create, update, delete, refusals, 1.5 and 1.6)."""

WSDL = "vendor's WSDL files of 2018, 2019 and 2023"
METADATA = "field metadata of a live tenant, 2021"
FRAMEWORK = "how the framework under the service behaves"

LINES: dict[str, list[Line]] = {
    "Description and zone": [
        (
            "The WSDL of 1.5 and 1.6 loads in zeep (strict) with all operations",
            "documented",
            WSDL,
            "soap/test_wsdl.py::test_zeep_loads_every_edition_strictly_with_all_operations",
        ),
        (
            "It loads in suds, which knows nothing else",
            "documented",
            WSDL,
            "soap/test_wsdl.py::test_suds_loads_every_version",
        ),
        (
            "124 entities in 1.5, 139 or (switch) 167 in 1.6, fields in their order",
            "documented",
            WSDL,
            "soap/test_wsdl.py::test_each_edition_has_its_entities",
        ),
        (
            "Fields that came after 2019",
            "documented",
            WSDL,
            "soap/test_wsdl.py::test_only_the_later_edition_has_the_later_fields",
        ),
        (
            "Paths in any case; the WSDL needs no login",
            "observed",
            CLIENTS,
            "soap/test_wsdl.py::test_the_path_is_read_in_any_case_and_needs_no_login",
        ),
        (
            "The address inside is the host that was asked",
            "observed",
            CLIENTS,
            "soap/test_wsdl.py::test_the_address_is_the_host_it_was_asked_at",
        ),
        (
            "Behind proxies it is the scheme and host the outermost was asked",
            "assumed",
            OURS,
            "soap/test_wsdl.py::test_behind_proxies_the_address_is_the_callers",
        ),
        (
            "With a wrong login even the WSDL is the page",
            "observed",
            CLIENTS,
            "soap/test_wsdl.py::test_a_wrong_login_gets_the_page_even_for_the_description",
        ),
        (
            "Other versions and paths are 404 pages",
            "assumed",
            OURS,
            "soap/test_wsdl.py::test_other_paths_are_not_found",
        ),
        (
            "A GET of the service shows a page",
            "assumed",
            FRAMEWORK,
            "soap/test_wsdl.py::test_the_service_itself_shows_a_page",
        ),
        (
            "getZoneInfo needs no login, looks at the domain, keeps the version asked for",
            "observed",
            RECORDED,
            "soap/test_door.py::test_the_zone_is_told_without_a_login_and_keeps_the_version",
        ),
        (
            "An unknown user is ErrorCode -1 with status 200",
            "observed",
            ISSUES,
            "soap/test_door.py::test_an_unknown_user_has_no_zone",
        ),
        (
            "A moved zone is told, and answers only there",
            "assumed",
            OURS,
            "soap/test_door.py::test_a_moved_zone_is_told_and_answers_only_there",
        ),
    ],
    "Signing in": [
        (
            "Bad credentials: 401, the host as realm, an HTML page",
            "observed",
            ISSUES,
            "soap/test_door.py::test_bad_credentials_get_a_page_and_the_host_as_realm",
        ),
        (
            "zeep takes it for a transport error",
            "observed",
            CLIENTS,
            "soap/test_door.py::test_zeep_is_told_of_a_wrong_password",
        ),
        (
            "A client that waits for the challenge is let in",
            "documented",
            "RFC 7617",
            "soap/test_door.py::test_a_client_that_waits_for_the_challenge_is_let_in",
        ),
        (
            "A bad integration code is ReturnCode -1 with its text (status 200 assumed)",
            "observed",
            ISSUES,
            "soap/test_door.py::test_a_bad_code_is_a_normal_answer_with_return_code_minus_one",
        ),
        (
            "Where there is no return code it is a fault",
            "assumed",
            OURS,
            "soap/test_door.py::test_where_there_is_no_return_code_a_bad_code_is_a_fault",
        ),
        (
            "1.5 needs no code, 1.6 does (switch)",
            "documented",
            VENDOR,
            "soap/test_door.py::test_the_older_version_needs_no_code_but_refuses_a_wrong_one",
        ),
        (
            "IntegrationCodeCheck tells of code and user (values assumed)",
            "assumed",
            WSDL,
            "soap/test_door.py::test_the_code_check_tells_of_code_and_user",
        ),
        (
            "Impersonation: the named resource creates, the API user is noted; not in 1.5",
            "documented",
            VENDOR,
            "soap/test_batches.py::test_a_named_resource_becomes_the_creator",
        ),
    ],
    "Messages": [
        (
            "The SOAPAction decides, in quotes or not, else the body's element",
            "observed",
            CLIENTS,
            "soap/test_door.py::test_the_action_counts_with_and_without_quotes_or_else_the_body",
        ),
        (
            "An action nobody knows is a fault with status 500; letter case counts",
            "assumed",
            FRAMEWORK,
            "soap/test_door.py::test_an_action_nobody_knows_is_a_fault",
        ),
        (
            "What is no envelope, names a document type or is nested too deep is a fault",
            "assumed",
            FRAMEWORK,
            "soap/test_door.py::test_what_is_no_envelope_is_a_fault",
        ),
        (
            "Any prefixes, CDATA, UTF-16",
            "observed",
            CLIENTS,
            "soap/test_door.py::test_an_envelope_in_utf_16_and_with_other_prefixes_is_read",
        ),
        (
            "SOAP 1.2 is answered in kind",
            "assumed",
            "one client speaks it",
            "soap/test_door.py::test_an_envelope_of_soap_1_2_is_answered_in_kind",
        ),
        (
            "An entity has the recorded shape, to the byte",
            "observed",
            RECORDED,
            "soap/test_records.py::test_an_entity_has_the_recorded_shape",
        ),
        (
            "Every field but the id carries its xsi:type",
            "observed",
            RECORDED,
            "soap/test_records.py::test_every_field_but_the_id_carries_its_recorded_type",
        ),
        (
            "Fields come in the WSDL's order",
            "observed",
            RECORDED,
            "soap/test_records.py::test_fields_come_in_the_order_of_the_description",
        ),
        (
            "Nulls are left out, empty texts are empty elements",
            "observed",
            RECORDED,
            "soap/test_records.py::test_nulls_are_left_out_and_empty_texts_are_not",
        ),
        (
            "User-defined fields are all listed once one has a value",
            "observed",
            RECORDED,
            "soap/test_records.py::test_user_defined_fields_are_all_listed_or_none",
        ),
        (
            "EntityResultType is lower case for nine older entities (others assumed)",
            "observed",
            RECORDED,
            "soap/test_records.py::test_older_entities_are_named_in_lower_case",
        ),
        (
            "Tickets carry empty MatchInfo and Message",
            "observed",
            RECORDED,
            "soap/test_records.py::test_tickets_are_told_of_with_two_more_elements",
        ),
        (
            "Resource.Password is stars",
            "observed",
            RECORDED,
            "soap/test_records.py::test_a_password_is_stars",
        ),
        (
            "Ids beyond 32 bits are xsd:long",
            "assumed",
            OURS,
            "soap/test_records.py::test_a_number_too_large_for_an_int_is_a_long",
        ),
        (
            "Three typed fields of NotificationHistory carry no type",
            "documented",
            WSDL,
            "soap/test_records.py::test_what_the_wsdl_types_itself_carries_no_type",
        ),
        (
            "Every field tells what REST tells, for every entity",
            "documented",
            f"{VENDOR}; names paired by spelling and meaning",
            "soap/test_records.py::test_every_entity_tells_over_soap_what_rest_tells",
        ),
        (
            "Times are US Eastern without an offset (switch: UTC)",
            "observed",
            RECORDED,
            "soap/test_records.py::test_times_are_eastern_without_an_offset",
        ),
        (
            "Days are not moved by a zone (which fields are days: assumed)",
            "observed",
            INTEGRATORS,
            "soap/test_queryxml.py::test_a_day_is_not_moved_by_a_zone",
        ),
        (
            "Characters XML cannot carry are dropped; CR is sent raw (switches)",
            "assumed",
            FRAMEWORK,
            "soap/test_records.py::test_what_xml_cannot_carry_is_dropped_or_sent_as_references",
        ),
    ],
    "Queries": [
        (
            "Numbers are compared; operators in any case",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_numbers_are_compared",
        ),
        (
            "Texts are compared in any case; Like knows % (assumed)",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_texts_are_compared_in_any_case",
        ),
        (
            "IsNull and IsNotNull",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_null_and_not_null_divide_the_rows",
        ),
        (
            "IsThisDay is the day in Eastern time",
            "assumed",
            OURS,
            "soap/test_queryxml.py::test_this_day_is_the_clocks_day_in_eastern_time",
        ),
        (
            "Booleans as 1 and 0, or true and false",
            "observed",
            CLIENTS,
            "soap/test_queryxml.py::test_booleans_are_sent_as_numbers_or_words",
        ),
        (
            "Times in every form clients send",
            "observed",
            CLIENTS,
            "soap/test_queryxml.py::test_times_without_an_offset_are_eastern",
        ),
        (
            "Fields are ANDed, expressions of a field ORed",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_fields_are_anded_and_expressions_of_a_field_are_ored",
        ),
        (
            "A lone OR condition ANDs its fields",
            "observed",
            ISSUES,
            "soap/test_queryxml.py::test_a_lone_or_condition_ands_its_fields",
        ),
        (
            "A condition's operator ties it to what stands before it",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_the_operator_ties_a_condition_to_what_stands_before_it",
        ),
        (
            "From left to right",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_conditions_are_tied_from_left_to_right",
        ),
        ("Conditions nest", "documented", VENDOR, "soap/test_queryxml.py::test_conditions_nest"),
        (
            "User-defined fields by name",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_user_defined_fields_are_queried_by_name",
        ),
        (
            "Five user-defined fields, not six",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_a_sixth_user_defined_field_is_refused",
        ),
        (
            "500 ORs, not 501 (how they are counted is assumed)",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_500_ors_are_taken_and_501_refused",
        ),
        (
            "Nothing found is success with empty lists",
            "observed",
            CLIENTS,
            "soap/test_queryxml.py::test_nothing_found_is_success_with_empty_lists",
        ),
        (
            "An empty query is told so in two messages",
            "observed",
            ISSUES,
            "soap/test_queryxml.py::test_an_empty_query_is_told_so",
        ),
        (
            "Unknown and unqueryable fields, wrong operators, wrong values (texts assumed)",
            "documented",
            VENDOR,
            "soap/test_queryxml.py::test_a_query_that_cannot_be_is_refused",
        ),
        (
            "Every entity can be queried, or its metadata says it cannot",
            "observed",
            METADATA,
            "soap/test_wsdl.py::test_every_entity_of_every_edition_can_be_queried_or_says_it_cannot",
        ),
    ],
    "Writes": [
        (
            "What SOAP makes, REST shows",
            "documented",
            VENDOR,
            "soap/test_batches.py::test_a_ticket_made_over_soap_is_seen_over_rest",
        ),
        (
            "What was read and comes back as it was is not judged anew, user-defined fields too",
            "assumed",
            OURS,
            "soap/test_operations.py::test_what_may_be_updated_can_be_sent_back_as_it_was_read",
        ),
        (
            "An opportunity starts when it was made: SOAP cannot name the start that REST requires",
            "assumed",
            OURS,
            "soap/test_operations.py::test_what_only_rest_requires_does_not_stop_a_creation",
        ),
        (
            "zeep and suds make and change",
            "observed",
            CLIENTS,
            "soap/test_batches.py::test_zeep_and_suds_make_what_they_can_change",
        ),
        (
            "Typed or untyped values, any prefix, any order",
            "observed",
            CLIENTS,
            "soap/test_batches.py::test_values_may_be_typed_untyped_or_under_any_prefix_in_any_order",
        ),
        (
            "Read-only fields are ignored (unknown ones too: assumed)",
            "documented",
            VENDOR,
            "soap/test_batches.py::test_read_only_and_unknown_fields_are_passed_over",
        ),
        (
            "Errors come in pairs, numbered from 1 (`creating`, `deleting` assumed)",
            "observed",
            ISSUES,
            "soap/test_batches.py::test_a_refusal_is_a_pair_with_soap_names",
        ),
        (
            "An empty element without a type is refused (switch)",
            "observed",
            ISSUES,
            "soap/test_batches.py::test_a_refusal_is_a_pair_with_soap_names",
        ),
        (
            "A typed empty text is an empty text",
            "assumed",
            OURS,
            "soap/test_batches.py::test_a_typed_empty_text_is_an_empty_text",
        ),
        (
            "One bad record leaves the others unwritten",
            "observed",
            INTEGRATORS,
            "soap/test_batches.py::test_one_bad_record_leaves_the_others_unwritten",
        ),
        (
            "200 entities, not 201 (text assumed)",
            "documented",
            VENDOR,
            "soap/test_batches.py::test_200_entities_are_written_and_201_are_not",
        ),
        (
            "A list without entities has the text of a malformed create",
            "observed",
            ISSUES,
            "soap/test_batches.py::test_no_entity_at_all_is_refused",
        ),
        (
            "A type nobody knows is a fault",
            "assumed",
            FRAMEWORK,
            "soap/test_batches.py::test_an_entity_of_no_known_type_is_a_fault",
        ),
        (
            "An update clears what it leaves out (user-defined fields: switch)",
            "documented",
            VENDOR,
            "soap/test_batches.py::test_an_update_clears_what_it_leaves_out",
        ),
        (
            "An update keeps what only REST knows, and a ticket's number",
            "assumed",
            OURS,
            "soap/test_batches.py::test_an_update_keeps_what_only_rest_knows",
        ),
        (
            "An update needs every required field",
            "documented",
            VENDOR,
            "soap/test_batches.py::test_an_update_needs_every_required_field",
        ),
        (
            "An update of an unknown id has the vendor's text",
            "documented",
            VENDOR,
            "soap/test_batches.py::test_an_update_of_an_unknown_id_has_the_documented_text",
        ),
        (
            "What was read can be sent back",
            "observed",
            CLIENTS,
            "soap/test_batches.py::test_what_was_read_can_be_sent_back_unchanged",
        ),
        (
            "DatabaseAction is None even after a create (switch)",
            "observed",
            RECORDED,
            "soap/test_batches.py::test_the_action_can_be_told",
        ),
        (
            "A delete needs type and id; all lists come back empty",
            "observed",
            RECORDED,
            "soap/test_batches.py::test_a_delete_needs_type_and_id_only_and_answers_empty_lists",
        ),
        (
            "What metadata does not allow is refused (text assumed)",
            "observed",
            METADATA,
            "soap/test_operations.py::test_every_entity_is_written_just_where_the_vendor_allows_it",
        ),
        (
            "Times in every form; the first of an autumn hour that comes twice (assumed)",
            "observed",
            CLIENTS,
            "soap/test_written_times.py::test_times_are_taken_in_every_known_form",
        ),
        (
            "An offset counts (switch)",
            "assumed",
            OURS,
            "soap/test_written_times.py::test_an_offset_can_be_cut_off",
        ),
        (
            "An hour that spring leaves out is refused (text assumed)",
            "documented",
            VENDOR,
            "soap/test_written_times.py::test_a_time_that_does_not_exist_is_refused",
        ),
    ],
    "Files, invoices, metadata": [
        (
            "A file sent over SOAP is there over REST",
            "documented",
            VENDOR,
            "soap/test_files.py::test_a_file_sent_over_soap_is_there_over_rest",
        ),
        (
            "A file comes back with its info",
            "documented",
            WSDL,
            "soap/test_files.py::test_a_file_comes_back_with_what_is_known_of_it",
        ),
        (
            "A file that cannot be kept gets the id 0",
            "documented",
            VENDOR,
            "soap/test_files.py::test_a_file_that_cannot_be_kept_gets_the_id_0",
        ),
        (
            "DeleteAttachment says nothing, or why not",
            "assumed",
            OURS,
            "soap/test_files.py::test_a_deleted_file_is_gone_everywhere",
        ),
        (
            "Untyped info fields are a fault (switch, off)",
            "observed",
            ISSUES,
            "soap/test_files.py::test_untyped_info_is_read_unless_switched",
        ),
        (
            "GetInvoiceMarkup gives a text, of our own making",
            "assumed",
            OURS,
            "soap/test_files.py::test_an_invoice_is_given_as_a_text",
        ),
        (
            "Fields carry type, length and flags",
            "observed",
            METADATA,
            "soap/test_metadata.py::test_fields_carry_type_length_and_flags",
        ),
        (
            "Codes are the tenant's",
            "documented",
            VENDOR,
            "soap/test_metadata.py::test_codes_are_those_of_the_other_wire",
        ),
        (
            "An argument nested twice is read",
            "observed",
            CLIENTS,
            "soap/test_metadata.py::test_an_argument_nested_twice_is_read",
        ),
        (
            "User-defined fields with their entries",
            "documented",
            VENDOR,
            "soap/test_metadata.py::test_user_defined_fields_are_told_with_their_entries",
        ),
        (
            "An unknown entity is a fault",
            "assumed",
            OURS,
            "soap/test_metadata.py::test_an_unknown_entity_is_a_fault",
        ),
        (
            "Entities tell what may be done, and the user's levels",
            "observed",
            METADATA,
            "soap/test_metadata.py::test_entities_tell_what_may_be_done",
        ),
    ],
    "Limits and faults": [
        (
            "Both APIs spend the same hour; zone and WSDL are free",
            "documented",
            VENDOR,
            "soap/test_door.py::test_both_wires_spend_the_same_hour",
        ),
        (
            "The threshold's text, to the blank",
            "observed",
            RECORDED,
            "soap/test_door.py::test_both_wires_spend_the_same_hour",
        ),
        (
            "A call over the hour is refused; how is a switch",
            "assumed",
            OURS,
            "soap/test_door.py::test_a_call_over_the_hour_is_refused_as_the_switch_says",
        ),
        (
            "Three calls at once for one entity, REST's among them",
            "documented",
            VENDOR,
            "soap/test_door.py::test_a_fourth_call_at_once_for_one_entity_is_refused",
        ),
        (
            "A fault of a collection strikes both APIs",
            "assumed",
            OURS,
            "soap/test_door.py::test_a_fault_of_a_collection_strikes_both_wires",
        ),
        (
            "A lost permission refuses, or hides rows",
            "assumed",
            OURS,
            "soap/test_door.py::test_a_lost_permission_refuses_and_hides_as_over_rest",
        ),
    ],
}


def _operations() -> str:
    """Count the operations and the entities of the catalogue."""
    full = edition("1.6", "2023")
    letters = {"query": "Q", "create": "C", "update": "U", "delete": "D"}
    able = {verb: sum(letter in e.can for e in full) for verb, letter in letters.items()}
    told = ", ".join(f"{verb} on {count}" for verb, count in able.items())
    paired = sum(e.rest is not None for e in full)
    fields = [f for e in full for f in e.fields]
    held = sum(f.rest is not None for f in fields)
    return (
        "## The operations\n\n"
        f"{len(OPERATIONS)} operations and, in the last edition, IntegrationCodeCheck. "
        f"{len(full.entities)} entities, {paired} of which stand for a collection of the REST "
        f"API; {told}. {len(fields)} fields, {held} of which hold what a REST field holds. Names, "
        "order and operations are *documented* (the vendor's WSDL files); types and flags are "
        f"*observed* ({METADATA}). All are shown by "
        f"{link('soap/test_wsdl.py::test_zeep_loads_every_edition_strictly_with_all_operations')}, "
        f"{link('soap/test_operations.py::test_every_operation_that_tells_is_answered')} and "
        f"{link('soap/test_records.py::test_every_entity_tells_over_soap_what_rest_tells')}."
    )


PART = Part("Autotask over SOAP", INTRO, LINES, _operations)
