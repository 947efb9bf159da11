"""veraPDF itself: it must be able to say no, and must not say yes when it cannot say anything."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from tests.paper.pages import MADE_AT, bound_page, jpeg_master, reading
from tests.services import verapdf as service
from tests.services.verapdf import VeraPdf, VeraPdfBroken


def test_a_pdf_a_passes(verapdf: VeraPdf, tmp_path: Path) -> None:
    file = tmp_path / "good.pdf"
    file.write_bytes(_bound(tmp_path))

    verdict = verapdf.judge(file)

    assert verdict.passed
    assert verdict.failed_rules == ()


def test_a_pdf_without_its_colour_promise_fails(verapdf: VeraPdf, tmp_path: Path) -> None:
    file = tmp_path / "bad.pdf"
    with pikepdf.open(BytesIO(_bound(tmp_path))) as pdf:
        del pdf.Root.OutputIntents
        pdf.save(file)

    verdict = verapdf.judge(file)

    assert not verdict.passed
    assert "6.2.4.3-2" in verdict.failed_rules or "6.2.4.3-4" in verdict.failed_rules


def test_a_failing_file_fails_the_test_that_made_it(verapdf: VeraPdf, tmp_path: Path) -> None:
    file = tmp_path / "bad.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(file)

    with pytest.raises(AssertionError, match="not PDF/A-2b"):
        verapdf.check(file)


def test_a_file_that_cannot_be_judged_is_no_pass(verapdf: VeraPdf, tmp_path: Path) -> None:
    file = tmp_path / "none.pdf"

    with pytest.raises(VeraPdfBroken):
        verapdf.judge(file)


def test_without_java_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert service.missing() == "java is not installed"


def _bound(folder: Path) -> bytes:
    from paper.searchable_pdf import bind

    out = BytesIO()
    bind([bound_page(jpeg_master(folder), reading())], out, title="Quyết định", made_at=MADE_AT)
    return out.getvalue()
