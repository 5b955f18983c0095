"""What a form about a connection says, and what its check comes to, in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isthmus.sync.titles import title_of
from isthmus.wiring.connecting import (
    CheckLine,
    Connection,
    Draft,
    FieldNationConnection,
    Vendor,
    Verdict,
)
from isthmus.wiring.environment.addresses import ENVIRONMENTS, parse_fieldnation_url
from isthmus.wiring.environment.settings import parse_url, parse_zone
from isthmus.wiring.sync.syncing import Permission

NAMES: Final[Mapping[Vendor, str]] = {"autotask": "Autotask", "fieldnation": "Field Nation"}
_OTHER: Final = "other"
_SIGNS: Final = {
    Verdict.OK: "ok",
    Verdict.WARNING: "warn",
    Verdict.FAILED: "bad",
    Verdict.UNKNOWN: "unknown",
}
_WORDS: Final = {
    Verdict.OK: "right",
    Verdict.WARNING: "needs a look",
    Verdict.FAILED: "wrong",
    Verdict.UNKNOWN: "not looked at",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in: a draft, or by field what is wrong with it."""

    draft: Draft | None
    wrong: dict[str, str] = field(default_factory=dict)


def autotask_of(given: Mapping[str, str]) -> Filled:
    """Read the form for Autotask; secrets may be empty where they are saved."""
    wrong: dict[str, str] = {}
    if not given["username"]:
        wrong["username"] = "Enter the API user's Username (Key)."
    url, zone = None, None
    try:
        url = parse_url(given["url"]) if given["url"] else None
    except ValueError as error:
        wrong["url"] = f"This address cannot be used: {error}."
    try:
        zone = parse_zone(given["zone"]) if given["zone"] else None
    except ValueError as error:
        wrong["zone"] = f"This is no zone: {error}."
    if url and zone:
        wrong["zone"] = "Give a zone or an address, not both."
    if wrong:
        return Filled(None, wrong)
    api = "soap" if given["api"] == "soap" else "rest"
    title = given["title"] or "Autotask"
    return Filled(
        Connection(
            title, given["username"], given["secret"], given["integration_code"], url, zone, api
        )
    )


def fieldnation_of(given: Mapping[str, str]) -> Filled:
    """Read the form for Field Nation; secrets may be empty where they are saved."""
    wrong = {
        name: text
        for name, text in (
            ("client_id", "Enter the client id."),
            ("username", "Enter the user name."),
        )
        if not given[name]
    }
    url = ENVIRONMENTS.get(given["environment"], "")
    if given["environment"] == _OTHER or not url:
        try:
            url = parse_fieldnation_url(given["url"])
        except ValueError as error:
            wrong["url"] = f"This address cannot be used: {error}."
    if wrong:
        return Filled(None, wrong)
    return Filled(
        FieldNationConnection(
            given["client_id"], given["client_secret"], given["username"], given["password"], url
        )
    )


def missing_secrets(draft: Draft) -> dict[str, str]:
    """Return by field what has to be entered, because nothing is saved to be used."""
    if isinstance(draft, Connection):
        told = {"secret": draft.secret, "integration_code": draft.integration_code}
    else:
        told = {"client_secret": draft.client_secret, "password": draft.password}
    names = {
        "secret": "Enter the Password (Secret).",
        "integration_code": "Enter the Tracking Identifier.",
        "client_secret": "Enter the client secret.",
        "password": "Enter the password.",
    }
    return {name: names[name] for name, value in told.items() if not value}


def is_left_out(line: CheckLine) -> bool:
    """Tell whether a dataset was not looked at, because something before it was wrong."""
    return line.is_dataset and line.verdict is Verdict.UNKNOWN


def sign_of(line: CheckLine) -> str:
    """Return the class of a finding: ok, warn, bad, unknown."""
    return _SIGNS[line.verdict]


def word_of(line: CheckLine) -> str:
    """Return a finding in a word, for who does not see its sign."""
    return _WORDS[line.verdict]


def subject_of(line: CheckLine) -> str:
    """Return what a finding is about, as a line begins."""
    if line.is_dataset:
        return title_of(line.subject)
    return line.subject[:1].upper() + line.subject[1:]


def wrong_ones(lines: Sequence[CheckLine]) -> str:
    """Name what kept a connection from being saved: "credentials and integration code"."""
    found = [one.subject for one in lines if one.verdict is Verdict.FAILED and not one.is_dataset]
    if not found:
        return "something could not be looked at"
    return " and ".join(found)


def readable(lines: Sequence[CheckLine]) -> tuple[int, int, int]:
    """Return how many datasets may be read whole, in part, and not at all."""
    mine = [one for one in lines if one.is_dataset and one.verdict is not Verdict.UNKNOWN]
    part = sum(one.is_part for one in mine)
    refused = sum(one.rows is None for one in mine)
    return len(mine) - part - refused, part, refused


def read_badge(permission: Permission | None) -> tuple[str, str]:
    """Return what may be read of a dataset, as text and tone of a badge."""
    if permission is None:
        return "not checked", "calm"
    return {
        "yes": ("all rows", "good"),
        "part": ("some rows hidden", "warn"),
        "no": ("may not be read", "bad"),
    }.get(permission.can_read, ("not known", "calm"))


def deletions_badge(permission: Permission | None) -> tuple[str, str]:
    """Return whether deletions are seen, as text and tone; "" where nothing logs them."""
    if permission is None or permission.sees_deletions is None:
        return "", "calm"
    return ("seen", "good") if permission.sees_deletions else ("not seen", "warn")
