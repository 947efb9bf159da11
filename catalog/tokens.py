"""Tokens: by which programs act for a person."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from catalog import event, schema
from catalog.access import Role, Scope
from catalog.identifiers import new_id
from catalog.instants import now
from catalog.people import BadCredentials, active_person, digest
from luutru.errors import InvalidInput, NotFound


class TokenNotFound(NotFound):
    """No such token, or not of the one who asks."""

    slug = "token-not-found"


def add(conn: Connection, scope: Scope, label: str, *, lasts: timedelta | None = timedelta(days=365)) -> str:
    """Return the secret of a new token by which a program acts as the one who asks; shown once."""
    if scope.user is None:
        raise InvalidInput("only a person can have a token")
    secret = f"lt_{secrets.token_urlsafe(32)}"
    identifier = new_id()
    conn.execute(
        schema.token.insert().values(
            id=identifier,
            secret_hash=digest(secret),
            person_id=scope.user,
            label=label,
            created_at=now(),
            expires_at=now() + lasts if lasts else None,
        )
    )
    event.record(conn, scope, "token-added", f"token:{identifier}", {})
    return secret


@dataclass(frozen=True)
class Token:
    """A program's right to act for a person; its secret is not kept."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def tokens(conn: Connection, scope: Scope) -> list[Token]:
    """Return the tokens of the one who asks, newest first."""
    rows = conn.execute(
        select(schema.token).where(schema.token.c.person_id == scope.user).order_by(schema.token.c.id.desc())
    )
    return [Token(r.id, r.label, r.created_at, r.expires_at, r.revoked_at) for r in rows]


def revoke(conn: Connection, scope: Scope, token: str) -> None:
    """End one of one's own tokens; an administrator may end any; twice is harmless.

    Raises:
        TokenNotFound: there is none that the one who asks may end.
    """
    mine = schema.token.c.id == token
    if not scope.may(Role.ADMINISTRATOR):
        mine = mine & (schema.token.c.person_id == scope.user)
    if conn.execute(select(schema.token.c.id).where(mine)).first() is None:
        raise TokenNotFound("no such token")
    conn.execute(
        schema.token.update().where(mine, schema.token.c.revoked_at.is_(None)).values(revoked_at=now())
    )
    event.record(conn, scope, "token-revoked", f"token:{token}", {})


def scope_of(conn: Connection, secret: str) -> Scope:
    """Return on whose behalf a program with this token asks.

    Raises:
        BadCredentials: there is no such token, it ended, or the account is closed.
    """
    row = conn.execute(select(schema.token).where(schema.token.c.secret_hash == digest(secret))).first()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at < now()):
        raise BadCredentials("the token is not valid")
    return active_person(conn, row.person_id).scope
