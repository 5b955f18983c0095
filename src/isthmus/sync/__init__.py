"""The flow from Autotask to the warehouse."""
