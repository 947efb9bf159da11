"""Scans as offices make them: kept outside the project, so these tests run only where they lie."""

from pathlib import Path

import pikepdf
import pytest

from tests.paper.pages import bound, bound_page, reading
from tests.services.strictness import PRIVATE_DATA
from tests.services.verapdf import VeraPdf

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "scans-real" / "pdf"
MASTERS = sorted(FOLDER.glob("*.pdf"))


@pytest.mark.skipif(not MASTERS, reason=f"{PRIVATE_DATA}: no real scans here")
def test_real_scans_are_bound_byte_for_byte(verapdf: VeraPdf, tmp_path: Path) -> None:
    file = tmp_path / "bound.pdf"
    checked = 0
    for master in MASTERS:
        with pikepdf.open(master) as source:
            scans = [list(page.get_images().values()) for page in source.pages]
            if any(len(images) != 1 for images in scans):
                continue
            sizes = [(int(images[0].Width), int(images[0].Height)) for images in scans]
            kept = [images[0].read_raw_bytes() for images in scans]
        pages = [
            bound_page(
                master,
                reading(width=width, height=height, dpi=200),
                media_type="application/pdf",
                index=index,
            )
            for index, (width, height) in enumerate(sizes)
        ]

        file.write_bytes(bound(*pages))

        with pikepdf.open(file) as pdf:
            assert [page.Resources.XObject.Scan.read_raw_bytes() for page in pdf.pages] == kept
        verapdf.check(file)
        checked += len(pages)
    assert checked > 0
