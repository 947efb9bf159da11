"""What a cell of a list says: a day, a count, a period of retention, or what is wrong with it.

Every refusal is a sentence for the person who keeps the list: what was found is told beside it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from ingest.workbook import Cell, day_of

OLDEST = 1800
"""No record of these offices is older; the oldest land registers are of the 1800s."""

_DAY = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_SAID = re.compile(r"ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})", re.IGNORECASE)
_MONTH = re.compile(r"(?:tháng\s*)?(\d{1,2})\s*[/.-]\s*(\d{4})", re.IGNORECASE)
_YEAR = re.compile(r"(?:năm\s*)?(\d{4})", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2}")
_SERIAL = re.compile(r"\d{5}")
_YEARS_KEPT = re.compile(r"(\d{1,3})\s*(?:năm)", re.IGNORECASE)
_OTHER_PERIODS = re.compile(
    r"(?:đến khi|cho đến khi|theo tuổi thọ|lâu dài|tạm thời|hết hiệu lực).*", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*(?:->|→|–|—|đến ngày|đến|tới)\s*|\s+-\s+|(?<=\d{4})\s*-\s*(?=\d)")
_FROM = re.compile(r"^\s*từ(?:\s+ngày)?\s+(?!tháng)", re.IGNORECASE)

YEARS_KEPT = ("5", "10", "15", "20", "30", "50", "70")
"""Periods that lists write as a bare number."""


class NotThat(Exception):
    """The cell does not say what its column is for; the message says what was expected."""


def text_of(cell: Cell) -> str:
    """Return what stands in the cell: NFC, one blank between words, none around."""
    return " ".join(unicodedata.normalize("NFC", cell.text).replace("\u00a0", " ").split())


def count(text: str) -> str:
    """Return a whole number from 0 up."""
    bare = text.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", bare):
        bare = bare.replace(".", "").replace(",", "")
    if not re.fullmatch(r"\d{1,10}", bare):
        raise NotThat("phải là số nguyên, không âm")
    return str(int(bare))


def day(text: str, *, today: date) -> str:
    """Return YYYY-MM-DD, or YYYY-MM or YYYY where no more is said."""
    found = _DAY.fullmatch(text) or _SAID.fullmatch(text)
    if found:
        return _real(*map(int, reversed(found.groups())), today=today)
    found = _ISO.fullmatch(text)
    if found:
        return _real(*map(int, found.groups()), today=today)
    if _SHORT_YEAR.fullmatch(text):
        raise NotThat("năm phải ghi đủ bốn chữ số, như 03/02/2019")
    found = _MONTH.fullmatch(text)
    if found:
        month, year = map(int, found.groups())
        if not 1 <= month <= 12:
            raise NotThat(f"không có tháng {month}")
        _real(year, month, 1, today=today)
        return f"{year:04d}-{month:02d}"
    found = _YEAR.fullmatch(text)
    if found:
        _real(int(found.group(1)), 1, 1, today=today)
        return found.group(1)
    if _SERIAL.fullmatch(text):  # Excel's own count of days, in a cell that was not set to show a date
        counted = day_of(int(text))
        if counted is not None:
            return _real(counted.year, counted.month, counted.day, today=today)
    raise NotThat("phải là ngày kiểu Việt Nam: 03/02/2019 (ngày trước, tháng sau), 02/2019 hoặc 2019")


def period(text: str, *, today: date) -> tuple[str, str]:
    """Return first and last day (as `day`) of "2001", "03/2001 - 12/2003", "15/3/2001-20/12/2003"."""
    parts = [part for part in _BETWEEN.split(_FROM.sub("", text)) if part.strip()]
    if not 1 <= len(parts) <= 2:
        raise NotThat("phải là một ngày (tháng, năm), hoặc hai mốc nối bằng dấu gạch: 2001 - 2003")
    first, last = day(parts[0].strip(), today=today), day(parts[-1].strip(), today=today)
    if spanned(first)[0] > spanned(last)[1]:
        raise NotThat("mốc đầu phải trước mốc cuối")
    return first, last


def spanned(day: str) -> tuple[date, date]:
    """Return the first and last day that "2001", "2001-03" or "2001-03-15" covers."""
    parts = [int(part) for part in day.split("-")]
    if len(parts) == 3:
        return date(*parts), date(*parts)
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    year, month = parts
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), date.fromordinal(after.toordinal() - 1)


def retention(text: str, *, codes: Mapping[str, str]) -> str:
    """Return the true period: "Vĩnh viễn", "20 năm", or what else was decided, as written.

    With `codes` (a list of a circular) 01 to 06 stand for their periods; 07, "other", says no period.
    """
    if codes and (len(text) == 2 or text.isdecimal()):
        padded = text.zfill(2)
        if padded in codes:
            return codes[padded]
        raise NotThat(
            "mã 07 (Khác) không nói thời hạn là bao lâu: ghi rõ thời hạn, như 15 năm"
            if padded == "07"
            else "phải là mã 01 đến 06, hoặc thời hạn ghi bằng chữ"
        )
    if text.casefold() in ("vĩnh viễn", "vv", "bảo quản vĩnh viễn"):
        return "Vĩnh viễn"
    found = _YEARS_KEPT.fullmatch(text)
    years = found.group(1) if found else text
    if years.isdecimal() and (found or years.lstrip("0") in YEARS_KEPT):
        return f"{int(years):02d} năm"
    if _OTHER_PERIODS.fullmatch(text):
        return text
    raise NotThat('phải là "Vĩnh viễn", số năm như "20 năm", hoặc điều kiện như "Đến khi hết hiệu lực"')


def coded(text: str, *, codes: Mapping[str, str], strict: bool = True) -> str:
    """Return the name of a code, or of a name that a code has; else `text`, if not `strict`."""
    by_name = {name.casefold(): name for name in codes.values()}
    if text.zfill(2) in codes and len(text) <= 2:
        return codes[text.zfill(2)]
    if text.casefold() in by_name:
        return by_name[text.casefold()]
    if strict:
        first, last = min(codes), max(codes)
        raise NotThat(f"phải là mã {first} đến {last} hoặc tên của mã, như “{codes[first]}”")
    return text


def yes_or_no(text: str) -> str:
    """Return "1" or "0"."""
    said = text.casefold()
    if said in ("1", "true", "có", "x", "yes"):
        return "1"
    if said in ("0", "false", "không", "no"):
        return "0"
    raise NotThat("phải là 1 (có) hoặc 0 (không)")


def several(text: str, one: Callable[[str], str]) -> str:
    """Return values divided by commas or semicolons, each as `one` has it."""
    return "; ".join(one(part.strip()) for part in re.split(r"[;,]", text) if part.strip())


def _real(year: int, month: int, number: int, *, today: date) -> str:
    try:
        found = date(year, month, number)
    except ValueError:
        raise NotThat(f"không có ngày {number:02d}/{month:02d}/{year}") from None
    if not year >= OLDEST:
        raise NotThat(f"năm phải từ {OLDEST} trở đi")
    if found > today:
        raise NotThat("ngày ở tương lai")
    return found.isoformat()
