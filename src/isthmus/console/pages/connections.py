"""How both vendors are reached: tested, saved, given new secrets, forgotten."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from isthmus.base.errors import NeedsPerson
from isthmus.console import connecting as words
from isthmus.console import trailing
from isthmus.console.asking import Ask
from isthmus.console.routes import deed, page, stream
from isthmus.wiring import connecting
from isthmus.wiring.connecting import CheckLine, Connected, Draft, NewSecrets, Vendor, Verdict
from isthmus.wiring.environment.addresses import ENVIRONMENTS, environment_of
from isthmus.wiring.people import Role

HERE: Final = "/connections"
TABS: Final = (
    (HERE, "Vendors", None),
    (f"{HERE}/permissions", "Permissions", None),
    (f"{HERE}/quota", "Calls of the hour", None),
    (f"{HERE}/webhooks", "Webhooks", None),
)
_FIELDS: Final[Mapping[Vendor, tuple[str, ...]]] = {
    "autotask": ("title", "username", "zone", "url", "api"),
    "fieldnation": ("client_id", "username", "environment", "url"),
}
_SECRETS: Final[Mapping[Vendor, tuple[str, ...]]] = {
    "autotask": ("secret", "integration_code"),
    "fieldnation": ("client_secret", "password"),
}
_SHOWN: Final = ("title", "username", "zone", "client_id", "api")
_AFTER: Final = {"welcome": ("/welcome/datasets", "Choose datasets")}


class NoSuchVendor(NeedsPerson):
    """Isthmus connects Autotask and Field Nation, nothing else."""


def connections(ask: Ask) -> Response:
    """Show how both vendors are reached."""
    house = ask.site.house
    return ask.show(
        "connecting/connections.html",
        tabs=TABS,
        vendors=connecting.connected(house),
        names=words.NAMES,
        environment_of=environment_of,
        public_url=house.config.public_url,
    )


def edit(ask: Ask) -> Response:
    """Show the form of one vendor, with the guide to the vendor's side beside it."""
    vendor = vendor_of(ask)
    return ask.show(
        f"connecting/{vendor}.html",
        back="connections",
        **form_of(ask, vendor),
    )


def form_of(ask: Ask, vendor: Vendor) -> dict[str, Any]:
    """Return what the form of a vendor shows: what is saved, without secrets."""
    found, config = known_of(ask, vendor), ask.site.house.config
    note = found.note
    if note is None:  # nothing is saved yet: what the environment says
        told = config.autotask if vendor == "autotask" else config.fieldnation
        given = {name: str(getattr(told, name, "") or "") for name in _SHOWN}
        given["base_url"] = told.url or ""
    else:
        given = {name: str(getattr(note, name, "") or "") for name in (*_SHOWN, "base_url")}
    given["environment"] = environment_of(given.get("base_url", ""))
    if given["base_url"] and not given["environment"]:
        given["environment"] = "other"
    given["url"] = "" if given["environment"] in ENVIRONMENTS else given.get("base_url", "")
    return {"found": found, "given": given, "is_saved": found.source in {"saved", "both"}}


async def save_and_test(ask: Ask) -> AsyncGenerator[str]:
    """Test what was filled in, finding by finding; save it where it is right."""
    async with aclosing(_alone(ask, _saving(ask))) as parts:
        async for part in parts:
            yield part


async def test(ask: Ask) -> AsyncGenerator[str]:
    """Test what is saved, both vendors."""
    async with aclosing(_alone(ask, _testing(ask))) as parts:
        async for part in parts:
            yield part


async def rotate(ask: Ask) -> AsyncGenerator[str]:
    """Test new secrets; they replace the old only when they are right."""
    async with aclosing(_alone(ask, _rotating(ask))) as parts:
        async for part in parts:
            yield part


def forget(ask: Ask) -> Response:
    """Remove a saved connection with its secrets."""
    vendor = vendor_of(ask)
    ask.about = words.NAMES[vendor]
    if connecting.forget(ask.site.house, vendor):
        return ask.to(HERE, f"{ask.about} is forgotten, with its secrets. The tables stay.")
    return ask.to(HERE, f"{ask.about} was not connected.", "warn")


def permissions(ask: Ask) -> Response:
    """Show what the API user may read, dataset by dataset."""
    return ask.show(
        "connecting/permissions.html",
        tabs=TABS,
        standing=[one for one in ask.site.syncing.standing() if one.is_kept],
        read_badge=words.read_badge,
        deletions_badge=words.deletions_badge,
        found=known_of(ask, "autotask"),
    )


def vendor_of(ask: Ask) -> Vendor:
    """Return the vendor in the address. Raises: NoSuchVendor."""
    named = ask.path["vendor"]
    if named not in words.NAMES:
        raise NoSuchVendor("There is no such vendor.", where=named, remedy="Go on from the menu.")
    return cast("Vendor", named)


def known_of(ask: Ask, vendor: Vendor) -> Connected:
    """Return how one vendor is reached."""
    autotask, fieldnation = connecting.connected(ask.site.house)
    return autotask if vendor == "autotask" else fieldnation


async def tested(
    ask: Ask, found: AsyncGenerator[CheckLine], lines: list[CheckLine]
) -> AsyncGenerator[str]:
    """Draw findings as they come, and keep them in `lines`; what was not looked at in one line."""
    async with aclosing(found):
        async for line in found:
            lines.append(line)
            if not words.is_left_out(line):
                yield line_part(ask, line)
    left = sum(words.is_left_out(line) for line in lines)
    if left:
        yield line_part(ask, CheckLine(f"{left} datasets", Verdict.UNKNOWN, "not looked at"))


def line_part(ask: Ask, line: CheckLine) -> str:
    """Draw one finding."""
    return ask.part(
        "connecting/check.html",
        line=line,
        sign=words.sign_of(line),
        word=words.word_of(line),
        subject=words.subject_of(line),
    )


def end_part(
    ask: Ask, title: str, text: str, *, saved: bool,
    go: tuple[str, str] = ("", ""), more: tuple[str, str] = ("", ""),
) -> str:  # fmt: skip
    """Draw what all findings come to, and where to go on."""
    return ask.part(
        "connecting/end.html", title=title, text=text, saved=saved, path=go[0], go=go[1],
        more_path=more[0], more=more[1],
    )  # fmt: skip


async def _alone(ask: Ask, parts: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """Put parts into a page of their own where no script asked for them."""
    if not ask.is_fragment:
        yield ask.part("connecting/alone_begin.html")
    async for part in parts:
        yield part
    if not ask.is_fragment:
        yield ask.part("connecting/alone_end.html")


async def _saving(ask: Ask) -> AsyncGenerator[str]:
    vendor, house = vendor_of(ask), ask.site.house
    await run_in_threadpool(connecting.expect_ours, house, vendor)
    filled = _filled(ask, vendor)
    draft = filled.draft
    wrong = filled.wrong
    if draft is not None:
        draft = await run_in_threadpool(connecting.completed, house, draft)
        wrong = words.missing_secrets(connecting.as_used(house, draft))
    if draft is None or wrong:
        yield ask.part("connecting/wrong.html", wrong=tuple(wrong.values()))
        return
    lines: list[CheckLine] = []
    used = connecting.as_used(house, draft)
    async with aclosing(tested(ask, connecting.check_draft(house, used), lines)) as parts:
        async for part in parts:
            yield part
    if not connecting.is_good(draft, lines):
        yield end_part(
            ask, "Not saved.", f"Wrong: {words.wrong_ones(lines)}. Mend it, and test again.",
            saved=False,
        )  # fmt: skip
        return
    before = await run_in_threadpool(known_of, ask, vendor)
    old = getattr(before.note, "title", "") if before.source != "nothing" else ""
    await run_in_threadpool(connecting.save, house, draft, lines, instead_of=old)
    await _note(ask, f"connected {words.NAMES[vendor]}", {"user": used.username})
    yield _saved_part(ask, vendor, used, lines)


def _saved_part(ask: Ask, vendor: Vendor, draft: Draft, lines: list[CheckLine]) -> str:
    text = f"{words.NAMES[vendor]} is connected as {draft.username}."
    if vendor == "autotask":
        whole, part, refused = words.readable(lines)
        text += f" {whole} datasets can be read whole"
        text += f", {part} in part" if part else ""
        text += f", {refused} not at all" if refused else ""
        text += "."
    go = _AFTER.get(ask.text("from"), (HERE, "Back to the connections"))
    more = (f"{HERE}/permissions", "See the permissions") if vendor == "autotask" else ("", "")
    return end_part(ask, "Saved.", text, saved=True, go=go, more=more)


async def _testing(ask: Ask) -> AsyncGenerator[str]:
    lines: list[CheckLine] = []
    async with aclosing(tested(ask, connecting.check_saved(ask.site.house), lines)) as parts:
        async for part in parts:
            yield part
    await _note(ask, "tested the connections", {})
    wrong = sum(words.sign_of(line) == "bad" for line in lines)
    look = sum(words.sign_of(line) == "warn" for line in lines)
    if wrong or look:
        text = f"{wrong} wrong, {look} to look at; each says what mends it."
        yield end_part(ask, "Tested.", text, saved=not wrong)
    else:
        yield end_part(ask, "All is well.", f"{len(lines)} checks.", saved=True)


async def _rotating(ask: Ask) -> AsyncGenerator[str]:
    vendor = vendor_of(ask)
    new = NewSecrets(**{name: ask.secret(name).strip() for name in _SECRETS[vendor]})
    if new == NewSecrets():
        yield ask.part("connecting/wrong.html", wrong=("Enter at least one new secret.",))
        return
    lines: list[CheckLine] = []
    found = connecting.rotate_secret(ask.site.house, vendor, new)
    async with aclosing(tested(ask, found, lines)) as parts:
        async for part in parts:
            yield part
    if connecting.is_right(vendor, lines):
        await _note(ask, f"gave {words.NAMES[vendor]} a new secret", {})
        text = "It counts from now on."
        yield end_part(ask, "The new secret is saved.", text, saved=True, go=(HERE, "Back"))
    else:
        text = f"Wrong: {words.wrong_ones(lines)}. The old one still counts."
        yield end_part(ask, "Not saved.", text, saved=False)


def _filled(ask: Ask, vendor: Vendor) -> words.Filled:
    given = {name: ask.text(name) for name in _FIELDS[vendor]}
    given |= {name: ask.secret(name).strip() for name in _SECRETS[vendor]}
    return words.autotask_of(given) if vendor == "autotask" else words.fieldnation_of(given)


async def _note(ask: Ask, what: str, detail: dict[str, object]) -> None:
    await run_in_threadpool(trailing.note, ask, what, ask.about, detail)


ROUTES: Final = (
    page(HERE, connections),
    page(f"{HERE}/permissions", permissions),
    stream(f"{HERE}/test", test, Role.ADMIN),
    page(f"{HERE}/{{vendor}}", edit, Role.ADMIN),
    stream(f"{HERE}/{{vendor}}/save", save_and_test, Role.ADMIN),
    stream(f"{HERE}/{{vendor}}/secret", rotate, Role.ADMIN),
    deed(f"{HERE}/{{vendor}}/forget", forget, Role.ADMIN, "forgot a connection"),
)
