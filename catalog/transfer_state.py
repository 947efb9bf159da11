"""The states of a handover, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum

from luutru.errors import Conflict


class State(StrEnum):
    """How far a handover is."""

    DRAFT = "draft"  #: dossiers come and go; it may be dropped
    SEALING = "sealing"  #: frozen from here on, while its packages are described
    SEALED = "sealed"  #: its every byte is fixed
    DELIVERED = "delivered"  #: the receiver has it, or may have it
    UNDER_CHECK = "under-check"  #: the receiver checks and decides, dossier by dossier
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted-in-part"
    RETURNED = "returned"  #: nothing was accepted
    CLOSED = "closed"  #: papers signed, nothing left to do
    DROPPED = "dropped"  #: given up as a draft; its number is not used again


MOVES: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SEALING, State.DROPPED}),
    State.SEALING: frozenset({State.SEALED, State.DRAFT}),
    State.SEALED: frozenset({State.DELIVERED, State.DRAFT}),
    State.DELIVERED: frozenset({State.UNDER_CHECK}),
    State.UNDER_CHECK: frozenset({State.ACCEPTED, State.ACCEPTED_IN_PART, State.RETURNED}),
    State.ACCEPTED: frozenset({State.CLOSED}),
    State.ACCEPTED_IN_PART: frozenset({State.CLOSED}),
    State.RETURNED: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
    State.DROPPED: frozenset(),
}
"""A sealed one may be opened again as long as no parcel of it was written, sent or delivered."""

BEFORE_RECEIVER = (State.DRAFT, State.SEALING, State.DROPPED)
"""States in which the receiver does not know of it."""

FROZEN = (State.SEALING, State.SEALED, State.DELIVERED, State.UNDER_CHECK)
"""States in which nothing that is in it may be changed; so it stays until each dossier has passed."""

CONCLUDED = (State.ACCEPTED, State.ACCEPTED_IN_PART, State.RETURNED, State.CLOSED)
"""States in which every dossier is decided on."""


class TransferStateWrong(Conflict):
    """A handover in this state does not allow that."""

    slug = "transfer-state"


def require_move(number: str, state: State, to: State) -> None:
    """Pass if a handover may go from `state` to `to`.

    Raises:
        TransferStateWrong: it may not.
    """
    if to not in MOVES[state]:
        may = ", ".join(sorted(MOVES[state])) or "nothing"
        raise TransferStateWrong(f"{number} is {state.value}; from there it becomes {may}, not {to.value}")


def require_state(number: str, state: State, *wanted: State) -> None:
    """Pass if `state` is one of `wanted`.

    Raises:
        TransferStateWrong: it is not.
    """
    if state not in wanted:
        told = " or ".join(each.value for each in wanted)
        raise TransferStateWrong(f"{number} is {state.value}; this needs it to be {told}")
