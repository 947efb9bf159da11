"""A program's own keys."""

from datetime import timedelta

from fastapi import APIRouter, Response

from api.asking import Rooms, Who
from api.rest.shapes import MadeToken, NewToken, TokenState
from catalog import tokens

router = APIRouter(tags=["tokens"])


@router.get("/tokens", summary="One's own tokens")
def own_tokens(visitor: Who, rooms: Rooms) -> list[TokenState]:
    """Those that still work, the newest first."""
    with rooms.register.read() as conn:
        mine = tokens.tokens(conn, visitor.scope)
    return [
        TokenState(id=t.id, label=t.label, made_at=t.created_at, until=t.expires_at)
        for t in mine
        if t.revoked_at is None
    ]


@router.post("/tokens", summary="Make a token", status_code=201)
def add_token(visitor: Who, rooms: Rooms, wanted: NewToken) -> MadeToken:
    """It acts as the one who asks, with their rights; the secret is shown this once."""
    with rooms.register.write() as conn:
        secret = tokens.add(conn, visitor.scope, wanted.label, lasts=timedelta(days=wanted.days))
    return MadeToken(secret=secret)


@router.delete("/tokens/{token}", summary="End a token", status_code=204)
def revoke_token(visitor: Who, rooms: Rooms, token: str) -> Response:
    """Twice is harmless."""
    with rooms.register.write() as conn:
        tokens.revoke(conn, visitor.scope, token)
    return Response(status_code=204)
