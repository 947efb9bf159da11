"""An archive with dossiers to hand over, for the tests of sealing and of what is written of the sealed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from catalog import (
    transfer_draft,
)
from catalog.access import Role, Scope
from catalog.identifiers import DossierId, TransferId
from catalog.register import Register
from handover import sealing
from handover.export import export
from handover.sealing import (
    Limits,
    seal,
)
from storage.local import LocalStore
from tests.catalog.archive import SYSTEM, scope_of
from tests.catalog.conftest import migrated_file as migrated_file
from tests.handover.many import Sides, fill, into, sides

SMALL = Limits(files=90)


@dataclass(frozen=True)
class House:
    """A register and a store with a giver's dossiers."""

    register: Register
    store: LocalStore
    given: Sides

    @property
    def giver(self) -> Scope:
        return scope_of(Role.ARCHIVIST, self.given.giver, name="lan")

    @property
    def receiver(self) -> Scope:
        return scope_of(Role.ARCHIVIST, self.given.receiver, name="tam")

    def fill(self, count: int, *, documents: int = 2, first: int = 1, signed: bool = True) -> list[DossierId]:
        return fill(
            self.register,
            into(self.store),
            SYSTEM,
            self.given,
            dossiers=count,
            documents=documents,
            first=first,
            signed=signed,
        )

    def draft(
        self, names: list[DossierId], *, route: str = "parcels", unfinished: bool = False
    ) -> TransferId:
        with self.register.write() as conn:
            found = transfer_draft.draft(
                conn,
                self.giver,
                giver=self.given.giver,
                receiver=self.given.receiver,
                case="xa-merged",
                title="Bàn giao",
                route=route,
                decision_number="12/QĐ-UBND",
                decision_date=date(2026, 7, 1),
            )
            transfer_draft.add(conn, self.giver, found.id, names, unfinished=unfinished)
        return found.id

    def seal(self, which: TransferId, *, limits: Limits = SMALL) -> sealing.Sealing:
        return seal(self.register, self.store, self.giver, SYSTEM, which, version="1", limits=limits)

    def export(self, which: TransferId, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        return export(self.register, self.store, self.giver, which, folder).folder


@pytest.fixture
def house(migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    """A giver, a receiver, no dossiers yet."""
    file = tmp_path / "register.db"
    file.write_bytes(migrated_file.read_bytes())
    register = Register(f"sqlite:///{file}")
    store = LocalStore(tmp_path / "objects", is_referenced=lambda _key: True)
    yield House(register, store, sides(register, SYSTEM))
    register.close()


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
