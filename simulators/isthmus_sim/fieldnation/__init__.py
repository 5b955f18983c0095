"""
A simulated Field Nation: OAuth, REST v2, webhooks v3 and the provider's side.

Rooms, from the ground up; none knows one that stands below it:

base      what all speak in: calls, refusals, events, switches, statuses, times
store     documents by kind and number, kept in one SQLite file
account   one buyer's company, made from a seed; tokens; what every room stands on
orders    work orders: their status machine, their parts, how they are written
view      a stored work order as the vendor shows it
api       the vendor's REST v2 and OAuth: which path means what, and the answers
hooks     webhooks v3: subscriptions, deliveries, logs
faults    what a test switches on
panel     the provider's side: an API and a small web page
admin     the simulator's own API
world     one account put together
web       one request over HTTP
service   the running server
coverage  what is simulated and how we know
"""
