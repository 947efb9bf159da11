"""Who issued a document: the office in the letterhead, and the office above it."""

import functools
import re
from collections.abc import Mapping, Sequence

from classify.found import Found
from classify.known_words import offices
from classify.letterhead import Head
from classify.office_names import goes_on, opens_office
from classify.page_words import PageWords
from classify.spelling import capitals, marked, squeezed
from classify.upright import Piece, cut, joined, rows

_AFTER_RANK = re.compile(r"\b(TỈNH|HUYỆN|QUẬN|XÃ|PHƯỜNG)\s*[-'.:]+(?=\w)")
"""Dirt between the rank of a place and its name."""
_ALL_CAPITALS = 0.75
"""From here on small letters in a line are misread capitals."""
_CAPITALS = 0.6
"""Share of capitals below which a line of the left column is no letterhead."""

_APART = 6.0
"""mm between two offices that stand side by side."""
_LETTERS = re.compile(r"[^\W\d_]{2}")
_DOUBTED = 0.88
"""Chance that a letterhead of which a line was left out is whole."""


def read_office(head: Head, words: PageWords) -> dict[str, Found]:
    """Return issuer and issuer_parent."""
    lines, doubt = _lines(head)
    if not lines:
        return {"issuer": Found(None), "issuer_parent": Found(None)}
    groups: list[list[tuple[Piece, str, float]]] = []
    for line in lines:
        ahead = groups[-1][-1][1].split()[-1] if groups else ""
        text, chance = words.mended(line.trimmed(), before=ahead)
        text = re.sub(r"(?<=\w)[.:;](?=\w)", " ", text.strip(" .,;:_*|~'\"`"))
        text = re.sub(r"^-\W*(?=\w)", "", text) if _stray_dash(line) else text
        text = _AFTER_RANK.sub(r"\1 ", text)
        text = text.upper() if capitals(text) > _ALL_CAPITALS else text
        if not text:
            continue
        if not groups or (opens_office(text) and not goes_on([told for _, told, _ in groups[-1]], text)):
            groups.append([])
        groups[-1].append((line, text, chance))
    groups = [[*map(_with_colon, group[:-1]), group[-1]] for group in groups]
    if not groups:
        return {"issuer": Found(None), "issuer_parent": Found(None)}
    issuer, above = groups[-1], [line for group in groups[:-1] for line in group]
    most = _DOUBTED if doubt else 1.0
    return {"issuer": _joined(issuer, most), "issuer_parent": _joined(above, most)}


def _with_colon(told: tuple[Piece, str, float]) -> tuple[Piece, str, float]:
    """Return a line that others follow with the colon it ends with: "LIÊN NGÀNH:"."""
    line, text, chance = told
    last = line.words[-1]
    return line, f"{text}:" if last.word.agreed and last.text[-1:] == ":" else text, chance


def _stray_dash(line: Piece) -> bool:
    """Whether a line opens with a dash that is dirt: stuck to its word, and seen by one reader only."""
    first = line.words[0]
    return first.text[:1] == "-" and len(first.text) > 1 and not first.word.agreed


def _lines(head: Head) -> tuple[list[Piece], bool]:
    """Return the lines of the letterhead, from top to bottom, and whether one was left out as no print."""
    number_y = head.number.y if head.number is not None else head.bottom
    limit = number_y - 1.5
    nation_y = head.nation.y if head.nation is not None else head.top
    small = head.nation is not None and capitals(head.nation.text) < _CAPITALS  # of a typewriter
    kept = [
        piece for piece in head.left
        if nation_y - 12 <= piece.y < limit and (small or capitals(piece.text) >= _CAPITALS)
        and len(squeezed(piece.text)) >= 2 and not any(character.isdigit() for character in piece.text[:2])
    ]  # fmt: skip
    seen = [piece for piece in kept if all(_LETTERS.search(text) for text in piece.raw.values())]
    doubt = small or len(seen) < len(
        kept
    )  # what one reader took for strokes shines through from the other side
    kept = seen or kept
    found_rows = rows(kept)
    doubt = doubt or any(_side_by_side(row) for row in found_rows)
    lines = [joined(row) if len(row) > 1 else row[0] for row in found_rows]
    found: list[Piece] = []
    for line in lines:
        if found and line.y - found[-1].y > 3.2 * max(line.height, found[-1].height, 3.0):
            if opens_office(found[0].text):
                break  # what stands apart under the letterhead is a stamp
            found = []
        found.append(line)
    return found, doubt


def _side_by_side(row: Sequence[Piece]) -> bool:
    """Whether two offices stand side by side at the left, as on a paper of both."""
    parts = [part for piece in row for part in cut(piece, _APART)]
    return sum(opens_office(part.text) for part in parts) > 1


def _joined(lines: Sequence[tuple[Piece, str, float]], most: float) -> Found:
    if not lines:
        return Found(None)
    chance = most
    for _, _, share in lines:
        chance *= share
    text = " ".join(text for _, text, _ in lines)
    return Found(_dashed().get(marked(text), text), chance, tuple(line for line, _, _ in lines))


@functools.cache
def _dashed() -> Mapping[str, str]:
    """Return the known offices with a dash in their name, by its letters: a faint dash is lost easily."""
    return {marked(name): name for name in offices()["names"] if "-" in name}
