"""
The vendor's refusals: status, shape and exact text.

Texts are the ones integrators quote from live answers (observed) unless a line says otherwise.
Statuses: the vendor documents 200, 401 and 403 only, live answers use 500 for nearly every
refusal with `{"errors": [...]}` (observed); routing refusals have ASP.NET's shape (observed).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import orjson

from isthmus_sim.base.reply import Reply, json_reply

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(Exception, ABC):
    """Any refusal that can be turned into an answer."""

    @abstractmethod
    def reply(self) -> Reply:
        """Give the answer the caller gets."""


class VendorError(Refusal):
    """An answer of the shape `{"errors": [...]}`."""

    def __init__(self, *errors: str, status: int = 500) -> None:
        super().__init__("; ".join(errors))
        self.errors = list(errors)
        self.status = status

    def reply(self) -> Reply:
        """Give the answer the caller gets."""
        return json_reply({"errors": self.errors}, self.status)


class AspNetError(Refusal):
    """An answer of the web framework under the API: `{"Message": ...}`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def reply(self) -> Reply:
        """Give the answer the caller gets."""
        return json_reply({"Message": self.message}, self.status)


class NotSignedIn(Refusal):
    """Status 401 with an empty body. Observed for a wrong user name or secret."""

    status = 401

    def reply(self) -> Reply:
        """Give the answer the caller gets."""
        return Reply(401, b"")


def not_simulated(path: str) -> VendorError:
    """Say that the vendor has this and the simulator has not, rather than make an answer up."""
    return VendorError(f"The simulator does not answer {path}: its shape is not known.", status=501)


def json_error(status: int, errors: list[str], headers: Mapping[str, str] | None = None) -> Reply:
    """Give a refusal of any status with the vendor's body."""
    return Reply(status, orjson.dumps({"errors": errors}), headers=headers or {})


def html_error(status: int) -> Reply:
    """Give the page of a gateway in front of the API. Observed: any status, no JSON."""
    page = f"<html><head><title>{status}</title></head><body><h1>Error {status}</h1></body></html>"
    return Reply(status, page.encode(), "text/html")


def on_record(text: str) -> VendorError:
    """Refuse a written record; the vendor names the record's number. Observed."""
    return VendorError(f"{text} ; on record number [1].")


# Signing in, zones


def integration_code_invalid(status: int = 500) -> Refusal:
    """Refuse an integration code. Observed as 500 with a text and, once, as an empty 401."""
    if status == 401:
        return NotSignedIn()
    return VendorError("IntegrationCode is invalid.", status=status)


def zone_unknown() -> VendorError:
    """Refuse a zone look-up for an unknown or blank user. Observed."""
    return VendorError("Zone information could not be determined")


def no_permission(verb: str, status: int = 500) -> VendorError:
    """Refuse an entity to this user. verb: query, create, update or delete. Observed as 500."""
    return VendorError(
        f"The logged in Resource does not have the adequate permissions to {verb} this entity type."
    )


# Reading


def unknown_field(field: str, entity: str) -> VendorError:
    """Refuse a field name. entity: singular name. Observed."""
    return VendorError(f"Unable to find {field} in the {entity} Entity.")


def field_not_queryable(field: str, entity: str) -> VendorError:
    """Refuse a filter on a field that cannot be queried. Documented; wording assumed."""
    return VendorError(f"The field {field} in the {entity} Entity is not queryable.")


def unknown_operator(op: object) -> VendorError:
    """Refuse an operator. Assumed: one live report says the vendor matches all rows instead."""
    return VendorError(f"Invalid query syntax. '{op}' is not a supported operator.")


def page_size_out_of_range() -> VendorError:
    """Refuse MaxRecords outside 1..500. Observed."""
    return VendorError("maxCountOfRecordsToReturn must be between 1 and 500")


def too_many_ors() -> VendorError:
    """Refuse more than 500 alternatives. Text documented, status assumed."""
    return VendorError("Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions.")


def invalid_query(why: str) -> VendorError:
    """Refuse a query that cannot be read. Wording assumed."""
    return VendorError(f"Invalid query syntax. {why}")


def unparsable(text: str, path: str = "") -> VendorError:
    """Refuse JSON of a wrong kind. Observed for a boolean sent to an integer field."""
    return VendorError(
        f"Unexpected character encountered while parsing value: {text}."
        + (f" Path '{path}'." if path else "")
    )


# Writing


def picklist_value_unknown(value: object, field: str) -> VendorError:
    """Refuse a coded value. Observed."""
    return on_record(f"Picklist value [{value}] does not exist for {field}.")


def required_value_missing(field: str) -> VendorError:
    """Refuse a record without a required field. Observed."""
    return VendorError(f"Value does not exist for the required field {field}")


def field_is_required(field: str) -> VendorError:
    """Refuse a ticket without a queue and the like. Observed."""
    return VendorError(f"{field} is required")


def reference_invalid(field: str, entity: str) -> VendorError:
    """Refuse a reference. entity: singular legacy-free name. Observed (the newer wording)."""
    return VendorError(
        f"Reference value on field: {field} of type: {entity} does not exist or is invalid."
    )


def nothing_to_delete() -> VendorError:
    """Refuse to delete a row that is not there. Observed."""
    return VendorError(
        "No message. No matching records found. The logged in Resource may not have "
        "the required permissions to delete the data."
    )


# Limits


def thread_threshold() -> VendorError:
    """Refuse a fourth call at once. Observed."""
    return VendorError(
        "The Autotask API thread threshold of 3 threads has been exceeded.", status=429
    )


# Routing


def no_route(url: str) -> AspNetError:
    """Refuse a path nobody serves. Status observed, text is the framework's own."""
    return AspNetError(404, f"No HTTP resource was found that matches the request URI '{url}'.")


def wrong_verb(method: str) -> AspNetError:
    """Refuse a verb on a path that has others. Observed."""
    return AspNetError(
        405, f"The requested resource does not support http method '{method.upper()}'."
    )
