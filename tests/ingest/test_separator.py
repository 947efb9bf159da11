"""Separator sheets and labels are found again: bilevel, faded, slanting, upside down; and nothing else is."""

import io
import random
from datetime import UTC, datetime

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from catalog.scan import PageImage, Pixels
from ingest.separator import find, flags, is_separator
from paper.label_sheet import Label, print_labels
from paper.separator_sheet import Separator, print_separators
from paper.sheet_mark import Kind, SheetMark, understood
from samples.pages import make_pages
from samples.scan import CLASSES, scan_print
from samples.stack import separator_page

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
KINDS: tuple[Kind, ...] = ("document", "dossier", "box")
NAME = "0123456789abcdef" * 2


def rendered(pdf: bytes, dpi: int) -> Pixels:
    with pypdfium2.PdfDocument(pdf) as opened:
        return np.asarray(opened[0].render(scale=dpi / 72).to_numpy()[:, :, :3], dtype=np.uint8)


def sheet(separator: Separator, dpi: int = 200) -> Pixels:
    out = io.BytesIO()
    print_separators([separator], out, made_at=MADE_AT)
    return rendered(out.getvalue(), dpi)


@pytest.mark.parametrize("cls", CLASSES)
def test_a_separator_is_found_off_every_scanner(cls: str) -> None:
    kind = KINDS[list(CLASSES).index(cls) % 3]
    page = separator_page(kind, cls, random.Random(f"{cls} {kind}"))

    marks = find(PageImage(page.image, page.dpi))

    assert flags(marks) == {f"separator:{kind}"}
    assert is_separator(marks)


@pytest.mark.parametrize("angle", [-10, -4, 4, 10, 90, 180, 187, 270])
def test_a_separator_is_found_however_it_was_laid(angle: int) -> None:
    pixels = sheet(Separator("dossier", NAME))
    height, width = pixels.shape[:2]
    turned = cv2.warpAffine(
        pixels,
        cv2.getRotationMatrix2D((width / 2, height / 2), angle, 0.7),
        (width, height),
        borderValue=(255, 255, 255),
    )
    bilevel = np.asarray(scan_print(np.asarray(turned), "bilevel200", rng=random.Random(angle)))

    marks = find(PageImage(bilevel, 200))

    assert "separator:dossier" in flags(marks)
    assert f"names:dossier:{NAME}" in flags(marks)


def test_a_separator_with_one_code_torn_off_is_still_one() -> None:
    pixels = sheet(Separator("document"))
    pixels[: pixels.shape[0] * 2 // 3] = 255

    assert is_separator(find(PageImage(pixels, 200)))


def test_a_pale_separator_is_found() -> None:
    pale = np.asarray(210 - (255 - sheet(Separator("box"))) * 0.25, dtype=np.uint8)

    assert flags(find(PageImage(pale, 200))) == {"separator:box"}


def test_a_label_names_its_record_and_leaves_the_page_to_be_read() -> None:
    out = io.BytesIO()
    label = Label(SheetMark("label", "dossier", NAME), "Phông", "01.TH", "Hồ sơ")
    print_labels([label], out, per_sheet=14, made_at=MADE_AT)

    marks = find(PageImage(rendered(out.getvalue(), 200), 200))

    assert flags(marks) == {f"names:dossier:{NAME}"}
    assert not is_separator(marks)


def test_a_small_code_stuck_on_a_page_of_writing_does_not_empty_it() -> None:
    page = next(make_pages(1, 5, ["clean300"])).image
    code = cv2.resize(sheet(Separator("document"), 200)[614:1213, 527:1127], (236, 236))  # 20 mm
    page = np.ascontiguousarray(page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))
    page[2900:3136, 200:436] = cv2.cvtColor(code, cv2.COLOR_RGB2GRAY)

    marks = find(PageImage(page, 300))

    assert flags(marks) == {"separator:document"}
    assert not is_separator(marks)


def test_the_box_is_where_the_code_is_on_the_master() -> None:
    pixels = sheet(Separator("document"), 300)

    first, second = find(PageImage(pixels, 300))

    x0, y0, x1, _ = (side / 300 * 25.4 for side in first.box)
    assert (round(x0), round(y0)) == (67, 78)
    assert abs(x1 - x0 - 76) < 2
    assert abs(first.side - 76) < 2
    assert abs(second.side - 42) < 2
    assert second.box[1] > first.box[3]


def test_a_code_of_somebody_else_says_nothing() -> None:
    code = zxingcpp.create_barcode("https://example.org/LUUTRU:1:S:DOCUMENT", zxingcpp.BarcodeFormat.QRCode)
    foreign = np.full((1169, 827), 255, np.uint8)
    drawn = np.array(code.to_image(scale=8))
    foreign[100 : 100 + drawn.shape[0], 100 : 100 + drawn.shape[1]] = drawn

    assert find(PageImage(foreign, 100)) == ()


def test_pages_of_print_are_no_separators() -> None:
    assert not any(find(PageImage(page.image, page.dpi)) for page in make_pages(13, 11))


@pytest.mark.parametrize("shape", [(1, 1), (30, 2000), (2000, 3), (50, 50, 3)])
def test_no_picture_is_too_strange_to_be_looked_at(shape: tuple[int, ...]) -> None:
    assert find(PageImage(np.zeros(shape, np.uint8), 0)) == ()


@given(
    role=st.sampled_from(["separator", "label"]),
    kind=st.sampled_from(KINDS),
    name=st.just("") | st.text("0123456789abcdef", min_size=32, max_size=32),
)
def test_what_a_code_says_is_understood_again(role: str, kind: Kind, name: str) -> None:
    mark = SheetMark(role, kind, name)  # type: ignore[arg-type]

    assert understood(mark.text) == mark


@given(st.text(max_size=80))
def test_any_other_words_are_not_ours(text: str) -> None:
    assert understood(text) is None
