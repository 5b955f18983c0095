"""Attachments: folders, upload, review, download."""

from isthmus_sim.in_thread import FieldNationSim, ask

MULTIPART = {"Content-Type": 'multipart/form-data; boundary="x1"'}
BODY = (
    b'--x1\r\nContent-Disposition: form-data; name="file"; filename="a b.png"\r\n'
    b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x00\xff\r\n"
    b'--x1\r\nContent-Disposition: form-data; name="notes"\r\n\r\nRack\r\n--x1--\r\n'
)


def folders(sim: FieldNationSim, order: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = sim.get(f"workorders/{order}/attachments").json["results"]
    return found


def test_documents_and_misc_always_exist(fieldnation_sim: FieldNationSim) -> None:
    order = fieldnation_sim.post("workorders", {"title": "x"}).json["id"]
    assert [f["name"] for f in folders(fieldnation_sim, order)] == ["Documents", "Misc"]
    fieldnation_sim.post(f"workorders/{order}/attachments", {"name": "Photos"})
    assert [f["name"] for f in folders(fieldnation_sim, order)][-1] == "Photos"


def test_an_uploaded_file_comes_down_byte_for_byte_by_its_link(
    fieldnation_sim: FieldNationSim,
) -> None:
    order = fieldnation_sim.post("workorders", {"title": "x"}).json["id"]
    folder = folders(fieldnation_sim, order)[1]["id"]
    path = f"workorders/{order}/attachments/{folder}"
    whole = fieldnation_sim.call("POST", path, BODY, MULTIPART).json
    (file,) = whole["attachments"]["results"][1]["results"]
    assert (file["file"]["name"], file["file"]["mime"]) == ("a b.png", "image/png")
    assert (file["notes"], file["status"]) == ("Rack", "pending")
    down = ask("GET", file["file"]["link"])
    assert down.body == b"\x89PNG\r\n\x00\xff"
    assert down.headers["Content-Type"] == "image/png"
    assert ask("GET", file["file"]["link"] + "x").status == 404
    reviewed = fieldnation_sim.put(f"{path}/{file['id']}", {"status": "DENIED"}).json
    assert reviewed["attachments"]["results"][1]["results"][0]["status"] == "denied"
    fieldnation_sim.delete(f"{path}/{file['id']}")
    assert folders(fieldnation_sim, order)[1]["results"] == []
    assert ask("GET", file["file"]["link"]).status == 404


def test_an_upload_that_is_no_form_or_has_no_file_is_400(fieldnation_sim: FieldNationSim) -> None:
    order = fieldnation_sim.post("workorders", {"title": "x"}).json["id"]
    folder = folders(fieldnation_sim, order)[0]["id"]
    path = f"workorders/{order}/attachments/{folder}"
    assert fieldnation_sim.post(path, {"file": "x"}).status == 400
    nameless = BODY.replace(b'name="file"', b'name="other"')
    assert fieldnation_sim.call("POST", path, nameless, MULTIPART).status == 400
    assert fieldnation_sim.call("POST", f"{path}1", BODY, MULTIPART).status == 404
