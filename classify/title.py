"""Kind and subject of a document: box 5a (type line, lines under it) or 5b ("V/v" under the number)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classify.found import Found
from classify.kinds import LETTER, Kind, by_line
from classify.letterhead import Head
from classify.page_words import PageWords
from classify.spelling import bare, capitals, squeezed
from classify.upright import Piece, cut

_ABOUT = re.compile(r"^\W{0,4}V(?:\s*/\s*[vVyY]\s*[-:;.,]?\s*|[|lI1iíì]?[vVyY][-:;.,]?\s+)")
_FIRST_LINES = re.compile(r"^\W*(can cu\b|kinh gui|hom nay|dieu \d|i\. |1\. |toi ten|chung toi)")
_LISTED = re.compile(r"^\W*(1/|a\.|a/|phan (i|1|thu)\b|chuong (i|1)\b|- )")
_REACH = 75.0
"""mm below number and date within which kind and subject stand."""
_STRAY_GAP = 6.5
"""mm; what stands further from the rest of a centred line is dirt, or a stamp."""
_RIGHT_MARGIN = 25.0
"""mm within which full lines of the body end, on a page that lies a little off."""
_NOISE = 0.35
"""Mean confidence under which a line is what shines through, or a seal."""
_MOST_LINES = 8
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
    typed = _type_line(head)
    if typed is not None:
        index, line, kind, alike, rest = typed
        lines, whole = _subject_lines(head, index, line, width)
        start = len(line.words) - len(rest.split())
        pieces = ([line.part(start)] if rest and not squeezed(rest).startswith("cua") else []) + lines
        chance = 0.995 if alike >= 0.995 else 0.97 if alike >= 0.9 else 0.9
        low = max([line.y, *(piece.y for piece in lines)])
        return Title(kind, Found(kind.name, chance, (line,)), _subject(pieces, words, whole=whole), low)
    about = _about_lines(head)
    if about:
        letter = Found(LETTER, 0.985, (about[0],))
        return Title(None, letter, _subject(about, words), about[-1].y)
    other = _other_title(head)
    if other is not None:  # a paper that no office issues: ĐƠN KHIẾU NẠI, TỜ KHAI ...
        index, line = other
        lines, whole = _subject_lines(head, index, line, width)
        return Title(None, Found(None), _subject(lines, words, whole=whole), line.y)
    if head.number is not None and any(
        bare(piece.text).lstrip(" -.").startswith("kinh gui") for piece in head.lines[:14]
    ):
        return Title(None, Found(LETTER, 0.75, (head.number,)), Found(None), head.bottom)
    return Title(None, Found(None), Found(None), head.bottom)


def _candidates(head: Head) -> Iterator[tuple[int, Piece]]:
    """Yield the pieces between head and body that stand under neither column alone, with their places."""
    for index, piece in enumerate(head.lines):
        if piece.y > head.bottom + _REACH or _FIRST_LINES.match(bare(piece.text)):
            return
        for part in cut(piece, _STRAY_GAP):
            if part.x1 >= head.split or head.nation is None:  # under the number stand V/v and stamps
                yield index, part


def _type_line(head: Head) -> tuple[int, Piece, Kind, float, str] | None:
    """Return place, piece, kind, likeness and rest of the type line: capitals, by itself, above the body."""
    for index, part in _candidates(head):
        found = by_line(part.text)
        if found is None or found[0].name == LETTER:
            continue
        kind, alike, rest = found
        name = part.text[: len(part.text) - len(rest)]
        if capitals(name) >= 0.75 and (not rest or capitals(rest) >= 0.6 or rest[:1] in "Vv"):
            return index, part, kind, alike, rest
    return None


def _other_title(head: Head) -> tuple[int, Piece] | None:
    """Return the line in capitals that names a paper of another kind."""
    for index, part in _candidates(head):
        letters = squeezed(part.text)
        if len(letters) >= 5 and capitals(part.text) > 0.9 and part.trust > _NOISE and letters not in _STAMPS:
            return index, part
    return None


def _subject_lines(head: Head, index: int, title: Piece, width: float) -> tuple[list[Piece], bool]:
    """Return the lines under the type line that tell the subject, and whether all are legible."""
    lines: list[Piece] = []
    doubt = False
    last, limit = title, max(4.2 * title.height, 15.0)
    for whole in head.lines[index + 1 :]:
        step = whole.y - last.y
        if step > limit or len(lines) == _MOST_LINES:
            break
        piece = _middle(whole, title.centre)
        if piece is None or squeezed(piece.text) in _STAMPS or len(squeezed(piece.text)) < 2:
            continue
        text = bare(piece.text)
        if _FIRST_LINES.match(text) or abs(piece.centre - title.centre) > 14:
            break
        if lines and (_justified(piece, lines, width) or _LISTED.match(text)):
            break
        if piece.trust < _NOISE:
            doubt = bool(lines)
            if not (
                lines and abs(piece.centre - title.centre) < 4 and re.fullmatch(r"[^\W\d_]+", piece.text)
            ):
                break  # a lone word in the middle is the end of the subject; the rest shines through
        if lines and capitals(piece.text) > 0.8 > capitals(lines[-1].text) + 0.2:
            break  # the authority that decides: CHỦ TỊCH ỦY BAN NHÂN DÂN ...
        if not lines and capitals(piece.text) > 0.8 and _authority(text):
            break
        usual = max(1.9 * piece.height, min(step, 3 * piece.height) * 0.9) if not lines else step
        limit = _CLOSE * (usual if len(lines) < 2 else min(usual, limit / _CLOSE))
        lines.append(piece)
        last = piece
    return lines, not doubt


def _middle(whole: Piece, centre: float) -> Piece | None:
    """Return the part of a line that stands around the middle; stamps and dirt at its sides are left out."""
    parts = [part.trimmed() for part in cut(whole, _STRAY_GAP) if part.x0 - 8 < centre < part.x1 + 8]
    return max(parts, key=lambda part: part.x1 - part.x0, default=None)


def _authority(text: str) -> bool:
    return bool(
        re.match(
            r"^\W*(chu tich|uy ban nhan dan|hoi dong nhan dan|giam doc|truong phong|ban thuong vu)", text
        )
    )


def _justified(piece: Piece, lines: Sequence[Piece], width: float) -> bool:
    """Whether a line begins a paragraph of the body: indented at the left, full to the right margin."""
    wider = piece.x1 > max(line.x1 for line in lines) + 4 and piece.x0 < min(line.x0 for line in lines) + 4
    return wider and piece.x1 > width - _RIGHT_MARGIN and piece.centre - lines[0].centre > 2


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
            if _about(piece):
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
        if piece.trust < _NOISE:
            break
        pitch = min(pitch, step) if pitch else step
        lines.append(piece)
    return lines


def _about(piece: Piece) -> bool:
    """Whether the line opens with V/v, as at least one reader has it."""
    return any(_ABOUT.match(text) for text in (piece.text, *piece.versions()))


def _subject(pieces: Sequence[Piece], words: PageWords, *, whole: bool = True) -> Found:
    """Return the lines joined, as printed but for a leading V/v; `whole`: no line of it was illegible."""
    if not pieces:
        return Found(None)
    texts, chance = [], 1.0 if whole else 0.5
    for i, piece in enumerate(pieces):
        above = pieces[i - 1].words[-1].text if i else ""
        below = pieces[i + 1].words[0].text if i + 1 < len(pieces) else ""
        text, share = words.mended(piece, before=above, after=below)
        texts.append(text)
        chance *= share
    value = " ".join(texts).strip(" _|~*\"'")
    if not _ABOUT.match(value) and _about(pieces[0]):
        value = value.partition(" ")[2]  # the other reader has it: "-\\/v-"
    value = _ABOUT.sub("", value, count=1).strip(" :;,-_")
    if not value:
        return Found(None)
    others = (value.rstrip("."),) if value.endswith(".") else ()
    return Found(value, chance, tuple(pieces), others)
