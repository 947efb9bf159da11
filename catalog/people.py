"""People: who may sign in, with what role in which unit, and the programs that act for them."""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, select

from catalog import event, schema
from catalog.access import Role, Scope
from catalog.identifiers import UnitId, UserId, new_id
from catalog.instants import now
from catalog.register import lock_subject
from luutru.errors import Conflict, InvalidInput, NotFound

PASSWORD_LENGTH = 10
"""Shortest password taken."""

SESSION_LASTS = timedelta(hours=10)
"""A working day; after it one signs in again."""

SESSION_IDLE = timedelta(hours=2)
"""Longest pause within a session."""

FREE_TRIES = 5
"""Wrong passwords before an account must wait, twice as long after each further one."""

LONGEST_WAIT = timedelta(minutes=15)

_hasher = PasswordHasher()  # argon2id with the library's present parameters (RFC 9106, low memory)


@cache
def _decoy() -> str:
    """Return a hash to compare with where there is no person, so that the answer takes as long."""
    return _hasher.hash("nobody has this password")


class BadCredentials(NotFound):
    """Name and password, or secret, do not belong together; which of them is not said."""

    slug = "bad-credentials"


class AccountWaits(Conflict):
    """Too many wrong passwords; the account opens again after a while."""

    slug = "account-waits"


class PasswordTooWeak(InvalidInput):
    """The new password is too short, or is the name."""

    slug = "password-too-weak"


class NameTaken(Conflict):
    """Somebody signs in with this name."""

    slug = "name-taken"


class PersonNotFound(NotFound):
    """No such person."""

    slug = "person-not-found"


class AdministersAll(InvalidInput):
    """An administrator of a part was asked for."""

    slug = "administers-all"


class LastAdministrator(Conflict):
    """Nobody would be left to look after the archive; make somebody else an administrator first."""

    slug = "last-administrator"


@dataclass(frozen=True)
class Person:
    """Somebody who works with the archive."""

    id: UserId
    name: str  #: what they sign in with
    full_name: str
    active: bool
    must_change: bool  #: the password was set by somebody else and must be changed first
    grants: frozenset[tuple[Role, UnitId | None]]

    @property
    def scope(self) -> Scope:
        """What this person may see and do."""
        everywhere = any(unit is None for _role, unit in self.grants)
        units = frozenset(unit for _role, unit in self.grants if unit is not None)
        return Scope(actor=self.name, user=self.id, units=units, everywhere=everywhere, grants=self.grants)


@dataclass(frozen=True)
class Session:
    """A person who signed in with a browser."""

    person: Person
    csrf: str  #: to be sent back with everything that changes something

    @property
    def scope(self) -> Scope:
        """What the person may see and do; nothing before they changed a password set by another."""
        if self.person.must_change:
            return Scope(actor=self.person.name, user=self.person.id, units=frozenset())
        return self.person.scope


def add(
    conn: Connection, scope: Scope, name: str, *, full_name: str = "", password: str | None = None
) -> tuple[UserId, str]:
    """Enter a person; return their id and a one-time password (`password`, or a made-up one).

    Raises:
        NameTaken, PasswordTooWeak, NotAllowed: as they say.
    """
    scope.require(Role.ADMINISTRATOR)
    name = _nfc(name).strip()
    lock_subject(conn, f"person:{name}")
    if not name or len(name) > 64:
        raise InvalidInput(f"a sign-in name is 1 to 64 characters, found {len(name)}")
    if conn.execute(select(schema.person.c.id).where(schema.person.c.name == name)).first():
        raise NameTaken(f"somebody already signs in as {name}")
    once = password if password is not None else secrets.token_urlsafe(12)
    _require_strong(name, once)
    identifier = UserId(new_id())
    conn.execute(
        schema.person.insert().values(
            id=identifier,
            name=name,
            full_name=full_name,
            password_hash=_hash(once),
            must_change=True,
            created_at=now(),
        )
    )
    event.record(conn, scope, "person-added", f"person:{identifier}", {})
    return identifier, once


def grant(conn: Connection, scope: Scope, person: UserId, role: Role, unit: UnitId | None = None) -> None:
    """Give `person` a role in `unit`, or everywhere; twice is harmless.

    Raises:
        PersonNotFound: there is no such person.
        AdministersAll: an administrator of one unit was asked for.
    """
    scope.require(Role.ADMINISTRATOR)
    _require_person(conn, person)
    if role is Role.ADMINISTRATOR and unit is not None:
        raise AdministersAll("an administrator administers the whole archive; leave the unit away")
    lock_subject(conn, f"grants:{person}")
    at_unit = schema.role_grant.c.unit_id == unit if unit else schema.role_grant.c.unit_id.is_(None)
    held = select(schema.role_grant.c.id).where(
        schema.role_grant.c.person_id == person, schema.role_grant.c.role == role.value, at_unit
    )
    if conn.execute(held).first() is None:
        conn.execute(
            schema.role_grant.insert().values(id=new_id(), person_id=person, role=role.value, unit_id=unit)
        )
        event.record(conn, scope, "role-granted", f"person:{person}", {"role": role.value, "unit": unit})


def revoke(conn: Connection, scope: Scope, person: UserId, role: Role, unit: UnitId | None = None) -> None:
    """Take a role away, but not the last administrator's; it counts from the next request on."""
    scope.require(Role.ADMINISTRATOR)
    if role is Role.ADMINISTRATOR and unit is None:
        _require_another_administrator(conn, person)
    at_unit = schema.role_grant.c.unit_id == unit if unit else schema.role_grant.c.unit_id.is_(None)
    conn.execute(
        delete(schema.role_grant).where(
            schema.role_grant.c.person_id == person, schema.role_grant.c.role == role.value, at_unit
        )
    )
    event.record(conn, scope, "role-revoked", f"person:{person}", {"role": role.value, "unit": unit})


def set_active(conn: Connection, scope: Scope, person: UserId, active: bool) -> None:
    """Close an account, or open it again; closing ends its sessions.

    Raises:
        PersonNotFound: there is no such person.
        LastAdministrator: nobody else is one.
    """
    scope.require(Role.ADMINISTRATOR)
    _require_person(conn, person)
    if not active:
        _require_another_administrator(conn, person)
    conn.execute(schema.person.update().where(schema.person.c.id == person).values(active=active))
    if not active:
        conn.execute(delete(schema.session).where(schema.session.c.person_id == person))
    event.record(conn, scope, "person-opened" if active else "person-closed", f"person:{person}", {})


def people(conn: Connection, scope: Scope) -> list[Person]:
    """Return everybody, by sign-in name."""
    scope.require(Role.ADMINISTRATOR)
    rows = conn.execute(select(schema.person).order_by(schema.person.c.name)).all()
    return [_person(conn, row) for row in rows]


def find(conn: Connection, scope: Scope, name: str) -> Person:
    """Return the person who signs in as `name`.

    Raises:
        PersonNotFound: nobody does.
    """
    scope.require(Role.ADMINISTRATOR)
    row = conn.execute(select(schema.person).where(schema.person.c.name == _nfc(name))).first()
    if row is None:
        raise PersonNotFound(f"nobody signs in as {name!r}")
    return _person(conn, row)


def reset_password(conn: Connection, scope: Scope, person: UserId) -> str:
    """Give `person` a one-time password, end their sessions and tokens, and return it.

    Raises:
        PersonNotFound: there is no such person.
    """
    scope.require(Role.ADMINISTRATOR)
    _require_person(conn, person)
    once = secrets.token_urlsafe(12)
    conn.execute(
        schema.person.update()
        .where(schema.person.c.id == person)
        .values(password_hash=_hash(once), must_change=True, failed_sign_ins=0, locked_until=None)
    )
    conn.execute(delete(schema.session).where(schema.session.c.person_id == person))
    conn.execute(
        schema.token.update()
        .where(schema.token.c.person_id == person, schema.token.c.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    event.record(conn, scope, "password-reset", f"person:{person}", {})
    return once


def change_password(conn: Connection, scope: Scope, old: str, new: str) -> None:
    """Change one's own password; all one's sessions end.

    Raises:
        BadCredentials: `old` is not the password.
        PasswordTooWeak: `new` is too short, or the name, or `old` again.
    """
    row = conn.execute(select(schema.person).where(schema.person.c.id == scope.user)).first()
    if row is None or not _matches(row.password_hash, old):
        raise BadCredentials("the present password is another")
    _require_strong(row.name, new)
    if new == old:
        raise PasswordTooWeak("the new password is the old one")
    conn.execute(
        schema.person.update()
        .where(schema.person.c.id == row.id)
        .values(password_hash=_hash(new), must_change=False)
    )
    conn.execute(delete(schema.session).where(schema.session.c.person_id == row.id))
    event.record(conn, scope, "password-changed", f"person:{row.id}", {})


class Compared(NamedTuple):
    """A password, compared with what was kept of it."""

    kept: str
    right: bool


def kept_password(conn: Connection, name: str) -> str:
    """Return what `compare` needs, also where nobody has this name; AccountWaits as `sign_in`."""
    row = conn.execute(select(schema.person).where(schema.person.c.name == _nfc(name))).first()
    if row is None:
        return _decoy()  # as slow for a name that is not there
    _require_no_wait(row)
    return row.password_hash or _decoy()


def compare(kept: str, password: str) -> Compared:
    """Return whether `password` is the one that was kept."""
    return Compared(kept, _matches(kept, password))


def sign_in(conn: Connection, name: str, password: str, compared: Compared | None = None) -> str | None:
    """Return the secret of a new session, or None where name and password do not belong together.

    None rather than an error, so that the caller's transaction keeps the count of wrong tries. `compared`:
    a moment ago, since it takes a tenth of a second; else it is done here.

    Raises:
        AccountWaits: too many wrong tries; nothing is checked until the wait is over.
    """
    # Locked: tries sent at once must be counted one by one.
    asked = select(schema.person).where(schema.person.c.name == _nfc(name))
    row = conn.execute(asked.with_for_update(key_share=True)).first()
    kept = _decoy() if row is None else row.password_hash or _decoy()
    if row is not None:
        _require_no_wait(row)
    if compared is None or compared.kept != kept:
        compared = compare(kept, password)
    if row is None:
        return None
    moment = now()
    if not (compared.right and row.password_hash and row.active):
        failures = row.failed_sign_ins + 1
        wait = timedelta(seconds=2 ** min(failures - FREE_TRIES, 10)) if failures >= FREE_TRIES else None
        conn.execute(
            schema.person.update()
            .where(schema.person.c.id == row.id)
            .values(
                failed_sign_ins=failures,
                locked_until=moment + min(wait, LONGEST_WAIT) if wait else None,
            )
        )
        return None
    conn.execute(
        schema.person.update()
        .where(schema.person.c.id == row.id)
        .values(failed_sign_ins=0, locked_until=None)
    )
    secret = secrets.token_urlsafe(32)
    conn.execute(
        schema.session.insert().values(
            secret_hash=digest(secret),
            person_id=row.id,
            csrf=secrets.token_urlsafe(32),
            created_at=moment,
            seen_at=moment,
            expires_at=moment + SESSION_LASTS,
        )
    )
    conn.execute(delete(schema.session).where(schema.session.c.expires_at < moment))
    return secret


def session(conn: Connection, secret: str) -> Session:
    """Return who signed in with `secret`.

    Raises:
        BadCredentials: there is no such session, it ended, or the account is closed.
    """
    row = conn.execute(select(schema.session).where(schema.session.c.secret_hash == digest(secret))).first()
    moment = now()
    if row is None or row.expires_at < moment or row.seen_at + SESSION_IDLE < moment:
        raise BadCredentials("the session has ended; sign in again")
    return Session(active_person(conn, row.person_id), row.csrf)


def session_seen(conn: Connection, secret: str) -> None:
    """Keep a session from going idle; the edge calls it now and then, not on every request."""
    conn.execute(
        schema.session.update().where(schema.session.c.secret_hash == digest(secret)).values(seen_at=now())
    )


def sign_out(conn: Connection, secret: str) -> None:
    """End a session; twice is harmless."""
    conn.execute(delete(schema.session).where(schema.session.c.secret_hash == digest(secret)))


def active_person(conn: Connection, identifier: str) -> Person:
    """Return the person with this id, for whoever holds a secret of theirs.

    Raises:
        BadCredentials: the account is closed.
    """
    row = conn.execute(select(schema.person).where(schema.person.c.id == identifier)).one()
    if not row.active:
        raise BadCredentials("the account is closed")
    return _person(conn, row)


def _require_another_administrator(conn: Connection, person: UserId) -> None:
    lock_subject(conn, "administrators")  # two may take each other's role away at once
    found = conn.execute(
        select(schema.role_grant.c.person_id)
        .join(schema.person, schema.person.c.id == schema.role_grant.c.person_id)
        .where(schema.role_grant.c.role == Role.ADMINISTRATOR.value, schema.person.c.active)
    )
    if set(found.scalars()) == {person}:
        raise LastAdministrator("this is the last administrator; make somebody else one first")


def _person(conn: Connection, row: Row[tuple[object, ...]]) -> Person:
    r = row._mapping
    grants = conn.execute(
        select(schema.role_grant.c.role, schema.role_grant.c.unit_id).where(
            schema.role_grant.c.person_id == r["id"]
        )
    )
    return Person(
        UserId(r["id"]),
        r["name"],
        r["full_name"],
        r["active"],
        r["must_change"],
        frozenset((Role(g.role), UnitId(g.unit_id) if g.unit_id else None) for g in grants),
    )


def _require_strong(name: str, password: str) -> None:
    if len(password) < PASSWORD_LENGTH:
        raise PasswordTooWeak(f"a password has at least {PASSWORD_LENGTH} characters")
    if hmac.compare_digest(name.casefold().encode(), password.casefold().encode()):
        raise PasswordTooWeak("the password is the sign-in name")


def _require_person(conn: Connection, identifier: UserId) -> None:
    if conn.execute(select(schema.person.c.id).where(schema.person.c.id == identifier)).first() is None:
        raise PersonNotFound("no such person")


def _nfc(text: str) -> str:
    """Return `text` as it is compared: keyboards send `ạ` whole or as a letter and a mark."""
    return unicodedata.normalize("NFC", text)


def _require_no_wait(row: Row[tuple[object, ...]]) -> None:
    until, moment = row._mapping["locked_until"], now()
    if until is not None and until > moment:
        seconds = int((until - moment).total_seconds()) + 1
        raise AccountWaits(f"too many wrong passwords; try again in {seconds} s")


def _hash(password: str) -> str:
    return _hasher.hash(_nfc(password))


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, _nfc(password))
    except (VerificationError, InvalidHashError):
        return False


def digest(secret: str) -> str:
    """Return the form in which the secret of a session or token is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()
