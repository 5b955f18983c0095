"""Looks at both vendors through the eyes of the enabled rules."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial

from isthmus.autotask.port import Records
from isthmus.base.errors import IsthmusError
from isthmus.dispatch.doctor.findings import (
    AUTOTASK,
    FIELDNATION,
    RULES,
    Finding,
    guarded,
    ok,
    warning,
    wrong,
)
from isthmus.dispatch.doctor.rights import look_at_hours, look_at_ourselves, look_at_rights
from isthmus.dispatch.doctor.rules import look_at_custom_fields, look_at_links, look_at_rules
from isthmus.dispatch.identity import own_user
from isthmus.dispatch.library import Library
from isthmus.dispatch.metadata import Metadata
from isthmus.dispatch.rules.known import Known
from isthmus.dispatch.rules.rights import plan_rights
from isthmus.fieldnation import FieldNationClient


@dataclass(frozen=True, slots=True)
class Patient:
    """
    What is examined. `grants`: by collection, its place in a security level of Autotask.

    `hook_url` is where Field Nation's webhook leads; "" where none is to be.
    """

    records: Records
    orders: FieldNationClient
    library: Library
    metadata: Metadata
    grants: Mapping[str, str]
    autotask_login: str
    fieldnation_login: str
    hook_url: str = ""


async def examine(patient: Patient) -> AsyncIterator[Finding]:
    """Yield what the enabled rules miss on either side, then whether they fit."""
    rules = patient.library.rules()
    if not rules:
        yield wrong(
            RULES, "rules", "none is enabled, so nothing is dispatched",
            "isthmus rule list shows the rules; isthmus rule enable NAME enables one.",
        )  # fmt: skip
        return
    looks = (
        (AUTOTASK, "rights", partial(_rights, patient)),
        (AUTOTASK, "hours", partial(look_at_hours, patient.records, rules)),
        (
            AUTOTASK,
            "our own changes",
            partial(look_at_ourselves, patient.records, patient.autotask_login),
        ),
        (FIELDNATION, "our own changes", partial(_our_user, patient)),
        (FIELDNATION, "custom fields", partial(_custom_fields, patient)),
        (RULES, "fields", partial(_links, patient)),
        (RULES, "rules", partial(_rules, patient)),
    )
    for area, subject, look in looks:
        async for finding in guarded(area, subject, look):
            yield finding


async def _rights(patient: Patient) -> AsyncIterator[Finding]:
    library, rules = patient.library, patient.library.rules()
    try:
        known = await patient.metadata.known()
    except IsthmusError:  # told with the rules; what the rules themselves do is known all the same
        known = Known()
    mappings = {one.name: one for one in library.mappings()}
    rights = plan_rights(rules, mappings, known)
    async for finding in look_at_rights(patient.records, rights, patient.grants):
        yield finding


async def _rules(patient: Patient) -> AsyncIterator[Finding]:
    async for finding in look_at_rules(patient.library, await patient.metadata.known()):
        yield finding


async def _links(patient: Patient) -> AsyncIterator[Finding]:
    async for finding in look_at_links(patient.library.rules(), await patient.metadata.known()):
        yield finding


async def _custom_fields(patient: Patient) -> AsyncIterator[Finding]:
    library, known = patient.library, await patient.metadata.known()
    async for finding in look_at_custom_fields(library.rules(), library, known):
        yield finding


async def _our_user(patient: Patient) -> AsyncIterator[Finding]:
    number = await own_user(patient.orders, patient.fieldnation_login, patient.hook_url)
    if number is None:
        yield warning(
            FIELDNATION, "our own changes", "which user we are is not known yet",
            "Our changes are told by their content then, at the price of a read each. It shows with"
            " the first work order or webhook.",
        )  # fmt: skip
    else:
        yield ok(FIELDNATION, "our own changes", f"are made as user {number}")
