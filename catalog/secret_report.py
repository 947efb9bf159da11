"""What the custodian is told of files held for a secret mark: where their paper lies, never what it says."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, select

from catalog import schema
from catalog.access import Role, Scope
from catalog.identifiers import BatchId, SourceFileId, UnitId


@dataclass(frozen=True)
class Report:
    """One held file as the custodian is told of it: where its paper lies, and nothing of what it says."""

    file: SourceFileId
    state: str  #: held, released or wiped
    batch: BatchId
    batch_name: str
    fonds_code: str
    box: str  #: label; "" where there is none
    dossier: str  #: label; "" where it lies in none
    position: int  #: among the files of its dossier in this batch, from 1
    page_number: int | None
    level: str | None
    confidence: float | None
    found_by: str
    found_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    instrument: str | None


def reports(conn: Connection, scope: Scope, *, all_states: bool = False) -> list[Report]:
    """Return what is held in the units whose custodian asks, newest first; `all_states`: decided ones too.

    Raises:
        NotAllowed: the one who asks is custodian nowhere.
    """
    scope.require(Role.CUSTODIAN)
    mark, file, batch = schema.secret_mark.c, schema.source_file.c, schema.batch.c
    before = schema.source_file.alias("before")
    position = (
        select(func.count())
        .where(
            before.c.batch_id == file.batch_id,
            func.coalesce(before.c.dossier_id, "") == func.coalesce(file.dossier_id, ""),
            before.c.id <= file.id,
        )
        .correlate(schema.source_file)
        .scalar_subquery()
    )
    query = (
        select(
            schema.secret_mark, file.batch_id, batch.name.label("batch_name"), batch.unit_id,
            schema.fonds.c.code.label("fonds_code"), schema.box.c.label.label("box"),
            schema.dossier.c.label.label("dossier"), position.label("position"),
        )
        .join_from(schema.secret_mark, schema.source_file, file.id == mark.source_file_id)
        .join(schema.batch, batch.id == file.batch_id)
        .join(schema.fonds, schema.fonds.c.id == file.fonds_id)
        .outerjoin(schema.dossier, schema.dossier.c.id == file.dossier_id)
        .outerjoin(schema.box, schema.box.c.id == schema.dossier.c.box_id)
        .order_by(mark.id.desc())
    )  # fmt: skip
    if not all_states:
        query = query.where(mark.state == "held")
    return [_report(row) for row in conn.execute(query) if answers_for(scope, row.unit_id)]


def _report(row: Row[tuple[object, ...]]) -> Report:
    r = row._mapping
    return Report(
        SourceFileId(r["source_file_id"]),
        r["state"],
        BatchId(r["batch_id"]),
        r["batch_name"],
        r["fonds_code"],
        r["box"] or "",
        r["dossier"] or "",
        r["position"],
        r["page_number"],
        r["level"],
        r["confidence"],
        r["found_by"],
        r["found_at"],
        r["decided_by"],
        r["decided_at"],
        r["reason"],
        r["instrument"],
    )


def answers_for(scope: Scope, unit: UnitId | None) -> bool:
    """Return whether the one who asks is custodian of the unit; of no unit, only one of all is."""
    return scope.may_everywhere(Role.CUSTODIAN) or (unit is not None and scope.may(Role.CUSTODIAN, unit))
