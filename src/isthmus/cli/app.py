"""All commands, by name; what each needs is imported only when it is called."""

from cyclopts import App, Group, Parameter

from isthmus import __version__
from isthmus.cli.exits import MEANINGS

CONNECT = Group.create_ordered("Connect")
COPY = Group.create_ordered("Copy")
DISPATCH = Group.create_ordered("Dispatch")
LOOK = Group.create_ordered("Look")
RUN = Group.create_ordered("Run")
PEOPLE = Group.create_ordered("People")
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
    help="Autotask in a database of your own, and tickets to the field and back.\n\n"
    "Start with: isthmus serve, which opens the console in a browser\n"
    "or with:    isthmus connect autotask\n\n"
    "When something is wrong: isthmus health, isthmus test, isthmus doctor.",
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
    _connect,
    "fieldnation",
    "connect_fieldnation:fieldnation",
    CONNECT,
    "Test and save how to reach your Field Nation.",
    "What neither an option nor a setting (ISTHMUS_FIELDNATION_...) tells is asked for on the "
    "terminal. Client secret and password have no option, because other users of the machine could "
    "read them off the process list. They are saved, locked, once the log-in proved right.",
)
_add(
    app,
    "test",
    "check:check",
    CONNECT,
    "Say line by line what works: zone, credentials, quota, each dataset, and Field Nation.",
    "Costs about two calls a dataset, and six for Field Nation where it is connected.",
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
    "quota",
    "quota:quota",
    COPY,
    "Show the calls of the hour as last known, and how they went before.",
    "Asks nothing of Autotask: it is what all processes of the installation have seen.",
)

_dataset = App(
    name="dataset",
    help="One dataset: how it stands, which records and columns are kept, others added.",
    help_epilogue="",
    group=COPY,
)
app.command(_dataset)
_add(
    _dataset,
    "show",
    "dataset:show",
    COPY,
    "Show how a dataset stands, what is kept of it, and what a full read would cost.",
    "Asks nothing of Autotask, but for the columns of a table that is not there yet.",
)
_add(
    _dataset,
    "set",
    "dataset:set_",
    COPY,
    "Set what is kept of a dataset: which columns, which records, or nothing at all.",
    "It is held against Autotask first, and says what follows. It counts from the next refresh on.",
)
_add(
    _dataset,
    "add",
    "dataset:add",
    COPY,
    "Have another collection of Autotask copied from now on.",
)
_add(_dataset, "remove", "dataset:remove", COPY, "Have a dataset copied no more.")
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

_report = App(
    name="report",
    help="Ready reports: backlog, SLA, hours, contracts, service calls.",
    help_epilogue="",
    group=LOOK,
)
app.command(_report)
_add(_report, "list", "reports:list_", LOOK, "List the ready reports and what each answers.")
_add(
    _report,
    "show",
    "reports:show",
    LOOK,
    "Show what a report tells, what it may be narrowed to, and its SQL.",
)
_add(
    _report,
    "run",
    "reports:run_",
    LOOK,
    "Run a report, as a table or into a file.",
    "Without --first and --last it looks back from the last refresh, as far as the report says.",
)

_dispatch = App(
    name="dispatch",
    help="Keep tickets and work orders in step, and see what happened to each.",
    help_epilogue="",
    group=DISPATCH,
)
app.command(_dispatch)
_add(
    _dispatch,
    "dry-run",
    "dry_run:try_out",
    DISPATCH,
    "Show the work order a ticket would become, and where each value came from.",
    "Reads both sides and writes to neither. Ends with 3 when it cannot be sent as it is.",
)
_add(
    _dispatch,
    "now",
    "dispatch:now",
    DISPATCH,
    "Dispatch one ticket now, and say what became of it.",
    "A worker does the work; where none runs, this command does. A ticket that has a work order "
    "already gets no second one: both sides are brought in step.",
)
_add(
    _dispatch,
    "import",
    "dispatch:import_list",
    DISPATCH,
    "Dispatch a list of tickets: one number or id a line.",
    "Those that have a work order already are left alone. What is not found is named.",
)
_add(
    _dispatch,
    "status",
    "dispatch_look:status",
    DISPATCH,
    "Show how dispatch stands: links, work that waits, dead letters, workers, sweeps.",
    "A sweep asks a vendor for all that changed, since a webhook may get lost. "
    "Ends with 3 when something needs a look.",
)
_add(
    _dispatch,
    "links",
    "dispatch_look:links",
    DISPATCH,
    "List the links by state, with what each waits for.",
)
_add(
    _dispatch,
    "show",
    "dispatch_look:show",
    DISPATCH,
    "Show the story of one link: what was made, and everything that happened, in order.",
)
_add(
    _dispatch,
    "resync",
    "resync:resync",
    DISPATCH,
    "Compare both sides of a link field by field, then bring them in step.",
    "Asks before it writes.",
)
_add(
    _dispatch,
    "park",
    "dispatch:park",
    DISPATCH,
    "Stop all work on a link until it is resumed; what arrives is kept.",
)
_add(
    _dispatch,
    "resume",
    "dispatch:resume",
    DISPATCH,
    "Go on with a link that was parked or is stuck; both sides are looked at.",
)

_deadletters = App(
    name="deadletters",
    help="List, replay or dismiss work that waits for a person.",
    help_epilogue="",
    group=DISPATCH,
)
app.command(_deadletters)
_add(
    _deadletters,
    "list",
    "deadletters:listing",
    DISPATCH,
    "List the work that waits for a person: what is wrong, and what to do.",
    "The same as isthmus deadletters alone.",
)
_add(
    _deadletters,
    "show",
    "deadletters:show",
    DISPATCH,
    "Show dead letters by id, by ticket number or by key.",
)
_add(
    _deadletters,
    "replay",
    "deadletters:replay",
    DISPATCH,
    "Have the work of dead letters done again, once what was wrong is mended.",
    "What is settled already is left alone.",
)
_add(
    _deadletters,
    "edit",
    "deadletters:edit",
    DISPATCH,
    "Set what is to be sent in the place of what a mapping makes, and have the work done again.",
    "Without fields it shows what would be sent, and what is wrong with it. What you set holds "
    "until the record itself says something else of that field.",
)
_add(
    _deadletters,
    "dismiss",
    "deadletters:dismiss",
    DISPATCH,
    "Close a dead letter without doing its work.",
)


@_deadletters.default
def _list_deadletters(*, json: bool = False) -> int:
    """
    List the work that waits for a person: what is wrong, and what to do.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    from isthmus.cli.deadletters import listing  # noqa: PLC0415 - not for --help

    return listing(json=json)


_webhooks = App(
    name="webhooks",
    help="Have both vendors tell Isthmus what happens. Without it, dispatch polls.",
    help_epilogue="",
    group=DISPATCH,
)
app.command(_webhooks)
_add(
    _webhooks,
    "install",
    "webhooks:install",
    DISPATCH,
    "Make the webhooks that the enabled rules want, and mend those that are there.",
    "Shows first what will be done. Doing it again changes nothing, and activates a webhook that "
    "was disabled. Prints the address for an extension callout, which holds a token.",
)
_add(
    _webhooks,
    "status",
    "webhooks:status",
    DISPATCH,
    "Show how each webhook stands, on their side and on ours.",
)
_add(
    _webhooks,
    "remove",
    "webhooks:remove",
    DISPATCH,
    "Remove the webhooks of this home on both sides.",
    "Dispatch goes on by polling.",
)
_add(
    _webhooks,
    "rotate",
    "webhooks:rotate",
    DISPATCH,
    "Give webhooks new secrets, without refusing a delivery meanwhile.",
    "The new secret counts here before the vendor hears of it. The old one counts for a day more; "
    "then the next install, or the worker, drops it.",
)
_mapping = App(
    name="mapping",
    help="What becomes of what between a record and its work order, version by version.",
    help_epilogue="",
    group=DISPATCH,
)
app.command(_mapping)
_add(
    _mapping,
    "list",
    "mapping:list_",
    DISPATCH,
    "List the mappings in force, and the rules that go by them.",
)
_add(_mapping, "show", "mapping:show", DISPATCH, "Show a mapping row by row, and its versions.")
_add(
    _mapping,
    "check",
    "mapping:check",
    DISPATCH,
    "Hold mappings against what both vendors have now.",
    "Finds unknown and deleted fields, labels that are gone or inactive, wrong types, texts too "
    "long, required fields without a row, scripts that cannot be read. Sends nothing.",
)
_add(
    _mapping,
    "diff",
    "mapping:diff_",
    DISPATCH,
    "Show what differs between two versions of a mapping, row by row.",
)
_add(
    _mapping,
    "publish",
    "mapping:publish_",
    DISPATCH,
    "Put a mapping in force, by its file.",
    "It is checked first; one that does not fit is refused with everything that is wrong. Versions "
    "are never changed: links say which one they were made by.",
)
_add(
    _mapping,
    "rollback",
    "mapping:rollback",
    DISPATCH,
    "Put an earlier version of a mapping in force again.",
)
_add(_mapping, "export", "mapping:export_", DISPATCH, "Write mappings as files.")
_add(
    _mapping,
    "import",
    "mapping:import_",
    DISPATCH,
    "Put several mappings in force, by their files: all of them, or none.",
)

_rule = App(
    name="rule",
    help="What is dispatched, by which mappings, and how it is kept in step.",
    help_epilogue="",
    group=DISPATCH,
)
app.command(_rule)
_add(_rule, "list", "rule:list_", DISPATCH, "List the rules, those that are asked first first.")
_add(_rule, "show", "rule:show", DISPATCH, "Show every setting of a rule, and its versions.")
_add(
    _rule,
    "check",
    "rule:check",
    DISPATCH,
    "Hold rules and their mappings against what both vendors have now.",
)
_add(
    _rule,
    "publish",
    "rule:publish_",
    DISPATCH,
    "Put a rule in force, by its file.",
    "It is checked first, with its mappings. What is in force and enabled dispatches at once.",
)
_add(_rule, "enable", "rule:enable", DISPATCH, "Switch a rule on, when it and its mappings fit.")
_add(
    _rule,
    "disable",
    "rule:disable",
    DISPATCH,
    "Switch a rule off: nothing more is dispatched by it, what is linked goes on.",
)
_add(
    _rule,
    "rollback",
    "rule:rollback",
    DISPATCH,
    "Put an earlier version of a rule in force again; it stays on or off, as it is now.",
)
_add(_rule, "export", "rule:export_", DISPATCH, "Write rules as files.")
_add(
    _rule,
    "import",
    "rule:import_",
    DISPATCH,
    "Put several rules in force, by their files: all of them, or none.",
)
_add(
    app,
    "doctor",
    "doctor:doctor",
    DISPATCH,
    "Say what keeps dispatch from working, on both sides and here, and how to mend it.",
    "Names each missing right and setting with the click path that mends it. Writes nothing.",
)
_add(
    app,
    "serve",
    "serve:serve",
    RUN,
    "Keep everything in step until stopped: console, doors, worker, sweeps, scheduled refreshes.",
    "The doors take webhooks and callouts, the worker does what they bring, and a sweep asks a "
    "vendor now and then for all that changed, since a webhook may get lost. "
    "One process does it all. Ctrl+C or SIGTERM stops it; what is not done then is taken up when "
    "it starts again, and so is what a kill interrupted.",
)
_add(
    app,
    "worker",
    "serve:worker",
    RUN,
    "Add a process that works, here or on another machine.",
    "All processes share one PostgreSQL: set ISTHMUS_STATE for each.",
)
_add(
    app,
    "schedule",
    "schedule:schedule",
    RUN,
    "Show or set when isthmus serve refreshes each dataset.",
    "By an interval (--every 15) or a crontab line (--cron). Refreshes missed while nothing ran "
    "are caught up by one, and none overlaps itself.",
)

_add(
    app,
    "health",
    "health:show",
    RUN,
    "Say how the installation is: databases, room, workers, sweeps, what waits.",
    "Asks nothing of the vendors. Ends with 3 when something needs a look, and says what.",
)
_settings = App(
    name="settings",
    help="What can be changed while Isthmus runs: alerts, how long things are kept, sweeps.",
    help_epilogue="",
    group=RUN,
)
app.command(_settings)
_add(
    _settings,
    "list",
    "settings:list_",
    RUN,
    "List what can be changed, what counts now, and who says so.",
)
_add(
    _settings,
    "set",
    "settings:set_",
    RUN,
    "Change a setting; isthmus serve goes by it within seconds.",
    "What the environment sets stands over it. A secret is asked for on the terminal, or read from "
    "standard input, because other users of the machine could read it off the process list.",
)
_add(_settings, "unset", "settings:unset", RUN, "Go back to the default of a setting.")
_add(
    _settings,
    "test",
    "settings:send_test",
    RUN,
    "Send a test by a channel for alerts.",
)

_people = App(
    name="people",
    help="Who may use the console, and the way back in when nobody can.",
    help_epilogue="",
    group=PEOPLE,
)
app.command(_people)
_add(_people, "list", "people:list_", PEOPLE, "List who may use the console.")
_add(
    _people,
    "add",
    "people:add",
    PEOPLE,
    "Make an account for the console.",
    "The password is asked for on the terminal, or read from standard input. It has no option, "
    "because other users of the machine could read it off the process list.",
)
_add(
    _people,
    "set-password",
    "people:set_password",
    PEOPLE,
    "Give an account another password; it is logged out everywhere, and its tokens end.",
    "The password is asked for on the terminal, or read from standard input.",
)
_add(
    _people,
    "disable",
    "people:disable",
    PEOPLE,
    "Let somebody in no more: their sessions and tokens end at once.",
)
_add(_people, "enable", "people:enable", PEOPLE, "Let somebody in again who was disabled.")
_add(_people, "role", "people:role", PEOPLE, "Change what somebody may do; it counts at once.")

_token = App(
    name="token",
    help="What programs show to the API of the console instead of a password.",
    help_epilogue="",
    group=PEOPLE,
)
app.command(_token)
_add(
    _token,
    "list",
    "tokens:list_",
    PEOPLE,
    "List the tokens, the newest first; none shows its secret.",
)
_add(
    _token,
    "make",
    "tokens:make",
    PEOPLE,
    "Make a token; its secret is shown once and kept nowhere.",
)
_add(_token, "revoke", "tokens:revoke", PEOPLE, "End a token for good.")
