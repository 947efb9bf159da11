"""Secret marks: MẬT, TỐI MẬT, TUYỆT MẬT in the mark's place (NĐ 30/2020, Phụ lục I, ô 10a).

Two look for it and either is enough: the words that were read, where they stand on their own; and the
picture, where ink that is coloured, framed or went unread is cut out, levelled and read again. A mark that is
overlooked is kept by a machine that must not keep it, so in doubt there is one; a person says that there is
none. Words in a sentence are no mark ("bảo vệ bí mật nhà nước").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from catalog.reading import Box, Reading, Word
from catalog.scan import PageImage, Pixels
from classify import secret_mark_words as words
from classify.secret_mark_crop import crops
from classify.secret_mark_places import Place, back, places
from classify.secret_mark_text import AFTER, BEFORE, Level, Said, denies, fold, says, urges

ReadAgain = Callable[[Sequence[Pixels]], Sequence[Sequence[str]]]
"""Reads pictures of one line each (grey, dark on white): what every reader gave, for each picture."""

SPARE = 2
"""Letters that a frame or a neighbour may have added to a mark cut out of a picture."""
CLEAR = 0.85
"""Likeness from which one reading of a place is enough."""
DOUBTFUL = 0.75
"""Likeness up to which a word that the readers agreed on in the same place counts for more."""
VOTES = 2
"""Readings of one place that may be a mark (`secret_mark_text.WEAK`) from which there is one."""


@dataclass(frozen=True)
class SecretMark:
    """A mark that was found on a page."""

    level: Level
    box: Box  #: pixels of the master image
    confidence: float  #: 0.0 to 1.0
    found_by: str  #: words, coloured, framed or unread


def find_mark(
    image: PageImage, reading: Reading | None, *, read_again: ReadAgain, dpi: int
) -> SecretMark | None:
    """Return the highest mark on the page; None: neither the words nor the picture show one.

    `reading` is None for a page on which nothing was read; `dpi` is that of the image, as used for reading.

    Raises:
        BackendError: `read_again` broke; the page was not looked through and must be tried again.
    """
    found = [] if reading is None else _in_words(reading)
    if not found:
        found = _in_picture(image, reading, read_again, dpi)
    order = list(Level)
    return max(found, key=lambda mark: (order.index(mark.level), mark.confidence), default=None)


def _in_words(reading: Reading) -> list[SecretMark]:
    return [SecretMark(said.level, group.box, said.likeness, "words") for group, said in words.marks(reading)]


def _in_picture(
    image: PageImage, reading: Reading | None, read_again: ReadAgain, dpi: int
) -> list[SecretMark]:
    rotation = image.rotation if reading is None else reading.rotation
    lean = 0.0 if reading is None else reading.skew
    cut = [
        (place, crop)
        for place in places(image, reading, rotation=rotation, dpi=dpi)
        for crop in crops(image, place, rotation=rotation, dpi=dpi, lean=lean)
    ]
    if not cut:
        return []
    heard: dict[Place, list[str]] = {}
    for (place, _), texts in zip(cut, read_again([crop for _, crop in cut]), strict=True):
        heard.setdefault(place, []).extend(texts)
    denied = [place.box for place, texts in heard.items() if sum(map(denies, texts)) >= VOTES]
    found = []
    for place, texts in heard.items():
        said = _agreed(texts)
        if said is None or any(_mostly_in(place.box, whole) for whole in denied):
            continue
        box = back(place.box, image, rotation)
        if reading is None or not (
            _in_a_sentence(reading, place, box) or (said.likeness <= DOUBTFUL and _well_read(reading, box))
        ):
            found.append(SecretMark(said.level, box, said.likeness, place.layer))
    return found


def _agreed(texts: Sequence[str]) -> Said | None:
    """Return what the readings of one place come to: one clear one is enough, or several that may be it."""
    said = [one for one in (says(text, spare=SPARE) for text in texts) if one is not None]
    best = max(said, key=lambda one: one.likeness, default=None)
    if best is None or (best.likeness < CLEAR and len(said) < VOTES):
        return None
    if best.likeness <= DOUBTFUL and len(said) < sum(map(urges, texts)):
        return None  # HỎA TỐC, misread once
    return best


def _in_a_sentence(reading: Reading, place: Place, box: Box) -> bool:
    """Return whether the place is a word of a line whose neighbours make another word of it ("BÍ MẬT")."""
    if place.layer == "coloured":
        return False
    flow: list[tuple[int, Word]] = [
        (number, word) for number, line in enumerate(reading.lines) for word in line.words
    ]
    inside = [i for i, (_, word) in enumerate(flow) if _mostly_in(word.box, box)]
    if not inside:
        return False
    if _is_print(box, [flow[i][1] for i in inside]):
        return True
    first, last = min(inside), max(inside)
    within = [flow[i][1] for i in inside]
    if any(word.agreed and word.text.isupper() and fold(word.text) in {*BEFORE, *AFTER} for word in within):
        return True
    before = fold(flow[first - 1][1].text) if first else ""
    after = fold(flow[last + 1][1].text) if last + 1 < len(flow) else ""
    own = {flow[i][0] for i in inside}
    long = any(len(reading.lines[number].words) > len(inside) + 1 for number in own)
    return long and (before in BEFORE or after in AFTER or before.endswith("MAT"))


def _is_print(box: Box, inside: Sequence[Word]) -> bool:
    """Return whether the place is no larger than the words in it, and those are in small letters."""
    side = min(box[2] - box[0], box[3] - box[1])
    taller = max(min(word.box[2] - word.box[0], word.box[3] - word.box[1]) for word in inside)
    return side < 1.6 * taller and not any(words.capital(word.text) for word in inside)


def _well_read(reading: Reading, box: Box) -> bool:
    """Return whether the readers agreed on a word in the place, so that what may be a mark is that word."""
    return any(
        word.agreed and len(fold(word.text)) >= 3 and _mostly_in(word.box, box)
        for line in reading.lines
        for word in line.words
    )


def _mostly_in(word: Box, box: Box) -> bool:
    wide = min(word[2], box[2]) - max(word[0], box[0])
    high = min(word[3], box[3]) - max(word[1], box[1])
    area = (word[2] - word[0]) * (word[3] - word[1])
    return wide > 0 and high > 0 and wide * high > 0.5 * area
