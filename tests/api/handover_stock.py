"""Dossiers of An Lạc that may be handed over to Hà Tu, and an archivist on either side."""

from dataclasses import dataclass
from datetime import date

from catalog import dossier, fonds, people, schema, transfer_decision, transfer_draft, transfer_sealing
from catalog.access import Role
from catalog.identifiers import DossierId, TransferId
from catalog.instants import now, today
from handover import sealing
from tests.api.stock import PASSWORD, Stock


@dataclass(frozen=True)
class HandoverStock:
    """The archive, and its dossiers in their order."""

    stock: Stock
    dossiers: tuple[DossierId, ...]


def furnish(stock: Stock, *, dossiers: int = 4) -> HandoverStock:
    """Enter paper dossiers that are signed off; `thu` is the archivist of Hà Tu, `lan` that of An Lạc."""
    archive, system = stock.archive, stock.archive.system
    with archive.register.write() as conn:
        thu, once = people.add(conn, system, "thu", full_name="Lê Thị Thu")
        people.grant(conn, system, thu, Role.ARCHIVIST, stock.ha_tu)
        people.change_password(conn, people.find(conn, system, "thu").scope, once, PASSWORD)
        anlac = fonds.find(conn, system, "ANLAC")
        box = dossier.box(conn, system, anlac.id, "Hộp 5")
        made = tuple(
            dossier.add(
                conn,
                system,
                anlac,
                f"HS {number}",
                box=box,
                title=f"Hồ sơ giải quyết khiếu nại về thửa đất số {number}, xóm Đông",
                code=f"H49.64.33.2001.{number:03d}",
                paper_only=True,
            )
            for number in range(1, dossiers + 1)
        )
        table = schema.dossier
        conn.execute(
            table.update()
            .where(table.c.id.in_(made))
            .values(
                state="signed-off",
                date_from=date(1998, 1, 5),
                date_to=date(2001, 12, 20),
                retention="Vĩnh viễn",
                retention_code="01",
                retention_state="decided",
                signed_by="lan",
                signed_at=now(),
            )
        )
    return HandoverStock(stock, made)


def decided(stock: Stock, one: DossierId, *, unfinished: bool = True) -> TransferId:
    """Bring a dossier of An Lạc to Hà Tu, inside this archive, and accept it; nothing has passed yet."""
    archive, system = stock.archive, stock.archive.system
    with archive.register.write() as conn:
        found = transfer_draft.draft(
            conn,
            system,
            giver=stock.an_lac,
            receiver=stock.ha_tu,
            case="xa-merged",
            title="Bàn giao",
            route="inside",
            decision_number="12/QĐ-UBND",
            decision_date=today(),
        )
        transfer_draft.add(conn, system, found.id, [one], unfinished=unfinished)
    sealing.seal(archive.register, archive.store, system, system, found.id, version="0")
    with archive.register.write() as conn:
        transfer_sealing.deliver(conn, system, found.id)
        transfer_decision.decide_rest(conn, system, found.id)
    return found.id
