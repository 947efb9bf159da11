"""Merging dossiers into one, and taking a new dossier out of another."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from catalog import arranging, event, schema
from catalog import dossier as dossiers
from catalog.access import Scope
from catalog.arrangement import Seen
from catalog.arranging import ArrangementChanged, ArrangementInvalid, Change, Lying
from catalog.identifiers import DocumentId, DossierId, new_id
from catalog.instants import now
from catalog.natural_order import sort_key


def merge_dossiers(conn: Connection, scope: Scope, into: DossierId, others: Sequence[DossierId]) -> None:
    """Put all documents of `others` behind those of `into`; the others stay in the register as merged.

    Raises:
        ArrangementInvalid: none to merge, one twice, of several fonds, or of another access mode.
        DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged, DocumentNotReady: as they say.
    """
    if not others or len({into, *others}) != len(others) + 1:
        raise ArrangementInvalid("two different dossiers at least are merged")
    all_of_them = [dossiers.find(conn, scope, name) for name in (into, *others)]
    if len({each.fonds for each in all_of_them}) > 1:
        raise ArrangementInvalid("of several fonds: records of several offices are never mixed")
    if len({each.access_mode for each in all_of_them}) > 1:
        raise ArrangementInvalid("of several access modes: decide first who may see them all")
    documents = [name for place in others for name in arranging.in_order(conn, scope, place)]
    held = arranging.hold(conn, scope, documents, [into, *others])
    if any(not set(held.order[name]) <= set(documents) for name in others):
        raise ArrangementChanged("a document came meanwhile: look again")
    place: DocumentId | None = held.order[into][-1] if held.order[into] else None
    laid = {}
    for name in documents:
        laid[name] = Lying(into, place, held.lying[name].pages, held.lying[name].apart)
        place = name
    columns = {
        name: Change({"state": "open", "merged_into": None}, {"state": "merged", "merged_into": into})
        for name in others
    }
    arranging.settle(conn, scope, "dossiers-merged", held, laid, columns=columns)


def split_dossier(
    conn: Connection,
    scope: Scope,
    dossier: DossierId,
    documents: Sequence[DocumentId],
    label: str,
    *,
    title: str = "",
    seen: Seen,
) -> DossierId:
    """Take documents out of a dossier into a new one beside it; return the new dossier.

    It has the same fonds, box, access and standings; title, type, dates and retention are its own to decide.

    Raises:
        ArrangementInvalid: no document, or one that does not lie in `dossier`.
        ArrangementChanged, DossierNotFound, NotAllowed, DossierSignedOff, DocumentNotReady: as they say.
    """
    held = arranging.hold(conn, scope, documents, [dossier], seen=seen)
    if not documents or any(held.lying[name].dossier != dossier for name in documents):
        raise ArrangementInvalid("name documents of this dossier")
    made = _beside(conn, scope, dossier, label, title or label)
    place: DocumentId | None = None
    laid = {}
    for name in [each for each in held.order[dossier] if each in set(documents)]:
        laid[name] = Lying(made, place, held.lying[name].pages, held.lying[name].apart)
        place = name
    # Undone, the new dossier is one that was merged into the old one.
    columns = {
        made: Change({"state": "merged", "merged_into": dossier}, {"state": "open", "merged_into": None})
    }
    with_new = arranging.Held(held.lying, {**held.order, made: ()}, held.revisions)
    arranging.settle(conn, scope, "dossier-split", with_new, laid, columns=columns)
    return made


def _beside(conn: Connection, scope: Scope, dossier: DossierId, label: str, title: str) -> DossierId:
    """Enter a dossier that lies where `dossier` lies, and stands to all offices as that one does."""
    row = conn.execute(select(schema.dossier).where(schema.dossier.c.id == dossier)).one()
    made = DossierId(new_id())
    conn.execute(
        schema.dossier.insert().values(
            id=made,
            fonds_id=row.fonds_id,
            box_id=row.box_id,
            label=label,
            sort_key=sort_key(label),
            title=title,
            place=row.place,
            access_mode=row.access_mode,
            language=row.language,
            created_at=now(),
        )
    )
    standing = schema.dossier_standing
    for stands in conn.execute(select(standing).where(standing.c.dossier_id == dossier)).all():
        conn.execute(standing.insert().values({**stands._mapping, "id": new_id(), "dossier_id": made}))
    event.record(conn, scope, "dossier-added", f"dossier:{made}", {"paper_only": False})
    return made
