"""Pages that stay outside the repository: run where they are, skipped where they are not."""

from pathlib import Path

import pytest
from trueocr.page import estimate_skew

from bench.reading import load
from bench.scoring import expected_text, score
from ocr.engines import Engines
from ocr.read import read_page
from ocr.skew import lie

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SYNTHETIC, REAL = SHARED / "scans-synth", SHARED / "scans-real" / "gold"

pytestmark = pytest.mark.skipif(not SYNTHETIC.is_dir(), reason=f"private data: no test pages at {SHARED}")


@pytest.mark.parametrize(
    "name", ["skew_00.jpg", "skew_01.jpg", "skew_02.jpg", "faded_00.jpg", "bleed_01.jpg"]
)
def test_the_lean_is_what_a_slower_search_finds(name: str) -> None:
    page = load(SYNTHETIC / name).pixels
    grey = page if page.ndim == 2 else page.mean(axis=2).astype("uint8")

    answer = lie(grey).skew

    assert answer == pytest.approx(-estimate_skew(grey), abs=0.31)  # both leave up to 0.3 alone


@pytest.mark.slow
@pytest.mark.parametrize(
    ("image", "truth", "most"),
    [
        (SYNTHETIC / "skew_01.jpg", SYNTHETIC / "skew_01.txt", 1.0),
        (SYNTHETIC / "faded_00.jpg", SYNTHETIC / "faded_00.txt", 1.5),
        (SYNTHETIC / "seal_00.jpg", SYNTHETIC / "seal_00.txt", 2.5),
        (REAL / "img" / "r07_color_seal.png", REAL / "truth" / "r07_color_seal.txt", 3.0),
    ],
    ids=lambda value: getattr(value, "stem", None),
)
def test_hard_pages_are_read_well(image: Path, truth: Path, most: float, engines: Engines) -> None:
    reading = read_page(load(image, 200), engines=engines)

    assert score(expected_text(truth.read_text(encoding="utf-8")), reading.text).cer < most
