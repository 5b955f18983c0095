"""Make a whole tenant from a plan: the same plan gives the same tenant, byte for byte."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from isthmus_sim.autotask.tenant.assets import Items, add_products
from isthmus_sim.autotask.tenant.build import Build
from isthmus_sim.autotask.tenant.companies import add_companies
from isthmus_sim.autotask.tenant.contracts import Contracts
from isthmus_sim.autotask.tenant.desk import Tickets
from isthmus_sim.autotask.tenant.desk_plan import DeskPlan
from isthmus_sim.autotask.tenant.hard_cases import Cases, place
from isthmus_sim.autotask.tenant.hours import ENTRY_COLUMNS, MANY, NOTE_COLUMNS, Hours
from isthmus_sim.autotask.tenant.money import Billing, add_opportunities
from isthmus_sim.autotask.tenant.picklists import picklists
from isthmus_sim.autotask.tenant.projects import Projects
from isthmus_sim.autotask.tenant.reference import add_reference
from isthmus_sim.autotask.tenant.service_calls import ServiceCalls
from isthmus_sim.autotask.tenant.shapes import (
    PicklistEntry,
    Table,
    Tenant,
    TenantPlan,
    UdfDefinition,
)
from isthmus_sim.autotask.tenant.staff import add_staff
from isthmus_sim.autotask.tenant.udfs import add_definitions, definitions

__all__ = ["PicklistEntry", "Tenant", "TenantPlan", "UdfDefinition", "generate"]


def generate(plan: TenantPlan) -> Tenant:
    """Generate the tenant of a plan; tickets and what hangs on them are made while read."""
    with _no_collection():
        return _generate(plan)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking hundreds of thousands of rows again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _generate(plan: TenantPlan) -> Tenant:
    build = Build(plan)
    udfs = definitions(plan.ticket_udfs)
    add_reference(build)
    crew = add_staff(build)
    firms = add_companies(build, udfs)
    contracts = Contracts(build, firms, udfs)
    contracts.add_all(firms)
    products = add_products(build, firms, udfs["Products"])
    Items(build, products, crew, udfs["ConfigurationItems"]).add_all(firms)
    desk = DeskPlan(build, firms, crew)
    projects = Projects(build, firms, crew, udfs)
    projects.add_all()
    ServiceCalls(build, desk, crew).add_all()
    Billing(build, firms, crew, contracts.revenue).add_all()
    add_opportunities(build, firms, crew, udfs["Opportunities"])
    add_definitions(build, udfs)
    tickets = Tickets(build, desk, udfs["Tickets"], projects.made)
    hours = Hours(build, desk, tickets, projects.work, crew[0].id)
    build.streams = {
        "Tickets": Table("Tickets", tickets.columns, tickets.rows, desk.count, tickets.rows),
        "TimeEntries": Table("TimeEntries", ENTRY_COLUMNS, hours.entries, hours.entry_count()),
        "TicketNotes": Table("TicketNotes", NOTE_COLUMNS, hours.notes, hours.note_count()),
    }
    cases = place(build, desk)
    parts = [build.table(name) for name in (*build.rows, *build.streams)]
    return Tenant(plan, picklists(), udfs, parts, _summary(plan, parts, cases))


def _summary(plan: TenantPlan, parts: list[Table], cases: Cases) -> dict[str, Any]:
    """Say what was generated, from which seed, and where the hard cases are."""
    return {
        "seed": plan.seed,
        "companies": plan.companies,
        "tickets": plan.tickets,
        "ticket_udfs": plan.ticket_udfs,
        "epoch": plan.epoch.isoformat(),
        "rows": {part.collection: part.count for part in parts},
        "fewer_entries_per_ticket": plan.tickets > MANY,
        "hard_cases": cases,
    }
