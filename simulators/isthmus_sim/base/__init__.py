"""What every simulator stands on: the clock, switches, the admin API's manners, serving."""
