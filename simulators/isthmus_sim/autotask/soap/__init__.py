"""
The older SOAP wire of the simulated Autotask, over the same rows, limits and faults.

Modules, from the ground up; none knows one that stands below it:

switches      what is not known about the wire
catalog       the entities as SOAP names them, by edition of the WSDL
times         US Eastern without an offset, and back
xmltext       XML in, hardened; text out, escaped
envelope      a request read, an answer wrapped
wsdl          the service's description, made from the catalogue
queryxml      queries, from text to conditions
conditions    conditions to SQL
records       rows to entities
tables        the rows as this wire sees them
incoming      entities to the records of the other wire
writes        create, update and delete, all or nothing
files         attachments
markup        invoices
metadata      what entities and fields allow
subject       which collection a request is about
operations    which operation means what
door          one request: signing in, limits, faults
"""
