import io
import json
import logging

import pytest

from isthmus.base import log, redaction

SECRET = "hush-hush 4711"
redaction.guard(SECRET)


def test_nothing_is_written_until_set_up(capfd: pytest.CaptureFixture[str]) -> None:
    log.get_logger("room").error("happened", value=1)
    assert capfd.readouterr() == ("", "")


def test_machines_get_one_object_a_line_without_secrets() -> None:
    out = io.StringIO()
    log.setup("json", level="info", stream=out)
    logger = log.get_logger("room")
    logger.debug("not shown")
    logger.info(
        "crossed",
        rows=3,
        secret="anything",
        note=f"with {SECRET} in it",
        nested={"api_key": "k", "list": [SECRET]},
        url="https://x/zoneInformation?user=me%40here&z=1",
    )
    try:
        int(f"about {SECRET}")
    except ValueError:
        logger.exception("failed")
    first, second = [json.loads(line) for line in out.getvalue().splitlines()]
    assert first["event"] == "crossed"
    assert first["logger"] == "isthmus.room"
    assert first["rows"] == 3
    assert first["secret"] == redaction.MASK
    assert first["nested"] == {"api_key": redaction.MASK, "list": [redaction.MASK]}
    assert first["url"] == f"https://x/zoneInformation?user={redaction.MASK}&z=1"
    assert "ValueError" in second["exception"]
    assert "hush" not in out.getvalue()


def test_people_get_a_line_and_a_second_set_up_replaces_the_first() -> None:
    first, second = io.StringIO(), io.StringIO()
    log.setup("json", stream=first)
    log.setup("console", stream=second)
    log.get_logger("room").warning("slow", seconds=2)
    assert first.getvalue() == ""
    assert "slow" in second.getvalue()
    assert "seconds=2" in second.getvalue()


def test_the_http_librarys_own_log_is_redacted(caplog: pytest.LogCaptureFixture) -> None:
    log.guard_library_logs()
    log.guard_library_logs()
    caplog.set_level(logging.INFO)
    logger = logging.getLogger("httpx2")
    logger.info("HTTP Request: %s %s", "GET", "https://x/?user=me")
    assert caplog.messages == [f"HTTP Request: GET https://x/?user={redaction.MASK}"]
    assert len(logger.filters) == 1
