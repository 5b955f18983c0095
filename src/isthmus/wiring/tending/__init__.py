"""What keeps an installation well, and tells how it is: looks, verdicts, alerts, tidying."""
