"""Forms made up for the tests; all names in them are invented."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

from paper.form import Form, Row, template
from paper.form_pdf import print_form

MADE_AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)

VALUES = {
    "agency_parent": "UBND huyện Yên Định",
    "agency": "UBND xã Tân Hòa",
    "year": "2003",
    "retention": "Vĩnh viễn",
    "place": "Tân Hòa",
    "day": "26",
    "month": "11",
    "today_year": "2026",
    "maker": "Nguyễn Thị Bưởi",
    "code": "01.TCCB",
    "title": "Hồ sơ giải quyết khiếu nại",
}

ROW: dict[str, tuple[str, ...]] = {
    "catalogue": ("1", "01.TCCB", "Hồ sơ thử", "01/02/2001 - 30/12/2003", "Vĩnh viễn", "45", ""),
    "contents": ("1", "12/QĐ-UBND", "05/03/2001", "Quyết định về việc thử", "UBND xã", "1", ""),
    "plan": ("01.TCCB", "Hồ sơ thử", "20 năm", "Trần Thị Ổi", ""),
    "closing": (),
    "errors": ("1", "Hộp 12", "Hồ sơ 3", "a.pdf", "2", "Trang mờ", "Quét lại", ""),
}


def rows(code: str, count: int, *, title: str = "") -> Iterator[Row]:
    """Yield `count` rows of a form."""
    for number in range(1, count + 1):
        cells = list(ROW[code])
        if cells and cells[0] == "1":
            cells[0] = str(number)
        if title:
            cells[2] = title
        yield Row(tuple(cells))


def form(code: str, count: int = 3, **values: str) -> Form:
    """Return a form with its values and `count` rows."""
    return Form(template(code), VALUES | values, rows(code, count) if ROW[code] else ())


def printed(filled: Form) -> bytes:
    """Return the form as PDF."""
    out = io.BytesIO()
    print_form(filled, out, made_at=MADE_AT)
    return out.getvalue()
