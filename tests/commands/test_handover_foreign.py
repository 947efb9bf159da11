"""`luutru handover receive --foreign`: packages of other systems become a batch, what they say values."""

import tarfile
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog import dossier, field_value, schema
from catalog import fonds as fonds_register
from catalog import unit as units
from catalog.identifiers import DocumentId
from luutru.bootstrap import set_up
from luutru.settings import from_environment
from tests.faults.installation import Installation
from tests.handover import deliveries


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation with one office and its fonds."""
    one = Installation(tmp_path / "home")
    set_up(from_environment({"LUUTRU_HOME": str(one.home)}))
    archive = one.open()
    with archive.register.write() as conn:
        office = units.add(conn, archive.system, "UBND xã Tân Hòa", code="H49.64.33")
        fonds_register.add(conn, archive.system, "TANHOA", title="Phông UBND xã Tân Hòa", unit=office.id)
    archive.close()
    return one


@pytest.mark.slow
def test_packages_in_a_bag_are_read_and_described_once(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    deliveries.make(tmp_path / "disk", ((1,),))
    bag = str(next((tmp_path / "disk" / "parcels").iterdir()))
    words = ("handover", "receive", bag, "--foreign", "TANHOA", "--no-virus-scan", "--json")

    first = installation.do(*words)
    again = installation.do(*words)

    told = first.json
    assert (first.code, told["kind"], told["version"], told["files"]) == (0, "csip", "2.0.4", 2), first.err
    assert (told["list"]["applied"], told["list"]["documents"]["scanned"]) == (True, 2)
    assert (again.code, again.json["already"], again.json["list"]["dossiers"]["new"]) == (0, 2, 0)
    archive = installation.open()
    with archive.register.read() as conn:
        (only,) = dossier.dossiers(conn, archive.system)
        documents = conn.execute(select(schema.document.c.id)).scalars().all()
        values = [field_value.current(conn, archive.system, DocumentId(each)).values for each in documents]
    archive.close()
    assert only.code == "H49.64.33.2001.1"
    assert len(values) == 2
    assert {value.source for each in values for value in each.values()} == {"list"}


def test_a_package_that_reaches_out_is_not_opened(installation: Installation, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "came.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("../../out.txt"))

    answer = installation.do(
        "handover", "receive", str(tmp_path / "came.tar"), "--foreign", "TANHOA", "--no-virus-scan", "--json"
    )

    assert (answer.code, answer.json["error"]["code"]) == (3, "package-unsafe")
    assert not list(tmp_path.rglob("out.txt"))


def test_of_an_archive_with_a_file_that_cannot_be_read_nothing_is_taken(
    installation: Installation, tmp_path: Path
) -> None:
    came = tmp_path / "came.zip"
    with zipfile.ZipFile(came, "w", zipfile.ZIP_STORED) as packed:
        for name in ("a", "b"):
            packed.writestr(f"HS 1/{name}.pdf", deliveries.pdf(name))
    came.write_bytes(came.read_bytes().replace(b"%PDF", b"%PDX", 1))

    answer = installation.do(
        "handover", "receive", str(came), "--foreign", "TANHOA", "--no-virus-scan", "--json"
    )

    assert (answer.code, answer.json["error"]["code"]) == (3, "package-unsafe")
    assert "archive-member-unreadable" in answer.json["error"]["reason"]
