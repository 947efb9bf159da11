"""What a dossier will be asked for is read off its pages, with the place it stands; nothing is made up."""

import pytest

from catalog.description import Value
from classify.dossier_taxonomy import MIXED
from classify.keys import extract
from classify.keys_list import KINDS, filters, key_in_form, keys, keys_of
from tests.classify.pages import page

BIRTH = """
TỜ KHAI ĐĂNG KÝ KHAI SINH
Họ, chữ đệm, tên người yêu cầu: Nguyễn Văn Hùng
Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:
Họ, chữ đệm, tên: Nguyễn Thị Lan Anh
Ngày, tháng, năm sinh: ngày 05 tháng 3 năm 2001. Giới tính: Nữ. Dân tộc: Kinh. Quốc tịch: Việt Nam
Họ, chữ đệm, tên người mẹ: Trần Thị Hoa
Họ, chữ đệm, tên người cha: Nguyễn Văn Nam. Năm sinh của cha: 1970
Quyển số: 01/2001. Số: 45; trang số 12
"""

SALE = """
HỢP ĐỒNG CHUYỂN NHƯỢNG QUYỀN SỬ DỤNG ĐẤT
BÊN CHUYỂN NHƯỢNG (sau đây gọi là Bên A)
Họ và tên: Lê Văn Sơn. Chứng minh nhân dân số 123456789
BÊN NHẬN CHUYỂN NHƯỢNG (sau đây gọi là Bên B)
Họ và tên: PHẠM THỊ HẰNG. Chứng minh nhân dân số 987654321
thửa đất số 123, tờ bản đồ số 12, diện tích 250,5 m2, tại xã An Hòa,
theo Giấy chứng nhận số BA 123456, số vào sổ cấp GCN: CH00123
"""


def first(found: dict[str, tuple[Value, ...]] | object) -> dict[str, str | None]:
    assert isinstance(found, dict)
    return {name: values[0].value for name, values in found.items()}


def test_a_birth_is_found_by_child_parents_book_and_number() -> None:
    found = first(extract("HT-KS", [page(BIRTH)]))

    assert found["child"] == "Nguyễn Thị Lan Anh"
    assert (found["father"], found["mother"]) == ("Nguyễn Văn Nam", "Trần Thị Hoa")
    assert (found["declarant"], found["birth_date"]) == ("Nguyễn Văn Hùng", "2001-03-05")
    assert (found["book"], found["entry"]) == ("01/2001", "45")
    assert (found["sex"], found["ethnic"]) == ("Nữ", "Kinh")


def test_a_sale_of_land_is_found_by_both_sides_parcel_and_certificate() -> None:
    found = first(extract("DD-BD", [page(SALE)]))

    assert (found["transferor"], found["receiver"]) == ("Lê Văn Sơn", "PHẠM THỊ HẰNG")
    assert (found["parcel"], found["map_sheet"]) == ("123", "12")
    assert (found["certificate"], found["register_entry"]) == ("BA 123456", "CH00123")


@pytest.mark.parametrize(
    ("code", "text", "name", "value"),
    [
        ("HT-KT", "Họ, chữ đệm, tên người đã chết: Bùi Văn Kha", "deceased", "Bùi Văn Kha"),
        ("HT-KT", "Đã chết vào lúc: 9 giờ ngày 12 tháng 4 năm 2003", "death_date", "2003-04-12"),
        ("HT-KH", "Họ, chữ đệm, tên bên nữ: Lò Thị Én", "wife", "Lò Thị Én"),
        ("HDND", "Biên bản kỳ họp thứ 5 HĐND xã khóa XVIII", "session", "5"),
        ("HDND", "Biên bản kỳ họp thứ 5 HĐND xã khóa XVIII", "term", "XVIII"),
        ("TCNS", "Quyết toán ngân sách xã năm 2013", "budget_year", "2013"),
        ("TTHC", "Mã hồ sơ: 000.00.12.H49-200512-0012", "case_code", "000.00.12.H49-200512-0012"),
        ("TTHC", "Tiếp nhận hồ sơ của ông/bà: Đỗ Thị Kim Oanh", "applicant", "Đỗ Thị Kim Oanh"),
        ("XD-GP", "GIẤY PHÉP XÂY DỰNG\nSố: 45/GPXD", "permit", "45/GPXD"),
        ("CT", "Số chứng thực 120, quyển số 01", "certification", "120"),
        ("HKD", "Mã số thuế: 4900123456", "tax_code", "4900123456"),
        ("TC", "Người bị tố cáo: ông Vàng A Lử", "accused", "Vàng A Lử"),
    ],
)
def test_each_kind_has_its_own_keys(code: str, text: str, name: str, value: str) -> None:
    assert first(extract(code, [page(text)])).get(name) == value


def test_an_answer_carries_the_box_it_was_read_from() -> None:
    reading = page(BIRTH)

    (mother,) = extract("HT-KS", [page("Trang bìa"), reading])["mother"]

    (place,) = mother.evidence
    line = next(line for line in reading.lines if "người mẹ" in line.text)
    assert place.page == 2
    assert place.box == (line.words[6].box[0], line.box[1], line.words[-1].box[2], line.box[3])


def test_a_badly_read_name_is_no_confident_one() -> None:
    (good,) = extract("HT-KS", [page(BIRTH)])["mother"]
    (bad,) = extract("HT-KS", [page(BIRTH, confidence=0.5)])["mother"]

    assert good.confident
    assert not bad.confident


def test_the_same_value_on_two_pages_is_one_value_with_two_places() -> None:
    (mother,) = extract("HT-KS", [page(BIRTH), page(BIRTH)])["mother"]

    assert [place.page for place in mother.evidence] == [1, 2]


def test_who_accused_is_never_read_off() -> None:
    found = extract("TC", [page("Người tố cáo: Sùng Thị Mỷ\nNgười bị tố cáo: Vàng A Lử")])

    assert "accuser" not in found
    assert "Sùng Thị Mỷ" not in str(found)
    assert "accuser" not in filters()
    assert keys()["accuser"].restricted


@pytest.mark.parametrize("code", [None, MIXED])
def test_a_dossier_of_no_known_kind_has_no_keys_read(code: str | None) -> None:
    assert extract(code, [page(BIRTH)]) == {}


def test_a_page_without_such_words_has_no_values() -> None:
    assert extract("HT-KS", [page("Một trang không có gì"), page("")]) == {}


def test_key_in_forms_are_ordered_labelled_and_say_what_is_required() -> None:
    form = key_in_form("HT-KS")

    assert [field.key.name for field in form][:4] == ["book", "entry", "year", "child"]
    assert [field.required for field in form][:4] == [True] * 4
    assert all(field.key.label and field.key.kind in KINDS for field in form)
    assert next(field.key for field in form if field.key.name == "sex").choices == ("Nam", "Nữ")
    assert keys_of("HT-KS") == tuple(field.key for field in form)
