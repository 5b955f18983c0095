"""Make a whole tenant from a plan: the same plan gives the same tenant, byte for byte."""

from isthmus_sim.autotask.tenant.assets import Items, add_products
from isthmus_sim.autotask.tenant.build import Build
from isthmus_sim.autotask.tenant.companies import add_companies
from isthmus_sim.autotask.tenant.contracts import Contracts
from isthmus_sim.autotask.tenant.desk import Tickets
from isthmus_sim.autotask.tenant.desk_plan import DeskPlan
from isthmus_sim.autotask.tenant.hours import ENTRY_COLUMNS, NOTE_COLUMNS, Hours
from isthmus_sim.autotask.tenant.picklists import picklists
from isthmus_sim.autotask.tenant.reference import add_reference
from isthmus_sim.autotask.tenant.shapes import (
    PicklistEntry,
    Table,
    Tenant,
    TenantPlan,
    UdfDefinition,
)
from isthmus_sim.autotask.tenant.staff import add_staff
from isthmus_sim.autotask.tenant.udfs import definitions

__all__ = ["PicklistEntry", "Tenant", "TenantPlan", "UdfDefinition", "generate"]


def generate(plan: TenantPlan) -> Tenant:
    """Generate the tenant of a plan; tickets and what hangs on them are made while read."""
    build = Build(plan)
    udfs = definitions(plan.ticket_udfs)
    add_reference(build)
    crew = add_staff(build)
    firms = add_companies(build, udfs)
    Contracts(build, firms, udfs).add_all(firms)
    products = add_products(build, firms, udfs["Products"])
    Items(build, products, crew, udfs["ConfigurationItems"]).add_all(firms)
    desk = DeskPlan(build, firms, crew)
    tickets = Tickets(build, desk, udfs["Tickets"])
    hours = Hours(build, desk, tickets, [], crew[0].id)
    build.streams = {
        "Tickets": Table("Tickets", tickets.columns, tickets.rows, desk.count),
        "TimeEntries": Table("TimeEntries", ENTRY_COLUMNS, hours.entries, hours.entry_count()),
        "TicketNotes": Table("TicketNotes", NOTE_COLUMNS, hours.notes, hours.note_count()),
    }
    parts = [build.table(name) for name in (*build.rows, *build.streams)]
    summary = {
        "seed": plan.seed,
        "companies": plan.companies,
        "tickets": plan.tickets,
        "epoch": plan.epoch.isoformat(),
        "rows": {part.collection: part.count for part in parts},
    }
    return Tenant(plan, picklists(), udfs, parts, summary)
