"""All commands, by name; what each needs is imported only when it is called."""

from cyclopts import App, Group

from isthmus import __version__
from isthmus.cli.exits import MEANINGS

CONNECT = Group.create_ordered("Connect")
COPY = Group.create_ordered("Copy")
LOOK = Group.create_ordered("Look")
OTHER = Group.create_ordered("More")


def _epilogue() -> str:
    codes = "\n".join(f"{code.value:>5}  {meaning}" for code, meaning in MEANINGS.items())
    return f"Exit codes:\n{codes}\n\nSettings are environment variables: docs/settings.md."


app = App(
    name="isthmus",
    help="Autotask in a database of your own.\n\nStart with: isthmus connect autotask",
    help_epilogue=_epilogue(),
    help_format="plaintext",
    version=__version__,
    group_parameters=OTHER,
)
app["--help"].group = OTHER
app["--version"].group = OTHER

_connect = App(
    name="connect",
    help="Save how to reach a vendor, after testing it.",
    help_format="plaintext",
    group=CONNECT,
)
_connect.command(
    "isthmus.cli.connect:autotask",
    name="autotask",
    help="Test and save how to reach your Autotask.",
)
app.command(_connect)
app.command(
    "isthmus.cli.check:check",
    name="test",
    group=CONNECT,
    help="Say line by line what works: zone, credentials, quota, each dataset.",
)
app.command(
    "isthmus.cli.sync:sync",
    name="sync",
    group=COPY,
    help="Bring the tables up to date with Autotask.",
)
app.command(
    "isthmus.cli.status:status",
    name="status",
    group=COPY,
    help="Show what is held, how old it is, and how the last runs went.",
)
app.command(
    "isthmus.cli.datasets:datasets",
    name="datasets",
    group=LOOK,
    help="List the datasets: group, refresh, what is looked up.",
)
app.command(
    "isthmus.cli.datasets:joins",
    name="joins",
    group=LOOK,
    help="Show which column leads from which table to which.",
)
app.command(
    "isthmus.cli.look:preview",
    name="preview",
    group=LOOK,
    help="Show a few records of a dataset, straight from Autotask.",
)
app.command(
    "isthmus.cli.look:query",
    name="query",
    group=LOOK,
    help="Answer one SQL query on the tables.",
)
