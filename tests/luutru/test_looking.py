from pathlib import Path

import pytest
from PIL import Image

from ingest.limits import Limits
from ingest.page_image import close_file
from luutru.pipeline import LookOrder, _see, _Seen
from tests.ocr.pages import LETTER, leaning, printed


def test_what_was_inspected_of_a_page_is_known_where_it_is_read(tmp_path: Path) -> None:
    Image.fromarray(leaning(printed(LETTER * 3)[..., 0], 3.0)).save(tmp_path / "page.png", dpi=(150, 150))

    try:
        seen = _see(LookOrder(tmp_path / "page.png", 0, "image/png"), Limits())
    finally:
        close_file()

    assert isinstance(seen, _Seen)
    assert seen.image.lean == seen.finding.skew == pytest.approx(-3.0, abs=0.2)
