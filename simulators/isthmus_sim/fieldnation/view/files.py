"""Folders, files and signatures, as the vendor shows them."""

from __future__ import annotations

from isthmus_sim.fieldnation.view.shapes import Doc, Sight, metadata, person, rows


def attachments(s: Sight) -> Doc:
    """Give the folders with their files; links go to where the simulator is served."""
    found = [_folder(s, folder) for folder in s.order["folders"]]
    files = [file for folder in s.order["folders"] for file in folder["files"]]
    unreviewed = sum(file["status"] == "pending" for file in files)
    return rows(found, correlation_id=s.correlation("attachments"), sum={"unreviewed": unreviewed})


def _folder(s: Sight, folder: Doc) -> Doc:
    found = [_file(s, folder, file) for file in folder["files"]]
    shown = {
        "id": folder["id"],
        "name": folder["name"],
        "type": folder["type"],
        "actions": ["upload"],
        "metadata": metadata(len(found)),
        "results": found,
        "min_files": folder["min_files"],
        "max_files": folder["max_files"],
        "expense": False,
    }
    if folder["task_id"] is not None:
        shown["task"] = {"id": folder["task_id"]}
    return shown


def _file(s: Sight, folder: Doc, file: Doc) -> Doc:
    key = s.world.token_text("file", file["id"], length=24)
    shown = {
        "id": file["id"],
        "folder_id": folder["id"],
        "workorder_id": s.order["id"],
        "author": person(s.world, file["by"]),
        "file": {
            "name": file["name"],
            "mime": file["mime"],
            "size_bytes": file["size"],
            "link": f"{s.world.origin}/_files/{file['id']}/{key}",
            "thumbnail": "",
            "type": file["mime"].partition("/")[0],
        },
        "created": s.time(file["at"]),
        "time_zone": {"name": s.zone, "short": s.time_zone()["short"]},
        "notes": file["notes"],
        "status": file["status"],
        "status_description": file["status_description"],
        "show_before_assignment": file["show_before_assignment"],
        "actions": ["visibility", "delete", "notes", "view"],
    }
    if file["reviewed"]:
        shown["reviewed"] = s.time(file["reviewed"])
        shown["reviewer"] = person(s.world, file["reviewed_by"])
    return shown


def signatures(s: Sight) -> Doc:
    """Give the signatures."""
    found = [signature(s, one) for one in s.order["signatures"]]
    return rows(found, correlation_id=s.correlation("signatures"))


def signature(s: Sight, one: Doc) -> Doc:
    """Give one signature."""
    return {
        "id": one["id"],
        "name": one["name"],
        "format": one["format"],
        "data": one["data"],
        "hash": s.world.token_text("signature", one["data"], length=32),
        "author": {"id": one["by"]},
        "created": s.time(one["at"]),
        "time_zone": {"name": s.zone},
        "task": {"id": 0},
        "closing_notes": s.order["closing_notes"],
        "actions": ["delete"],
    }
