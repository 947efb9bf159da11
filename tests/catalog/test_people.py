"""People: how they come in, how long they stay, and how they are kept out."""

import unicodedata
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select

from catalog import event, people, schema, tokens
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import UserId
from catalog.people import (
    AdministersAll,
    BadCredentials,
    LastAdministrator,
    NameTaken,
    PasswordTooWeak,
    PersonNotFound,
)
from catalog.register import Register
from luutru.errors import InvalidInput
from tests.catalog.archive import SYSTEM, Office, scope_of
from tests.catalog.persons import PASSWORD, Clock, enter, settled, sign_in, who


def test_a_password_is_kept_as_argon2id_alone(register: Register, as_in_earnest: None) -> None:
    _person, once = enter(register)

    with register.read() as conn:
        kept = conn.execute(select(schema.person.c.password_hash)).scalar_one()

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert once not in kept


def test_a_one_time_password_lets_in_and_then_only_to_change_it(office: Office) -> None:
    person, once = enter(office.register)
    with office.register.write() as conn:
        people.grant(conn, SYSTEM, person, Role.ARCHIVIST, office.an_lac)

    secret = sign_in(office.register, once)
    assert secret is not None
    before = who(office.register, secret)
    with office.register.write() as conn:
        people.change_password(conn, before.scope, once, PASSWORD)
    changed = sign_in(office.register, PASSWORD)
    assert changed is not None
    after = who(office.register, changed)

    assert before.person.must_change
    assert not before.scope.may(Role.READER)
    assert before.scope.units == frozenset()
    assert after.scope.may(Role.ARCHIVIST, office.an_lac)


def test_one_time_passwords_are_never_alike(register: Register) -> None:
    assert len({enter(register, f"n{n}")[1] for n in range(5)}) == 5


def test_changing_a_password_ends_every_session(register: Register) -> None:
    settled(register)
    secrets = [sign_in(register, PASSWORD) for _ in range(2)]
    with register.write() as conn:
        people.change_password(conn, people.find(conn, SYSTEM, "lan").scope, PASSWORD, "another long one")

    for secret in secrets:
        assert secret is not None
        with pytest.raises(BadCredentials):
            who(register, secret)


def test_a_new_password_is_only_taken_from_who_knows_the_old_one(register: Register) -> None:
    settled(register)

    with pytest.raises(BadCredentials), register.write() as conn:
        people.change_password(conn, people.find(conn, SYSTEM, "lan").scope, "wrong", "another long one")


@pytest.mark.parametrize("weak", ["", "short", "123456789", PASSWORD])
def test_a_weak_password_is_not_taken(register: Register, weak: str) -> None:
    settled(register)

    with pytest.raises(PasswordTooWeak), register.write() as conn:
        people.change_password(conn, people.find(conn, SYSTEM, "lan").scope, PASSWORD, weak)


def test_the_name_is_no_password(register: Register) -> None:
    with pytest.raises(PasswordTooWeak), register.write() as conn:
        people.add(conn, SYSTEM, "nguyenvanthuy", password="NguyenVanThuy")


def test_it_does_not_matter_how_a_keyboard_makes_its_letters(register: Register) -> None:
    with register.write() as conn:
        people.add(conn, SYSTEM, unicodedata.normalize("NFD", "hoà"), password=PASSWORD)

    secret = sign_in(register, unicodedata.normalize("NFD", PASSWORD), unicodedata.normalize("NFC", "hoà"))

    assert secret is not None
    assert who(register, secret).person.name == "hoà"


def test_a_reset_gives_a_one_time_password_ends_sessions_and_opens_a_waiting_account(
    register: Register, clock: Clock
) -> None:
    person = settled(register)
    old = sign_in(register, PASSWORD)
    for _ in range(people.FREE_TRIES):
        sign_in(register, "wrong")

    with register.write() as conn:
        token = tokens.add(conn, people.find(conn, SYSTEM, "lan").scope, "máy quét")
        once = people.reset_password(conn, SYSTEM, person)

    assert old is not None
    with pytest.raises(BadCredentials), register.read() as conn:
        tokens.scope_of(conn, token)
    with pytest.raises(BadCredentials):
        who(register, old)
    assert sign_in(register, PASSWORD) is None
    fresh = sign_in(register, once)
    assert fresh is not None
    assert who(register, fresh).person.must_change


def test_a_role_counts_where_it_was_given_and_no_longer_than_it_is_held(office: Office) -> None:
    person = settled(office.register)
    with office.register.write() as conn:
        before = people.find(conn, SYSTEM, "lan").scope
        for _ in range(2):
            people.grant(conn, SYSTEM, person, Role.ARCHIVIST, office.an_lac)
        given = people.find(conn, SYSTEM, "lan").scope
        people.revoke(conn, SYSTEM, person, Role.ARCHIVIST, office.an_lac)
        after = people.find(conn, SYSTEM, "lan").scope

    assert given.may(Role.ARCHIVIST, office.an_lac)
    assert not given.may(Role.ARCHIVIST, office.ha_tu)
    assert (before.grants, len(given.grants), after.grants) == (frozenset(), 1, frozenset())


def test_a_role_everywhere_is_given_once(office: Office) -> None:
    person = settled(office.register)
    with office.register.write() as conn:
        for _ in range(2):
            people.grant(conn, SYSTEM, person, Role.READER)

        assert people.find(conn, SYSTEM, "lan").grants == {(Role.READER, None)}
        assert people.find(conn, SYSTEM, "lan").scope.everywhere


def test_nobody_administers_a_part(office: Office) -> None:
    person = settled(office.register)

    with pytest.raises(AdministersAll), office.register.write() as conn:
        people.grant(conn, SYSTEM, person, Role.ADMINISTRATOR, office.an_lac)


def test_the_last_administrator_stays_one(register: Register) -> None:
    first, second = settled(register), settled(register, "minh")
    with register.write() as conn:
        people.grant(conn, SYSTEM, first, Role.ADMINISTRATOR)
        people.revoke(conn, SYSTEM, second, Role.ADMINISTRATOR)  # was none

    with pytest.raises(LastAdministrator), register.write() as conn:
        people.revoke(conn, SYSTEM, first, Role.ADMINISTRATOR)
    with pytest.raises(LastAdministrator), register.write() as conn:
        people.set_active(conn, SYSTEM, first, False)
    with register.write() as conn:
        people.grant(conn, SYSTEM, second, Role.ADMINISTRATOR)
        people.set_active(conn, SYSTEM, first, False)

    with pytest.raises(LastAdministrator), register.write() as conn:  # a closed account looks after nothing
        people.revoke(conn, SYSTEM, second, Role.ADMINISTRATOR)


def test_a_name_is_taken_once(register: Register) -> None:
    enter(register)

    with pytest.raises(NameTaken):
        enter(register, " lan ")


@pytest.mark.parametrize("name", ["", "  ", "x" * 65])
def test_a_name_has_letters_and_not_too_many(register: Register, name: str) -> None:
    with pytest.raises(InvalidInput):
        enter(register, name)


Act = Callable[[Connection, Scope, UserId], object]
ACTS: dict[str, Act] = {
    "add": lambda conn, scope, person: people.add(conn, scope, "x"),
    "grant": lambda conn, scope, person: people.grant(conn, scope, person, Role.READER),
    "revoke": lambda conn, scope, person: people.revoke(conn, scope, person, Role.READER),
    "close": lambda conn, scope, person: people.set_active(conn, scope, person, False),
    "reset": lambda conn, scope, person: people.reset_password(conn, scope, person),
    "people": lambda conn, scope, person: people.people(conn, scope),
    "find": lambda conn, scope, person: people.find(conn, scope, "lan"),
}


@pytest.mark.parametrize("act", ACTS)
def test_only_administrators_look_after_people(office: Office, act: str) -> None:
    person = settled(office.register)

    with pytest.raises(NotAllowed), office.register.write() as conn:
        ACTS[act](conn, scope_of(Role.ARCHIVIST, office.an_lac), person)


@pytest.mark.parametrize("act", ["grant", "close", "reset"])
def test_nothing_is_done_to_somebody_who_is_not_there(office: Office, act: str) -> None:
    with pytest.raises(PersonNotFound), office.register.write() as conn:
        ACTS[act](conn, SYSTEM, UserId("f" * 32))


def test_what_is_done_to_people_is_recorded_without_their_secrets(register: Register) -> None:
    person = settled(register)
    with register.write() as conn:
        once = people.reset_password(conn, SYSTEM, person)
        found = event.events(conn, SYSTEM, f"person:{person}")

    assert [each.kind for each in found] == ["password-reset", "password-changed", "person-added"]
    assert not any(once in each.payload or PASSWORD in each.payload for each in found)
