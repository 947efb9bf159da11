"""Dossiers are cut into parcels whole, and a parcel is the same bytes however often it is written."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.package import package
from handover.parcel import (
    DossierTooLarge,
    FolderSink,
    HoldingChanged,
    Load,
    TarSink,
    parcel,
    plan,
    write,
)
from handover.unpack import unpack
from luutru.errors import InvalidInput
from tests.handover.holdings import SEALED, dossier

LOADS = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 900)), max_size=60)


@given(LOADS)
def test_every_dossier_lies_whole_in_one_parcel_and_none_is_too_full(sizes: list[tuple[int, int]]) -> None:
    loads = [Load(str(number), files, size) for number, (files, size) in enumerate(sizes)]

    plans = plan(loads, most_files=50, most_bytes=1000, beside=10)

    assert [name for one in plans for name in one.dossiers] == [load.dossier for load in loads]
    assert all(one.files <= 50 and one.bytes <= 1000 for one in plans)
    assert [one.number for one in plans] == list(range(1, len(plans) + 1))


def test_a_dossier_that_no_parcel_holds_is_told() -> None:
    with pytest.raises(DossierTooLarge, match="dossier A has 41 files"):
        plan([Load("A", 41, 1)], most_files=50, beside=10)


def test_a_parcel_written_twice_is_the_same_bytes() -> None:
    made = parcel(SEALED, 1, 1, package(dossier(), kind="SIP", sealed=SEALED))
    tars = []
    for _ in range(2):
        stream = io.BytesIO()
        sink = TarSink(stream, mtime=int(SEALED.at.timestamp()))
        assert write(made, sink) == made.digest
        sink.close()
        tars.append(stream.getvalue())

    assert tars[0] == tars[1]


def test_a_tar_and_a_folder_hold_the_same(tmp_path: Path) -> None:
    made = parcel(SEALED, 1, 1, package(dossier(), kind="SIP", sealed=SEALED))
    with (tmp_path / "goi.tar").open("wb") as out:
        sink = TarSink(out, mtime=0)
        write(made, sink)
        sink.close()
    write(made, FolderSink(tmp_path / "folder"))

    faults = unpack(tmp_path / "goi.tar", tmp_path / "unpacked")

    assert faults == []
    one, other = (
        {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "folder", tmp_path / "unpacked")
    )
    assert one == other


def test_what_the_store_gives_otherwise_than_sealed_stops_the_parcel(tmp_path: Path) -> None:
    entries = list(package(dossier(), kind="SIP", sealed=SEALED))
    at = next(number for number, entry in enumerate(entries) if entry.path.endswith(".pdf"))
    entries[at] = replace(entries[at], open=lambda: io.BytesIO(b"something else"))

    with pytest.raises(HoldingChanged):
        write(parcel(SEALED, 1, 1, entries), FolderSink(tmp_path))


def test_two_files_of_one_name_are_refused() -> None:
    entries = package(dossier(), kind="SIP", sealed=SEALED)

    with pytest.raises(InvalidInput, match="twice"):
        parcel(SEALED, 1, 1, [*entries, entries[0]])
