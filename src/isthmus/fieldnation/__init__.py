"""
Field Nation over its REST API v2 and Webhooks API v3: a client of its own.

`FieldNationClient` calls, `Credentials` and `ClientSettings` set it up, `payloads` builds bodies,
`f` builds filters; `parse_event` and `verify` read what webhooks bring.
"""

from isthmus.base.backoff import Waits
from isthmus.fieldnation import filters as f
from isthmus.fieldnation import payloads
from isthmus.fieldnation.client import FieldNationClient
from isthmus.fieldnation.deliveries import Delivery, Webhook
from isthmus.fieldnation.errors import (
    AnswerBroken,
    AuthFailed,
    CallRefused,
    Conflict,
    CredentialsUnusable,
    EventBroken,
    FieldNationError,
    FieldProblem,
    FileUnavailable,
    FilterIgnored,
    NotFound,
    NotSettled,
    PermissionDenied,
    RateLimited,
    ServerTrouble,
    TimeUnclear,
    Told,
    Unreachable,
    ValidationFailed,
    WrongAddress,
)
from isthmus.fieldnation.events import Event, parse_event
from isthmus.fieldnation.models import (
    Choice,
    CompanyField,
    CustomValue,
    Difference,
    Expense,
    ExternalRecord,
    File,
    Folder,
    Message,
    Provider,
    Status,
    TimeLog,
    WorkOrder,
    WrittenOrder,
)
from isthmus.fieldnation.settings import (
    PRODUCTION,
    SANDBOX,
    ClientSettings,
    Credentials,
    RateSettings,
    RetrySettings,
    SettleSettings,
)
from isthmus.fieldnation.signature import sign, signature_of, verify
from isthmus.fieldnation.vocabulary import COLUMNS, EVENTS, LISTS
from isthmus.fieldnation.work_orders import Listing
from isthmus.transport import TransportSettings

__all__ = [
    "COLUMNS",
    "EVENTS",
    "LISTS",
    "PRODUCTION",
    "SANDBOX",
    "AnswerBroken",
    "AuthFailed",
    "CallRefused",
    "Choice",
    "ClientSettings",
    "CompanyField",
    "Conflict",
    "Credentials",
    "CredentialsUnusable",
    "CustomValue",
    "Delivery",
    "Difference",
    "Event",
    "EventBroken",
    "Expense",
    "ExternalRecord",
    "FieldNationClient",
    "FieldNationError",
    "FieldProblem",
    "File",
    "FileUnavailable",
    "FilterIgnored",
    "Folder",
    "Listing",
    "Message",
    "NotFound",
    "NotSettled",
    "PermissionDenied",
    "Provider",
    "RateLimited",
    "RateSettings",
    "RetrySettings",
    "ServerTrouble",
    "SettleSettings",
    "Status",
    "TimeLog",
    "TimeUnclear",
    "Told",
    "TransportSettings",
    "Unreachable",
    "ValidationFailed",
    "Waits",
    "Webhook",
    "WorkOrder",
    "WrittenOrder",
    "WrongAddress",
    "f",
    "parse_event",
    "payloads",
    "sign",
    "signature_of",
    "verify",
]
