"""
Autotask PSA over its REST API: a client of its own, usable without the rest of Isthmus.

`AutotaskClient` reads, `q` builds queries, `Credentials` and `ClientSettings` set it up.
"""

from isthmus.autotask import query as q
from isthmus.autotask.client import AutotaskClient
from isthmus.autotask.errors import (
    AnswerBroken,
    AuthFailed,
    CallRefused,
    CredentialsUnusable,
    HourlyLimitHit,
    IntegrationCodeInvalid,
    PermissionDenied,
    QueryRefused,
    ServerTrouble,
    ThreadLimitHit,
    UnknownEntity,
    UnknownField,
    Unreachable,
    ValidationFailed,
    WrongAddress,
    ZoneUnknown,
)
from isthmus.autotask.models import (
    EntityInfo,
    FieldInfo,
    Page,
    PicklistValue,
    Threshold,
    UdfInfo,
    Usage,
    Zone,
)
from isthmus.autotask.query import Condition, Group, Node
from isthmus.autotask.settings import BudgetSettings, ClientSettings, Credentials, RetrySettings
from isthmus.base.backoff import Waits
from isthmus.transport import TransportSettings

__all__ = [
    "AnswerBroken",
    "AuthFailed",
    "AutotaskClient",
    "BudgetSettings",
    "CallRefused",
    "ClientSettings",
    "Condition",
    "Credentials",
    "CredentialsUnusable",
    "EntityInfo",
    "FieldInfo",
    "Group",
    "HourlyLimitHit",
    "IntegrationCodeInvalid",
    "Node",
    "Page",
    "PermissionDenied",
    "PicklistValue",
    "QueryRefused",
    "RetrySettings",
    "ServerTrouble",
    "ThreadLimitHit",
    "Threshold",
    "TransportSettings",
    "UdfInfo",
    "UnknownEntity",
    "UnknownField",
    "Unreachable",
    "Usage",
    "ValidationFailed",
    "Waits",
    "WrongAddress",
    "Zone",
    "ZoneUnknown",
    "q",
]
