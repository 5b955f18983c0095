"""All commands, by name; what each needs is imported only when it is called."""

from cyclopts import App, Group, Parameter

from isthmus import __version__
from isthmus.cli.exits import MEANINGS

CONNECT = Group.create_ordered("Connect")
COPY = Group.create_ordered("Copy")
LOOK = Group.create_ordered("Look")
OPTIONS = Group.create_ordered("Options")


def _epilogue() -> str:
    codes = "\n".join(f"{code.value:>5}  {meaning}" for code, meaning in MEANINGS.items())
    return (
        f"Exit codes:\n{codes}\n\n"
        "Everything is kept in ISTHMUS_HOME. Settings are environment variables: see"
        " docs/settings.md."
    )


app = App(
    name="isthmus",
    help="Autotask in a database of your own.\n\nStart with: isthmus connect autotask",
    help_epilogue=_epilogue(),
    help_format="plaintext",
    version=__version__,
    group_parameters=OPTIONS,
    default_parameter=Parameter(negative="", show_default=False),
)
app["--help"].group = OPTIONS
app["--version"].group = OPTIONS

_connect = App(
    name="connect",
    help="Save how to reach a vendor, after testing it.",
    help_epilogue="",
    group=CONNECT,
)
app.command(_connect)


def _add(to: App, name: str, place: str, group: Group, *paragraphs: str) -> None:
    """Register a command by where its function is; the first paragraph stands in the list."""
    to.command(
        f"isthmus.cli.{place}",
        name=name,
        help="\n\n".join(paragraphs),
        help_epilogue="",
        group=group,
    )


_add(
    _connect,
    "autotask",
    "connect:autotask",
    CONNECT,
    "Test and save how to reach your Autotask.",
    "What neither an option nor a setting (ISTHMUS_AUTOTASK_...) tells is asked for on the "
    "terminal. The secret has no option, because other users of the machine could read it off "
    "the process list. It is saved, locked, once zone, credentials and integration code are "
    "proved right.",
)
_add(
    app,
    "test",
    "check:check",
    CONNECT,
    "Say line by line what works: zone, credentials, quota, each dataset.",
    "Costs about two calls a dataset.",
)
_add(
    app,
    "sync",
    "sync:sync",
    COPY,
    "Bring the tables up to date with Autotask.",
    "The first time a dataset is read whole, later only what changed. When a run is stopped or "
    "killed, the next one goes on from there. Readers of the tables see a dataset as it was or "
    "as it is, never half of it.",
)
_add(
    app,
    "status",
    "status:status",
    COPY,
    "Show what is held, how old it is, and how the last runs went.",
    "Asks nothing of Autotask. Works while a sync runs, without row counts then.",
)
_add(
    app,
    "datasets",
    "datasets:datasets",
    LOOK,
    "List the datasets, how each is refreshed, and which right it needs.",
)
_add(
    app,
    "joins",
    "datasets:joins",
    LOOK,
    "Show which column leads from which table to which.",
)
_add(
    app,
    "preview",
    "look:preview",
    LOOK,
    "Show a few records of a dataset, straight from Autotask.",
)
_add(
    app,
    "query",
    "look:query",
    LOOK,
    "Answer one SQL query on the tables.",
    "It can only read. Tables are autotask.<Dataset>; names may be written in any case.",
)
