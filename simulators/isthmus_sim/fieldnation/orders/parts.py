"""Contacts, shipments, tags, signatures, folders and files, revisits, bundles."""

from __future__ import annotations

import base64
import mimetypes
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.orders.step import Doc, Step, part_of, step

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

ROLES = (
    "Project manager", "Location Contact", "Resource coordinator", "Emergency contact",
    "Technical help", "Check-in / Check-out",
)  # fmt: skip
CONTACT_KEYS = ("name", "role", "phone", "ext", "email", "notes")
DIRECTIONS = ("to site", "from site", "to provider", "to other location")
CARRIERS = ("fedex", "ups", "usps", "other")
JOB_STATUSES = ("pending", "incomplete", "complete")


def read_contact(value: Any) -> Doc | None:
    """Read a written contact; None without a name."""
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    texts = {key: value[key] for key in CONTACT_KEYS if isinstance(value.get(key), str)}
    return {**dict.fromkeys(CONTACT_KEYS, ""), **texts}


def add_contact(world: Ground, order_id: int, by_user: int, value: Any) -> Doc:
    """Add a contact. Raises: Refusal without a name or with a role that is none."""
    contact = read_contact(value)
    if contact is None or (contact["role"] and contact["role"] not in ROLES):
        raise invalid(f"A contact needs a name; role takes one of {', '.join(ROLES)}.", "/name")
    with step(world, order_id, by_user) as s:
        s.order["contacts"].append({"id": s.number(), **contact})
    return s.order


def change_contact(world: Ground, order_id: int, by_user: int, contact_id: int, value: Doc) -> Doc:
    """Change texts of a contact."""
    with step(world, order_id, by_user) as s:
        contact = part_of(s.order["contacts"], contact_id, "Contact")
        contact |= {key: value[key] for key in CONTACT_KEYS if isinstance(value.get(key), str)}
    return s.order


def read_shipment(value: Any) -> Doc | None:
    """Read a written shipment; None without a name."""
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    carrier = value["carrier"] if isinstance(value.get("carrier"), dict) else {}
    name = carrier.get("name")
    direction = value.get("direction")
    return {
        "name": value["name"],
        "direction": direction if direction in DIRECTIONS else "to site",
        "carrier": name if name in CARRIERS else "other",
        "carrier_other": str(carrier.get("other") or ""),
        "tracking": str(carrier.get("tracking") or ""),
        "location": value["location"] if isinstance(value.get("location"), dict) else None,
    }


def put_shipment(s: Step, shipment: Doc) -> None:
    """Add a shipment to the order in the making."""
    made = {"id": s.number(), **shipment, "status": "New", "by": s.by, "at": s.utc}
    s.order["shipments"].append(made)
    s.tell("part_updated", shipment_id=made["id"])


def add_shipment(world: Ground, order_id: int, by_user: int, value: Any) -> Doc:
    """Add a shipment; told as `part_updated` (assumed). Raises: Refusal without a name."""
    shipment = read_shipment(value)
    if shipment is None:
        raise invalid("A shipment needs a name.", "/name")
    with step(world, order_id, by_user) as s:
        put_shipment(s, shipment)
    return s.order


def change_shipment(
    world: Ground, order_id: int, by_user: int, shipment_id: int, value: Doc
) -> Doc:
    """Change what a body names of a shipment."""
    with step(world, order_id, by_user) as s:
        shipment = part_of(s.order["shipments"], shipment_id, "Shipment")
        new = read_shipment({"name": shipment["name"], **value}) or {}
        named = {"name", "direction", "location"} & value.keys()
        if isinstance(value.get("carrier"), dict):
            named |= {"carrier", "carrier_other", "tracking"}
        shipment |= {key: new[key] for key in named}
        if isinstance(value.get("status"), str):
            shipment["status"] = value["status"]
        s.tell("part_updated", shipment_id=shipment_id)
    return s.order


def remove_part(
    world: Ground, order_id: int, by_user: int, *, where: str, number: int, what: str
) -> Doc:
    """Remove a part. where: the list in the order; what: its name in a refusal."""
    with step(world, order_id, by_user) as s:
        s.order[where].remove(part_of(s.order[where], number, what))
        if where == "shipments":
            s.tell("part_updated", shipment_id=number)
    return s.order


def add_tag(world: Ground, order_id: int, by_user: int, tag_id: int) -> Doc:
    """Put one of the company's tags on the order; once is enough."""
    with step(world, order_id, by_user) as s:
        if world.store.look("tag", tag_id) is None:
            raise missing("Tag", tag_id)
        if all(tag["id"] != tag_id for tag in s.order["tags"]):
            s.order["tags"].append({"id": tag_id, "by": by_user, "at": s.utc})
            s.tell("tag_added", tag_id=tag_id)
    return s.order


def remove_tag(world: Ground, order_id: int, by_user: int, tag_id: int) -> Doc:
    """Take a tag off the order."""
    with step(world, order_id, by_user) as s:
        s.order["tags"].remove(part_of(s.order["tags"], tag_id, "Tag"))
        s.tell("tag_removed", tag_id=tag_id)
    return s.order


def add_signature(
    world: Ground, order_id: int, by_user: int, *, name: str, data: str, shape: str = "svg"
) -> Doc:
    """Keep a signature. data: as the caller encodes it; shape: its format."""
    with step(world, order_id, by_user) as s:
        signature = {"id": s.number(), "name": name, "format": shape, "data": data}
        s.order["signatures"].append({**signature, "by": by_user, "at": s.utc})
        for task in s.order["tasks"]:
            if task["type"] == "signature" and task["status"] == "incomplete":
                task |= {"status": "complete", "completed": s.utc, "completed_by": by_user}
                s.tell("task_completed", task_id=task["id"])
                break
    return s.order


def default_folders(s: Step) -> list[Doc]:
    """Make the folders that always exist. Source: their names are documented."""
    return [
        new_folder(s, name, kind) for name, kind in (("Documents", "document"), ("Misc", "slot"))
    ]


def new_folder(s: Step, name: str, kind: str = "slot", **more: Any) -> Doc:
    """Make a folder."""
    limits = {"min_files": 0, "max_files": 0, "task_id": None}
    return {"id": s.number(), "name": name, "type": kind, **limits, **more, "files": []}


def add_folder(world: Ground, order_id: int, by_user: int, name: str, **more: Any) -> Doc:
    """Add a folder. more: min_files, max_files, task_id."""
    with step(world, order_id, by_user) as s:
        s.order["folders"].append(new_folder(s, name, **more))
    return s.order


def add_attachment(
    world: Ground,
    order_id: int,
    by_user: int,
    folder_id: int,
    *,
    name: str,
    data: bytes,
    mime: str = "",
    notes: str = "",
) -> Doc:
    """Keep a file. One of the provider's raises `provider_upload` (documented)."""
    with step(world, order_id, by_user) as s:
        folder = part_of(s.order["folders"], folder_id, "Folder")
        number = world.store.next_id("file")
        kind = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        whole = {"name": name, "mime": kind, "order_id": order_id}
        world.store.put("file", number, {**whole, "data": base64.b64encode(data).decode()})
        folder["files"].append(
            {
                "id": number,
                "name": name,
                "mime": kind,
                "size": len(data),
                "notes": notes,
                "status": "pending",
                "status_description": "",
                "by": by_user,
                "at": s.utc,
                "reviewed": "",
                "reviewed_by": None,
                "show_before_assignment": False,
            }
        )
        if (world.store.look("user", by_user) or {}).get("role") == "provider":
            s.tell("provider_upload", attachment_id=number, folder_id=folder_id)
    return s.order


def change_attachment(
    world: Ground, order_id: int, by_user: int, folder_id: int, *, file_id: int, value: Doc
) -> Doc:
    """Review a file: status PENDING, APPROVED or DENIED; notes; who sees it."""
    with step(world, order_id, by_user) as s:
        file = part_of(part_of(s.order["folders"], folder_id, "Folder")["files"], file_id, "File")
        for key in ("notes", "status_description"):
            if isinstance(value.get(key), str):
                file[key] = value[key]
        if isinstance(value.get("show_before_assignment"), bool):
            file["show_before_assignment"] = value["show_before_assignment"]
        status = str(value.get("status") or "").lower()
        if status in ("pending", "approved", "denied"):
            file |= {"status": status, "reviewed": s.utc, "reviewed_by": by_user}
    return s.order


def remove_attachment(
    world: Ground, order_id: int, by_user: int, folder_id: int, file_id: int
) -> Doc:
    """Delete a file."""
    with step(world, order_id, by_user) as s:
        files = part_of(s.order["folders"], folder_id, "Folder")["files"]
        files.remove(part_of(files, file_id, "File"))
        world.store.delete("file", file_id)
    return s.order
