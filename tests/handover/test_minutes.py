"""Minutes: figures that cannot be made wrong, and the paper that both sides sign."""

import hashlib
import io
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image

from catalog.inventory import COUNTED, NOTHING, Counts
from catalog.transfer_item import Decision
from catalog.transfer_parcel import short
from catalog.transfer_totals import TotalsDiffer, TransferNotDecided
from handover.minutes import (
    Checkpoint,
    DecisionIncomplete,
    Item,
    Minutes,
    MinutesInvalid,
    ParcelLine,
    total_digest,
)
from handover.minutes_paper import (
    catalogues,
    check_sheet,
    minutes_form,
    unarranged_list,
    unfinished_list,
)
from handover.outcome import could_not_run, failed, not_asked, passed, verdict
from paper.form import BLANK, Form
from paper.form_pdf import print_form
from paper.form_xlsx import save_form
from paper.written import written_template
from paper.written_pdf import print_written
from tests.handover.minutes_sample import (
    MADE_AT,
    NUMBER,
    REASONS,
    decided_variously,
    digest,
    item,
    minutes,
)
from tests.paper.pages import pdftotext
from tests.services.verapdf import VeraPdf

DECISIONS = st.sampled_from(list(Decision))
FIGURES = st.integers(0, 3_000)


@st.composite
def dossiers(draw: st.DrawFn) -> Item:
    """Return a decided dossier of some size; its number is given when it is put into a transfer."""
    decision = draw(DECISIONS)
    return item(1, decision, documents=draw(FIGURES), pages=draw(FIGURES), sheets=draw(FIGURES))


def in_order(items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(replace(one, ordinal=at) for at, one in enumerate(items, 1))


def printed(made: Minutes, tmp_path: Path) -> Path:
    file = tmp_path / "minutes.pdf"
    with file.open("wb") as out:
        print_written(minutes_form(made), out, made_at=MADE_AT)
    return file


def listed(form: Form, tmp_path: Path) -> Path:
    file = tmp_path / "list.pdf"
    with file.open("wb") as out:
        print_form(form, out, made_at=MADE_AT)
    return file


def pages(file: Path) -> list[str]:
    return [" ".join(page.split()) for page in pdftotext(file).split("\f")]


def words(file: Path) -> str:
    return " ".join(pdftotext(file).split())


@given(st.lists(dossiers(), max_size=40))
def test_what_was_decided_is_what_was_announced_for_every_count(items: list[Item]) -> None:
    made = minutes(*in_order(items))

    parts = [made.of(decision).to_plain() for decision in Decision]

    assert made.totals.add_up
    assert made.announced.to_plain() == {name: sum(part[name] for part in parts) for name in COUNTED}
    assert sum(len(made.items_of(decision)) for decision in Decision) == made.announced.dossiers


@given(st.lists(dossiers(), max_size=20), st.sampled_from(COUNTED), st.integers(1, 50))
def test_minutes_whose_figures_differ_cannot_be_made(items: list[Item], name: str, wrong: int) -> None:
    figures = sum((one.counts for one in items), NOTHING).to_plain()
    figures[name] += wrong

    with pytest.raises(TotalsDiffer, match="announced"):
        minutes(*in_order(items), announced=Counts.from_plain(figures))


@given(st.lists(dossiers(), min_size=1, max_size=20), st.data())
def test_minutes_wait_for_the_last_decision(items: list[Item], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 1))
    items[at] = replace(items[at], decision=None)

    with pytest.raises(TransferNotDecided, match="not decided"):
        minutes(*in_order(items))


def test_a_dossier_that_stands_twice_is_found_though_the_figures_agree() -> None:
    with pytest.raises(TotalsDiffer, match="twice"):
        minutes(item(1), item(1))


@pytest.mark.parametrize("decision", list(Decision)[1:])
def test_whatever_is_not_simply_accepted_has_its_reason(decision: Decision) -> None:
    with pytest.raises(DecisionIncomplete, match="why"):
        item(1, decision, reason="  ")


def test_a_reservation_has_a_day_by_which_it_is_mended() -> None:
    with pytest.raises(DecisionIncomplete, match="day"):
        item(1, Decision.RESERVED, deadline=None)


@pytest.mark.parametrize("basis", [(), ("",), ("Quyết định 1", " ")])
def test_minutes_without_the_decision_they_rest_on_are_refused(basis: tuple[str, ...]) -> None:
    with pytest.raises(MinutesInvalid, match="decision"):
        minutes(item(1), basis=basis)


def test_a_parcel_and_a_checkpoint_are_named_by_whole_digests() -> None:
    with pytest.raises(MinutesInvalid):
        ParcelLine("P", "abc", 1, 1)
    with pytest.raises(MinutesInvalid):
        Checkpoint(1, digest("x").upper())


def test_the_digest_of_all_is_what_sha256sum_says(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
    done = subprocess.run(["sha256sum", "a", "b"], cwd=tmp_path, capture_output=True, check=True)

    named = [(name, hashlib.sha256(name.encode()).hexdigest()) for name in ("b", "a")]

    assert total_digest(named) == hashlib.sha256(done.stdout).hexdigest()


def test_where_no_parcel_is_made_the_dossiers_give_the_digest() -> None:
    inside = minutes(item(1), item(2, digest=""), parcels=())
    on_paper = minutes(item(1, digest=""), parcels=())

    assert inside.digest == total_digest([(item(1).identifier, item(1).digest)])
    assert on_paper.digest == ""


def test_a_short_digest_is_sixteen_signs_in_fours() -> None:
    assert short("0123456789abcdef" * 4) == "0123 4567 89ab cdef"


def test_the_minutes_are_pdfa(verapdf: VeraPdf, tmp_path: Path) -> None:
    verapdf.check(printed(decided_variously(), tmp_path))


@pytest.mark.parametrize("which", range(5))
def test_whatever_goes_with_the_minutes_is_pdfa_and_a_spreadsheet(
    verapdf: VeraPdf, tmp_path: Path, which: int
) -> None:
    made = decided_variously()
    form = (*catalogues(made), unfinished_list(made), unarranged_list(made), _check_sheet())[which]

    verapdf.check(listed(form, tmp_path))

    assert save_form(form, tmp_path / "list.xlsx") == len(list(form.rows))
    assert load_workbook(tmp_path / "list.xlsx").active is not None


def test_no_page_has_places_to_sign_and_no_words(tmp_path: Path) -> None:
    """Such a page could be put under any other paper."""
    for rows in range(7, 12):
        made = minutes(*(item(2 * number + 1) for number in range(rows)))

        signed = [page for page in pages(listed(catalogues(made)[0], tmp_path)) if "BÊN NHẬN" in page]

        assert len(signed) == 1
        assert "Viết bằng chữ" in signed[0], rows
    for reserved in range(1, 12, 2):
        made = minutes(*(item(number, Decision.RESERVED) for number in range(1, reserved + 1)))

        signed = [page for page in pages(printed(made, tmp_path)) if "ĐẠI DIỆN BÊN NHẬN" in page]

        assert len(signed) == 1
        assert "Biên bản này được lập thành 02 bản" in signed[0], reserved


def test_the_minutes_follow_the_official_form_from_head_to_signatures(tmp_path: Path) -> None:
    told = words(printed(decided_variously(), tmp_path))

    parts = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Tân Hòa, ngày 26 tháng 11 năm 2026",
        "BIÊN BẢN Giao nhận hồ sơ, tài liệu",
        "Căn cứ Nghị định số 30/2020/NĐ-CP",
        "Căn cứ Quyết định số 1234/QĐ-UBND",
        "BÊN GIAO: UBND xã An Lạc",
        "Ông (bà): Nguyễn Thị Bưởi",
        "BÊN NHẬN: UBND xã Tân Hòa",
        "Chức vụ công tác/chức danh: Chuyên viên lưu trữ",
        "1. Tên khối tài liệu giao nộp:",
        "2. Thời gian của hồ sơ, tài liệu: 1995 - 2003",
        "a) Đối với hồ sơ, tài liệu giấy",
        "Tổng số hộp (cặp): 12",
        "Quy ra mét giá: 1,50 mét.",
        "b) Đối với hồ sơ, tài liệu điện tử",
        "Tổng số tệp tin trong hồ sơ: 48",
        "4. Tình trạng tài liệu giao nộp:",
        "5. Mục lục hồ sơ, tài liệu nộp lưu kèm theo.",
        "02 bản",
        "ĐẠI DIỆN BÊN GIAO ĐẠI DIỆN BÊN NHẬN",
    )
    places = [told.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_the_minutes_say_what_became_of_every_dossier_and_until_when(tmp_path: Path) -> None:
    told = words(printed(decided_variously(), tmp_path))

    assert "Bên giao thông báo 19 76 399 228" in told
    assert "Tiếp nhận có bảo lưu 2 8 42 24" in told
    assert "Cộng 19 76 399 228" in told
    assert "31/12/2026" in told
    for decision in list(Decision)[1:]:
        assert REASONS[decision].split()[0] in told
    for number in range(15, 20):
        assert f"H49.64.33.2001.{number}" in told


def test_the_minutes_name_parcels_and_checkpoint_so_that_nobody_rewrites_alone(tmp_path: Path) -> None:
    made = decided_variously()
    told = words(printed(made, tmp_path))

    for parcel in made.parcels:
        assert short(parcel.digest) in told
    assert short(made.digest) in told
    assert "48.211 sự kiện" in told
    assert made.checkpoint is not None
    assert made.checkpoint.root in told


def test_the_codes_on_the_minutes_are_read_off_the_printed_page(tmp_path: Path) -> None:
    made = decided_variously()
    file = printed(made, tmp_path)
    subprocess.run(["pdftoppm", "-r", "200", "-gray", str(file), str(tmp_path / "p")], check=True)

    read = {
        found.text for page in tmp_path.glob("p*.pgm") for found in zxingcpp.read_barcodes(Image.open(page))
    }

    wanted = {f"LUUTRU:1:P:{one.name}:{one.digest}".upper() for one in made.parcels}
    assert read == wanted | {f"LUUTRU:1:T:{NUMBER}:{made.digest}".upper()}


def test_what_nobody_checked_against_the_law_says_so_on_every_page(tmp_path: Path) -> None:
    template = written_template("minutes")
    told = pdftotext(printed(decided_variously(), tmp_path)).split("\f")[:-1]

    assert not template.verified
    assert len(told) > 1
    assert all(template.unverified in " ".join(page.split()) for page in told)


def test_signatories_who_are_not_named_are_left_to_the_pen(tmp_path: Path) -> None:
    made = decided_variously()
    unnamed = replace(made, giver=replace(made.giver, representative="", title=""))

    told = words(printed(unnamed, tmp_path))

    assert f"Ông (bà): {BLANK} Chức vụ công tác/chức danh: {BLANK}" in told
    assert "None" not in told
    assert "{" not in told


def test_what_is_not_there_is_not_spoken_of(tmp_path: Path) -> None:
    plain = minutes(item(1), parcels=(), unarranged=(), checkpoint=None)

    told = words(printed(plain, tmp_path))

    for absent in ("bảo lưu, bên giao phải", "không tiếp nhận", "bó, gói, hộp", "7. Gói", "Nhật ký"):
        assert absent not in told


def test_the_same_minutes_are_the_same_bytes() -> None:
    def once() -> bytes:
        out = io.BytesIO()
        print_written(minutes_form(decided_variously()), out, made_at=MADE_AT)
        return out.getvalue()

    assert once() == once()


def test_permanent_and_fixed_term_dossiers_have_catalogues_of_their_own() -> None:
    made = decided_variously()

    lists = catalogues(made)

    assert [form.values["retention"] for form in lists] == ["Vĩnh viễn", "Có thời hạn"]
    assert sum(len(list(form.rows)) for form in lists) == 16
    assert {row.cells[4] for row in lists[0].rows} == {"Vĩnh viễn"}


def test_a_dossier_whose_period_nobody_decided_stands_in_a_list_that_says_so() -> None:
    made = minutes(item(1), item(2, retention=""))

    assert [form.values["retention"] for form in catalogues(made)] == ["Vĩnh viễn", "Chưa xác định"]


def test_what_stays_with_the_giver_stands_in_no_catalogue() -> None:
    made = minutes(*(item(at, decision) for at, decision in enumerate(Decision, 1)))

    names = [row.cells[1] for form in catalogues(made) for row in form.rows]

    assert names == ["H49.64.33.2001.1", "H49.64.33.2001.2"]


def test_unfinished_work_and_bundles_have_lists_of_their_own(tmp_path: Path) -> None:
    made = decided_variously()

    assert [row.cells[1] for row in unfinished_list(made).rows] == ["H49.64.33.2001.9"]
    told = words(listed(unarranged_list(made), tmp_path))
    assert "Bó 1" in told
    assert "Cộng: 02 bó, gói, hộp; 0,12 mét giá." in told


def test_a_catalogue_lies_with_the_quire_of_its_minutes(tmp_path: Path) -> None:
    told = words(listed(catalogues(decided_variously())[0], tmp_path))

    assert f"(Kèm theo biên bản giao nhận số {NUMBER} ngày 26/11/2026)" in told
    assert "BÊN GIAO BÊN NHẬN" in told


def test_the_check_sheet_counts_the_four_outcomes_apart(tmp_path: Path) -> None:
    told = words(listed(_check_sheet(), tmp_path))

    assert "Đạt: 1. Không đạt: 1. Không kiểm tra được: 1. Không yêu cầu kiểm tra: 1." in told
    assert "không được coi là đạt" in told
    assert told.index("Không đạt") < told.index("bag-complete")


def test_a_page_of_ten_thousand_dossiers_is_drawn_up_in_one_go(tmp_path: Path) -> None:
    made = minutes(*(item(at) for at in range(1, 10_001)), announced=Counts(10_000, 40_000, 210_000, 120_000))

    with pikepdf.open(printed(made, tmp_path)) as pdf:
        assert len(pdf.pages) < 5


def _check_sheet() -> Form:
    checks = verdict(
        [
            passed("bag-complete", f"{NUMBER}-P0001"),
            failed("bag-digest-wrong", "data/h1/METS.xml", "chờ 12ab…, thấy 34cd…"),
            could_not_run("virus", "", "không có ClamAV"),
            not_asked("sample"),
        ]
    )
    values = {"number": NUMBER, "agency": "UBND xã Tân Hòa", "checked_at": f"{date(2026, 11, 26):%d/%m/%Y}"}
    return check_sheet(checks, values, {"virus": "Quét vi-rút"})
