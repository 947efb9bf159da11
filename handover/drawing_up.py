"""Drawing up the papers of a handover from what the register knows of it, and keeping them."""

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, func, select

from catalog import audit_chain, objects, schema, transfer_paper, transfer_sample
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import TransferId
from catalog.instants import VIETNAM, now
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_item import Item as Row
from catalog.transfer_item import frozen, items
from catalog.transfer_paper import TransferPaper
from catalog.transfer_parcel import parcels
from catalog.transfer_state import CONCLUDED, State, require_state
from handover.check_rows import every_check, rows_of
from handover.minutes import (
    NOBODY_SAID,
    Bundle,
    Checkpoint,
    Item,
    Medium,
    Minutes,
    ParcelLine,
    Party,
    Signatories,
)
from handover.minutes_paper import (
    catalogues,
    check_sheet,
    minutes_form,
    unarranged_list,
    unfinished_list,
)
from handover.outcome import Check, Outcome, verdict
from handover.sample import sample
from paper.form import Form
from paper.form_pdf import print_form
from paper.form_xlsx import save_form
from paper.written_pdf import print_written
from storage.object_store import ObjectStore

PERIODS: Mapping[str, str] = {
    "01": "Vĩnh viễn",
    "02": "70 năm",
    "03": "50 năm",
    "04": "30 năm",
    "05": "20 năm",
    "06": "10 năm",
    "07": "Khác",
}
"""TT 05/2025/TT-BNV; the true period stands in what was sealed, where this register has that."""


def minutes_of(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    said: Signatories = NOBODY_SAID,
) -> Minutes:
    """Return the minutes of a handover.

    Raises:
        TransferNotDecided, TotalsDiffer: the decisions do not add up to what was announced.
        TransferStateWrong: it was not delivered yet.
        TransferNotFound: there is none that the one who asks may see.
    """
    found = transfers.find(conn, scope, transfer)
    require_state(found.number, found.state, State.DELIVERED, State.UNDER_CHECK, *CONCLUDED)
    assert found.announced is not None  # fixed when it was sealed
    giver, receiver = _parties(found, said)
    rows = [_item(row, frozen(conn, scope, row.id) or {}) for row in items(conn, scope, transfer)]
    years = sorted({year for row in rows for year in row.dates.split(" - ") if year})
    first = transfers.find(conn, scope, found.supplement_to) if found.supplement_to else None
    return Minutes(
        transfer=found.number,
        title=found.title,
        on=(found.concluded_at or now()).astimezone(VIETNAM).date(),
        place=said.place,
        giver=giver,
        receiver=receiver,
        basis=_basis(found),
        announced=found.announced.total,
        items=tuple(rows),
        boxes=found.announced.boxes,
        metres=_metres(found.announced.centimetres),
        parcels=tuple(
            ParcelLine(row.name, row.digest, row.files, row.bytes) for row in parcels(conn, scope, transfer)
        ),
        unarranged=tuple(_bundles(conn, transfer)),
        dates=" - ".join(dict.fromkeys((years[0], years[-1]))) if years else "",
        condition=said.condition,
        supplement_to=first.number if first else "",
    )


def draw_up(
    register: Register,
    store: ObjectStore,
    scope: Scope,
    service: Scope,
    transfer: TransferId,
    said: Signatories = NOBODY_SAID,
    *,
    fonts: Path | None = None,
) -> TransferPaper:
    """Print the minutes, keep them, and return them: a paper that is signed is this one, byte for byte.

    They name how far the log of events was at the last act on the handover, so that neither side can write it
    anew alone. Drawn up again with the same words on the same day, nothing decided since, they are the same.

    Raises:
        TransferNotDecided, TotalsDiffer, TransferStateWrong, NotAllowed, TransferNotFound: as they say.
        TypefaceMissing, BackendError: it could not be printed or kept.
    """
    with register.read() as conn:
        transfer_paper.require_side(scope, transfers.find(conn, scope, transfer))
        made = minutes_of(conn, scope, transfer, said)
    made = replace(made, checkpoint=log_so_far(register, service, transfer))
    out = io.BytesIO()
    print_written(minutes_form(made), out, made_at=_midnight(made), fonts=fonts)
    out.seek(0)
    kept = store.put(out)
    with register.write() as conn:
        objects.note(conn, service, kept.key, kept.size, "paper")
        return transfer_paper.keep(conn, scope, transfer, "minutes", kept.key)


def log_so_far(register: Register, service: Scope, transfer: TransferId) -> Checkpoint | None:
    """Return the checkpoint at the last act on a handover; its papers are no acts on it."""
    waits = True
    while waits:
        with register.write() as conn:
            waits = bool(audit_chain.seal(conn, service))
    event = schema.event.c
    papers = [*(f"transfer-{kind}" for kind in transfer_paper.KINDS), "transfer-paper-signed"]
    acts = event.kind.not_in(papers)
    last = select(func.max(event.sequence)).where(event.subject == f"transfer:{transfer}", acts)
    with register.read() as conn:
        size = conn.execute(last).scalar_one()
        if size is None:
            return None
        found = audit_chain.checkpoint(conn, service, size)
    return Checkpoint(found.size, found.root)


def list_form(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    which: str,
    *,
    part: int = 0,
) -> Form:
    """Return a list that goes with the minutes; `which`: one of `LISTS`, `part` of several catalogues.

    Raises:
        TransferNotDecided, TotalsDiffer, TransferStateWrong, TransferNotFound: as `minutes_of` says.
    """
    if which == "check-report":
        return check_form(conn, scope, transfer)
    made = minutes_of(conn, scope, transfer)
    if which == "catalogue":
        every = catalogues(made)
        return every[min(part, len(every) - 1)]
    return unfinished_list(made) if which == "unfinished" else unarranged_list(made)


def check_form(conn: Connection, scope: Scope, transfer: TransferId) -> Form:
    """Return the check sheet of everything that was looked at in a handover.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    found = transfers.find(conn, scope, transfer)
    rows = transfer_sample.parcels(conn, scope, transfer)
    every = [each for row in rows for each in every_check(row.verdict)]
    counted = Counter(Outcome(each["outcome"]) for each in every)
    checks = [
        Check(each["code"], Outcome(each["outcome"]), each["subject"], each["detail"])
        for each in rows_of(every)
    ]
    times = [row.at for row in rows if row.state == "checked"]
    values = {
        "number": found.number,
        "title": found.title,
        "giver": found.from_name,
        "receiver": found.to_name,
        "agency": found.to_name,
        **{outcome.name.lower(): f"{counted[outcome]:,}".replace(",", ".") for outcome in Outcome},
        "sample": _sample(conn, scope, transfer) if rows else "",
        "checked_at": f"{max(times).astimezone(VIETNAM):%d/%m/%Y %H:%M}" if times else "",
    }
    return check_sheet(verdict(checks), values, {})


def _sample(conn: Connection, scope: Scope, transfer: TransferId) -> str:
    found = sample(conn, scope, transfer)
    return (
        f"rút {len(found.drawn)} trong {found.lot} hồ sơ, đã xem {found.looked_at}, "
        f"không đạt {found.failed} (cho phép {found.plan.acceptance})"
    )


def writer_of(form: Form, *, made_at: datetime, fonts: Path | None) -> Callable[[BinaryIO], int]:
    """Return what writes a list as PDF/A."""
    return lambda out: print_form(form, out, made_at=made_at, fonts=fonts)


def saver_of(form: Form) -> Callable[[Path], int]:
    """Return what writes a list as XLSX."""
    return lambda path: save_form(form, path)


def _midnight(made: Minutes) -> datetime:
    """Return a moment that only the day decides: the same minutes drawn up twice a day are the same bytes."""
    return datetime(made.on.year, made.on.month, made.on.day, tzinfo=VIETNAM)


def _parties(found: Transfer, said: Signatories) -> tuple[Party, Party]:
    frame = found.frame
    assert frame is not None  # fixed when it was sealed
    giver = Party(frame["giver"]["name"], frame["giver"]["code"])
    receiver = Party(frame["receiver"]["name"], frame["receiver"]["code"])
    return (
        replace(giver, parent=said.giver_parent, representative=said.giver, title=said.giver_title),
        replace(
            receiver, parent=said.receiver_parent, representative=said.receiver, title=said.receiver_title
        ),
    )


def _basis(found: Transfer) -> tuple[str, ...]:
    lines = [found.article] if found.article else []
    if found.decision_number:
        day = f" ngày {found.decision_date:%d/%m/%Y}" if found.decision_date else ""
        lines.append(f"Quyết định số {found.decision_number.removeprefix('Quyết định số ')}{day}")
    return tuple(lines)


def _item(row: Row, fixed: Mapping[str, Any]) -> Item:
    fields: Mapping[str, str] = fixed.get("fields", {})
    own: Mapping[str, str] = fixed.get("own", {})
    days = [fields.get(name, "")[-4:] for name in ("startDate", "endDate")]
    medium: Mapping[str, Medium] = {"paper": "paper", "digital": "digital", "both": "both"}
    return Item(
        ordinal=row.ordinal,
        identifier=row.identifier,
        title=row.title,
        decision=row.decision,
        reason=row.reason or "",
        deadline=row.deadline,
        dates=" - ".join(dict.fromkeys(filter(None, days))),
        retention=own.get("retention") or PERIODS.get(row.retention_code or "", ""),
        unfinished=row.unfinished,
        medium=medium[row.medium],
        documents=row.documents,
        pages=row.pages,
        sheets=row.sheets,
        box=own.get("box", ""),
        parcel=row.parcel,
        digest=row.digest or "",
    )


def _bundles(conn: Connection, transfer: TransferId) -> list[Bundle]:
    table = schema.transfer_unarranged
    rows = conn.execute(select(table).where(table.c.transfer_id == transfer).order_by(table.c.ordinal))
    return [
        Bundle(
            row.amount,
            summary=row.description,
            dates=row.years,
            metres=_metres(row.centimetres),
            note=row.note,
        )
        for row in rows
    ]


def _metres(centimetres: int | None) -> Decimal | None:
    return None if centimetres is None else Decimal(centimetres) / 100
