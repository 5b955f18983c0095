"""Secrets that change, and that never show."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest

from isthmus.base import log
from tests.webhooks.signing import (
    AUTOTASK_SECRET,
    FIELDNATION_SECRET,
    TOKEN,
    autotask_body,
)
from tests.webhooks.site import CALLOUT, Site, raw, until


def test_while_a_secret_is_changed_under_load_none_that_is_valid_is_refused(site: Site) -> None:
    secrets = [AUTOTASK_SECRET, *(f"the-secret-number-{n}" for n in range(1, 8))]
    current, stopping = [0], threading.Event()
    answered = [[0] * len(secrets) for _ in range(4)]  # by worker and secret

    def deliver(worker: int) -> list[int]:
        said, n = [], 0
        while not stopping.is_set():
            n += 1
            at = current[0]  # what the vendor signs with at this moment
            said.append(site.autotask(autotask_body(worker * 100_000 + n), secrets[at]).status)
            answered[worker][at] += 1
        return said

    def forge(worker: int) -> list[int]:
        said = []
        while not stopping.is_set():
            said.append(site.autotask(autotask_body(9_000_000 + worker), "guessed").status)
        return said

    def all_answered(at: int) -> bool:
        return all(counts[at] >= 3 for counts in answered)

    with ThreadPoolExecutor(6) as threads:
        valid = [threads.submit(deliver, worker) for worker in range(4)]
        forged = [threads.submit(forge, worker) for worker in range(2)]
        try:
            for at in range(1, len(secrets)):
                both = (secrets[at], secrets[at - 1])
                site.keys = replace(site.keys, autotask=both)  # ours first, then the vendor's
                current[0] = at
                until(partial(all_answered, at))  # none signed with the one before is under way
        finally:
            stopping.set()
        said = [status for one in valid for status in one.result()]
        refused = [status for one in forged for status in one.result()]
    assert set(said) == {200}
    assert set(refused) == {401}
    assert len(site.kept()) == len(said)


def test_a_secret_that_was_settled_counts_no_more_once_asked(file_site: Site) -> None:
    file_site.keys = replace(file_site.keys, autotask=("new",))
    assert file_site.autotask(autotask_body(1), "new").status == 200
    assert file_site.autotask(autotask_body(2), AUTOTASK_SECRET).status == 401


def test_nothing_secret_and_nothing_that_came_is_logged(
    file_site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    lines: list[str] = []
    handler = Kept()
    log.setup(level="DEBUG")
    for logger in (logging.getLogger(), logging.getLogger(log.ROOT)):
        logger.addHandler(handler)
    logging.getLogger("uvicorn").setLevel(logging.DEBUG)
    try:
        file_site.autotask(autotask_body(Fields={"Title": "of a customer"}))
        file_site.autotask(b"of a customer")
        file_site.autotask(autotask_body(), "guessed")
        file_site.ask("GET", f"{CALLOUT}?id=5&password=of+a+customer")
        file_site.ask("GET", "/hooks/callout/another-t0k3n?id=5")
        file_site.ask("POST", CALLOUT, b"x" * 300_000)
        file_site.ask("GET", f"{CALLOUT}?{'x' * 20_000}")
        raw(file_site, f"GET {CALLOUT} HTTP/9.9\r\nnot a header\r\n\r\n".encode())
    finally:
        logging.getLogger("uvicorn").setLevel(logging.NOTSET)
        logging.getLogger().removeHandler(handler)
    written = "".join(capfd.readouterr()) + "\n".join(lines)
    assert "received" in written
    for secret in (TOKEN, "another-t0k3n", "customer", AUTOTASK_SECRET, FIELDNATION_SECRET):
        assert secret not in written
