"""Kind and subject of a document: box 5a (type line, lines under it) or 5b ("V/v" under the number)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from classify.found import Found
from classify.kinds import LETTER, Kind, by_line
from classify.letterhead import Head
from classify.page_words import PageWords
from classify.spelling import bare, capitals, squeezed
from classify.upright import Piece

_ABOUT = re.compile(r"^\W{0,3}V\s*[/|lI1iíì]?\s*[vVyY]\s*[:;.,]?\s+", re.UNICODE)
_ABOUT_FUSED = re.compile(r"^\W{0,3}V\s*/\s*[vV]\s*[:;.,]?\s*")
_BODY = re.compile(
    r"^\W*(can cu|kinh gui|kinh thua|hom nay|dieu \d|xet |thuc hien (?:cong van|quyet dinh|chi thi|nghi |"
    r"ke hoach|thong bao|luat|chuong trinh|su chi)|i\.|1\.|1/|a\.|a/|phan |chuong |- |ong |ba |theo )"
)
_CLOSE = 1.75
"""A line further below than this many pitches begins something else."""
_STAMPS = ("khan", "hoatoc", "thuongkhan", "den", "luuhanhnoibo", "mat", "toimat", "tuyetmat")


@dataclass(frozen=True)
class Title:
    """Kind and subject as found, with the lowest line of them."""

    kind: Kind | None
    type: Found
    subject: Found
    bottom: float  #: mm; below it stands the body


def read_title(head: Head, words: PageWords, *, width: float) -> Title:
    """Return kind and subject; what is not there is empty."""
    typed = _type_line(head, width)
    if typed is not None:
        index, kind, alike, rest = typed
        line = head.below[index]
        lines = _subject_lines(head, index, width)
        start = len(line.words) - len(rest.split())
        pieces = ([line.part(start)] if rest and not squeezed(rest).startswith("cua") else []) + lines
        sure = 0.995 if alike >= 0.995 else 0.97 if alike >= 0.9 else 0.9
        return Title(
            kind,
            Found(kind.name, sure, (line,)),
            _subject(pieces, words),
            max([line.y, *(piece.y for piece in lines)]),
        )
    about = _about_lines(head)
    if about:
        letter = Found(LETTER, 0.985, (about[0],))
        return Title(None, letter, _subject(about, words, about=True), about[-1].y)
    if head.number is not None and any(
        bare(piece.text).lstrip(" -.").startswith("kinh gui") for piece in head.below[:14]
    ):
        return Title(None, Found(LETTER, 0.75, (head.number,)), Found(None), head.bottom)
    return Title(None, Found(None), Found(None), head.bottom)


def _type_line(head: Head, width: float) -> tuple[int, Kind, float, str] | None:
    """Return place, kind, likeness and rest of the type line: capitals, by itself, above the body."""
    for index, piece in enumerate(head.below):
        if piece.y > head.bottom + 75:
            break
        text = bare(piece.text)
        if re.match(r"^\W*(can cu|kinh gui|dieu 1)", text):
            break
        if piece.centre < head.split - 22 and head.nation is not None and piece.x1 < head.split:
            continue  # under the number stand V/v and stamps
        found = by_line(piece.text)
        if found is None:
            continue
        kind, alike, rest = found
        name = piece.text[: len(piece.text) - len(rest)]
        if capitals(name) < 0.75 or (rest and capitals(rest) < 0.6 and not rest.lower().startswith("v")):
            continue
        if kind.name == LETTER:
            continue
        return index, kind, alike, rest
    return None


def _subject_lines(head: Head, index: int, width: float) -> list[Piece]:
    """Return the lines under the type line that tell what the document is about."""
    title = head.below[index]
    lines: list[Piece] = []
    last, pitch = title, 0.0
    for piece in head.below[index + 1 :]:
        step = piece.y - last.y
        if squeezed(piece.text) in _STAMPS or len(squeezed(piece.text)) < 2:
            continue
        if piece.x1 < title.centre - 8 or piece.x0 > title.centre + 8:
            if step > 12:
                break
            continue  # a stamp at the side
        limit = _CLOSE * pitch if pitch else max(4.2 * title.height, 15.0)
        if step > limit:
            break
        text = bare(piece.text)
        if _BODY.match(text) and (lines or re.match(r"^\W*(can cu|kinh gui|hom nay|dieu \d|i\.|1\.)", text)):
            break
        off = abs(piece.centre - title.centre)
        if off > 14 or (lines and _justified(piece, lines, width)):
            break
        if lines and capitals(piece.text) > 0.8 > capitals(lines[-1].text) + 0.2:
            break  # the authority that decides: CHỦ TỊCH ỦY BAN NHÂN DÂN ...
        if not lines and capitals(piece.text) > 0.8 and _authority(text):
            break
        if lines:
            pitch = min(pitch, step) if pitch and len(lines) > 1 else step
        lines.append(piece)
        last = piece
        if not pitch:
            pitch = 0.0
        if len(lines) >= 8:
            break
        if len(lines) == 1:
            pitch = max(step, 1.9 * piece.height) * 0.9 if step < 3 * piece.height else 2.2 * piece.height
    return lines


def _authority(text: str) -> bool:
    return bool(
        re.match(
            r"^\W*(chu tich|uy ban nhan dan|hoi dong nhan dan|giam doc|truong phong|ban thuong vu)", text
        )
    )


def _justified(piece: Piece, lines: Sequence[Piece], width: float) -> bool:
    """Whether a line begins a paragraph of the body: indented, and full to the right margin."""
    widest = max(line.x1 for line in lines)
    return piece.x1 > widest + 6 and piece.x1 > width - 25 and piece.centre - lines[0].centre > 4


def _about_lines(head: Head) -> list[Piece]:
    """Return the lines of "V/v ..." under the number."""
    lines: list[Piece] = []
    low = head.number.y if head.number is not None else head.top
    column = [
        piece for piece in (*head.left, *head.below)
        if piece.y > low + 1 and piece.y < low + 75 and piece.x0 < head.split - 8
    ]  # fmt: skip
    pitch = 0.0
    for piece in sorted(column, key=lambda piece: piece.y):
        if not lines:
            if _ABOUT.match(piece.text) or _ABOUT_FUSED.match(piece.text):
                lines.append(piece)
            elif bare(piece.text).startswith(("kinh gui", "can cu")):
                break
            continue
        step = piece.y - lines[-1].y
        if step < 0.5 * piece.height:
            continue
        text = squeezed(piece.text)
        if step > (_CLOSE * pitch if pitch else 3.0 * max(piece.height, 2.6)):
            break
        if text.startswith(("kinhgui", "cancu")) or (text in _STAMPS) or piece.x1 > head.split + 18:
            break
        if capitals(piece.text) > 0.85 and len(text) < 12 and any(stamp in text for stamp in _STAMPS[:3]):
            break
        pitch = min(pitch, step) if pitch else step
        lines.append(piece)
    return lines


def _subject(pieces: Sequence[Piece], words: PageWords, *, about: bool = False) -> Found:
    """Return the lines joined, as printed but for a leading V/v; a word broken at a hyphen is not mended."""
    if not pieces:
        return Found(None)
    texts, chance = [], 1.0
    for piece in pieces:
        text, share = words.mended(piece)
        texts.append(text)
        chance *= share
    value = " ".join(texts).strip(" _|~*\"'")
    value = _ABOUT_FUSED.sub("", value) if _ABOUT_FUSED.match(value) else _ABOUT.sub("", value)
    value = value.strip(" :;,-_")
    if not value:
        return Found(None)
    others = (value.rstrip("."),) if value.endswith(".") else ()
    return Found(value, chance, tuple(pieces), others)
