"""A file opened for the first time, in its child, each refusal with its slug."""

import io
from pathlib import Path

import pikepdf
import pytest

from ingest.limits import MIB, Limits
from ingest.media import MediaType
from ingest.open_file import Opened, open_file
from ingest.refusal import Refused
from ingest.sandbox import run_in_child
from tests.ingest.makers import (
    grey_image,
    image_bytes,
    page,
    pdf_of_image,
    png_header_only,
    zip_of,
)

SHEET = page(413, 585)


def opened(tmp_path: Path, data: bytes, limits: Limits | None = None) -> Opened:
    file = tmp_path / "received"
    file.write_bytes(data)
    return run_in_child(open_file, file, limits=limits or Limits())


def test_a_file_of_every_kind_is_opened(tmp_path: Path) -> None:
    pdf = opened(tmp_path, pdf_of_image(*grey_image(SHEET)))
    tiff = opened(tmp_path, image_bytes(SHEET, "TIFF"))
    archive = opened(tmp_path, zip_of(tmp_path / "a.zip", [("a.tif", b"x"), ("../b", b"y")]).read_bytes())

    assert pdf == Opened(MediaType.PDF, pages=1)
    assert tiff == Opened(MediaType.TIFF, pages=1)
    assert (archive.media_type, archive.pages) == (MediaType.ZIP, 0)
    assert [(member.name, member.slug) for member in archive.members] == [
        ("a.tif", ""),
        ("../b", "unsafe-name"),
    ]


def _locked() -> bytes:
    out = io.BytesIO()
    pdf = pikepdf.open(io.BytesIO(pdf_of_image(*grey_image(SHEET))))
    pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def _many_pages(count: int = 30) -> bytes:
    out = io.BytesIO()
    pdf = pikepdf.new()
    for _ in range(count):
        pdf.add_blank_page()
    pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "slug"),
    [
        (b"", "empty"),
        (bytes(5000), "damaged"),
        (b"MZ\x90\x00 a program", "unsupported"),
        (image_bytes(SHEET, "GIF"), "unsupported"),
        (b"%PDF-1.7\nnothing that follows is a PDF", "damaged"),
        (image_bytes(SHEET, "TIFF")[:60], "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (png_header_only(50_000, 50_000), "bomb"),
        (_locked(), "encrypted"),
        (_many_pages(), "too-many-pages"),
        (image_bytes(page(), "TIFF") + bytes(2 * MIB), "too-large"),
        (b"PK\x03\x04 and no more", "damaged"),
    ],
)
def test_every_refusal_has_its_slug(tmp_path: Path, data: bytes, slug: str) -> None:
    limits = Limits(pages_per_file=20, bytes_per_file=2 * MIB)

    with pytest.raises(Refused) as caught:
        opened(tmp_path, data, limits)

    assert caught.value.slug == slug
    assert "received" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_what_cannot_be_opened_in_time_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        opened(tmp_path, _many_pages(5_000), Limits(seconds_per_file=0.000_001))

    assert caught.value.slug == "timed-out"
