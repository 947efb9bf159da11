"""Taking a decision back, as long as the handover is not concluded."""

from collections.abc import Collection

from sqlalchemy import Connection

from catalog import event, schema
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import TransferId, TransferItemId
from catalog.transfer import Transfer
from catalog.transfer_state import State, require_state


def take_back(
    conn: Connection, scope: Scope, transfer: TransferId, names: Collection[TransferItemId]
) -> Transfer:
    """Let items be undecided again; what was decided stays in the log. Twice is harmless.

    Raises:
        TransferStateWrong: it is concluded, or nothing was delivered yet.
        NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_decider(scope, found)
    require_state(found.number, found.state, State.DELIVERED, State.UNDER_CHECK)
    item = schema.transfer_item
    mine = (item.c.transfer_id == transfer, item.c.id.in_(set(names)), item.c.decision.is_not(None))
    gone = conn.execute(
        item.update()
        .where(*mine)
        .values(decision=None, reason=None, deadline=None, decided_by=None, decided_at=None)
    ).rowcount
    if gone:
        event.record(conn, scope, "transfer-undecided", f"transfer:{transfer}", {"items": sorted(set(names))})
    return transfers.find(conn, scope, transfer)
