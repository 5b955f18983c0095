"""Sessions and tokens: how long they last, and what is kept of them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from isthmus.base import redaction
from isthmus.state import StateBusy
from isthmus.state.dispatch.session import reading, writing
from isthmus.state.people import NoSuchAccount, People, Role, RoleTooHigh
from tests.state.people.conftest import PASSWORD, Clock
from tests.state.people.test_accounts import of

DAY = timedelta(days=1)


def enter(people: People, login: str = "bob", agent: str = "Firefox") -> str:
    return people.log_in(login, PASSWORD, source="10.0.0.1", agent=agent)[1]


def everything_kept(database: Engine) -> str:
    tables = ("accounts", "sessions", "tokens", "tries", "deeds")
    with reading(database) as session:
        return str([session.execute(text(f"SELECT * FROM people_{one}")).all() for one in tables])


def test_a_secret_nobody_was_given_opens_nothing(begun: People) -> None:
    assert begun.session("nonsense") is None
    assert begun.session("\ud83d\0") is None
    assert begun.token("isthmus_nonsense") is None


def test_a_session_ends_after_twelve_hours_without_use(begun: People, clock: Clock) -> None:
    secret = enter(begun)
    clock.move(hours=11)
    assert begun.session(secret) is not None
    clock.move(hours=11)
    assert begun.session(secret) is not None, "use puts it off"
    clock.move(hours=12)
    assert begun.session(secret) is None
    assert begun.sessions(of(begun, "bob").id) == ()


def test_a_session_ends_after_fourteen_days_however_it_is_used(begun: People, clock: Clock) -> None:
    secret = enter(begun)
    for _ in range(14 * 3 - 1):
        clock.move(hours=8)
        assert begun.session(secret) is not None
    clock.move(hours=8)
    assert begun.session(secret) is None


def test_use_is_noted_once_a_minute_at_most(
    begun: People, clock: Clock, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = []

    def counting(engine: Engine) -> object:
        writes.append(engine)
        return writing(engine)

    secret = enter(begun)
    monkeypatch.setattr("isthmus.state.people.store.writing", counting)
    clock.move(seconds=59)
    session = begun.session(secret)
    assert session is not None
    assert (writes, session.seen_at) == ([], clock.now - timedelta(seconds=59))
    clock.move(seconds=1)
    for _ in range(3):
        session = begun.session(secret)
        assert session is not None
        assert session.seen_at == session.account.last_seen_at == clock.now
    assert len(writes) == 1
    assert of(begun, "bob").last_seen_at == clock.now


def test_a_busy_database_does_not_keep_a_page_from_being_shown(
    begun: People, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: Engine) -> object:
        raise StateBusy("It is busy.")

    secret = enter(begun)
    _, token = begun.issue_token(of(begun, "bob").id, "script", Role.VIEWER, None)
    clock.move(minutes=5)
    monkeypatch.setattr("isthmus.state.people.store.writing", busy)
    assert begun.session(secret) is not None
    assert begun.token(token) is not None


def test_a_role_that_changed_counts_at_once(begun: People) -> None:
    secret = enter(begun)
    begun.change(of(begun, "bob").id, role=Role.VIEWER)
    session = begun.session(secret)
    assert session is not None
    assert session.account.role is Role.VIEWER


def test_sessions_of_an_account_are_listed_without_what_proves_them(
    begun: People, clock: Clock
) -> None:
    bob = of(begun, "bob").id
    enter(begun, agent="Firefox")
    clock.move(minutes=2)
    enter(begun, agent="A" * 5_000)
    enter(begun, "ann")
    listed = begun.sessions(bob)
    assert [one.agent for one in listed] == ["A" * 400 + "…", "Firefox"]
    assert {one.csrf for one in listed} == {""}


def test_sessions_end_one_by_one_or_all_but_one(begun: People) -> None:
    secrets = [enter(begun) for _ in range(4)]
    sessions = [begun.session(one) for one in secrets]
    assert None not in sessions
    ids = [one.id for one in sessions if one is not None]
    assert begun.end_session(ids[0])
    assert not begun.end_session(ids[0])
    assert [begun.session(one) is None for one in secrets] == [True, False, False, False]
    assert begun.end_sessions(of(begun, "bob").id, but=ids[1]) == 2
    assert begun.session(secrets[1]) is not None
    assert begun.end_sessions(of(begun, "bob").id) == 1
    assert begun.session(secrets[1]) is None


def test_each_session_has_a_csrf_of_its_own_that_stays(begun: People) -> None:
    first, second = enter(begun), enter(begun)
    tokens = [begun.session(one) for one in (first, first, second)]
    csrfs = [one.csrf for one in tokens if one is not None]
    assert csrfs[0] == csrfs[1] != csrfs[2]
    assert len(csrfs[0]) == 64
    assert csrfs[0] not in repr(tokens)


def test_no_secret_is_kept(begun: People, database: Engine) -> None:
    cookie = enter(begun)
    session = begun.session(cookie)
    assert session is not None
    _, token = begun.issue_token(session.account.id, "script", Role.VIEWER, None)
    kept = everything_kept(database)
    for secret in (cookie, session.csrf, token, token.removeprefix("isthmus_"), PASSWORD):
        assert secret not in kept


def test_secrets_are_long_unequal_and_redacted(begun: People) -> None:
    cookies = {enter(begun) for _ in range(3)}
    _, token = begun.issue_token(of(begun, "bob").id, "script", Role.VIEWER, None)
    assert {len(one) for one in cookies} == {43}
    assert len(token) == len("isthmus_") + 43
    shown = redaction.redact(" ".join([*cookies, token]))
    assert shown == " ".join([redaction.MASK] * 4)


def test_a_secret_that_another_process_gave_is_redacted_once_it_is_shown(
    begun: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = enter(begun)
    monkeypatch.setattr(redaction, "_tokens", {})
    assert begun.session(cookie) is not None
    assert redaction.redact(cookie) == redaction.MASK


# Tokens


def test_a_token_opens_until_it_is_revoked(begun: People, clock: Clock) -> None:
    bob = of(begun, "bob").id
    token, secret = begun.issue_token(bob, "report", Role.VIEWER, None)
    assert secret.startswith("isthmus_")
    assert (token.name, token.role, token.account_id) == ("report", Role.VIEWER, bob)
    assert (token.made_at, token.used_at, token.ends_at) == (clock.now, None, None)
    clock.move(days=4_000)
    used = begun.token(secret)
    assert used is not None
    assert used.used_at == clock.now
    assert begun.tokens() == (used,)
    assert begun.revoke(token.id)
    assert not begun.revoke(token.id)
    assert begun.token(secret) is None


def test_a_token_ends_when_it_was_said_to(begun: People, clock: Clock) -> None:
    token, secret = begun.issue_token(of(begun, "bob").id, "report", Role.VIEWER, 30 * DAY)
    assert token.ends_at == clock.now + 30 * DAY
    clock.move(days=30)
    assert begun.token(secret) is None
    assert begun.tokens() == (token,), "a person sees that it ended"


def test_a_tokens_use_is_noted_once_a_minute_at_most(begun: People, clock: Clock) -> None:
    _, secret = begun.issue_token(of(begun, "bob").id, "report", Role.VIEWER, None)
    begun.token(secret)
    first = clock.now
    clock.move(seconds=59)
    used = begun.token(secret)
    assert used is not None
    assert used.used_at == first
    clock.move(seconds=1)
    begun.token(secret)
    assert begun.tokens()[0].used_at == clock.now


def test_a_token_is_never_above_its_account(begun: People) -> None:
    bob = of(begun, "bob").id
    with pytest.raises(RoleTooHigh):
        begun.issue_token(bob, "report", Role.ADMIN, None)
    _, secret = begun.issue_token(bob, "report", Role.DISPATCHER, None)
    begun.change(bob, role=Role.VIEWER)
    lowered = begun.token(secret)
    assert lowered is not None
    assert lowered.role is Role.VIEWER
    assert begun.tokens(bob)[0].role is Role.VIEWER


def test_who_is_disabled_or_unknown_gets_no_token(begun: People) -> None:
    bob = of(begun, "bob").id
    begun.change(bob, is_active=False)
    with pytest.raises(RoleTooHigh):
        begun.issue_token(bob, "report", Role.VIEWER, None)
    with pytest.raises(NoSuchAccount):
        begun.issue_token("nobody", "report", Role.VIEWER, None)


def test_tokens_are_listed_by_account_or_all(begun: People) -> None:
    ann, bob = of(begun, "ann").id, of(begun, "bob").id
    first, _ = begun.issue_token(ann, "one", Role.ADMIN, None)
    second, _ = begun.issue_token(bob, "two", Role.VIEWER, None)
    assert begun.tokens(ann) == (first,)
    assert begun.tokens() == (second, first)
