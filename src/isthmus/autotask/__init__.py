"""
Autotask PSA over its REST API: a client of its own, usable without the rest of Isthmus.

`AutotaskClient` reads pages, `RestRecords` reads and writes typed records, `q` builds queries,
`Credentials` and `ClientSettings` set them up.
"""

from isthmus.autotask import query as q
from isthmus.autotask.calls.hour import HOUR_NOTES, Hour, read_hour
from isthmus.autotask.client import AutotaskClient
from isthmus.autotask.errors import (
    AnswerBroken,
    AttachmentRefused,
    AttachmentsPaused,
    AttachmentTooLarge,
    AuthFailed,
    CallRefused,
    CredentialsUnusable,
    HourlyLimitHit,
    IntegrationCodeInvalid,
    NothingThere,
    PermissionDenied,
    QueryRefused,
    RichTextEcho,
    ServerTrouble,
    ThreadLimitHit,
    UnknownEntity,
    UnknownField,
    Unreachable,
    ValidationFailed,
    WriteUncertain,
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
from isthmus.autotask.port import Attachment, Difference, Label, Record, Records, Writable, Written
from isthmus.autotask.query import Condition, Group, Node
from isthmus.autotask.rest import RestRecords
from isthmus.autotask.settings import (
    BudgetSettings,
    ClientSettings,
    Credentials,
    RetrySettings,
    WriteSettings,
)
from isthmus.autotask.spending import Priority, SharedBudget, spending
from isthmus.base.backoff import Waits
from isthmus.transport import TransportSettings

__all__ = [
    "HOUR_NOTES",
    "AnswerBroken",
    "Attachment",
    "AttachmentRefused",
    "AttachmentTooLarge",
    "AttachmentsPaused",
    "AuthFailed",
    "AutotaskClient",
    "BudgetSettings",
    "CallRefused",
    "ClientSettings",
    "Condition",
    "Credentials",
    "CredentialsUnusable",
    "Difference",
    "EntityInfo",
    "FieldInfo",
    "Group",
    "Hour",
    "HourlyLimitHit",
    "IntegrationCodeInvalid",
    "Label",
    "Node",
    "NothingThere",
    "Page",
    "PermissionDenied",
    "PicklistValue",
    "Priority",
    "QueryRefused",
    "Record",
    "Records",
    "RestRecords",
    "RetrySettings",
    "RichTextEcho",
    "ServerTrouble",
    "SharedBudget",
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
    "Writable",
    "WriteSettings",
    "WriteUncertain",
    "Written",
    "WrongAddress",
    "Zone",
    "ZoneUnknown",
    "q",
    "read_hour",
    "spending",
]
