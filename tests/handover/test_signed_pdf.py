"""A signed PDF shows who signed and when, stays PDF/A, and tells whatever was done to it since."""

import io
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pikepdf
import pypdfium2
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from handover.outcome import Check, Outcome, verdict
from handover.signing import (
    PdfNotSignable,
    Pending,
    Side,
    SignedAlready,
    SignedPdf,
    Stamped,
    check_pdf,
    sign_minutes,
    sign_pdf,
    stamp_pdf,
)
from handover.time_stamp import StampServer
from paper.signature_picture import SIZE, signature_picture, time_shown
from tests.handover.signing_stock import AN_LAC, HA_TU, Offices
from tests.paper.forms import MADE_AT, form, printed
from tests.paper.pages import blank, bound, bound_page, jpeg_master, pdftotext, reading
from tests.services.authority import StampService
from tests.services.verapdf import VeraPdf

ROTATIONS = (0, 90, 180, 270)


@cache
def document() -> bytes:
    """Return a bound document of two scans."""
    with TemporaryDirectory() as folder:
        master = jpeg_master(Path(folder))
        return bound(bound_page(master, blank()), bound_page(master, reading()))


@cache
def turned(rotation: int) -> bytes:
    """Return a printed page that is shown turned: white in all its corners."""
    with pikepdf.open(io.BytesIO(minutes())) as opened:
        opened.pages[0].Rotate = rotation
        out = io.BytesIO()
        opened.save(out)
        return out.getvalue()


@cache
def minutes() -> bytes:
    """Return a printed form: what minutes look like to a signature."""
    return printed(form("catalogue", 3))


def signed(pdf: bytes, offices: Offices, server: StampServer | None = None) -> SignedPdf:
    return sign_pdf(pdf, offices.an_lac, office=AN_LAC.name, server=server)


def codes(checks: tuple[Check, ...], outcome: Outcome = Outcome.FAILED) -> list[str]:
    return [each.code for each in checks if each.outcome is outcome]


def changed_by(before: bytes, after: bytes) -> tuple[float, float, float, float]:
    """Return the box, in shares of the page as people see it, in which two PDFs look different."""
    first, second = (
        np.asarray(pypdfium2.PdfDocument(pdf)[0].render(scale=1.5, may_draw_forms=True).to_pil().convert("L"))
        for pdf in (before, after)
    )
    rows, columns = np.nonzero(np.abs(first.astype(int) - second.astype(int)) > 60)
    high, wide = first.shape
    return columns.min() / wide, rows.min() / high, columns.max() / wide, rows.max() / high


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_signed_document_is_pdfa_and_stands_at_the_top_right_however_the_page_is_turned(
    offices: Offices, server: StampServer, verapdf: VeraPdf, tmp_path: Path, rotation: int
) -> None:
    before, file = turned(rotation), tmp_path / "signed.pdf"

    made = signed(before, offices, server)

    file.write_bytes(made.data)
    verapdf.check(file)
    left, top, right, bottom = changed_by(_with_forms(before), _with_forms(made.data))
    assert left > 0.5
    assert right > 0.93
    assert top < 0.06
    assert bottom < 0.12


def _with_forms(pdf: bytes) -> bytes:
    """Return the PDF with its signatures drawn as pictures: what a reader shows of the fields."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.flatten_annotations("all")
        out = io.BytesIO()
        opened.save(out)
        return out.getvalue()


def test_the_picture_names_agency_and_time_in_size_10_black_embedded_letters(
    offices: Offices, tmp_path: Path
) -> None:
    made, file = signed(document(), offices), tmp_path / "signed.pdf"
    file.write_bytes(_with_forms(made.data))

    text = pdftotext(file)

    assert " ".join(AN_LAC.name.split()) in " ".join(text.split())
    assert time_shown(made.at) in text
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d \+07:00", time_shown(made.at))
    drawn = signature_picture(AN_LAC.name, made.at)
    with pikepdf.open(io.BytesIO(drawn.pdf)) as picture:
        words = picture.pages[0].Contents.read_bytes()
        faces = picture.pages[0].Resources.Font.Form.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in faces
    assert words.count(b"0 g /Form 10 Tf") == words.count(b"BT") == 2
    assert SIZE == 10


def test_a_long_name_is_broken_and_a_tiny_page_gets_a_smaller_picture(
    offices: Offices, tmp_path: Path
) -> None:
    tiny = pikepdf.new()
    tiny.add_blank_page(page_size=(60, 40))
    out = io.BytesIO()
    tiny.save(out)
    name = "Trung tâm Lưu trữ lịch sử thuộc Sở Nội vụ tỉnh " * 4

    made = sign_pdf(out.getvalue(), offices.an_lac, office=name)

    assert codes(check_pdf(made.data, offices.trust)) == []
    assert signature_picture(name, MADE_AT).height == 5 * SIZE * 1.2


def test_what_is_signed_begins_with_what_was_there(offices: Offices, server: StampServer) -> None:
    made = signed(document(), offices, server)

    assert made.data.startswith(document())
    assert made.stamp is Stamped.STAMPED
    found = check_pdf(made.data, offices.trust, expected_offices=[AN_LAC])
    assert verdict(found).outcome is Outcome.PASSED
    assert "stamp" in codes(found, Outcome.PASSED)


@pytest.mark.parametrize("mood", ["error", "noise", "refuse", "other"])
def test_without_an_answer_the_stamp_is_pending_and_comes_later(
    offices: Offices, service: StampService, verapdf: VeraPdf, tmp_path: Path, mood: str
) -> None:
    service.mood = mood
    away = StampServer(service.url, rest_seconds=0)

    made = signed(document(), offices, away)

    assert made.stamp is Stamped.PENDING
    assert codes(check_pdf(made.data, offices.trust), Outcome.COULD_NOT_RUN) == ["stamp-pending"]
    assert isinstance(stamp_pdf(made.data, away), Pending)
    service.mood = "fine"
    stamped = stamp_pdf(made.data, away)
    assert isinstance(stamped, bytes)
    assert stamped.startswith(made.data)
    assert verdict(check_pdf(stamped, offices.trust, expected_offices=[AN_LAC])).outcome is Outcome.PASSED
    (tmp_path / "stamped.pdf").write_bytes(stamped)
    verapdf.check(tmp_path / "stamped.pdf")


def test_a_changed_byte_and_an_added_page_are_found(offices: Offices, server: StampServer) -> None:
    made = signed(document(), offices, server).data
    place = made.index(b"stream\n") + 200

    bent = made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :]
    with pikepdf.open(io.BytesIO(made)) as opened:
        opened.add_blank_page()
        grown = io.BytesIO()
        opened.save(grown)

    assert "signature-bytes-changed" in codes(check_pdf(bent, offices.trust))
    assert codes(check_pdf(grown.getvalue(), offices.trust)) != []


def test_an_update_after_the_signature_that_it_does_not_permit_is_found(offices: Offices) -> None:
    made = signed(document(), offices).data
    writer = IncrementalPdfFileWriter(io.BytesIO(made))
    page = writer.find_page_for_modification(1)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"1 0 0 rg 0 0 500 500 re f"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)

    assert codes(check_pdf(out.getvalue(), offices.trust)) == ["signature-bytes-changed"]


def test_a_document_is_signed_once_and_only_pdfs_are(offices: Offices) -> None:
    made = signed(document(), offices).data
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(document())) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))

    with pytest.raises(SignedAlready):
        signed(made, offices)
    for noise in (b"", b"%PDF-1.7\n", b"no pdf" * 100, locked.getvalue()):
        with pytest.raises(PdfNotSignable):
            signed(noise, offices)
    assert codes(check_pdf(document(), offices.trust)) == ["signature-unreadable"]


def test_minutes_are_signed_by_giver_then_receiver_and_stay_pdfa(
    offices: Offices, server: StampServer, verapdf: VeraPdf, tmp_path: Path
) -> None:
    given = sign_minutes(minutes(), offices.an_lac, Side.GIVER, office=AN_LAC.name, server=server)
    taken = sign_minutes(given.data, offices.ha_tu, Side.RECEIVER, office=HA_TU.name, server=server)

    for number, data in enumerate((minutes(), given.data, taken.data)):
        (tmp_path / f"{number}.pdf").write_bytes(data)
        verapdf.check(tmp_path / f"{number}.pdf")
    assert taken.data.startswith(given.data)
    found = check_pdf(taken.data, offices.trust, expected_offices=[AN_LAC, HA_TU])
    assert verdict(found).outcome is Outcome.PASSED
    assert {each.subject for each in found} == {"ben-giao", "ben-nhan"}
    alone = check_pdf(given.data, offices.trust, expected_offices=[AN_LAC, HA_TU])
    assert codes(alone) == ["signature-unreadable"]
    swapped = check_pdf(taken.data, offices.trust, expected_offices=[HA_TU, AN_LAC])
    assert codes(swapped) == ["signature-other-office", "signature-other-office"]
    with pikepdf.open(io.BytesIO(taken.data)) as opened:
        assert opened.Root.Perms.DocMDP.Reference[0].TransformParams.P == 2


def test_each_side_signs_once_and_the_giver_first(offices: Offices) -> None:
    given = sign_minutes(minutes(), offices.an_lac, Side.GIVER, office=AN_LAC.name).data
    taken = sign_minutes(given, offices.ha_tu, Side.RECEIVER, office=HA_TU.name).data

    for pdf, side in (
        (minutes(), Side.RECEIVER), (given, Side.GIVER), (taken, Side.GIVER), (taken, Side.RECEIVER),
    ):  # fmt: skip
        with pytest.raises(SignedAlready):
            sign_minutes(pdf, offices.ha_tu, side, office=HA_TU.name)


def test_fields_that_minutes_bring_along_are_used_where_they_stand(offices: Offices) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(minutes()))
    for side, left in ((Side.GIVER, 90), (Side.RECEIVER, 330)):
        append_signature_field(writer, SigFieldSpec(side.value, on_page=0, box=(left, 200, left + 180, 260)))
    out = io.BytesIO()
    writer.write(out)

    made = sign_minutes(out.getvalue(), offices.an_lac, Side.GIVER, office=AN_LAC.name)

    x0, y0, x1, y1 = changed_by(_with_forms(minutes()), _with_forms(made.data))
    assert 90 / 595 - 0.01 <= x0 < x1 <= 270 / 595 + 0.01
    assert 1 - 260 / 842 - 0.01 <= y0 < y1 <= 1 - 200 / 842 + 0.01
