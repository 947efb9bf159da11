"""What tests of the line share: a giver that sealed a handover, a receiver that serves, lines to it."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.archive import doors
from catalog import dossier, people, schema, tokens, transfer_parcel
from handover import sending
from handover.line import HttpLine
from handover.sending import send
from tests.api.conftest import served
from tests.api.stock import Stock, copied, make
from tests.handover.two_houses import Houses, administrator, sealed


@pytest.fixture(scope="session")
def gave(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stock, Stock, str]]:
    giver = make(tmp_path_factory.mktemp("giver") / "home")
    mould = make(tmp_path_factory.mktemp("mould") / "home", stocked=False)
    with giver.archive.register.read() as conn:
        chosen = [
            one.id
            for one in dossier.dossiers(conn, administrator(giver))
            if one.label in ("HS 1", "HS 45", "HS 46")
        ]
    transfer = sealed(giver, chosen)
    mould.archive.close()
    yield giver, mould, transfer
    giver.archive.close()


@pytest.fixture
def houses(gave: tuple[Stock, Stock, str], tmp_path: Path) -> Iterator[Houses]:
    giver, mould, transfer = gave
    receiver = copied(mould, tmp_path / "home")
    yield Houses(giver, receiver, transfer)  # type: ignore[arg-type]  # an id is a text
    receiver.archive.close()


@pytest.fixture
def address(houses: Houses) -> Iterator[str]:
    with served(create_app(doors(houses.receiver.archive, houses.receiver.settings))) as where:
        yield where


Dial = Callable[..., HttpLine]


@pytest.fixture
def dial(houses: Houses, address: str) -> Iterator[Dial]:
    """Give lines to the receiver, each with the token of one of its people."""
    lines: list[HttpLine] = []

    def dialled(name: str = "lan") -> HttpLine:
        lines.append(HttpLine(address, token(houses, name) if name else "none"))
        return lines[-1]

    yield dialled
    for line in lines:
        line.close()


def token(houses: Houses, name: str) -> str:
    """Return a token of one of the receiver's people: lan is an archivist of the giver's unit there."""
    with houses.receiver.archive.register.write() as conn:
        return tokens.add(conn, people.find(conn, houses.receiver.archive.system, name).scope, "send")


def sent(houses: Houses, line: Any) -> sending.Sent:
    archive = houses.giver.archive
    return send(
        archive.register, archive.store, houses.scope, houses.transfer, line, wait=lambda _seconds: None
    )


def here(houses: Houses) -> dict[str, str]:
    """Return the SHA-256 of everything that lies in the receiver's room, by path."""
    top = houses.room.folder / houses.came()
    return {
        path.relative_to(top).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


def row_here(houses: Houses) -> transfer_parcel.ParcelRow:
    with houses.receiver.archive.register.read() as conn:
        return transfer_parcel.parcels(conn, administrator(houses.receiver), houses.came())[0]


def forget_parcels(houses: Houses) -> None:
    """Let the receiver believe that nothing has come, though what came before is taken in."""
    transfer = houses.came()
    with houses.receiver.archive.register.write() as conn:
        mine = schema.transfer.c.id == transfer
        conn.execute(schema.transfer.update().where(mine).values(state="under-check"))
    forget_state(houses)
    for folder in (houses.room.folder / transfer).iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


def forget_state(houses: Houses) -> None:
    """Let the parcel be one that never came."""
    with houses.receiver.archive.register.write() as conn:
        mine = schema.transfer_parcel.c.transfer_id == houses.came()
        conn.execute(schema.transfer_parcel.update().where(mine).values(state="planned", verdict=None))
