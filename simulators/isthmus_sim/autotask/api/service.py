"""Answers about the service itself: zone, versions, threshold, modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.base import errors

if TYPE_CHECKING:
    from isthmus_sim.autotask.base.call import Call

ZONES = {
    1: "Limited Release",
    2: "Pre-release",
    3: "America East",
    4: "UK",
    5: "America West",
    6: "Australia / NZ",
    11: "Pre-release UK",
    12: "Spanish",
    14: "America East 2",
    15: "America West 2",
    16: "UK2",
    17: "Limited Release UK",
    18: "German",
    19: "EU1 (English Europe and Asia)",
    22: "America East 3",
    24: "America West 3",
    25: "America West 4",
    26: "Australia 2",
    28: "UK3",
    29: "Australia / NZ (Sydney)",
}
_MODULES = range(1, 21)


@dataclass(frozen=True)
class Account:
    """Who may sign in, and where the tenant lives."""

    username: str
    secret: str
    integration_code: str
    zone: int = 5


def zone_information(call: Call, account: Account, zone: int, prefix: str) -> dict[str, Any]:
    """
    Tell a user's zone. prefix: of the path, where the zone was moved.

    Raises: VendorError for an unknown or blank user. Source: Swagger for the keys, observed for
    the refusal; both URLs end in a slash (observed). User names in any case (assumed).
    """
    user = next((v for k, v in call.query.items() if k.lower() == "user"), "")
    if user.strip().lower() != account.username.lower():
        raise errors.zone_unknown()
    return {
        "zoneName": ZONES.get(zone, f"Zone {zone}"),
        "url": f"{call.origin}{prefix}/ATServicesRest/",
        "webUrl": f"{call.origin}{prefix}/",
        "ci": 1,
    }


def api_versions() -> dict[str, Any]:
    """Tell the versions of the API; there is one. Source: Swagger."""
    return {"apiVersions": ["V1.0"]}


def version() -> dict[str, Any]:
    """Tell the product's version. Keys from Swagger, values made up."""
    return {"majorVersion": 2026, "minorVersion": 2, "build": 100, "customerType": 1}


def modules() -> dict[str, Any]:
    """Tell the tenant's modules. Shape from Swagger; which numbers exist is assumed."""
    return {"modules": [{"key": key, "value": True} for key in _MODULES]}
