"""Where one record ends and the next begins in a stack of pages: suggestions with their reasons.

A person confirms them; nothing here cuts. Evidence, strongest first: our separator sheets, what stands at
the head of a first page, page numbers that begin again, the end of a record on the page before, blanks.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from catalog.description import Evidence
from catalog.reading import Box, Line, Reading

Kind = Literal["document", "dossier", "box"]

SUGGESTED = 0.5
"""Confidence from which a boundary is worth a person's look."""

HEAD = 0.34
"""Share of the page from the top in which a record's head stands (NĐ 30/2020, Phụ lục I: boxes 1 to 5)."""
MARGIN = 0.085
"""Share of the page in which its number stands: margins are 20 to 25 mm of 297."""
MIDDLE = 0.2
"""How far from the middle, of the page's width, a page number may stand."""
ALIKE = 86
"""Likeness (0 to 100) from which a line is the quốc hiệu: five letters of 32 may be misread."""

NATIONS = ("cong hoa xa hoi chu nghia viet nam", "dang cong san viet nam")

_NUMBER = re.compile(r"\bs[o06]\s*[:;.,]?\s*[\d.…]{0,8}\s*[/-]\s*[a-z\d]{1,6}")
_DATE = re.compile(r"\bngay\b.{0,12}\bthang\b.{0,10}\bnam\b")
_ANNEX = re.compile(r"^(phu luc|kem theo|\(kem theo|\(ban hanh kem theo|bieu so|mau so)\b")
_END = re.compile(r"\bnoi nhan\b\s*[:;.]?")
_BARE_PAGE = re.compile(r"^[-–—.\s]*(\d{1,3})[-–—.\s]*$")
_NAMED_PAGE = re.compile(r"\btrang\s*[:.]?\s*(\d{1,3})(?:\s*[/|]\s*(\d{1,3}))?$")

_ORDER: dict[str, int] = {"document": 0, "dossier": 1, "box": 2}

FULL_HEAD, MOST_OF_HEAD, NATION_ALONE, WITHOUT_NATION = 0.97, 0.93, 0.80, 0.72
NUMBER_ONE, RESTARTED, AFTER_LAST = 0.75, 0.80, 0.75
ENDED, ENDED_AND_BLANK = 0.45, 0.60
GOES_ON = 0.10
"""What is left of a head's weight on a page that says it is a later one; annexes repeat heads."""


@dataclass(frozen=True)
class StackPage:
    """One page of the stack, in the order it was scanned."""

    reading: Reading | None  #: None: blank, or nothing of it is known
    flags: tuple[str, ...] = ()  #: of the ledger, for "separator:document" and the like
    blank: bool = False


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a boundary."""

    slug: str  #: separator, first-page, numbering, blank (after a record's end), ended
    confidence: float  #: 0.0 to 1.0, on its own
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Something begins with page `before`."""

    before: int  #: 1, 2, ... of the stack
    kind: Kind
    confidence: float  #: 0.0 to 1.0, of all reasons together
    reasons: tuple[Reason, ...]  #: strongest first
    names: str = ""  #: id of the dossier or box that the separator names


@dataclass(frozen=True)
class _Number:
    page: int
    total: int | None
    box: Box


def suggest(pages: Sequence[StackPage]) -> tuple[Suggestion, ...]:
    """Return where records probably begin in the stack, in order; the first page with writing always does.

    A separator sheet, and the blank back of one, belong to no record.
    """
    heads = [_head(number, page.reading) for number, page in enumerate(pages, 1)]
    numbers = [_page_number(page.reading) for page in pages]
    found: list[Suggestion] = []
    kind: Kind | None = None
    names = ""
    before: int | None = None  # place of the last page with writing
    blanks = 0
    for place, page in enumerate(pages):
        here = _separator(page)
        if here is not None:
            if kind is None or _ORDER[here[0]] >= _ORDER[kind]:
                kind, names = here[0], here[1] or names
            blanks, before = 0, None if kind else before
            continue
        if page.blank or page.reading is None or not page.reading.lines:
            blanks += 1
            continue
        reasons: list[Reason] = []
        if kind is not None:
            reasons.append(Reason("separator", 0.99))
        elif before is None and not found:
            head = heads[place]
            reasons.append(Reason("first-page", 1.0, head.evidence if head is not None else ()))
        else:
            reasons += _printed_reasons(place, before, heads, numbers)
            reasons += _end_of(place, before, pages, blanks)
        confidence = _together(reasons)
        number = numbers[place]
        if kind is None and found and number is not None and number.page > 1:
            confidence *= GOES_ON
        if confidence >= SUGGESTED:
            ordered = tuple(sorted(reasons, key=lambda reason: -reason.confidence))
            found.append(Suggestion(place + 1, kind or "document", round(confidence, 3), ordered, names))
        kind, names, before, blanks = None, "", place, 0
    return tuple(found)


def _separator(page: StackPage) -> tuple[Kind, str] | None:
    """Return what a separator sheet says begins, and the id it names."""
    kinds: list[Kind] = [k for k in ("document", "dossier", "box") if f"separator:{k}" in page.flags]
    if not kinds:
        return None
    named = [flag.split(":")[2] for flag in page.flags if flag.startswith(f"names:{kinds[-1]}:")]
    return kinds[-1], named[0] if named else ""


def _printed_reasons(
    place: int, before: int | None, heads: Sequence[Reason | None], numbers: Sequence[_Number | None]
) -> list[Reason]:
    reasons = []
    head, number = heads[place], numbers[place]
    last = numbers[before] if before is not None else None
    if head is not None:
        reasons.append(head)
    boxes = tuple(
        Evidence(page + 1, each.box)
        for page, each in ((place, number), (before, last))
        if each is not None and page is not None
    )
    if number is not None and number.page == 1:
        reasons.append(Reason("numbering", NUMBER_ONE if number.total is None else 0.9, boxes))
    elif last is not None and last.total is not None and last.page == last.total:
        reasons.append(Reason("numbering", AFTER_LAST, boxes))
    elif number is None and last is not None and last.page >= 2:
        after = numbers[place + 1] if place + 1 < len(numbers) else None
        if after is not None and after.page == 2:
            reasons.append(Reason("numbering", RESTARTED, boxes))
    return reasons


def _end_of(place: int, before: int | None, pages: Sequence[StackPage], blanks: int) -> list[Reason]:
    """Return what the page before says of its record's end."""
    if before is None:
        return []
    reading = pages[before].reading
    if reading is None:
        return []
    for line in reading.lines:
        _, middle = _upright_middle(reading, line.box)
        if middle > 0.4 and _END.search(_plain(line.text)):
            evidence = (Evidence(before + 1, line.box),)
            return [
                Reason("blank", ENDED_AND_BLANK, evidence) if blanks else Reason("ended", ENDED, evidence)
            ]
    return []


def _head(page: int, reading: Reading | None) -> Reason | None:
    """Return what the head of a page says for its being a first one."""
    if reading is None:
        return None
    top = [line for line in reading.lines if _upright_middle(reading, line.box)[1] <= HEAD]
    nation = _first(top, _is_nation)
    number = _first(top, lambda text: _NUMBER.search(text) is not None)
    date = _first(top, lambda text: _DATE.search(text) is not None)
    evidence = tuple(Evidence(page, line.box) for line in (nation, number, date) if line is not None)
    if nation is not None:
        confidence = (NATION_ALONE, MOST_OF_HEAD, FULL_HEAD)[(number is not None) + (date is not None)]
    elif number is not None and date is not None:
        confidence = WITHOUT_NATION
    else:
        return None
    if nation is None and any(_ANNEX.match(_plain(line.text)) for line in top[:4]):
        return None  # "Phụ lục (kèm theo Quyết định số ... ngày ...)": it goes on
    return Reason("first-page", confidence, evidence)


def _is_nation(text: str) -> bool:
    """Return whether the quốc hiệu stands in `text`, perhaps beside the office's name."""
    return any(len(text) > 0.8 * len(n) and fuzz.partial_ratio(n, text) >= ALIKE for n in NATIONS)


def _first(lines: Sequence[Line], wanted: Callable[[str], bool]) -> Line | None:
    return next((line for line in lines if wanted(_plain(line.text))), None)


def _page_number(reading: Reading | None) -> _Number | None:
    """Return the page number as printed: "2", "- 2 -" in the middle of the top, "Trang 2/5" top or bottom."""
    if reading is None:
        return None
    for line in (*reading.lines[:3], *reading.lines[-3:]):
        across, down = _upright_middle(reading, line.box)
        text = _plain(line.text)
        if not (down <= MARGIN or down >= 1 - MARGIN):
            continue
        named = _NAMED_PAGE.search(text)
        if named:
            return _Number(int(named.group(1)), int(named.group(2)) if named.group(2) else None, line.box)
        bare = _BARE_PAGE.match(text)
        if bare and abs(across - 0.5) <= MIDDLE and int(bare.group(1)):
            return _Number(int(bare.group(1)), None, line.box)
    return None


def _upright_middle(reading: Reading, box: Box) -> tuple[float, float]:
    """Return the middle of `box` on the upright page, as shares of its width and its height."""
    x, y = (box[0] + box[2]) / 2 / reading.width, (box[1] + box[3]) / 2 / reading.height
    match reading.rotation:
        case 90:
            return 1 - y, x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return y, 1 - x
        case _:
            return x, y


def _together(reasons: Sequence[Reason]) -> float:
    """Return how sure independent reasons are together."""
    doubt = 1.0
    for reason in reasons:
        doubt *= 1 - reason.confidence
    return 1 - doubt


def _plain(text: str) -> str:
    """Return small letters without marks, one blank between words."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(letter for letter in bare if not unicodedata.combining(letter)).split())
