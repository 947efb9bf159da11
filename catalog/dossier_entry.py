"""Entering and changing all dossiers of an office's list at once, in as few statements as can be.

A list may have 10,000 rows, and nobody else writes in the register while it is entered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from catalog import dossier as dossiers
from catalog import event, index_feed, schema, standing
from catalog.access import Role, Scope
from catalog.dossier import Dossier, Retention
from catalog.dossier_change import Changes, DossierChanged, checked, columns_of_change, require_in_order
from catalog.fonds import Fonds
from catalog.identifiers import BoxId, DossierId, new_id
from catalog.instants import now
from catalog.natural_order import sort_key

AT_ONCE = 500
"""Dossiers asked of in one statement."""

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


def change(conn: Connection, scope: Scope, fonds: Fonds, changes: Sequence[tuple[Dossier, Changes]]) -> None:
    """Write down what a list says of dossiers of one fonds, each as it was seen, as `edit` does.

    Call it late: it holds the index's clock.

    Raises:
        DossierChanged: somebody was quicker with one of them; nothing was changed.
        DossierFieldInvalid, DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged: as they say.
    """
    labels = sorted({str(said["box"]) for _, said in changes if said.get("box")})
    places = {label: dossiers.box(conn, scope, fonds.id, label) for label in labels}
    ordered = sorted(changes, key=lambda one: one[0].id)  # as rows are locked everywhere
    told: list[tuple[str, dict[str, Any]]] = []
    seen_by_others: list[DossierId] = []
    for part in (ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE)):
        names = [seen.id for seen, _ in part]
        dossiers.hold_open(conn, scope, names)
        table = schema.dossier
        held = {row.id: row for row in conn.execute(select(table).where(table.c.id.in_(names)))}
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}  # rows that change in the same columns
        for seen, said in part:
            row = held[seen.id]
            if row.revision != seen.revision:
                raise DossierChanged(f"dossier {seen.id} is at revision {row.revision}, not {seen.revision}")
            values = columns_of_change(seen.retention, checked({n: v for n, v in said.items() if n != "box"}))
            if "box" in said:
                values["box_id"] = places[str(said["box"])] if said["box"] else None
            values = {name: value for name, value in values.items() if row._mapping[name] != value}
            if not values:
                continue
            begins, ends = (values.get(name, row._mapping[name]) for name in ("date_from", "date_to"))
            require_in_order(begins, ends)
            told.append((f"dossier:{seen.id}", {"fields": sorted(said)}))
            if "access_mode" in values:
                seen_by_others.append(seen.id)
            rows = alike.setdefault(tuple(sorted(values)), [])
            rows.append({"which": seen.id, **{f"to_{name}": value for name, value in values.items()}})
        for columns, rows in sorted(alike.items()):
            to: dict[str, Any] = {name: bindparam(f"to_{name}") for name in columns}
            mine = table.c.id == bindparam("which")
            conn.execute(table.update().where(mine).values(revision=table.c.revision + 1, **to), rows)
    event.record_all(conn, scope, "dossier-edited", told)
    index_feed.announce(conn, scope, [subject for subject, _ in told])  # an entry is called as the subject
    for part_of in (seen_by_others[at : at + AT_ONCE] for at in range(0, len(seen_by_others), AT_ONCE)):
        index_feed.announce_anew(
            conn,
            scope,
            dossiers=schema.dossier.c.id.in_(part_of),
            documents=schema.document.c.dossier_id.in_(part_of),
        )


_NEVER_DECIDED = Retention(None, None, None, None, None)
