"""The part of simulators/COVERAGE.md about the simulated Autotask over REST."""

from __future__ import annotations

from isthmus_sim.autotask.coverage.reading import READING
from isthmus_sim.autotask.coverage.writing import WRITING
from isthmus_sim.autotask.store.catalog import catalog
from isthmus_sim.base.coverage import Part, link

INTRO = """Tried with clients written for the vendor, unchanged: py-autotask 2.3.0 (in the suite);
autotask-client 0.3.1 and @apigrate/autotask-restapi 2.0.1 (by hand; between them zone look-up,
query, count, paging, get, create, update, delete, metadata, attachments; each met the refusals
the vendor would give). Requests that nobody thought of are drawn from its own description."""


def _operations() -> str:
    """Count the operations of the catalogue."""
    known = list(catalog())
    letters = {"query": "Q", "create": "C", "update": "U", "delete": "D"}
    able = {verb: sum(letter in e.can for e in known) for verb, letter in letters.items()}
    below = sum(e.parent is not None for e in known)
    fields = sum(len(e.fields) for e in known)
    told = ", ".join(f"{verb} on {count}" for verb, count in able.items())
    return (
        "## Operations\n\n"
        f"{len(known)} collections with {fields} fields; {told}; {below} also hang below a "
        "parent. Names, types, routes and verbs are *documented* (the vendor's Swagger document "
        "of June 2026); required, read-only, length and reference flags are *observed* (field "
        "metadata of live tenants). All are shown by "
        f"{link('test_coverage.py::test_every_collection_answers_as_its_metadata_says')} and "
        f"{link('test_coverage.py::test_every_parent_route_answers')}."
    )


PART = Part("Autotask over REST", INTRO, {**READING, **WRITING}, _operations)
