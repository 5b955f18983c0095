"""The vendor's catalogue and the tenant's rows: kept, loaded, rendered."""
