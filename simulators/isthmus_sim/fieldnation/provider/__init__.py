"""The provider's side: what a technician sees of the work orders, and may do."""
