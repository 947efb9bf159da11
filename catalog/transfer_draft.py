"""Drafting a handover: who gives to whom, by which decision, and which dossiers."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select

from catalog import event, paper_count, schema, transfer_case, visibility
from catalog import listed as lists
from catalog import transfer as transfers
from catalog.access import NotAllowed, Role, Scope
from catalog.dossier import STANDING
from catalog.identifiers import BoxId, DossierId, FondsId, TransferId, TransferItemId, UnitId, new_id
from catalog.in_transfer import DossierInTransfer
from catalog.instants import now, today
from catalog.inventory import MEDIA
from catalog.register import lock_rows, lock_subject
from catalog.transfer import RECEIVES_AS, ROUTES, Transfer
from catalog.transfer_item import items
from catalog.transfer_state import State, require_move, require_state
from luutru.errors import Conflict, InvalidInput

MOST_DOSSIERS = 20_000
"""Dossiers of one handover; a larger holding goes in several."""


class TransferInvalid(InvalidInput):
    """A handover that cannot be so."""

    slug = "transfer-invalid"


class NotGiversDossier(Conflict):
    """The giver does not answer for the dossier today: it is not the giver's to hand over."""

    slug = "not-givers-dossier"


# --- the handover itself -------------------------------------------------------------------------------


def draft(
    conn: Connection,
    scope: Scope,
    *,
    giver: UnitId,
    receiver: UnitId,
    case: str,
    title: str,
    route: str = "parcels",
    receives_as: str | None = None,
    decision_number: str | None = None,
    decision_date: date | None = None,
    article: str | None = None,
    supplement_to: TransferId | None = None,
    peer: str | None = None,
    boxes: int | None = None,
    centimetres: int | None = None,
) -> Transfer:
    """Begin a handover, and return it; its number is the next of this register.

    Raises:
        TransferInvalid: one side twice, or a value that cannot be.
        CaseUnknown, NotAllowed, TransferNotFound: as they say.
    """
    if not scope.may(Role.ARCHIVIST, giver):
        raise NotAllowed(f"{scope.actor} is no archivist of the giver")
    if supplement_to is not None:
        first = transfers.find(conn, scope, supplement_to)
        if (first.from_unit, first.to_unit) != (giver, receiver):
            raise TransferInvalid("a supplement goes between the same two offices as what it supplements")
    values = _checked(
        {
            "title": title,
            "occasion": case,
            "route": route,
            "receives_as": receives_as,
            "decision_number": decision_number,
            "decision_date": decision_date,
            "article": article,
            "peer": peer,
            "boxes": boxes,
            "centimetres": centimetres,
        }
    )
    if giver == receiver:
        raise TransferInvalid("giver and receiver are the same office")
    identifier = TransferId(new_id())
    number = _next_number(conn)
    conn.execute(
        schema.transfer.insert().values(
            id=identifier,
            number=number,
            direction="out",
            state=State.DRAFT.value,
            from_unit=giver,
            to_unit=receiver,
            supplement_to=supplement_to,
            created_at=now(),
            created_by=scope.actor,
            **values,
        )
    )
    told = {"number": number, "from": giver, "to": receiver, "case": case}
    event.record(conn, scope, "transfer-drafted", f"transfer:{identifier}", told, instrument=decision_number)
    return transfers.find(conn, scope, identifier)


def _next_number(conn: Connection) -> str:
    """Return the next number of this year; the caller's transaction keeps others from taking it too."""
    lock_subject(conn, "transfer-numbers")
    head = f"BG-{today().year}-"
    number = schema.transfer.c.number
    last = conn.execute(
        select(func.max(number)).where(number.startswith(head), schema.transfer.c.direction == "out")
    ).scalar()
    return f"{head}{int(last.removeprefix(head)) + 1 if last else 1:06d}"


EDITED = (
    "title",
    "case",
    "route",
    "receives_as",
    "decision_number",
    "decision_date",
    "article",
    "peer",
    "boxes",
    "centimetres",
)
"""What may be changed of a draft; its two sides may not."""


def edit(conn: Connection, scope: Scope, transfer: TransferId, changes: Mapping[str, Any]) -> Transfer:
    """Change a draft; `changes`: by name, one of `EDITED`.

    Raises:
        TransferInvalid, CaseUnknown, TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = _draft(conn, scope, transfer)
    if unknown := sorted(set(changes) - set(EDITED)):
        raise TransferInvalid(f"no field {unknown[0]}; there are {', '.join(EDITED)}")
    values = _checked({"occasion" if name == "case" else name: value for name, value in changes.items()})
    if values:
        conn.execute(schema.transfer.update().where(schema.transfer.c.id == transfer).values(**values))
        event.record(conn, scope, "transfer-edited", f"transfer:{transfer}", {"fields": sorted(changes)})
    return transfers.find(conn, scope, found.id)


def drop(conn: Connection, scope: Scope, transfer: TransferId) -> None:
    """Give a draft up; its dossiers are free for another one.

    Raises:
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_giver(scope, found)
    require_move(found.number, found.state, State.DROPPED)
    conn.execute(delete(schema.transfer_item).where(schema.transfer_item.c.transfer_id == transfer))
    conn.execute(
        schema.transfer.update().where(schema.transfer.c.id == transfer).values(state=State.DROPPED.value)
    )
    event.record(conn, scope, "transfer-dropped", f"transfer:{transfer}", {})


# --- what is in it -------------------------------------------------------------------------------------


def chosen(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    *,
    fonds: FondsId | None = None,
    box: BoxId | None = None,
    state: str | None = None,
    permanent: bool | None = None,
    paper_only: bool | None = None,
    year_until: int | None = None,
    limit: int = MOST_DOSSIERS,
) -> list[DossierId]:
    """Return the dossiers that the giver answers for today and that are in no handover, by a filter.

    `permanent`: decided to be kept for ever (True) or for a term (False); undecided ones are in neither.
    """
    found = transfers.find(conn, scope, transfer)
    dossier, standing, item = schema.dossier.c, schema.dossier_standing.c, schema.transfer_item.c
    day = today()
    own = select(standing.id).where(
        standing.dossier_id == dossier.id,
        standing.kind == "authority",
        standing.unit_id == found.from_unit,
        standing.valid_from <= day,
        or_(standing.valid_until.is_(None), standing.valid_until > day),
    )
    busy = select(item.id).where(item.dossier_id == dossier.id, item.under_way)
    query = select(dossier.id).where(
        visibility.of_dossier(scope),
        STANDING,
        own.correlate(schema.dossier).exists(),
        ~busy.correlate(schema.dossier).exists(),
    )
    for column, wanted in (
        (dossier.fonds_id, fonds),
        (dossier.box_id, box),
        (dossier.state, state),
        (dossier.paper_only, paper_only),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if permanent is not None:
        decided = dossier.retention_state == "decided"
        code = dossier.retention_code
        query = query.where(decided, code == "01" if permanent else code != "01")
    if year_until is not None:
        query = query.where(dossier.date_to <= date(year_until, 12, 31))
    query = query.outerjoin(schema.box, schema.box.c.id == dossier.box_id)
    query = query.order_by(
        dossier.fonds_id, func.coalesce(schema.box.c.sort_key, ""), dossier.sort_key, dossier.id
    )
    return [DossierId(name) for name in conn.execute(query.limit(limit)).scalars()]


def add(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    dossiers: Collection[DossierId],
    *,
    unfinished: bool = False,
    medium: str | None = None,
) -> int:
    """Put dossiers into a draft, behind those that are in it; return how many came.

    What is in this draft already stays as it is. `medium`: paper, digital or both; None: paper where there
    is no scan, else both.

    Raises:
        DossierInTransfer: one is in another handover that is not over; none was added.
        NotGiversDossier: the giver does not answer for one today.
        TransferInvalid: too many, or a medium that is none.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = _draft(conn, scope, transfer)
    if medium is not None and medium not in MEDIA:
        raise TransferInvalid(f"medium is one of {', '.join(MEDIA)}")
    there = items(conn, scope, transfer)
    known = {item.dossier for item in there}
    wanted = [name for name in dict.fromkeys(dossiers) if name not in known]
    if len(there) + len(wanted) > MOST_DOSSIERS:
        raise TransferInvalid(f"a handover has at most {MOST_DOSSIERS} dossiers: make several")
    table = schema.dossier
    last = there[-1].ordinal if there else 0
    for at in range(0, len(wanted), 500):
        part = wanted[at : at + 500]
        lock_rows(conn, table, table.c.id.in_(part))
        _require_free(conn, found, part)
        _require_givers(conn, scope, found, part)
        rows = {
            row.id: row
            for row in conn.execute(select(table).where(table.c.id.in_(part), visibility.of_dossier(scope)))
        }
        conn.execute(
            schema.transfer_item.insert(),
            [
                {
                    "id": new_id(),
                    "transfer_id": transfer,
                    "ordinal": last + at + place,
                    "dossier_id": name,
                    "identifier": rows[name].code or rows[name].label[:100],
                    "title": rows[name].title,
                    "retention_code": rows[name].retention_code,
                    "unfinished": unfinished,
                    "medium": medium or ("paper" if rows[name].paper_only else "both"),
                    "under_way": True,
                }
                for place, name in enumerate(part, start=1)
            ],
        )
    if wanted:
        told = {"dossiers": len(wanted), "unfinished": unfinished}
        event.record(conn, scope, "transfer-added", f"transfer:{transfer}", told)
        count_anew(conn, scope, transfer)
    return len(wanted)


def remove(conn: Connection, scope: Scope, transfer: TransferId, names: Collection[TransferItemId]) -> int:
    """Take items out of a draft; return how many. The others keep their order.

    Raises:
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    _draft(conn, scope, transfer)
    item = schema.transfer_item
    gone = conn.execute(
        delete(item).where(item.c.transfer_id == transfer, item.c.id.in_(set(names)))
    ).rowcount
    if gone:
        event.record(conn, scope, "transfer-removed", f"transfer:{transfer}", {"dossiers": gone})
    return gone


def add_unarranged(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    description: str,
    *,
    years: str = "",
    amount: str = "",
    centimetres: int | None = None,
    note: str = "",
) -> None:
    """Put unarranged material on its own list: bundles that nobody has made dossiers of yet.

    Raises:
        TransferInvalid, TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    _draft(conn, scope, transfer)
    if not description.strip() or len(description) > 1000 or len(note) > 1000:
        raise TransferInvalid("say in 1 to 1000 characters what the material is")
    if len(years) > 32 or len(amount) > 64 or (centimetres is not None and centimetres < 0):
        raise TransferInvalid("years up to 32 characters, amount up to 64, centimetres from 0")
    table = schema.transfer_unarranged
    last = conn.execute(select(func.max(table.c.ordinal)).where(table.c.transfer_id == transfer)).scalar()
    conn.execute(
        table.insert().values(
            id=new_id(),
            transfer_id=transfer,
            ordinal=(last or 0) + 1,
            description=description.strip(),
            years=years,
            amount=amount,
            centimetres=centimetres,
            note=note,
        )
    )
    event.record(conn, scope, "transfer-unarranged", f"transfer:{transfer}", {"centimetres": centimetres})


def count_anew(conn: Connection, scope: Scope, transfer: TransferId) -> None:
    """Let the items of a draft say how much is in each dossier now."""
    item, dossier = schema.transfer_item, schema.dossier.c
    rows = conn.execute(
        select(item.c.id, item.c.dossier_id, dossier.fonds_id)
        .join_from(item, schema.dossier, dossier.id == item.c.dossier_id)
        .where(item.c.transfer_id == transfer)
    ).all()
    for fonds in sorted({row.fonds_id for row in rows}):
        counted = paper_count.of_fonds(conn, scope, fonds)
        said = lists.of_fonds(conn, scope, fonds)
        for row in rows:
            if row.fonds_id != fonds:
                continue
            held = counted.get(DossierId(row.dossier_id))
            told = said.get((DossierId(row.dossier_id), ""))
            values = counts_of(held, told.values if told is not None else {})
            conn.execute(item.update().where(item.c.id == row.id).values(**values))


def counts_of(held: paper_count.Held | None, said: Mapping[str, str]) -> dict[str, int]:
    """Return documents, pages and sheets of a dossier: as scanned, else as a list says, else none."""

    def listed(name: str) -> int:
        return int(said[name]) if said.get(name, "").isdecimal() else 0

    if held is None:
        return {name: listed(name) for name in ("documents", "pages", "sheets")}
    return {
        "documents": held.documents,
        "pages": held.pages,
        "sheets": held.sheets if held.sheets is not None else listed("sheets"),
    }


# --- what must be so -----------------------------------------------------------------------------------


def _draft(conn: Connection, scope: Scope, transfer: TransferId) -> Transfer:
    found = transfers.held(conn, scope, transfer)
    transfers.require_giver(scope, found)
    require_state(found.number, found.state, State.DRAFT)
    return found


def _require_free(conn: Connection, transfer: Transfer, dossiers: Collection[DossierId]) -> None:
    item, other = schema.transfer_item.c, schema.transfer.c
    found = conn.execute(
        select(item.dossier_id, other.number)
        .join_from(schema.transfer_item, schema.transfer, other.id == item.transfer_id)
        .where(item.dossier_id.in_(dossiers), item.under_way, item.transfer_id != transfer.id)
        .limit(1)
    ).first()
    if found is not None:
        raise DossierInTransfer(
            f"dossier {found.dossier_id} is in handover {found.number}, which is not over"
        )


def _require_givers(
    conn: Connection, scope: Scope, transfer: Transfer, dossiers: Collection[DossierId]
) -> None:
    dossier, standing, day = schema.dossier.c, schema.dossier_standing.c, today()
    own = set(
        conn.execute(
            select(dossier.id)
            .join_from(schema.dossier, schema.dossier_standing, standing.dossier_id == dossier.id)
            .where(
                dossier.id.in_(dossiers),
                STANDING,
                visibility.of_dossier(scope),
                standing.kind == "authority",
                standing.unit_id == transfer.from_unit,
                standing.valid_from <= day,
                or_(standing.valid_until.is_(None), standing.valid_until > day),
            )
        ).scalars()
    )
    if foreign := sorted(set(dossiers) - own):
        raise NotGiversDossier(
            f"{transfer.from_name} does not answer for {len(foreign)} of the dossiers today: {foreign[0]}"
        )


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    longest = {"title": 500, "decision_number": 100, "article": 500, "peer": 500}
    for name, value in values.items():
        if name in longest:
            value = (value or "").strip() or None
            if value is not None and len(value) > longest[name]:
                raise TransferInvalid(f"{name} has at most {longest[name]} characters")
        if name in ("title", "occasion", "route") and not value:
            raise TransferInvalid(f"{name} is needed")
        if name == "occasion":
            transfer_case.case(value)
        if name == "route" and value not in ROUTES:
            raise TransferInvalid(f"route is one of {', '.join(ROUTES)}")
        if name == "receives_as" and value is not None and value not in RECEIVES_AS:
            raise TransferInvalid(f"receives_as is one of {', '.join(RECEIVES_AS)}")
        if name in ("boxes", "centimetres") and value is not None and value < 0:
            raise TransferInvalid(f"{name} is 0 or more")
        clean[name] = value
    return clean
