"""What a ticket needs of a tenant, and how a refusal looks."""

from isthmus_sim.in_thread import Answer, AutotaskSim


def picklist(sim: AutotaskSim, entity: str, field: str, *, active: bool = True) -> list[str]:
    fields = sim.get(f"{entity}/entityInformation/fields").json["fields"]
    entry = next(f for f in fields if f["name"] == field)
    return [v["value"] for v in entry["picklistValues"] if v["isActive"] is active]


def refused(answer: Answer, text: str) -> None:
    assert answer.status == 500, answer
    assert any(text in error for error in answer.json["errors"]), answer.json


def desk_pair(sim: AutotaskSim) -> tuple[int, int]:
    row = next(r for r in sim.rows("ResourceServiceDeskRoles") if r["isActive"] is not False)
    return row["resourceID"], row["roleID"]
