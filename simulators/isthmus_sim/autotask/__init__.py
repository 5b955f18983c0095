"""
A simulated Autotask PSA.

Rooms, from the ground up; none knows one that stands below it:

base      what all speak in: calls and replies, refusals, the clock, switches, limits
tenant    makes the rows of a tenant from a seed
store     the vendor's catalogue, and the tenant's rows: kept, loaded, rendered
life      what happens at an MSP, and what a write brings about
faults    what a test switches on
reading   queries, from JSON to pages
writing   writes, from JSON to rows; attachments
hooks     webhooks, workflow rules and callouts: what leaves the tenant by itself
admin     the simulator's own API
api       the vendor's API: which path means what, and the answers
soap      the older SOAP API over the same rows
tenancy   one tenant put together
web       one request over HTTP, and the running server
coverage  what is simulated and how we know
"""
