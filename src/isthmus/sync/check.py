"""Whether a connection is good for what it is meant for, one finding after another."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from isthmus.autotask import (
    AutotaskClient,
    HourlyLimitHit,
    IntegrationCodeInvalid,
    PermissionDenied,
)
from isthmus.autotask import query as q
from isthmus.autotask.errors import LEVEL_PATH
from isthmus.autotask.models import EntityInfo, Threshold, Zone
from isthmus.base.errors import IsthmusError, NeedsPerson
from isthmus.sync.catalog import Dataset

QUOTA_IS_SHORT = 0.9
"""Above this share of the hour's calls a person should know before starting anything big."""


SOAP_IS_FROZEN = (
    "Autotask has frozen its SOAP API: nothing was added since 2020, and its end is announced,"
    " without a sure date"
)
USE_REST = (
    "REST is the default, and sync uses it in any case. Keep SOAP for dispatch only where you must,"
    " and go back with: isthmus connect autotask --api rest"
)


class Verdict(StrEnum):
    """What a check found. UNKNOWN: it could not be looked at, because of an earlier finding."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """
    One finding: `subject` is zone, credentials, integration code, quota, or a dataset's name.

    `detail` is a short phrase. `rows` counts what the API user can see of a dataset. `error` is
    set when failed, or when the hour's calls ran out before. `remedy` is "" when nothing is to be
    done. `is_part` tells that rows of a dataset are hidden, `sees_deletions` whether its log of
    deletions may be read, None where there is none.
    """

    subject: str
    verdict: Verdict
    detail: str
    remedy: str = ""
    rows: int | None = None
    error: IsthmusError | None = None
    is_dataset: bool = False
    is_part: bool = False
    sees_deletions: bool | None = None


class Reachable(Protocol):
    """A way to a tenant, over REST or SOAP."""

    async def zone(self) -> Zone:
        """Return where the tenant lives."""
        ...

    async def threshold(self) -> Threshold:
        """Return the hour's limit and use."""
        ...

    def exhausted(self) -> HourlyLimitHit | None:
        """Return why the hour's limit would hold up the next call."""
        ...


async def check_connection(
    client: AutotaskClient, datasets: Sequence[Dataset]
) -> AsyncGenerator[CheckLine]:
    """
    Check zone, credentials, integration code and quota, then each dataset in turn.

    Costs about two calls a dataset. Never raises an IsthmusError: it becomes a line; what cannot
    be looked at any more is said to be unknown.
    """
    reached = True
    async for line in _check_access(client):
        reached = reached and line.verdict in {Verdict.OK, Verdict.WARNING}
        yield line
    if not reached:
        for dataset in datasets:
            yield CheckLine(dataset.name, Verdict.UNKNOWN, "not looked at", is_dataset=True)
        return
    tasks = [asyncio.create_task(_check_dataset(client, dataset)) for dataset in datasets]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()


async def check_soap(records: Reachable) -> AsyncGenerator[CheckLine]:
    """
    Say plainly what SOAP is, and check its way in: zone, credentials, integration code, quota.

    Source: vendor help on the life cycle of the SOAP API. Never raises an IsthmusError.
    """
    yield CheckLine("SOAP", Verdict.WARNING, SOAP_IS_FROZEN, USE_REST)
    async for line in _check_access(records):
        yield replace(line, subject=f"SOAP {line.subject}")


async def _check_access(client: Reachable) -> AsyncGenerator[CheckLine]:
    try:
        zone = await client.zone()
    except IsthmusError as error:
        yield _failed("zone", error)
        for subject in ("credentials", "integration code", "quota"):
            yield CheckLine(subject, Verdict.UNKNOWN, "not looked at: no zone")
        return
    yield CheckLine("zone", Verdict.OK, f"{zone.name}, {zone.url}" if zone.name else zone.url)
    try:
        threshold = await client.threshold()
    except HourlyLimitHit as error:
        for subject in ("credentials", "integration code"):
            yield CheckLine(subject, Verdict.UNKNOWN, "not looked at: no calls left")
        yield _failed("quota", error)
        return
    except IntegrationCodeInvalid as error:
        # Which of the two the vendor looks at first is not known, so nothing is claimed here.
        yield CheckLine("credentials", Verdict.UNKNOWN, "not told apart from the code")
        yield _failed("integration code", error)
    except IsthmusError as error:
        yield _failed("credentials", error)
        yield CheckLine("integration code", Verdict.UNKNOWN, "not looked at: no access")
    else:
        yield CheckLine("credentials", Verdict.OK, "accepted")
        yield CheckLine("integration code", Verdict.OK, "accepted")
        hit = client.exhausted()
        if hit is None:
            yield _quota(threshold.used, threshold.limit, threshold.window_minutes)
        else:
            yield _failed("quota", hit)
        return
    yield CheckLine("quota", Verdict.UNKNOWN, "not looked at: no access")


def _quota(used: int, limit: int, minutes: int) -> CheckLine:
    left = max(0, limit - used)
    detail = f"{left:,} of {limit:,} calls left in these {minutes} minutes, for all tools together"
    if used < QUOTA_IS_SHORT * limit:
        return CheckLine("quota", Verdict.OK, detail)
    remedy = "Wait, or find the tool that uses them: Admin > Features & Settings > API Activity."
    return CheckLine("quota", Verdict.WARNING, detail, remedy)


async def _check_dataset(client: AutotaskClient, dataset: Dataset) -> CheckLine:
    try:
        info = await client.entity_info(dataset.name)
        if not info.can_query:
            return _denied(dataset)
        rows = await client.count(dataset.name, q.gte("id", 0))
        hidden = _hidden_rows(dataset, info)
        unseen = await _hidden_deletions(client, dataset)
        shortcomings = [*hidden, *unseen]
    except PermissionDenied:
        return _denied(dataset)
    except HourlyLimitHit as error:
        told = "not looked at: the calls of the hour are used up"
        return CheckLine(
            dataset.name, Verdict.UNKNOWN, told, error.remedy, error=error, is_dataset=True
        )
    except IsthmusError as error:
        return _failed(dataset.name, error, is_dataset=True)
    seen = "1 row" if rows == 1 else f"{rows:,} rows"
    return CheckLine(
        dataset.name,
        Verdict.WARNING if shortcomings else Verdict.OK,
        "; ".join([seen, *(what for what, _ in shortcomings)]),
        " ".join(remedy for _, remedy in shortcomings),
        rows,
        is_dataset=True,
        is_part=bool(hidden),
        sees_deletions=None if dataset.deletion_log is None else not unseen,
    )


def _hidden_rows(dataset: Dataset, info: EntityInfo) -> list[tuple[str, str]]:
    if info.query_access.lower() != "restricted":
        return []
    remedy = f"To see all: {LEVEL_PATH}, set {dataset.grant} to All for this user's level."
    return [("others are hidden, access is restricted", remedy)]


async def _hidden_deletions(client: AutotaskClient, dataset: Dataset) -> list[tuple[str, str]]:
    """Ask the log of deletions once, where there is one: a refusal is found in no other way."""
    log = dataset.deletion_log
    if log is None:
        return []
    try:
        await client.count(log.collection, q.gte("id", 0))
    except PermissionDenied:
        what = f"{log.collection} may not be read, so deleted {dataset.name} would stay"
        area = dataset.grant.partition(" > ")[0]
        remedy = (
            f"To learn of deletions: {LEVEL_PATH}, give this user's level administrator access to"
            f" {area} (Admin section)."
        )
        return [(what, remedy)]
    return []


def _denied(dataset: Dataset) -> CheckLine:
    error = NeedsPerson(
        "The API user's security level does not allow reading it.",
        where=f"Autotask, {dataset.name}",
        remedy=f"{LEVEL_PATH}: open the level of this API user, give {dataset.grant} the right to "
        "query, save, and test again.",
    )
    return _failed(dataset.name, error, is_dataset=True)


def _failed(subject: str, error: IsthmusError, *, is_dataset: bool = False) -> CheckLine:
    return CheckLine(
        subject,
        Verdict.FAILED,
        error.what,
        error.remedy,
        error=error,
        is_dataset=is_dataset,
    )
