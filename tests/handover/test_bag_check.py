"""A bag is whole and unchanged, or every fault of it is told."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from handover.bag_check import PARCEL, check_bag, info_of
from handover.outcome import Outcome
from handover.package import package
from handover.parcel import FolderSink, parcel, write
from tests.handover.holdings import SEALED, dossier

SUITE = Path(__file__).parents[3] / "shared/data/hostile/bagit-conformance-suite.tar.gz"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    made = parcel(SEALED, 1, 1, package(dossier(), kind="SIP", sealed=SEALED))
    write(made, FolderSink(tmp_path))
    return tmp_path / made.name


def a_pdf(bag: Path) -> Path:
    return sorted(bag.rglob("*.pdf"))[0]


def test_a_parcel_of_ours_is_whole(bag: Path) -> None:
    assert check_bag(bag, PARCEL).outcome is Outcome.PASSED
    assert dict(info_of(bag))["Bag-Group-Identifier"] == "BG-2026-000001"


def _change(bag: Path) -> None:
    with a_pdf(bag).open("ab") as file:
        file.write(b"x")


def _rename(bag: Path) -> None:
    a_pdf(bag).rename(a_pdf(bag).with_name("khac.pdf"))


def _twin(bag: Path) -> None:
    manifest = bag / "manifest-sha256.txt"
    row = next(line for line in manifest.read_text().splitlines() if line.endswith(".pdf"))
    manifest.write_text(manifest.read_text() + row + "\n")


def _leave(bag: Path) -> None:
    manifest = bag / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  data/../../ngoai.txt\n")


def _link(bag: Path) -> None:
    (bag / "data" / "lien-ket").symlink_to("/etc/hostname")


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (_change, "bag-digest-wrong"),
        (_change, "bag-oxum-wrong"),
        (lambda bag: a_pdf(bag).unlink(), "bag-file-lacks"),
        (_rename, "bag-file-unlisted"),
        (lambda bag: (bag / "data" / "thua.txt").write_text("x"), "bag-file-unlisted"),
        (lambda bag: (bag / "la.txt").write_text("x"), "bag-tag-unlisted"),
        (_twin, "bag-listed-twice"),
        (_leave, "bag-path-unsafe"),
        (_link, "bag-link"),
        (lambda bag: (bag / "bagit.txt").unlink(), "bag-declaration-lacks"),
        (lambda bag: (bag / "bagit.txt").write_text("BagIt-Version : 1.0\n"), "bag-declaration-wrong"),
        (lambda bag: (bag / "manifest-sha256.txt").unlink(), "bag-manifest-lacks"),
    ],
)
def test_a_tampered_bag_is_told_by_its_fault(bag: Path, tamper: Callable[[Path], object], code: str) -> None:
    tamper(bag)

    found = check_bag(bag, PARCEL)

    assert found.outcome is Outcome.FAILED
    assert code in {fault.code for fault in found.faults}


def test_signatures_may_lie_loose(bag: Path) -> None:
    (bag / "signatures").mkdir()
    (bag / "signatures" / "tagmanifest-sha256.txt.p7s").write_bytes(b"x")

    assert check_bag(bag, PARCEL).outcome is Outcome.PASSED


@pytest.mark.skipif(not SUITE.is_file(), reason="private data: no conformance suite here")
def test_the_conformance_suite_is_taken_where_valid_and_refused_where_not(tmp_path: Path) -> None:
    subprocess.run(["tar", "xzf", SUITE, "-C", tmp_path], check=True)
    bags = [each for each in sorted(tmp_path.glob("*/v*/*/*")) if each.is_dir()]

    told = {each.relative_to(tmp_path).as_posix(): check_bag(each).outcome for each in bags}

    assert len(told) > 50
    assert [
        name for name, outcome in told.items() if "/valid/" in name and outcome is not Outcome.PASSED
    ] == []
    refused = ("/invalid/", "/linux-only/", "/windows-only/")
    taken = [
        name
        for name, outcome in told.items()
        if any(kind in name for kind in refused) and outcome is not Outcome.FAILED
    ]
    assert taken == []
