"""The home whose webhooks they are, and which webhooks its rules want."""

from dataclasses import dataclass

from isthmus.autotask.port import Records
from isthmus.dispatch.hooks.autotask import NOTE_FIELDS, AutotaskHook
from isthmus.dispatch.hooks.fieldnation import FieldNationHook
from isthmus.dispatch.hooks.secrets import HookSecrets
from isthmus.dispatch.library import Library
from isthmus.dispatch.rules.watching import Watch, plan_watch
from isthmus.fieldnation import FieldNationClient
from isthmus.state.dispatch import DispatchState, Inbox


@dataclass(frozen=True, slots=True)
class Site:
    """
    What webhooks are made with. `public_url` has no slash at its end.

    `autotask_login` and `fieldnation_login` are the API users' names, by which we know who we are.
    `records` speak REST: SOAP never had webhooks for tickets.
    """

    records: Records
    orders: FieldNationClient
    secrets: HookSecrets
    state: DispatchState
    inbox: Inbox
    library: Library
    public_url: str
    autotask_login: str
    fieldnation_login: str


@dataclass(frozen=True, slots=True)
class HookSet:
    """The webhooks there are to be, and those of ours that no rule wants."""

    wanted: tuple[AutotaskHook, ...]
    unwanted: tuple[AutotaskHook, ...]
    field: FieldNationHook

    @property
    def autotask(self) -> tuple[AutotaskHook, ...]:
        """Return all of Autotask's."""
        return (*self.wanted, *self.unwanted)


async def hooks_of(site: Site) -> HookSet:
    """Return what the enabled rules want; costs a call where a ticket's fields are not known."""
    watch = await _watch(site)
    common = (site.records, site.secrets, site.public_url)
    tickets = AutotaskHook(*common, "Tickets", fields=watch.fields, udfs=watch.udfs)
    notes = AutotaskHook(*common, "TicketNotes", fields=NOTE_FIELDS)
    each = ((tickets, watch.tickets), (notes, watch.notes))
    return HookSet(
        tuple(hook for hook, is_wanted in each if is_wanted),
        tuple(hook for hook, is_wanted in each if not is_wanted),
        FieldNationHook(site.orders, site.secrets, site.public_url, watch.events),
    )


async def _watch(site: Site) -> Watch:
    rules = site.library.rules()
    names = {name for rule in rules for name in (rule.inbound, rule.outbound) if name}
    found = {name: mapping for name in names if (mapping := site.library.mapping(name)) is not None}
    return plan_watch(rules, found, await site.records.fields("Tickets"))
