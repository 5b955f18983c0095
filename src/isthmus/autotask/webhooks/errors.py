"""What can go wrong with webhooks, by what can be done about it."""

from typing import Final

from isthmus.autotask.errors import LEVEL_PATH, PermissionDenied
from isthmus.base.errors import NeedsPerson, Permanent, Retryable

RIGHT_PATH: Final = f'{LEVEL_PATH} > the API user\'s level > Other > "Create Company Webhooks"'
"""Source: an integrator's set-up guide; the vendor's default level for API users lacks it."""


class WebhookRightMissing(PermissionDenied, NeedsPerson):
    """The API user's security level may not create webhooks; `remedy` names the click path."""


class WebhookLimitReached(NeedsPerson):
    """The level's number of webhooks, or the tenant's, is used up."""


class WebhookClash(NeedsPerson):
    """Autotask says that there is such a webhook already, and we cannot see it as ours."""


class WebhookNotThere(Retryable):
    """A webhook went away, or one just made does not show yet; running again finishes it."""


class ResourceUnclear(NeedsPerson):
    """A resource to be excluded is named by nothing, or by more than one."""


class WantedWrong(Permanent):
    """What is asked for cannot be a webhook; found before anything is sent."""


class PayloadBroken(Permanent):
    """A delivery that is no webhook payload: nothing of it may be taken."""


class CalloutBroken(Permanent):
    """An extension callout that names no ticket, or names several."""
