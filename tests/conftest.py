"""What holds for every test."""

from hypothesis import HealthCheck, settings

# How fast this machine draws examples says nothing about the code.
settings.register_profile("isthmus", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("isthmus")
