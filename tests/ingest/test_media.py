"""What a file is, by its bytes."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.media import MediaType, sniff, sniff_bytes
from ingest.refusal import Damaged, Empty, Refused, SpecialFile, Unsupported
from tests.ingest.makers import image_bytes, page, zip_of


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("TIFF", MediaType.TIFF), ("JPEG", MediaType.JPEG), ("PNG", MediaType.PNG), ("JPEG2000", MediaType.JP2)],
)
def test_a_picture_is_known_by_its_bytes_whatever_its_name(
    tmp_path: Path, kind: str, expected: MediaType
) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(image_bytes(page(80, 100), kind))

    found = sniff(file)

    assert found is expected


def test_an_archive_is_known_by_its_bytes(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "ảnh.jpg", [("a.tif", b"x")])

    assert sniff(archive) is MediaType.ZIP


def test_a_pdf_may_begin_after_some_rubbish() -> None:
    assert sniff_bytes(b"\xef\xbb\xbf\r\n" * 20 + b"%PDF-1.4\n") is MediaType.PDF


def test_a_bare_jpeg_2000_codestream_is_known() -> None:
    assert sniff_bytes(b"\xff\x4f\xff\x51\x00\x2f") is MediaType.J2K


@pytest.mark.parametrize(
    ("head", "refusal"),
    [(b"", Empty), (bytes(64), Damaged), (b"MZ\x90\x00", Unsupported), (b"<html>%PDF", Unsupported)],
)
def test_what_the_archive_does_not_take_is_refused_with_its_reason(
    head: bytes, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as caught:
        sniff_bytes(head)

    assert type(caught.value) is refusal


def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"%PDF-1.4")
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(tmp_path / "target")
    os.mkfifo(pipe)

    for special in (link, pipe):
        with pytest.raises(SpecialFile):
            sniff(special)


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_known_kind_or_a_refusal(data: bytes) -> None:
    try:
        found = sniff_bytes(data)
    except Refused as refusal:
        assert refusal.slug in ("empty", "damaged", "unsupported")
    else:
        assert isinstance(found, MediaType)
