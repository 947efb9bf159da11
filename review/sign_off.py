"""Signing a dossier off: what it lacks, who vouches for it, and how it is opened again."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, or_, select

from catalog import boundary, event, index_feed, schema, sheet
from catalog import dossier as dossiers
from catalog.access import Scope
from catalog.description import CONFIDENT
from catalog.dossier import Dossier
from catalog.dossier_change import DossierChanged
from catalog.identifiers import DossierId
from catalog.instants import now
from catalog.register import lock_rows
from catalog.withheld import WIPED, not_secret
from luutru.errors import Conflict, InvalidInput

BEFORE_CHECKED = (
    "files-on-the-way",
    "files-held",
    "pages-held",
    "documents-unchecked",
    "boundaries-open",
    "title",
)
"""What must not be lacking when somebody says that all of a dossier has been gone through."""

ROUNDS = 2
"""Rounds of quality control before a dossier with documents is signed off (`docs/checking.md`)."""


class DossierIncomplete(Conflict):
    """The dossier lacks something; the message names all of it."""

    slug = "dossier-incomplete"


class DossierNotSignedOff(Conflict):
    """The dossier is open: there is nothing to reopen, or it was not checked yet."""

    slug = "dossier-not-signed-off"


@dataclass(frozen=True)
class Gap:
    """One thing that a dossier lacks."""

    code: str  #: documents-unchecked, title, dates, type, retention, ...
    count: int = 1


def gaps(conn: Connection, scope: Scope, dossier: DossierId, *, rounds: int = ROUNDS) -> list[Gap]:
    """Return everything that a dossier lacks to be signed off, in the order in which it is seen to.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    found = dossiers.find(conn, scope, dossier)
    document, checking = schema.document.c, schema.checking.c
    mine = and_(document.dossier_id == dossier, document.state != "empty", not_secret(schema.document))

    def documents(state: str) -> int:
        checked = func.coalesce(checking.state, "waiting")
        wanted = checked.in_(("waiting", "returned")) if state == "unchecked" else checked != "controlled"
        joined = select(func.count()).select_from(schema.document)
        joined = joined.outerjoin(schema.checking, checking.document_id == document.id)
        return conn.execute(joined.where(mine, wanted)).scalar_one()

    there = conn.execute(select(func.count()).where(mine)).scalar_one()
    sure = found.type_source == "person" or (found.type_confidence or 0.0) >= CONFIDENT
    lacking = [
        *held_back(conn, scope, dossier),
        Gap("boundaries-open", boundary.count_open(conn, scope, dossier)),
        Gap("documents-unchecked", documents("unchecked")),
        Gap("documents-uncontrolled", documents("uncontrolled") if rounds >= 1 else 0),
        Gap("sample-not-accepted", int(rounds >= 2 and there > 0 and not _sample_accepted(conn, dossier))),
        Gap("title", int(not found.title.strip())),
        Gap("dates", int(found.date_from is None or found.date_to is None)),
        Gap("type", int(not found.type or not sure)),
        Gap("retention", int(found.retention.state != "decided")),
        Gap("sheets-unnumbered", int(there > 0 and not sheet.numbers_stand(conn, scope, dossier))),
    ]
    return [gap for gap in lacking if gap.count]


def held_back(conn: Connection, scope: Scope, dossier: DossierId) -> list[Gap]:
    """Return what of a dossier is on the way or held: nobody knows yet what it is, or whether it may stay.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    dossiers.find(conn, scope, dossier)
    file, page, document = schema.source_file.c, schema.page.c, schema.document.c
    inside = and_(document.dossier_id == dossier, document.state != "empty")
    mine = and_(inside, not_secret(schema.document))

    def files(*states: str) -> int:
        waiting = and_(file.dossier_id == dossier, file.state.in_(states), _not_wiped(schema.source_file))
        return conn.execute(select(func.count()).select_from(schema.source_file).where(waiting)).scalar_one()

    looking = conn.execute(select(func.count()).where(mine, document.state == "looking")).scalar_one()
    held = conn.execute(
        select(func.count())
        .join_from(schema.page, schema.document, document.id == page.document_id)
        .where(inside, page.state == "held", page.set_apart.is_(None), _not_wiped(schema.page))
    ).scalar_one()
    lacking = [
        Gap("files-on-the-way", files("received", "opened") or looking),
        Gap("files-held", files("held")),
        Gap("pages-held", held),
    ]
    return [gap for gap in lacking if gap.count]


def _not_wiped(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row waits for somebody: of what was wiped, nobody can come back to it."""
    return func.coalesce(table.c.code, "") != WIPED


def _sample_accepted(conn: Connection, dossier: DossierId) -> bool:
    """Return whether all documents of a dossier lie in accepted lots of round 2, opened since they passed."""
    document, item, lot, checking = (
        schema.document.c,
        schema.quality_item.c,
        schema.quality_lot.c,
        schema.checking.c,
    )
    accepted = (
        select(item.document_id)
        .join_from(schema.quality_item, schema.quality_lot, lot.id == item.lot_id)
        .where(
            item.document_id == document.id,
            lot.round == 2,
            lot.state == "accepted",
            lot.opened_at >= checking.controlled_at,
        )
    )
    outside = (
        select(document.id)
        .join_from(schema.document, schema.checking, checking.document_id == document.id, isouter=True)
        .where(
            document.dossier_id == dossier,
            document.state != "empty",
            not_secret(schema.document),
            or_(
                checking.controlled_at.is_(None),
                ~accepted.correlate(schema.document, schema.checking).exists(),
            ),
        )
    )
    return conn.execute(outside.limit(1)).first() is None


def check(conn: Connection, scope: Scope, dossier: DossierId, *, revision: int) -> Dossier:
    """Record that all of a dossier has been gone through, and number its sheets as they lie.

    Control and signature may follow.

    Raises:
        DossierIncomplete: it lacks what `BEFORE_CHECKED` names.
        DossierChanged, DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged: as they say.
    """
    dossiers.hold_open(conn, scope, [dossier])
    _require_seen(conn, scope, dossier, revision)
    _require_nothing([gap for gap in gaps(conn, scope, dossier) if gap.code in BEFORE_CHECKED])
    if not sheet.numbers_stand(conn, scope, dossier):
        sheet.number(conn, scope, dossier)
    return _becomes(conn, scope, dossier, "checked", {"checked_by": scope.actor, "checked_at": now()}, {})


def sign_off(
    conn: Connection, scope: Scope, dossier: DossierId, *, revision: int, rounds: int = ROUNDS
) -> Dossier:
    """Put one's name under a dossier: nothing in it changes from now on unless it is reopened.

    Raises:
        DossierIncomplete: it lacks something, or nobody said that it is checked.
        DossierChanged, DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged: as they say.
    """
    lock_rows(conn, schema.dossier, schema.dossier.c.id == dossier)
    dossiers.require_keeper(conn, scope, dossier)
    found = _require_seen(conn, scope, dossier, revision)
    if found.state == "signed-off":
        raise dossiers.DossierSignedOff(f"{found.signed_by} has signed this dossier off")
    if found.state == "merged":
        raise dossiers.DossierMerged(f"dossier {dossier} was merged into another one")
    lacking = gaps(conn, scope, dossier, rounds=rounds)
    if found.state != "checked":
        lacking.append(Gap("not-checked"))
    _require_nothing(lacking)
    counted = sheet.count_dossier(conn, scope, dossier)
    told: dict[str, object] = {
        "documents": counted.documents,
        "pages": counted.pages,
        "sheets": counted.sheets,
        "rounds": rounds,
    }
    signed = {"signed_by": scope.actor, "signed_at": now()}
    return _becomes(conn, scope, dossier, "signed-off", signed, told)


def reopen(conn: Connection, scope: Scope, dossier: DossierId, *, reason: str) -> Dossier:
    """Open a checked or signed dossier again, and say why; both signatures are gone from it.

    Raises:
        InvalidInput: no reason was given.
        DossierNotSignedOff: it is open already.
        DossierNotFound, NotAllowed, DossierMerged: as they say.
    """
    lock_rows(conn, schema.dossier, schema.dossier.c.id == dossier)
    dossiers.require_keeper(conn, scope, dossier)
    if not reason.strip() or len(reason) > 1000:
        raise InvalidInput("say in 1 to 1000 characters why the dossier is opened again")
    found = dossiers.find(conn, scope, dossier)
    if found.state == "merged":
        raise dossiers.DossierMerged(f"dossier {dossier} was merged into another one")
    if found.state == "open":
        raise DossierNotSignedOff("this dossier is open")
    dossiers.reopened(conn, scope, dossier, reason=reason.strip())
    return dossiers.find(conn, scope, dossier)


def _require_seen(conn: Connection, scope: Scope, dossier: DossierId, revision: int) -> Dossier:
    found = dossiers.find(conn, scope, dossier)
    if found.revision != revision:
        raise DossierChanged(
            f"dossier {dossier} is at revision {found.revision}, you saw {revision}: look again"
        )
    return found


def _require_nothing(lacking: list[Gap]) -> None:
    if lacking:
        told = ", ".join(f"{gap.code} ({gap.count})" for gap in lacking)
        raise DossierIncomplete(f"this dossier lacks: {told}")


def _becomes(
    conn: Connection,
    scope: Scope,
    dossier: DossierId,
    state: str,
    values: dict[str, object],
    told: dict[str, object],
) -> Dossier:
    conn.execute(
        schema.dossier.update()
        .where(schema.dossier.c.id == dossier)
        .values(state=state, revision=schema.dossier.c.revision + 1, **values)
    )
    event.record(conn, scope, f"dossier-{state}", f"dossier:{dossier}", told)
    index_feed.announce(conn, scope, [index_feed.dossier_entry(dossier)])
    return dossiers.find(conn, scope, dossier)
