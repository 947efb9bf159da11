"""Entering all dossiers of an office's list at once: a few statements for all of them, not some for each.

A list may have 10,000 rows, and nobody else writes in the register while it is entered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import event, index_feed, schema, standing
from catalog.access import Role, Scope
from catalog.dossier import Retention
from catalog.dossier_change import Changes, checked, columns_of_change, require_in_order
from catalog.fonds import Fonds
from catalog.identifiers import BoxId, DossierId, new_id
from catalog.instants import now
from catalog.natural_order import sort_key

_BLANK = {
    "code": None,
    "place": "",
    "date_from": None,
    "date_to": None,
    "type": None,
    "type_source": None,
    "type_confidence": None,
    "retention": None,
    "retention_code": None,
    "retention_rule": None,
    "retention_source": None,
    "retention_state": None,
    "access_mode": "01",
    "language": "01",
    "keyword": "",
    "physical_state": None,
    "description": "",
}
"""What a dossier has of which nothing is said; of rows entered at once all have the same columns."""


@dataclass(frozen=True)
class Entry:
    """One dossier, entered from its paper."""

    label: str
    box: BoxId | None
    fields: Changes  #: what a person says of it, as `catalog.dossier_change.FIELDS` has it; without `box`


def enter(conn: Connection, scope: Scope, fonds: Fonds, entries: Sequence[Entry]) -> list[DossierId]:
    """Enter dossiers that exist on paper, and return them in the same order.

    The unit of their fonds becomes their authority and keeper, as `catalog.dossier.add` has it. Call it late:
    it holds the index's clock.

    Raises:
        DossierFieldInvalid: a field or value that cannot be; nothing was entered.
        NotAllowed: the one who asks is no archivist of the fonds' unit.
    """
    scope.require(Role.ARCHIVIST, fonds.unit)
    if not entries:
        return []
    moment, made, rows = now(), [], []
    for entry in entries:
        said = columns_of_change(_NEVER_DECIDED, checked(entry.fields))
        require_in_order(said.get("date_from"), said.get("date_to"))
        identifier = DossierId(new_id())
        made.append(identifier)
        rows.append(
            {
                **_BLANK,
                "title": entry.label,
                "label": entry.label,
                "sort_key": sort_key(entry.label),
                **said,
                "id": identifier,
                "fonds_id": fonds.id,
                "box_id": entry.box,
                "paper_only": True,
                "created_at": moment,
            }
        )
    conn.execute(schema.dossier.insert(), rows)
    standing.begin_all(conn, scope, made, fonds.id, fonds.unit, None)
    told = [
        (f"dossier:{name}", {"paper_only": True, "fields": sorted(entry.fields)})
        for name, entry in zip(made, entries, strict=True)
    ]
    event.record_all(conn, scope, "dossier-added", told)
    index_feed.announce(conn, scope, [index_feed.dossier_entry(name) for name in made])
    return made


_NEVER_DECIDED = Retention(None, None, None, None, None)
