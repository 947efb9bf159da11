"""The writer's own promises; that its files are sound PDF is veraPDF's and qpdf's to say, in other tests."""

import io

import pikepdf
import pytest

from paper.pdf_writer import PdfWriter, text_string
from paper.picture import PictureRefused


def test_equal_streams_are_written_once() -> None:
    writer = PdfWriter(io.BytesIO())

    first, second, third = (writer.write_stream(data) for data in (b"ink", b"ink", b"paper"))

    assert first == second != third


def test_an_object_goes_over_with_all_it_refers_to() -> None:
    out = io.BytesIO()
    writer = PdfWriter(out)
    with pikepdf.new() as source:
        profile = source.make_indirect(pikepdf.Stream(source, b"profile", N=3))
        values = pikepdf.Array([pikepdf.Name("/A B"), profile, 1, True, None, pikepdf.String("Đất")])
        number = writer.write_object(source.make_indirect(pikepdf.Dictionary(Values=values)))
    pages = writer.write(b"<</Type /Pages /Count 0 /Kids []>>")
    root = writer.write(b"<</Type /Catalog /Pages %d 0 R /Kept %d 0 R>>" % (pages, number))

    writer.finish(root=root, info=writer.write(b"<</Title %s>>" % text_string("Đất")))

    with pikepdf.open(out) as read:
        kept = read.Root.Kept.Values
        assert kept[1].read_bytes() == b"profile"
        assert [kept[0], *kept[2:4]] == [pikepdf.Name("/A B"), 1, True]
        assert str(kept[5]) == "Đất"
        assert str(read.docinfo.Title) == "Đất"
        assert read.check_pdf_syntax() == ["ERROR: file does not contain any pages"]


def test_parts_that_refer_to_one_another_in_a_circle_are_refused() -> None:
    writer = PdfWriter(io.BytesIO())
    with pikepdf.new() as source:
        one = source.make_indirect(pikepdf.Dictionary())
        one.Other = source.make_indirect(pikepdf.Dictionary(Other=one))

        with pytest.raises(PictureRefused, match="without end"):
            writer.write_object(one)


def test_a_reserved_object_must_be_written() -> None:
    writer = PdfWriter(io.BytesIO())
    writer.reserve()

    with pytest.raises(ValueError, match="never written"):
        writer.finish(root=1, info=1)
