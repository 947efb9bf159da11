"""What lies on the disk beside the parcels tells good from bad, with nothing installed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

import handover
from handover.disk import NAME, DiskLies, Media, read_back
from handover.package import package
from handover.parcel import FolderSink, Parcel, parcel, write
from tests.handover import deliveries
from tests.handover.holdings import SEALED, dossier

DISK = Path(handover.__file__).parent / "data" / "disk"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A disk with two parcels, the list of them, and the verifiers."""
    made: list[Parcel] = []
    for number in (1, 2):
        entries = package(dossier(number), kind="SIP", sealed=SEALED)
        made.append(parcel(SEALED, number, 2, entries))
        write(made[-1], FolderSink(tmp_path / "parcels"))
    told = {"parcels": [{"name": one.name, "digest": one.digest} for one in made]}
    (tmp_path / "handover.json").write_text(json.dumps(told), "utf-8")
    for name in ("verify.py", "verify.html"):
        shutil.copy(DISK / name, tmp_path)
    return tmp_path


def spoil(disk: Path) -> None:
    pdf = sorted((disk / "parcels").rglob("*.pdf"))[0]
    pdf.write_bytes(pdf.read_bytes() + b"?")


def verified(disk: Path) -> tuple[int, dict[str, object]]:
    ran = subprocess.run(
        [sys.executable, "-I", "-W", "error", disk / "verify.py", "--json"],
        capture_output=True,
        check=False,
    )
    told: dict[str, object] = json.loads(ran.stdout)
    return ran.returncode, told


def test_verify_py_takes_a_good_disk(disk: Path) -> None:
    code, told = verified(disk)

    assert (code, told["verdict"]) == (0, "dung")


@pytest.mark.parametrize("what", ["changed", "parcel gone", "other parcel"])
def test_verify_py_refuses_a_bad_disk(disk: Path, what: str) -> None:
    parcels = sorted((disk / "parcels").iterdir())
    match what:
        case "changed":
            spoil(disk)
        case "parcel gone":
            shutil.rmtree(parcels[1])
        case _:
            shutil.rmtree(parcels[0])
            parcels[1].rename(parcels[0])

    code, told = verified(disk)

    assert (code, told["verdict"]) == (1, "sai")


@pytest.mark.parametrize(
    ("spoilt", "verdict"), [(False, "NGUYÊN VẸN, ĐỦ"), (True, "CÓ SAI KHÁC — CHƯA NHẬN")]
)
def test_verify_html_says_so_in_a_browser(disk: Path, screen: Page, spoilt: bool, verdict: str) -> None:
    if spoilt:
        spoil(disk)
    screen.goto((disk / "verify.html").as_uri())

    screen.set_input_files("#folder", disk)

    screen.wait_for_selector("body[data-verdict]")
    assert screen.inner_text("#verdict") == verdict


def test_a_disk_is_read_back_and_said_which_it_was(tmp_path: Path) -> None:
    told = deliveries.make(tmp_path)
    heard: list[tuple[int, int]] = []

    note = read_back(tmp_path, Media("SN 12", "NP-7", "lan"), tell=lambda done, of: heard.append((done, of)))

    said = json.loads(note.read_text("utf-8"))
    assert (said["transfer"], said["serial"], said["seal"], said["by"]) == (
        told.transfer, "SN 12", "NP-7", "lan",
    )  # fmt: skip
    assert said["parcels"] == [{"name": one.name, "digest": one.digest} for one in told.parcels]
    assert heard == [(0, 2), (1, 2)]


@pytest.mark.parametrize("what", ["a byte", "a parcel", "another parcel"])
def test_a_disk_that_gives_something_else_back_is_named_and_bears_no_note(tmp_path: Path, what: str) -> None:
    deliveries.make(tmp_path)
    read_back(tmp_path, Media())
    parcels = sorted((tmp_path / "parcels").iterdir())
    match what:
        case "a byte":
            spoil(tmp_path)
        case "a parcel":
            shutil.rmtree(parcels[1])
        case _:
            shutil.rmtree(parcels[0])
            shutil.copytree(parcels[1], parcels[0])

    with pytest.raises(DiskLies):
        read_back(tmp_path, Media())

    assert not (tmp_path / NAME).exists()
