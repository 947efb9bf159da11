"""ClamAV is asked so that nothing large is passed over in silence; stand-ins here print what it would."""

from pathlib import Path

import pytest

from handover import virus_scan
from handover.outcome import Outcome
from handover.virus_scan import scan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small file and one that a daemon need not read."""
    place = tmp_path / "parcel"
    place.mkdir()
    (place / "small.pdf").write_bytes(b"PDF")
    with (place / "large.tif").open("wb") as out:
        out.truncate(virus_scan.DAEMON_BYTES + 1)
    return place


def stand_in(tmp_path: Path, name: str, script: str = "exit 0") -> str:
    """Return a program of that name that notes what it was asked."""
    path = tmp_path / name
    path.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked.{name}\n{script}\n')
    path.chmod(0o755)
    return str(path)


def told(folder: Path, *programs: str) -> list[tuple[str, str]]:
    return [(check.outcome.value, check.subject) for check in scan(folder, programs=programs)]


def test_clamscan_is_told_to_read_the_large_too(folder: Path, tmp_path: Path) -> None:
    assert told(folder, stand_in(tmp_path, "clamscan")) == [("passed", "")]

    asked = (tmp_path / "asked.clamscan").read_text().split()
    assert {"--max-filesize=0", "--max-scansize=0", "--max-scantime=0", "--alert-exceeds-max=yes"} <= set(
        asked
    )


def test_what_a_scanner_reads_no_further_is_no_virus_and_not_passed(folder: Path, tmp_path: Path) -> None:
    said = f"echo '{folder}/large.tif: Heuristics.Limits.Exceeded.MaxScanSize FOUND'; exit 1"

    assert told(folder, stand_in(tmp_path, "clamscan", said)) == [("could-not-run", "large.tif")]


def test_what_a_daemon_need_not_read_is_read_by_the_other_program(folder: Path, tmp_path: Path) -> None:
    found = f"echo '{folder}/large.tif: Eicar FOUND'; exit 1"
    both = stand_in(tmp_path, "clamdscan"), stand_in(tmp_path, "clamscan", found)

    assert told(folder, *both) == [("failed", "large.tif")]
    assert (tmp_path / "asked.clamscan").read_text().split()[-1] == f"{folder}/large.tif"


def test_what_a_daemon_need_not_read_is_told_where_it_is_alone(folder: Path, tmp_path: Path) -> None:
    assert told(folder, stand_in(tmp_path, "clamdscan")) == [("could-not-run", "large.tif")]


def test_what_no_program_reads_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virus_scan, "MOST_BYTES", 2)

    assert told(folder, stand_in(tmp_path, "clamscan")) == [
        (Outcome.COULD_NOT_RUN.value, "large.tif"),
        (Outcome.COULD_NOT_RUN.value, "small.pdf"),
    ]
