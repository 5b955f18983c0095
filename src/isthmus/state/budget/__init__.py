"""
What all processes of an installation may spend at a vendor together: slots, and notes of use.

It knows no vendor: keys are given by who asks, hashed where they would tell a name.
"""

from isthmus.state.budget.shared import SharedBudget, open_budget

__all__ = ["SharedBudget", "open_budget"]
