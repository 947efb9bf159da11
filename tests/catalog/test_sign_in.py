"""Coming in: with a password for a session, with a token for a program, and being kept out."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from catalog import people, schema, tokens
from catalog.access import Role, Scope
from catalog.instants import now
from catalog.people import (
    AccountWaits,
    BadCredentials,
)
from catalog.register import Register
from catalog.tokens import TokenNotFound
from luutru.errors import InvalidInput
from tests.catalog.archive import SYSTEM, Office
from tests.catalog.persons import PASSWORD, Clock, settled, sign_in, who


def test_neither_a_wrong_name_nor_a_wrong_password_lets_in(register: Register) -> None:
    settled(register)

    assert sign_in(register, "wrong") is None
    assert sign_in(register, PASSWORD, "minh") is None


def test_wrong_passwords_make_an_account_wait_twice_as_long_each_time(
    register: Register, clock: Clock
) -> None:
    settled(register)
    waits = []
    for _ in range(people.FREE_TRIES + 12):
        assert sign_in(register, "wrong") is None
        with register.read() as conn:
            until = conn.execute(select(schema.person.c.locked_until)).scalar_one()
        waits.append((until - clock.at).total_seconds() if until else 0)
        clock.forward(seconds=waits[-1] + 1)

    assert waits[:8] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert waits[-1] == people.LONGEST_WAIT.total_seconds()


def test_a_waiting_account_does_not_even_take_the_right_password(register: Register, clock: Clock) -> None:
    settled(register)
    for _ in range(people.FREE_TRIES):
        sign_in(register, "wrong")

    with pytest.raises(AccountWaits):
        sign_in(register, PASSWORD)
    clock.forward(seconds=2)
    assert sign_in(register, PASSWORD) is not None


def test_the_right_password_wipes_wrong_ones_away(register: Register, clock: Clock) -> None:
    settled(register)
    for _ in range(people.FREE_TRIES - 1):
        sign_in(register, "wrong")
    sign_in(register, PASSWORD)

    for _ in range(people.FREE_TRIES - 1):
        sign_in(register, "wrong")

    assert sign_in(register, PASSWORD) is not None


def test_a_password_compared_beforehand_lets_in_as_long_as_it_is_the_password(register: Register) -> None:
    person = settled(register)
    with register.read() as conn:
        right = people.compare(people.kept_password(conn, "lan"), PASSWORD)
        wrong = people.compare(people.kept_password(conn, "lan"), "wrong")
        nobody = people.compare(people.kept_password(conn, "minh"), PASSWORD)

    with register.write() as conn:
        assert people.sign_in(conn, "lan", PASSWORD, right) is not None
        assert people.sign_in(conn, "lan", "wrong", wrong) is None
        assert people.sign_in(conn, "minh", PASSWORD, nobody) is None
        people.reset_password(conn, SYSTEM, person)

        assert people.sign_in(conn, "lan", PASSWORD, right) is None  # it was, a moment ago


def test_no_password_of_a_waiting_account_is_compared(register: Register) -> None:
    settled(register)
    for _ in range(people.FREE_TRIES):
        sign_in(register, "wrong")

    with pytest.raises(AccountWaits), register.read() as conn:
        people.kept_password(conn, "lan")


def test_wrong_passwords_tried_at_once_are_all_counted(register: Register) -> None:
    settled(register)
    start = threading.Barrier(4)

    def guess() -> None:
        start.wait(10)
        sign_in(register, "wrong")

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with register.read() as conn:
        assert conn.execute(select(schema.person.c.failed_sign_ins)).scalar_one() == 4


def test_a_closed_account_lets_nobody_in_and_nobody_stay(register: Register) -> None:
    person = settled(register)
    secret = sign_in(register, PASSWORD)
    with register.write() as conn:
        token = tokens.add(conn, people.find(conn, SYSTEM, "lan").scope, "máy quét")
        people.set_active(conn, SYSTEM, person, False)

    assert secret is not None
    with pytest.raises(BadCredentials):
        who(register, secret)
    with pytest.raises(BadCredentials), register.read() as conn:
        tokens.scope_of(conn, token)
    assert sign_in(register, PASSWORD) is None


def test_an_account_opened_again_lets_in_again(register: Register) -> None:
    person = settled(register)
    with register.write() as conn:
        people.set_active(conn, SYSTEM, person, False)
        people.set_active(conn, SYSTEM, person, True)

    assert sign_in(register, PASSWORD) is not None


def test_neither_a_sessions_secret_nor_a_tokens_is_kept(register: Register) -> None:
    settled(register)
    secret = sign_in(register, PASSWORD)
    with register.write() as conn:
        token = tokens.add(conn, people.find(conn, SYSTEM, "lan").scope, "máy quét")
        kept = [*conn.execute(select(schema.session)).one(), *conn.execute(select(schema.token)).one()]

    assert secret not in kept
    assert token not in kept


def test_each_session_has_a_mark_of_its_own_against_forged_requests(register: Register) -> None:
    settled(register)

    marks = []
    for _ in range(2):
        secret = sign_in(register, PASSWORD)
        assert secret is not None
        marks += [who(register, secret).csrf, who(register, secret).csrf]

    assert marks[0] == marks[1] != marks[2] == marks[3]
    assert min(len(mark) for mark in marks) >= 40


def test_a_session_ends_with_the_working_day(register: Register, clock: Clock) -> None:
    settled(register)
    secret = sign_in(register, PASSWORD)
    assert secret is not None
    while clock.at < now() + people.SESSION_LASTS - timedelta(hours=1):
        clock.forward(hours=1)
        with register.write() as conn:
            people.session_seen(conn, secret)
    who(register, secret)

    clock.forward(hours=1, seconds=1)

    with pytest.raises(BadCredentials):
        who(register, secret)


def test_a_session_ends_after_a_long_pause(register: Register, clock: Clock) -> None:
    settled(register)
    secret = sign_in(register, PASSWORD)
    assert secret is not None
    clock.forward(hours=1, minutes=59)
    who(register, secret)

    clock.forward(minutes=2)

    with pytest.raises(BadCredentials):
        who(register, secret)


def test_who_signed_out_is_out_and_twice_is_harmless(register: Register) -> None:
    settled(register)
    secret = sign_in(register, PASSWORD)
    assert secret is not None
    for _ in range(2):
        with register.write() as conn:
            people.sign_out(conn, secret)

    with pytest.raises(BadCredentials):
        who(register, secret)


def test_a_made_up_secret_lets_nobody_in(register: Register) -> None:
    with pytest.raises(BadCredentials):
        who(register, "x" * 43)
    with pytest.raises(BadCredentials), register.read() as conn:
        tokens.scope_of(conn, "lt_" + "x" * 43)


def test_sessions_that_ended_are_swept_away(register: Register, clock: Clock) -> None:
    settled(register)
    sign_in(register, PASSWORD)
    clock.forward(hours=11)
    sign_in(register, PASSWORD)

    with register.read() as conn:
        assert len(conn.execute(select(schema.session)).all()) == 1


def test_a_program_acts_as_who_gave_it_a_token(office: Office) -> None:
    person = settled(office.register)
    with office.register.write() as conn:
        people.grant(conn, SYSTEM, person, Role.READER, office.an_lac)
        secret = tokens.add(conn, people.find(conn, SYSTEM, "lan").scope, "máy quét")

        scope = tokens.scope_of(conn, secret)

    assert scope == Scope(
        "lan",
        person,
        frozenset({office.an_lac}),
        grants=frozenset({(Role.READER, office.an_lac)}),
    )


def test_a_token_ends_when_its_time_is_over(register: Register, clock: Clock) -> None:
    settled(register)
    with register.write() as conn:
        secret = tokens.add(conn, people.find(conn, SYSTEM, "lan").scope, "x", lasts=timedelta(days=1))
    clock.forward(days=1, seconds=1)

    with pytest.raises(BadCredentials), register.read() as conn:
        tokens.scope_of(conn, secret)


def test_a_token_ends_when_it_is_ended_and_twice_is_harmless(register: Register) -> None:
    settled(register)
    with register.write() as conn:
        scope = people.find(conn, SYSTEM, "lan").scope
        secret = tokens.add(conn, scope, "máy quét")
        [token] = tokens.tokens(conn, scope)
        tokens.revoke(conn, scope, token.id)
        first = tokens.tokens(conn, scope)
        tokens.revoke(conn, scope, token.id)

        assert tokens.tokens(conn, scope) == first
        with pytest.raises(BadCredentials):
            tokens.scope_of(conn, secret)


def test_nobody_ends_anothers_token_but_an_administrator(register: Register) -> None:
    settled(register)
    settled(register, "minh")
    with register.write() as conn:
        lan, minh = (people.find(conn, SYSTEM, name).scope for name in ("lan", "minh"))
        tokens.add(conn, lan, "máy quét")
        [token] = tokens.tokens(conn, lan)

        with pytest.raises(TokenNotFound):
            tokens.revoke(conn, minh, token.id)
        assert tokens.tokens(conn, minh) == []
        assert tokens.tokens(conn, lan)[0].revoked_at is None
        tokens.revoke(conn, SYSTEM, token.id)
        assert tokens.tokens(conn, lan)[0].revoked_at is not None


def test_the_service_itself_has_no_token(register: Register) -> None:
    with pytest.raises(InvalidInput), register.write() as conn:
        tokens.add(conn, SYSTEM, "x")
