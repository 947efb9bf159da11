"""Files that broke other people's programs, where a copy of them lies beside the project."""

import os
import tarfile
from pathlib import Path

import pytest

from ingest.inspect import inspect
from ingest.limits import Limits
from ingest.open_file import open_file
from ingest.page_image import page_image
from ingest.refusal import Refused
from ingest.sandbox import run_in_child
from ingest.unpack import unpack

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "hostile"
LIMITS = Limits(seconds_per_file=60, pixels_per_page=50_000_000)
PAGES = 1
"""Pages of a file looked at."""

SHARE = int(os.environ.get("HOSTILE_SHARE", "3"))
"""One file in so many is opened; 1 opens all of them (some minutes)."""
KINDS = {".pdf", ".tif", ".tiff", ".jp2", ".j2k", ".jpg", ".png"}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="private data: no corpus of hostile files here")


def look(path: Path, *, limits: Limits) -> dict[str, int]:
    """Count what becomes of the first pages of a file, or of the whole file."""
    fates: dict[str, int] = {}
    try:
        opened = open_file(path, limits=limits)
    except Refused as refusal:
        return {refusal.slug: 1}
    for index in range(min(opened.pages, PAGES)):
        try:
            inspect(page_image(path, index, media_type=opened.media_type, limits=limits))
            fate = "read"
        except Refused as refusal:
            fate = refusal.slug
        fates[fate] = fates.get(fate, 0) + 1
    return fates


@pytest.mark.timeout(600)
def extract(packed: tarfile.TarFile, into: Path) -> None:
    """Lay out an archive of our own; Debian 12's Python 3.11.2 does not know the filters of 3.11.4."""
    if hasattr(tarfile, "data_filter"):
        packed.extractall(into, filter="data")
    else:
        packed.extractall(into)


@pytest.mark.parametrize("archive", ["opf-format-corpus", "pillow-images-a"])
def test_no_hostile_file_brings_the_reader_down(tmp_path: Path, archive: str) -> None:
    with tarfile.open(CORPUS / f"{archive}.tar.gz") as packed:
        extract(packed, tmp_path)
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file() and not path.is_symlink()]
    wanted = [path for path in files if path.suffix.lower() in KINDS]
    others = [path for path in files if path.suffix.lower() not in KINDS]

    fates: dict[str, int] = {}
    for path in wanted[::SHARE] + others[:: 10 * SHARE]:
        try:
            found = run_in_child(look, path, limits=LIMITS)
        except Refused as refusal:
            found = {refusal.slug: 1}
        for fate, count in found.items():
            fates[fate] = fates.get(fate, 0) + count

    assert fates["read"] > 10
    assert "crashed" not in fates
    assert "timed-out" not in fates


def test_no_archive_writes_outside_its_folder(tmp_path: Path) -> None:
    with tarfile.open(CORPUS / "zip-slip.tar.gz") as packed:
        extract(packed, tmp_path / "corpus")
    archives = sorted((tmp_path / "corpus").rglob("*.zip"))
    before = set(tmp_path.rglob("*"))

    refused = 0
    for number, archive in enumerate(archives):
        into = tmp_path / "out" / str(number) / "deep" / "er"
        try:
            refused += len(run_in_child(unpack, archive, into, limits=LIMITS).refused)
        except Refused:
            refused += 1

    written = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert archives
    assert refused >= 1
    assert all("deep/er" in str(path) for path in written)
