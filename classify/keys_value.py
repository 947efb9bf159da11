"""Recognises a value where a label says it stands: a person's name, a date, a number, some words."""

import re
from dataclasses import dataclass
from datetime import date

_LEAD = re.compile(
    r"[\s:.…_/\-–(“\"]*(?:(?:ông|bà|anh|chị|cháu|cụ|đồng chí|đ/c|Ông|Bà|ÔNG|BÀ|Cháu|Anh|Chị)[\s/:.]+){0,3}"
)
_CAPITAL = "A-ZĐÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_PERSON = re.compile(rf"[{_CAPITAL}][^\W\d_]*(?:[ ]+[{_CAPITAL}][^\W\d_]*){{1,5}}")
_SPOKEN = re.compile(
    r"(?:(?:ngày)?\s*(?P<d>\d{1,2})\s*,?\s*tháng\s*(?P<m>\d{1,2})\s*,?\s*năm\s*(?P<y>\d{4}))", re.IGNORECASE
)
_WRITTEN = re.compile(r"(?<!\d)(?P<d>\d{1,2})\s?[/.\-]\s?(?P<m>\d{1,2})\s?[/.\-]\s?(?P<y>\d{4})(?!\d)")
_NUMBER = re.compile(r"[\wĐ]*\d[\wĐ./\-]*")
_WORDS = re.compile(r"[^;.:\n]{2,120}")

DATE_WITHIN = 40
"""Letters between a label and its date: "ngày, tháng, năm sinh: (ghi bằng số) ngày 3 tháng 5 năm 1999"."""

_NEVER_FIRST = {
    "uỷ", "ủy", "ban", "nhân", "dân", "xã", "huyện", "tỉnh", "thôn", "phường", "cộng", "giấy", "quyết",
    "công", "tờ", "trạm", "phòng", "chủ", "phó", "trưởng", "ngày", "tháng", "số", "nơi", "họ", "tên",
    "bên", "luật", "điều", "nghị", "thông",
}  # fmt: skip
"""Words in capitals that begin an office or a form's label, and no Vietnamese name."""

_ENDS_A_NAME = _NEVER_FIRST - {"nhân", "dân", "công", "số", "luật", "tháng", "bên"} | {
    "sinh",
    "giới",
    "cmnd",
    "cccd",
}
"""Words after which a name is over, though they begin with a capital too ("Nguyễn Văn Nam Sinh năm")."""


@dataclass(frozen=True)
class Found:
    """A value and where it stands in its line."""

    value: str  #: as kept: a date is ISO 8601, blanks are single
    start: int
    end: int


def value_after(line: str, start: int, kind: str) -> Found | None:
    """Return the value of `kind` that begins right after `start`; None: none that could be one."""
    lead = _LEAD.match(line, start)
    at = lead.end() if lead else start
    match kind:
        case "person":
            return _person(line, at)
        case "date":
            return _date(line, start)
        case "text":
            found = _WORDS.match(line, at)
            return _plain(found) if found and any(map(str.isalpha, found[0])) else None
        case "year":
            found = re.compile(r"(?:19|20)\d{2}(?!\d)").match(line, at)
            return _plain(found) if found else None
        case _:
            found = _NUMBER.match(line, at)
            return _plain(found) if found else None


def _plain(found: re.Match[str]) -> Found:
    value = " ".join(found[0].split()).strip(" ,.-")
    return Found(value, found.start(), found.end())


def _person(line: str, at: int) -> Found | None:
    found = _PERSON.match(line, at)
    if found is None:
        return None
    words = found[0].split()
    if words[0].lower() in _NEVER_FIRST:
        return None
    kept = next(
        (place for place, word in enumerate(words) if place and word.lower() in _ENDS_A_NAME), len(words)
    )
    if kept < 2:
        return None
    end = found.start()
    for word in words[:kept]:
        end = line.index(word, end) + len(word)
    return Found(" ".join(words[:kept]), found.start(), end)


def _date(line: str, start: int) -> Found | None:
    found = min(
        (one for one in (_SPOKEN.search(line, start), _WRITTEN.search(line, start)) if one),
        key=lambda one: one.start(),
        default=None,
    )
    if found is None or found.start() - start > DATE_WITHIN:
        return None
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
    return Found(day.isoformat(), found.start(), found.end())
