"""A generated Autotask tenant: everything an MSP of a given size would have, from one seed."""

from isthmus_sim.autotask.tenant.shapes import (
    EPOCH,
    PicklistEntry,
    Table,
    Tenant,
    TenantPlan,
    UdfDefinition,
)

__all__ = ["EPOCH", "PicklistEntry", "Table", "Tenant", "TenantPlan", "UdfDefinition"]
