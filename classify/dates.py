"""Place and date of issue: "Tân Hòa, ngày 05 tháng 01 năm 1998", and what pens and scanners make of it.

Only the line under the state's name (or, on papers without an office, above the signature) is ever looked
at: dates in "Căn cứ" are those of other documents. The day is often written by hand.
"""

import datetime
import re
from collections import Counter
from collections.abc import Sequence

from classify.found import Found
from classify.page_words import PageWords
from classify.spelling import bare, likeness, tidy
from classify.upright import Piece

FIRST_YEAR = 1945
_DAY = r"n[gq][a-z]{1,2}[yv](?![a-z])"
_SPOKEN = re.compile(
    _DAY + r"[:.,]?\s*(?P<day>.{0,6}?)[\s.,]*th[a-z]{1,3}g[:.,]?\s*(?P<month>.{0,5}?)"
    r"[\s.,]*n[a-z]m[:.,]?\s*(?P<year>\S{4,5}?)(?=\D|$)"
)
_DAY_READ = re.compile(_DAY + r"[:.,]?\s*(\d{2})\s*th")
_SHORT = re.compile(
    _DAY + r"[:.,]?\s*(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})"
)
_PLACE = re.compile(r"^\W*(?P<place>[^\d\W][^\d]{1,60}?)\s*[,.;]?\s*" + _DAY)
_ALIKE = 0.85
"""Likeness from which a place that was put right is still the one that was read."""
_GROWN = re.compile(r"([,;])(?=[^\W\d_])")
"""Where a reader lost the blank: "Tân Hòa,ngày"."""
_LOOKS = str.maketrans("OoQDTlIiÌìÍí]|![SsŠšBZz", "00001111111111115555822")
"""Letters that readers give for figures."""


def plausible_year(year: int) -> bool:
    """Whether a record of this archive can bear the year: from 1945 to this one."""
    return FIRST_YEAR <= year <= datetime.datetime.now(datetime.UTC).year


def parse_date(text: str, *, mend: bool = False) -> datetime.date | None:
    """Return the date on the line; None where a part is not a plain figure or no calendar has it.

    `mend` takes letters that look like figures for them ("tháng 0S" is month 5).
    """
    line = tidy(text)
    for shape in (_SHORT, _SPOKEN):
        found = shape.search(bare(line))
        if found is None:
            continue
        spans = (found.span(name) for name in ("year", "month", "day"))
        parts = [re.sub(r"[\s.,]", "", line[start:stop]) for start, stop in spans]
        if mend:
            parts = [part.translate(_LOOKS) for part in parts]
        if not all(re.fullmatch(r"\d{1,4}", part) for part in parts):
            return None
        year, month, day = map(int, parts)
        if not plausible_year(year):
            return None
        try:
            return datetime.date(year, month, day)
        except ValueError:
            return None
    return None


def read_date(piece: Piece) -> Found:
    """Return the date of the line of place and date, ISO 8601."""
    seen = (piece,)
    fused = parse_date(piece.text)
    versions = [text for text in piece.versions() if text]
    given = [parse_date(text) for text in versions]
    votes = Counter(date for date in given if date is not None)
    others = tuple(date.isoformat() for date, _ in votes.most_common())
    if all(word.word.agreed for word in piece.words) and fused is not None:
        return Found(fused.isoformat(), 0.99, seen)
    if len(given) > 1 and len(votes) == 1 and all(date is not None for date in given):
        return Found(others[0], 0.985, seen)
    mended = {parse_date(text, mend=True) for text in versions}
    if len(votes) == 1:
        lone = next(iter(votes))
        if mended == {lone}:
            return Found(lone.isoformat(), 0.8, seen, others)
        if _one_day(versions):
            return Found(lone.isoformat(), 0.6, seen, others)
    elif len(votes) > 1 and fused is not None and _one_day(versions):
        return Found(fused.isoformat(), 0.45, seen, others)
    if len(versions) == 1 and fused is not None:
        return Found(fused.isoformat(), min(w.word.confidence for w in piece.words) * 0.95, seen)
    return Found(None, 0.0, seen, others, asked=True)


def _one_day(versions: Sequence[str]) -> bool:
    """Whether all readers saw two figures for the day, one of them alike: then it is print, not a pen."""
    found = [_DAY_READ.search(bare(tidy(text))) for text in versions]
    days = [match[1] for match in found if match]
    differ = sum(len(set(figures)) > 1 for figures in zip(*days, strict=True))
    return len(versions) > 1 and len(days) == len(versions) and differ <= 1


def read_place(piece: Piece, words: PageWords) -> Found:
    """Return where the document was issued."""
    line = tidy(piece.text)
    found = _PLACE.match(bare(line))
    if found is None:
        return Found(None)
    place = line[found.start("place") : found.end("place")]
    spaced = {reader: _GROWN.sub(r"\1 ", raw) for reader, raw in piece.raw.items()}
    part = Piece(piece.words[: len(line[: found.end("place")].split())], spaced, piece.page)
    value, chance = words.mended(part, place=True)
    value = re.sub(r"[,.;:]?\s*[Nn]g[àaáảãạăâ][yýỳ]$", "", value).strip(" ,.;:-_'\"")
    return Found(value if likeness(value, place) > _ALIKE else place.strip(" ,.;:-_"), chance, (part,))
