import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isthmus_sim.autotask.base.switches import SWITCHES
from isthmus_sim.autotask.faults.kinds import COMMON, KINDS
from isthmus_sim.autotask.hooks.switches import SWITCHES as HOOK_SWITCHES
from isthmus_sim.autotask.store.catalog import Entity, Field, catalog
from isthmus_sim.base.coverage import STATUSES, Part
from isthmus_sim.coverage import behaviours, doubts
from isthmus_sim.in_thread import AutotaskSim

ROOT = Path(__file__).parents[2]
ALL = {"filter": [{"op": "gte", "field": "id", "value": 0}]}
WRITES = {"POST": "C", "PATCH": "U", "PUT": "U"}


@pytest.mark.parametrize(
    ("file", "name", "render"),
    [
        ("simulators/COVERAGE.md", "behaviours", behaviours.render),
        ("docs/doubts.md", "doubts", doubts.render),
    ],
)
def test_a_generated_page_is_up_to_date(file: str, name: str, render: Callable[[], str]) -> None:
    page = (ROOT / file).read_text("utf-8")
    assert page == render(), f"run: python -m isthmus_sim.coverage {name} > {file}"


@pytest.mark.parametrize("part", behaviours.PARTS, ids=lambda part: part.title)
def test_every_line_names_a_test_that_exists_and_a_status_that_is_one(part: Part) -> None:
    below = Path(__file__).parent
    known = {
        f"{path.relative_to(below).as_posix()}::{node.name}"
        for path in below.rglob("test_*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    lines = behaviours.lines_of(part)
    assert {line.test for line in lines} - known == set()
    assert {line.status for line in lines} == set(STATUSES)
    assert all(line.source for line in lines)


def test_the_docs_tell_every_fault_switch_and_admin_route(autotask_sim: AutotaskSim) -> None:
    page = (ROOT / "docs" / "simulators.md").read_text("utf-8")
    names = {s.name for s in (*SWITCHES, *HOOK_SWITCHES, *COMMON)} | set(KINDS)
    names |= {setting.name for kind in KINDS.values() for setting in kind.settings}
    assert {name for name in names if f"`{name}`" not in page} == set()
    routes = autotask_sim.admin("GET", "")["routes"]
    assert [route for route in routes if route not in page] == []


def test_every_collection_answers_as_its_metadata_says(autotask_sim: AutotaskSim) -> None:
    off = {"added_latency_scale": 0}
    autotask_sim.admin("PATCH", "switches", off)
    wrong = []
    for entity in catalog():
        info = autotask_sim.get(f"{entity.collection}/entityInformation").json["info"]
        fields = autotask_sim.get(f"{entity.collection}/entityInformation/fields").json["fields"]
        udfs = autotask_sim.get(f"{entity.collection}/entityInformation/userDefinedFields")
        can = {"Q": "canQuery", "C": "canCreate", "U": "canUpdate", "D": "canDelete"}
        told = {letter for letter, key in can.items() if info[key]}
        queried = _query(autotask_sim, entity.collection)
        if (
            told != entity.can
            or len(fields) != len(entity.fields)
            or udfs.status != 200
            or queried != (200 if "Q" in entity.can else 404)
        ):
            wrong.append((entity.collection, told, queried))
    assert wrong == []


def _query(sim: AutotaskSim, collection: str) -> int:
    answer = sim.post(f"{collection}/query", ALL)
    only_by = "TicketHistory takes one condition on its ticket only"
    if answer.status == 500 and collection == "TicketHistory":
        assert answer.json["errors"], only_by
        return 200
    return answer.status


def test_every_parent_route_answers(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("PATCH", "switches", {"added_latency_scale": 0})
    wrong = []
    for entity in catalog():
        if entity.parent is None:
            continue
        path = f"{entity.parent.url}/1/{entity.parent.segment}"
        listed = autotask_sim.get(path).status
        if listed != (200 if "GET" in entity.parent.verbs else 405):
            wrong.append((path, listed))
    assert wrong == []


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_every_collection_takes_writes_only_where_the_vendor_does(
    autotask_sim: AutotaskSim, method: str
) -> None:
    autotask_sim.admin("PATCH", "switches", {"added_latency_scale": 0})
    wrong = []
    for entity in catalog():
        call = getattr(autotask_sim, method.lower())
        top = call(entity.collection, {}).status
        open_here = entity.top_writes and WRITES[method] in entity.can
        if (top in (404, 405)) is open_here:
            wrong.append((entity.collection, method, top))
    assert wrong == []


@pytest.mark.parametrize("path", ["Nonsense", "Nonsense/query", "Tickets/1/Nonsense", "Tickets/x"])
def test_an_unknown_route_is_an_error(autotask_sim: AutotaskSim, path: str) -> None:
    assert autotask_sim.get(path).status == 404


# Every collection that can be written is written: made, changed, deleted


class Maker:
    """Makes a body the metadata asks for, and the rows it refers to."""

    def __init__(self, sim: AutotaskSim) -> None:
        self.sim = sim
        self.known: dict[str, int] = {}

    def row(self, collection: str) -> int:
        """Give the id of a row, made from nothing if there is none."""
        if collection not in self.known:
            rows = [r for r in self.sim.rows(collection) if r.get("isActive") not in (0, False)]
            if rows:
                self.known[collection] = rows[-1]["id"]
            else:
                made = self.sim.admin("POST", f"state/{collection}", {"raw": True})
                self.known[collection] = made["id"]
        return self.known[collection]

    def body(self, entity: Entity) -> dict[str, Any]:
        """Give every required field, and what the collection's own rules ask for."""
        metadata = self.sim.get(f"{entity.collection}/entityInformation/fields").json["fields"]
        codes = {f["name"].lower(): f["picklistValues"] for f in metadata if f["picklistValues"]}
        given = {
            field.name: self.value(field, codes.get(field.metadata_name.lower()))
            for field in entity.fields
            if field.required and field.name not in ("id", "parentType")
        }
        return {**given, **self.beyond(entity.collection)}

    def value(self, field: Field, codes: list[dict[str, Any]] | None) -> Any:
        if codes and field.type != "boolean":
            return next(code["value"] for code in codes if code["isActive"])
        if field.reference:
            return self.row(field.reference)
        made = {"string": "x", "boolean": True, "datetime": "2026-06-15T09:00:00Z"}
        return made.get(field.type, 1)

    def beyond(self, collection: str) -> dict[str, Any]:
        if collection == "Tickets":
            return {"queueID": 5, "dueDateTime": "2026-07-01T00:00:00Z"}
        if collection == "TimeEntries":
            task = {"taskID": self.row("Tasks"), "hoursWorked": 1, "dateWorked": "2026-06-15"}
            return {**task, "roleID": self.row("Roles")}
        if collection == "TicketSecondaryResources":
            pair = self.sim.rows("ResourceServiceDeskRoles")[0]
            return {key: pair[key] for key in ("resourceID", "roleID")}
        if collection.endswith("Webhooks"):
            url = f"https://example.com/{collection}"
            return {"webhookUrl": url, "deactivationUrl": url}
        return {"data": "eA=="} if collection.endswith("Attachments") else {}


def test_every_collection_that_can_be_written_is(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("PATCH", "switches", {"added_latency_scale": 0})
    maker = Maker(autotask_sim)
    wrong = []
    for entity in catalog():
        if "C" not in entity.can:
            continue
        path = entity.collection
        if not entity.top_writes and entity.parent:
            parent = maker.row(entity.parent.collection) if entity.parent.collection else 1
            path = f"{entity.parent.url}/{parent}/{entity.parent.segment}"
        made = autotask_sim.post(path, maker.body(entity))
        steps = [made]
        if made.status == 200 and "U" in entity.can:
            steps.append(autotask_sim.patch(path, {"id": made.json["itemId"]}))
        if made.status == 200 and "D" in entity.can:
            steps.append(autotask_sim.delete(f"{path}/{made.json['itemId']}"))
        if any(step.status != 200 for step in steps):
            wrong.append((path, [step.body for step in steps]))
    assert wrong == []
