"""Settings of the installation: where alerts go, how long things are kept; and how it is."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.responses import RedirectResponse, Response

from isthmus.console.asking import Ask
from isthmus.console.counter import Asks
from isthmus.console.pages.you import HERE as YOU
from isthmus.console.routes import deed, page
from isthmus.wiring.environment.alerting import write_mail
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.people import Role
from isthmus.wiring.tending.activity import KEPT
from isthmus.wiring.tending.health import health
from isthmus.wiring.tending.preferences import CHAT, KEEP, MAIL, SWEEP, AlertNotSent, Channel
from isthmus.wiring.tending.verdict import SIDES, Verdict
from isthmus.wiring.vendors import waiting

HERE: Final = "/settings/alerts"
ABOUT: Final = "/settings/about"
WAYS: Final = (
    ("starttls", "STARTTLS, port 587 (usual)"),
    ("tls", "TLS from the start, port 465"),
    ("none", "none, port 587: a relay on this machine"),
)
NAMES: Final = {CHAT: "The chat", MAIL: "E-mail", KEEP: "Keeping", SWEEP: "Asking for changes"}
"""How the page calls each setting."""
AMOUNTS: Final = (
    (
        KEEP,
        "Keep for this many days",
        (
            "What arrived, the trail of dispatch, the log of runs and the audit trail. What is"
            " older goes once a day. Calls to the vendors go after"
            f" {KEPT.days} days, whatever is set here. Your tables are not touched."
        ),
    ),
    (
        SWEEP,
        "Seconds between two times that both sides are asked for changes",
        (
            "Isthmus looks at both sides for what no webhook told: a sweep. 5 or more; shorter"
            " costs more calls."
        ),
    ),
)
TONES: Final = {
    Verdict.GOOD: ("all is well", "good"),
    Verdict.WARNING: ("needs a look", "warn"),
    Verdict.BAD: ("does not work", "bad"),
}


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file of others that comes with the console."""

    name: str
    version: str
    licence: str
    what: str


FOREIGN: Final = (
    Foreign("htmx", "4.0.1", "BSD Zero Clause", "live parts of pages"),
    Foreign("uPlot", "1.6.32", "MIT", "charts"),
)


def settings(_ask: Ask) -> Response:
    """Lead to what is one's own."""
    return RedirectResponse(YOU, status_code=303)


def alerts(ask: Ask) -> Response:
    """Show where alerts go and how long things are kept."""
    found = {one.name: one for one in ask.site.preferences.describe()}
    return ask.show(
        "settings/alerts.html",
        chat=found[CHAT],
        mail=found[MAIL],
        amounts=[(found[name], *words) for name, *words in AMOUNTS],
        ways=WAYS,
        wrong=ask.about if isinstance(ask.error, SettingWrong) else "",
        typed=ask.text,
        is_told=any(found[name].source != "nothing" for name in (CHAT, MAIL)),
        may=ask.may(Role.ADMIN),
    )


def change(ask: Ask) -> Response:
    """Set the chat, or how long or how often."""
    return _set(ask, ask.text("name"), ask.secret("value"))


def change_mail(ask: Ask) -> Response:
    """Set where mail goes, from the parts that people know."""
    text = write_mail(
        ask.text("server"),
        ask.text("way"),
        sender=ask.text("sender"),
        to=ask.text("to"),
        login=(ask.text("user"), ask.secret("password")),
    )
    return _set(ask, MAIL, text)


def unset(ask: Ask) -> Response:
    """Go back to the default of one setting."""
    name = ask.text("name")
    ask.about = name
    ask.is_done = ask.site.preferences.unset(name)
    return ask.to(HERE, f"{NAMES[name]}: what was set is forgotten.")


def send_test(ask: Ask) -> Response:
    """Send a test by one channel."""
    channel: Channel = "mail" if ask.text("channel") == "mail" else "chat"
    ask.about = channel
    waiting.run(ask.site.preferences.send_test(channel), partial(_slow, channel))
    return ask.to(HERE, f"A test was sent by {channel}. Look whether it arrived.")


def _slow(channel: Channel, seconds: float) -> AlertNotSent:
    return AlertNotSent(
        f"The server of the {channel} did not answer within {seconds:.0f} s.",
        where=channel,
        remedy="Look whether the test arrived: it may do so still. If not, check the address.",
    )


def about(ask: Ask) -> Response:
    """Show what runs here, how it is, and what it is made of."""
    site = ask.site
    base = site.address or f"{ask.request.url.scheme}://{ask.request.url.netloc}"
    found = health(site.house, site.stores, site.preferences, site.pulse)
    return ask.show(
        "settings/about.html",
        health=found,
        facts=found.facts,
        tones=TONES,
        sides=SIDES,
        foreign=FOREIGN,
        base=base.rstrip("/"),
    )


def _set(ask: Ask, name: str, text: str) -> Response:
    ask.about = name
    changed = ask.site.preferences.set(name, text)
    if not changed.is_secret:
        ask.detail = {"value": changed.shown}
    return ask.to(HERE, f"{NAMES[name]}: {changed.shown} counts within seconds.")


ROUTES: Final = (
    page("/settings", settings),
    page(HERE, alerts),
    page(ABOUT, about),
    deed(f"{HERE}/set", change, Role.ADMIN, "changed a setting", again=alerts),
    deed(f"{HERE}/mail", change_mail, Role.ADMIN, "changed a setting", again=alerts),
    deed(f"{HERE}/unset", unset, Role.ADMIN, "unset a setting", again=alerts),
    deed(f"{HERE}/test", send_test, Role.ADMIN, "sent a test alert", again=alerts,
         asks=Asks(is_vendor=False, otherwise=alerts)),
)  # fmt: skip
