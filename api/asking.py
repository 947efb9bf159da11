"""What every route asks first: who is here, and which rooms stand behind the doors."""

from typing import Annotated, cast

from fastapi import Depends, Request

from api.doors import Doors
from api.view import Visitor


# Coroutines, though they wait for nothing: FastAPI sends every plain function to a thread of its own.
async def who(request: Request) -> Visitor:
    """Return who asks; the gate let nobody else through."""
    return cast(Visitor, request.state.visitor)


async def doors(request: Request) -> Doors:
    """Return the rooms of this application."""
    return cast(Doors, request.app.state.doors)


def address(request: Request) -> str:
    """Return where the request came from, as far as the server knows."""
    return request.client.host if request.client else "unknown"


Who = Annotated[Visitor, Depends(who)]
Rooms = Annotated[Doors, Depends(doors)]
"""The reading room, the intake, the reception."""
