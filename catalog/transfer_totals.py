"""What was announced against what was decided: it adds up, or there are no minutes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from catalog import schema
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import TransferId
from catalog.inventory import NOTHING, Counts
from catalog.transfer_item import Decision
from luutru.errors import Conflict, IntegrityError


class TransferNotDecided(Conflict):
    """Dossiers of the handover are not decided on yet."""

    slug = "transfer-not-decided"


class TotalsDiffer(IntegrityError):
    """What was decided does not add up to what was announced."""

    slug = "totals-differ"


@dataclass(frozen=True)
class Totals:
    """Announced and decided, count by count."""

    announced: Counts
    by_decision: Mapping[Decision, Counts]
    undecided: Counts

    def of(self, decision: Decision) -> Counts:
        """Return what was so decided."""
        return self.by_decision.get(decision, NOTHING)

    @property
    def decided(self) -> Counts:
        """All that was decided."""
        return sum((self.of(decision) for decision in Decision), NOTHING)

    @property
    def add_up(self) -> bool:
        """Everything announced is decided on, and nothing else."""
        return self.undecided == NOTHING and self.decided == self.announced

    def require(self) -> "Totals":
        """Return these totals if minutes may be made of them.

        Raises:
            TransferNotDecided: some dossiers are undecided.
            TotalsDiffer: they are not what was announced.
        """
        if self.undecided != NOTHING:
            raise TransferNotDecided(f"{self.undecided.dossiers} dossiers are not decided on yet")
        if self.decided != self.announced:
            raise TotalsDiffer(f"announced {self.announced}, decided {self.decided}")
        return self


def tally(announced: Counts, decided: Iterable[tuple[Decision | None, Counts]]) -> Totals:
    """Return the totals of these decisions; None: undecided."""
    found: dict[Decision | None, Counts] = {}
    for decision, counts in decided:
        found[decision] = found.get(decision, NOTHING) + counts
    undecided = found.pop(None, NOTHING)
    return Totals(announced, {name: found[name] for name in Decision if name in found}, undecided)


def totals(conn: Connection, scope: Scope, transfer: TransferId, *, unfinished: bool | None = None) -> Totals:
    """Return the totals of a handover; `unfinished`: of unfinished (True) or completed (False) work alone.

    Before sealing nothing is announced: every count of it is 0.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    found = transfers.find(conn, scope, transfer)
    item = schema.transfer_item.c
    query = (
        select(
            item.decision,
            func.count().label("dossiers"),
            func.sum(item.documents).label("documents"),
            func.sum(item.pages).label("pages"),
            func.sum(item.sheets).label("sheets"),
        )
        .where(item.transfer_id == transfer)
        .group_by(item.decision)
    )
    if unfinished is not None:
        query = query.where(item.unfinished.is_(unfinished))
    announced = NOTHING
    if found.announced is not None:
        kept = found.announced
        announced = kept.total if unfinished is None else kept.unfinished if unfinished else kept.completed
    return tally(
        announced,
        (
            (
                Decision(row.decision) if row.decision else None,
                Counts(row.dossiers, int(row.documents), int(row.pages), int(row.sheets)),
            )
            for row in conn.execute(query)
        ),
    )
