"""What stands around a text: addressees, recipients, urgency, copy form, circulation, the incoming stamp."""

import datetime
import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from classify.dates import plausible_year
from classify.found import Found
from classify.letterhead import Head
from classify.page_words import PageWords
from classify.spelling import bare, capitals, squeezed, tidy
from classify.upright import Piece, Sheet, cut

_URGENCY = {
    "hoatoc": "HỎA TỐC",
    "thuongkhan": "THƯỢNG KHẨN",
    "khan": "KHẨN",
    "hoatochengio": "HỎA TỐC HẸN GIỜ",
}
_COPIES = {
    "saoy": "SAO Y", "bansaoy": "SAO Y", "saoybanchinh": "SAO Y", "saoluc": "SAO LỤC", "bansaoluc": "SAO LỤC",
    "trichsao": "TRÍCH SAO", "bantrichsao": "TRÍCH SAO", "bansao": "SAO Y", "saoybangoc": "SAO Y",
}  # fmt: skip
_CIRCULATION = {
    "luuhanhnoibo": "LƯU HÀNH NỘI BỘ", "xemxongtralai": "XEM XONG TRẢ LẠI",
    "taimatlieuhoinghi": "TÀI LIỆU HỘI NGHỊ",
}  # fmt: skip
_BY_HAND = 0.7
"""Both readers may agree on figures written by hand and still be wrong: never sure."""
_LIST = 0.89
"""A list in small print is never sure: on generated pages 6 of 60 that seemed so had a mark misread."""
_ADDRESSED = re.compile(r".{0,4}?k[ií]nh\s*g[uử][iỉ]", re.DOTALL)
_STAMP_GAP = 6.0
_DIGIT = re.compile(r"\d")
_ITEM = re.compile(r"^\W*[-+*•–]?\s*")
_ARRIVED = re.compile(r"(?:^|\s)[ĐÐD]ẾN\b")
_STAMP_LINE = re.compile(r"^\W*(S[ốoô]|Ng[aà]y|Chuy[ểe]n|L[ưu]u|CÔNG VĂN|Gi[ờo])")
_END = " ;,.:-_"


def read_marks(sheet: Sheet, *, head: Head | None) -> dict[str, Found]:
    """Return urgency, copy_form and circulation from the first page."""
    parts = [part for piece in sheet.pieces for part in cut(piece, _STAMP_GAP)]
    stamped = [
        (part, letters) for part in parts
        if capitals(part.text) >= 0.8 and 4 <= len(letters := squeezed(_DIGIT.sub("", part.text))) <= 18
    ]  # fmt: skip
    upper = [(part, letters) for part, letters in stamped if part.y < sheet.height * 0.5]
    return {
        "urgency": _mark(upper, _URGENCY),
        "copy_form": _mark(stamped, _COPIES),
        "circulation": _mark(stamped, _CIRCULATION),
    }


def _mark(stamped: Sequence[tuple[Piece, str]], known: dict[str, str]) -> Found:
    """Return the likeliest of the known marks among pieces in capitals and their letters; the first such."""
    best: tuple[float, str, Piece] | None = None
    for part, letters in stamped:
        for name, mark in known.items():
            alike = fuzz.ratio(letters, name) / 100
            if alike >= (0.99 if len(name) < 6 else 0.85) and (best is None or alike > best[0]):
                best = alike, mark, part
    if best is None:
        return Found(None)
    return Found(best[1], 0.97 if best[0] > 0.99 else 0.85, (best[2],))


def read_addressees(head: Head, words: PageWords) -> Found:
    """Return "Kính gửi": one name, or several with "; " between them."""
    for index, piece in enumerate(head.lines):
        if not any("kinh" in bare(tidy(said)) for said in (piece.text, *piece.raw.values())):
            continue  # words are put right in their marks, or as another reader has them
        text, chance = words.mended(piece)
        at = _ADDRESSED.match(bare(text))
        if at is None:
            continue
        names = [re.sub(r"^\s*[:;.]?\s*", "", text[at.end() :])]
        pieces = [piece]
        limit = piece.x0 + 8
        for other in head.lines[index + 1 :]:
            step = other.y - pieces[-1].y
            item = other.text.lstrip()[:1] in "-–+•"
            if step > 4.5 * max(other.height, 2.5) or len(pieces) > 14:
                break
            if not item and (not names[0] and len(pieces) == 1) is False and other.x0 < limit + 6:
                break
            if step < 0.4 * other.height:
                continue
            told, share = words.mended(other)
            chance *= share
            if item or not names[-1]:
                names.append(told)
            else:
                names[-1] += f" {told}"
            pieces.append(other)
        kept = [tidy(_ITEM.sub("", name)).strip(_END) for name in names]
        kept = [name for name in kept if name]
        if kept:
            return Found("; ".join(kept), min(chance, _LIST), tuple(pieces))
        return Found(None, 0.0, (piece,), asked=True)
    return Found(None)


def read_recipients(sheets: Sequence[Sheet], words: PageWords) -> Found:
    """Return "Nơi nhận" with "; " between the lines, from the last page that has it."""
    for sheet in reversed(sheets):
        parts = [part for piece in sheet.pieces for part in cut(piece, 7.0)]
        for index, part in enumerate(parts):
            if not (part.x0 < sheet.width * 0.45 and fuzz.ratio(squeezed(part.text), "noinhan") >= 85):
                continue
            pieces: list[Piece] = [part]
            lines: list[str] = []
            chance = 1.0
            for other in parts[index + 1 :]:
                step = other.y - pieces[-1].y
                if other.x0 > part.x0 + 22 or other.x1 > sheet.width * 0.62 or step < 0.3 * other.height:
                    continue
                if step > 3.2 * max(other.height, 2.4):
                    break
                item = other.text.lstrip()[:1] in "-–+•~"
                told, share = words.mended(other)
                text = _ITEM.sub("", told)
                chance *= share
                if item or not lines:
                    lines.append(text)
                else:
                    lines[-1] += f" {text}"
                pieces.append(other)
            kept = [line.strip(_END) for line in lines]
            kept = [line for line in kept if line]
            if kept:
                return Found("; ".join(kept), min(chance, _LIST), tuple(pieces))
            return Found(None, 0.0, (part,), asked=True)
    return Found(None)


def stamp_pieces(sheet: Sheet) -> tuple[Piece, ...]:
    """Return the print of the incoming stamp: "ĐẾN" with "Số" and "Ngày" at its side, 35 x 50 mm."""
    parts = [part for piece in sheet.pieces for part in cut(piece, _STAMP_GAP)]
    for part in parts:
        if part.x1 - part.x0 > 62 or not _ARRIVED.search(tidy(part.text)):
            continue
        near = [
            other for other in parts
            if -6 < other.y - part.y < 24 and abs(other.centre - part.centre) < 40
            and not re.search(r"/\s*[A-ZĐ]", other.text)
            and (other is part or _STAMP_LINE.match(other.text))
        ]  # fmt: skip
        words = " ".join(bare(other.text) for other in near)
        if re.search(r"\bso\b|so:", words) and re.search(r"ngay", words):
            return tuple(near)
    return ()


def read_arrival(pieces: Sequence[Piece]) -> dict[str, Found]:
    """Return arrival_number and arrival_date of the stamp; both are written by hand as a rule."""
    if not pieces:
        return {"arrival_number": Found(None), "arrival_date": Found(None)}
    number, day = Found(None), Found(None)
    for piece in pieces:
        letters = bare(piece.text)
        if re.search(r"\bso\b", letters) and number.value is None:
            number = _arrival_number(piece)
        if "ngay" in letters and day.value is None:
            day = _arrival_date(piece)
    return {"arrival_number": number, "arrival_date": day}


def _arrival_number(piece: Piece) -> Found:
    found = [re.search(r"[Ss][^\W\d]{0,2}\s*[:.…]*\s*(\d{1,5})\b", text) for text in piece.versions()]
    given = [match[1] if match else None for match in found]
    return _agreed(given, piece)


def _arrival_date(piece: Piece) -> Found:
    return _agreed([_slashed(text) for text in piece.versions()], piece)


def _slashed(text: str) -> str | None:
    found = re.search(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})", text)
    try:
        day = datetime.date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None
    return day.isoformat() if day is not None and plausible_year(day.year) else None


def _agreed(given: Sequence[str | None], piece: Piece) -> Found:
    """Return what all readers gave; where they differ a person is asked."""
    others = tuple(dict.fromkeys(one for one in given if one))
    if given and len(others) == 1 and all(given):
        return Found(others[0], _BY_HAND, (piece,), asked=True)
    return Found(None, 0.0, (piece,), others, asked=True)
