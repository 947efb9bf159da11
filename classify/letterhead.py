"""The head of a document: where its two columns stand, and which pieces of print fill them.

Boxes 1 to 4 of NĐ 30/2020 Phụ lục I: at the right the name of the state and its motto with place and date
under them, at the left the office with the number under it. Line finders take two columns that stand close
together for one line, so lines are cut here at the place where the name of the state begins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from classify.office_names import opens_office
from classify.spelling import bare, capitals, squeezed, tidy
from classify.upright import Piece, Sheet, cut, joined

NATIONS = ("conghoaxahoichunghiavietnam", "vietnamdanchuconghoa", "dangcongsanvietnam")
"""Letters of the state's name since 1976, before, and of the Party's heading."""
MOTTO = "doclaptudohanhphuc"
_OPENINGS = tuple((name, len(name) + 1) for name in (*NATIONS, MOTTO))
"""What a right column opens with, and how many of its letters are compared."""

_ALIKE = 78
_COLUMN_GAP = 5.0
"""mm between two columns at the least; blanks between words are 1 to 3 mm."""
_UPPER = 0.62
"""Share of the page above which a head may stand: stamps and margins push it down, not to the foot."""
_TOP = 0.25
"""Share of the page above which the state's name stands where it is in small letters."""
_NOTATED = re.compile(r"[/-]\s*[A-ZĐ]{2}|[A-ZĐ]{2}\s*/")
"""A notation after the number: without one a number in an odd place is a form's, or a book's."""
NUMBER = re.compile(
    r"^\W{0,3}(?:S(?=[:;.\s]\s*\d)|[S5$][ôốóòồỗổộoõö0Ôé6ớơ]{1,2}|sỐ|SỐ|s[ốô])\s*[:;.,*]*\s*(?=.)"
)


@dataclass(frozen=True)
class Head:
    """The two columns of a document's head, each from top to bottom."""

    page: int
    nation: Piece | None  #: the name of the state or of the Party
    left: tuple[Piece, ...]  #: office, number, and what stands under the number
    right: tuple[Piece, ...]  #: motto, place and date
    split: float  #: mm; where the right column begins
    top: float  #: mm; first line of the head
    bottom: float  #: mm; last line of number or date
    number: Piece | None
    date: Piece | None
    below: tuple[Piece, ...]  #: all print lower than the head, cut where the columns part
    lines: tuple[Piece, ...]  #: the same, whole lines

    @property
    def strong(self) -> bool:
        """It begins a document beyond doubt: the state's name with a number or a date under it."""
        return self.nation is not None and (self.number is not None or self.date is not None)


def find_head(sheet: Sheet) -> Head | None:
    """Return the head of the document that begins on `sheet`; None where none does."""
    nation_at = _nation(sheet.pieces, sheet.height) or _typed_nation(sheet)
    if nation_at is not None:
        index, start, stop = nation_at
        line = sheet.pieces[index]
        nation: Piece | None = line.part(start, stop)
        split = line.words[start].x0
        top = line.y
    else:
        motto = _motto(sheet)
        nation = None
        split = motto.x0 if motto else sheet.width * 0.44
        top = motto.y if motto else 0.0
    pieces = [part for piece in sheet.pieces for part in _columns(piece, split)]
    centred = nation is not None and not _left_of(nation, pieces)
    date = _date(pieces, sheet, split, top)
    left: Sequence[Piece] = ()
    number = None
    if centred and nation is not None:
        left, number = _under(nation, pieces)
    elif not centred:
        number = _number(pieces, sheet, split, top, date) or _number_right(pieces, date)
    if nation is None and (number is None or date is None):
        return None
    if nation is None:
        assert number is not None and date is not None
        split = max(number.x1 + 1, min(split, date.x0))
    lows = [piece.y for piece in (nation, number, date) if piece is not None]
    if date is not None and number is not None and abs(date.y - number.y) > 60:
        lows = [piece.y for piece in (nation, number) if piece is not None]
    bottom = max(lows)
    high = min(lows)
    head = [piece for piece in pieces if piece.y <= bottom + 1 and piece is not nation]
    if not centred:
        left = [p for p in head if p.centre < split and not (nation and p.y < nation.y - 14)]
    right = [p for p in head if p.centre >= split]
    return Head(
        page=sheet.number,
        nation=nation,
        left=tuple(left),
        right=tuple(right),
        split=split,
        top=high,
        bottom=bottom,
        number=number,
        date=date,
        below=tuple(piece for piece in pieces if piece.y > bottom + 1),
        lines=tuple(piece for piece in sheet.pieces if piece.y > bottom + 1),
    )


def _nation(pieces: Sequence[Piece], height: float) -> tuple[int, int, int] | None:
    """Return line, first word and end of the state's name."""
    best: tuple[float, int, int, int] | None = None
    for index, piece in enumerate(pieces):
        if piece.y > height * _UPPER or capitals(piece.text) < 0.6:
            continue
        whole = squeezed(piece.text)
        if len(whole) < 12:
            continue
        for name in NATIONS:
            if fuzz.partial_ratio(name, whole) < _ALIKE:
                continue
            for start in range(len(piece.words)):
                for stop in range(start + 3, len(piece.words) + 1):
                    alike = fuzz.ratio(squeezed(piece.part(start, stop).text), name)
                    if alike >= _ALIKE and (best is None or alike > best[0]):
                        best = alike, index, start, stop
        if best is not None and best[1] == index and best[0] >= 90:
            break
    return best[1:] if best is not None else None


def _typed_nation(sheet: Sheet) -> tuple[int, int, int] | None:
    """Return the state's name in the small letters of a typewriter: by itself, at the top, over the motto."""
    motto = _motto(sheet)
    for index, piece in enumerate(sheet.pieces):
        if motto is None or piece.y > sheet.height * _TOP or not 2 < motto.y - piece.y < 14:
            continue
        start = 0
        for part in cut(piece, _COLUMN_GAP):
            stop = start + len(part.words)
            alike = max(fuzz.ratio(squeezed(part.text), name) for name in NATIONS)
            if alike >= 90 and part.text[:1].isupper():
                return index, start, stop
            start = stop
    return None


def _under(nation: Piece, pieces: Sequence[Piece]) -> tuple[Sequence[Piece], Piece | None]:
    """Return office and number where all stands in one column, under one another: both or neither."""
    lines: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: piece.y):
        if piece.y < nation.y + 2 or len(squeezed(piece.text)) < 2:
            continue
        if not lines and fuzz.ratio(squeezed(piece.text), MOTTO) >= 80:
            continue
        if piece.y - (lines[-1] if lines else nation).y > 22 or abs(piece.centre - nation.centre) > 15:
            break
        if lines and NUMBER.match(piece.text):
            return (lines, piece) if _NOTATED.search(piece.text) else ((), None)
        if capitals(piece.text) < 0.8 or not (lines or opens_office(piece.text)):
            break
        lines.append(piece)
    return (), None


def _motto(sheet: Sheet) -> Piece | None:
    for piece in sheet.pieces:
        if piece.y < sheet.height * 0.5:
            for part in cut(piece, _COLUMN_GAP):
                if fuzz.ratio(squeezed(part.text), MOTTO) >= 80:
                    return part
    return None


def _columns(piece: Piece, split: float) -> list[Piece]:
    """Cut a line that runs over both columns; a line of the body, whose blanks are all alike, stays whole."""
    if piece.x1 < split or piece.x0 > split - 4:
        return [piece]
    best: tuple[float, int] | None = None
    letters = [squeezed(word.text) for word in piece.words]
    rest = "".join(letters)
    for i in range(1, len(piece.words)):
        one, other = piece.words[i - 1], piece.words[i]
        gap = other.x0 - one.x1
        rest = rest[len(letters[i - 1]) :]
        opens = _opens(rest)
        if not (split - 22 <= other.x0 <= split + 40) and not opens:
            continue
        if gap > _COLUMN_GAP or (opens and gap > 0.3):
            weight = gap + (100 if opens else 0)
            if best is None or weight > best[0]:
                best = weight, i
    if best is None:
        return [piece]
    return [piece.part(0, best[1]), piece.part(best[1])]


def _opens(letters: str) -> bool:
    """Whether a text of these letters opens as only a right column does."""
    return any(fuzz.ratio(letters[:most], name, score_cutoff=85) for name, most in _OPENINGS)


def _left_of(nation: Piece, pieces: Sequence[Piece]) -> bool:
    """Whether an office stands left of the state's name, on its height or a line or two lower."""
    return any(
        piece.x1 <= nation.x0 + 6 and -8 < piece.y - nation.y < 22 and len(squeezed(piece.text)) >= 4
        for piece in pieces
    )


def _date(pieces: Sequence[Piece], sheet: Sheet, split: float, top: float) -> Piece | None:
    """Return the line of place and date under the state's name."""
    for piece in pieces:
        if not top - 2 <= piece.y <= min(top + 75, sheet.height * _UPPER):
            continue
        if piece.centre < split - 5 or piece.y <= top + 2:
            continue
        if is_date_line(piece.text):
            return piece
    return None


_DATE_LINE = re.compile(
    r"^\W{0,3}(?P<place>[^\d:;]{0,45}?)\W{0,3}\s*n[gq](?:a[yv]?|[a-z]{1,2}[yv])(?![a-z])\W{0,2}\s*"
    r"(?:.{0,8}\s*th[a-z]{1,3}g|\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2,4}).{0,24}$"
)
_NO_PLACE = re.compile(r"can cu|quyet dinh|nghi dinh|luat |cong van|cap ngay|truoc|sinh|ke tu|hom nay|vao ")


def is_date_line(text: str) -> bool:
    """Whether a line is nothing but place and date: "Tân Hòa, ngày 05 tháng 01 năm 1998"."""
    letters = bare(text)
    found = _DATE_LINE.match(letters)
    if found is None or _NO_PLACE.search(letters):
        return False
    names = [word for word in tidy(text)[: found.end("place")].split() if word[:1].isalpha()]
    return not names or sum(word[0].isupper() for word in names) * 2 >= len(names)


def _number_right(pieces: Sequence[Piece], date: Piece | None) -> Piece | None:
    """Return the number that stands right under or over the date, as some offices have it."""
    if date is None:
        return None
    near = [
        piece for piece in pieces
        if 2 < abs(piece.y - date.y) < 10 and abs(piece.centre - date.centre) < 25
        and NUMBER.match(piece.text) and _NOTATED.search(piece.text)
    ]  # fmt: skip
    return near[0] if len(near) == 1 else None


def _number(
    pieces: Sequence[Piece], sheet: Sheet, split: float, top: float, date: Piece | None
) -> Piece | None:
    """Return the piece that opens with "Số" under the office."""
    best: tuple[float, Piece] | None = None
    for piece in pieces:
        if piece.centre > split + 4 or not top - 2 < piece.y <= min(top + 75, sheet.height * _UPPER):
            continue
        if not NUMBER.match(piece.text):
            continue
        worth = 0.0
        if "/" in piece.text:
            worth += 2
        if re.search(r"[A-ZĐ]{2}", piece.text):
            worth += 2
        if date is not None:
            worth -= abs(piece.y - date.y) / 10
        if best is None or worth > best[0]:
            best = worth, piece
    if best is None:
        return None
    row, end = [best[1]], best[1].x1
    for other in sorted(pieces, key=lambda piece: piece.x0):
        level = abs(other.y - best[1].y) < 0.6 * max(other.height, best[1].height)
        if level and other.x0 > end - 1.5 and other.centre < split + 2:
            row.append(other)
            end = other.x1
    if len(row) < 2:
        return best[1]
    return joined(row)
