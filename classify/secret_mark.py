"""Secret marks: MẬT, TỐI MẬT, TUYỆT MẬT in the mark's place (NĐ 30/2020, Phụ lục I, ô 10a).

Two look for it and either is enough: the words that were read, where they stand on their own; and the
picture, where ink that is coloured, framed or went unread is cut out, levelled and read again. A mark that is
overlooked is kept by a machine that must not keep it, so in doubt there is one; a person says that there is
none. Words in a sentence are no mark ("bảo vệ bí mật nhà nước").
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from catalog.reading import Box, Reading, Word
from catalog.scan import PageImage, Pixels
from classify import secret_mark_words as words
from classify.secret_mark_crop import Looks
from classify.secret_mark_frames import FEW
from classify.secret_mark_heard import WORDS, Heard, ReadAgain, Spot
from classify.secret_mark_part import parts
from classify.secret_mark_places import Place, back, places
from classify.secret_mark_text import (
    AFTER,
    BEFORE,
    CLEAR,
    DOUBTFUL,
    Level,
    Said,
    distance,
    fold,
    resembles,
    says,
)

Look = Callable[[Sequence[Pixels]], Sequence[Heard]]
Asked = tuple[list[Heard], Sequence[Pixels]]
"""Pictures of one place, and where to put what a reader says of each."""

PLAIN_TO_SEE = 0.97
"""Likeness from which no second look at a high mark can tell more."""
LEAST_SETTLED = 3
"""Letters of a word from which a place is settled by it."""
VOTES = 2
"""Readings of one place that may be a mark (`secret_mark_text.WEAK`) from which there is one."""
LEVEL = 4.0
"""Degrees up to which a row of letters may belong to a line of print."""
GUESSED = 0.5
"""Confidence in a word under which it is no word of a sentence where a high mark is read clearly."""
BESIDE = 3
"""Agreed words in small letters, close beside a place, from which it belongs to their line."""
AS_TALL = 1.4
"""How many times as tall as they are it may be then."""


@dataclass(frozen=True)
class SecretMark:
    """A mark that was found on a page."""

    level: Level
    box: Box  #: pixels of the master image
    confidence: float  #: 0.0 to 1.0
    found_by: str  #: words, letters, coloured, framed or unread


@dataclass(frozen=True, eq=False)
class Page:
    """A page that is looked through."""

    image: PageImage
    reading: Reading | None  #: None: nothing was read on it
    dpi: int  #: of the image, as used for reading

    @property
    def rotation(self) -> int:
        """Degrees clockwise by which the image is turned upright."""
        return self.image.rotation if self.reading is None else self.reading.rotation


def find_mark(
    image: PageImage,
    reading: Reading | None,
    *,
    readers: Sequence[ReadAgain],
    dpi: int,
    spot: Spot | None = None,
) -> SecretMark | None:
    """Return the highest mark on one page; see `find_marks`."""
    return find_marks([Page(image, reading, dpi)], readers=readers, spot=spot)[0]


def find_marks(
    pages: Sequence[Page], *, readers: Sequence[ReadAgain], spot: Spot | None = None
) -> list[SecretMark | None]:
    """Return the highest mark on each page; None: neither its words nor its picture show one.

    `readers`: the quick one first; `spot`: the quick one where it can be asked for words. A careful reader
    gets what is doubted on all the pages at once: to start it costs more than to read that.

    Raises:
        BackendError: a reader broke; no page was looked through, and all must be tried again.
    """
    quick, careful = _look(readers[0], spot), [_look(reader) for reader in readers[1:]]
    searches = [_Search(page, quick, last=not careful) for page in pages]
    for look in careful:
        _hear([asked for search in searches for asked in search.doubted()], look)
    return [search.highest() for search in searches]


def _look(read_again: ReadAgain, spot: Spot | None = None) -> Look:
    def look(pictures: Sequence[Pixels]) -> list[Heard]:
        if spot is None:
            return [Heard(text) for text in read_again(pictures)]
        return [Heard(text, tuple(nats)) for text, nats in spot(pictures, WORDS)]

    return look


class _Search:
    """What was seen and heard of one page so far."""

    def __init__(self, page: Page, quick: Look, *, last: bool) -> None:
        """Look at the page with the quick reader; `last`: no other will."""
        self._page = page
        self._in_words = [] if page.reading is None else list(words.marks(page.reading))
        self._heard: dict[Place, list[Heard]] = {}
        self._again: dict[Place, list[Heard]] = {}
        self._plain: dict[Place, list[Pixels]] = {}
        self._more: dict[Place, list[Pixels]] = {}
        self._clear: list[SecretMark] = []
        if not any(said.level is not Level.PLAIN and group.agreed for group, said in self._in_words):
            self._look_at_picture(quick, last=last)

    def _look_at_picture(self, quick: Look, *, last: bool) -> None:
        page, heard = self._page, self._heard
        lean = 0.0 if page.reading is None else page.reading.skew
        looks = {
            place: Looks(page.image, place, rotation=page.rotation, dpi=page.dpi, lean=lean)
            for place in places(page.image, page.reading, rotation=page.rotation, dpi=page.dpi)
        }
        heard.update((place, []) for place in looks)
        self._plain = {place: several.plain() for place, several in looks.items()}
        _hear(_each(heard, self._plain), quick)
        if any(one.said and _is_plain_to_see(one.said) for several in heard.values() for one in several):
            marks = _marks(page, heard)
            self._clear = [mark for mark in marks if _is_plain_to_see(Said(mark.level, mark.confidence))]
            if self._clear:
                return
        alone = sum(place.frame is not None for place in looks) <= FEW
        left = [
            place
            for place in looks
            if last
            or any(one.hints for one in heard[place])
            or (place.frame is None and any(parts(one.beside) for one in heard[place]))
            or (alone and place.frame and _unread(heard[place]))
        ]
        self._again = {place: [] for place in left}
        self._more = {
            place: list(looks[place].more([one.beside for one in heard[place]]))
            for place in left
            if not _settled(heard[place])
        }
        _hear(_each(self._again, self._more), quick)

    def doubted(self) -> list[Asked]:
        """Return what a more careful reader should look at, and where what it says belongs."""
        return [
            (
                self._heard[place],
                [*self._plain[place], *_hinting(self._more.get(place, ()), again)],
            )
            for place, again in self._again.items()
            if not any(map(_is_clear, [*self._heard[place], *again]))
        ]

    def highest(self) -> SecretMark | None:
        """Return the highest mark that was found."""
        page = self._page
        for place, several in self._again.items():
            self._heard[place] += several
        in_picture = self._clear or _marks(page, self._heard)
        there = {back(place.box, page.image, page.rotation): told for place, told in self._heard.items()}
        in_words = [
            SecretMark(said.level, group.box, said.likeness, "words") for group, said in self._in_words
        ]
        found = [mark for mark in in_words if not _is_refuted(mark, there)] + in_picture
        order = list(Level)
        return max(found, key=lambda mark: (order.index(mark.level), mark.confidence), default=None)


def _is_refuted(mark: SecretMark, heard: Mapping[Box, list[Heard]]) -> bool:
    """Return whether a look at more than its words shows that they are the last of ĐÃ GIẢI MẬT."""
    return any(
        one.clearly_denies for box, several in heard.items() if _mostly_in(mark.box, box) for one in several
    )


def _is_clear(one: Heard) -> bool:
    """Return whether nobody need be asked again: the reader holds hardly anything but the mark likely."""
    return one.nats is not None and one.said is not None and one.said.likeness >= CLEAR and one.in_capitals


def _is_plain_to_see(said: Said) -> bool:
    """Return whether no second look can tell more: a high mark, read letter by letter at a glance."""
    return said.level is not Level.PLAIN and said.likeness >= PLAIN_TO_SEE


def _unread(several: Sequence[Heard]) -> bool:
    """Return whether nobody can say what stands in a frame: no look agrees with another, no haste."""
    return not _settled(several) and not any(one.urges for one in several)


def _each(heard: Mapping[Place, list[Heard]], pictures: Mapping[Place, Sequence[Pixels]]) -> list[Asked]:
    return [(heard[place], several) for place, several in pictures.items()]


def _hear(asked: Sequence[Asked], look: Look) -> None:
    """Let a reader look at all the pictures at once, and add what it says to where it belongs."""
    flat = [(heard, picture) for heard, several in asked for picture in several]
    if flat:
        for (heard, _), one in zip(flat, look([picture for _, picture in flat]), strict=True):
            heard.append(one)


def _hinting(pictures: Sequence[Pixels], several: Sequence[Heard]) -> list[Pixels]:
    return [picture for picture, one in zip(pictures, several, strict=True) if one.hints]


def _settled(several: Sequence[Heard]) -> bool:
    """Return whether the plain looks at a place agree on something that is no mark."""
    if any(one.said for one in several):
        return False
    told = Counter(fold(one.text) for one in several)
    word, times = max(told.items(), key=lambda item: (item[1], len(item[0])), default=("", 0))
    whole = any(fold(one.text) == word and _of_one_kind(one.text) for one in several)
    return times >= VOTES and len(word) >= LEAST_SETTLED and whole and not resembles(word)


def _of_one_kind(text: str) -> bool:
    """Return whether its words are all in capitals, or or none but at its beginning; else it is guessed."""
    return text.isupper() or all(word[1:] == word[1:].lower() for word in text.split())


def _marks(page: Page, heard: Mapping[Place, list[Heard]]) -> list[SecretMark]:
    reading = page.reading
    stamps = [one for one in heard if one.layer in ("coloured", "framed") and one.is_stamp_sized]
    found: list[SecretMark] = []
    for place, several in heard.items():
        box = back(place.box, page.image, page.rotation)
        there = [] if reading is None else _words_in(reading, box)
        own = "".join(word.text for _, word in there)
        stamped = place in stamps or any(_mostly_in(place.box, stamp.box) for stamp in stamps)
        said = _agreed([*several, Heard(own)], stamped=stamped)
        if said is None or _is_denied(place, heard):
            continue
        if reading is None or not (
            (_in_a_sentence(reading, place, box, there) and not _stands_out(place, said, there, several))
            or (said.likeness <= DOUBTFUL and _well_read(there))
        ):
            found.append(SecretMark(said.level, box, said.likeness, place.layer))
    return found


def _is_denied(place: Place, heard: Mapping[Place, list[Heard]]) -> bool:
    """Return whether places here say that there is none: once clearly, or as often as would make a mark."""
    here = [
        one
        for other, several in heard.items()
        if _mostly_in(place.box, other.box) or _mostly_in(other.box, place.box)
        for one in several
        if one.denies
    ]
    return len(here) >= VOTES or any(one.clearly_denies for one in here)


def _agreed(several: Sequence[Heard], *, stamped: bool) -> Said | None:
    """Return what the looks at one place come to: one clear one is enough, or several that may be it.

    Where it is `stamped` (in a frame or in colour), one in capitals that may be it is enough. Half a mark
    counts only where the reader that was asked for it by name does not rule it out.
    """
    asked = [one for one in several if one.nats is not None]
    likely = [
        one
        for one in several
        if one.said is not None
        and (one.said.likeness > DOUBTFUL or not asked or any(each.allows(one.said.level) for each in asked))
    ]
    said = [one.said for one in likely if one.said is not None]
    capitals = any(one.in_capitals for one in likely)
    votes = 1 if stamped and capitals else VOTES
    best = max(said, key=lambda one: one.likeness, default=None)
    if best is None or (best.likeness < CLEAR and len(said) < votes):
        return None
    if best.level is Level.PLAIN and len(said) < VOTES and not capitals:
        return None  # three letters, read once and not in capitals: a scribble
    if best.likeness <= DOUBTFUL and len(said) < sum(one.urges for one in several):
        return None  # HỎA TỐC, misread once
    return best


def _words_in(reading: Reading, box: Box) -> list[tuple[int, Word]]:
    """Return the words read in a place, each with the number of its line."""
    return [
        (number, word)
        for number, line in enumerate(reading.lines)
        if line.box[0] < box[2] and box[0] < line.box[2] and line.box[1] < box[3] and box[1] < line.box[3]
        for word in line.words
        if _mostly_in(word.box, box)
    ]


def _in_a_sentence(reading: Reading, place: Place, box: Box, there: Sequence[tuple[int, Word]]) -> bool:
    """Return whether the place is a word of a line whose neighbours make another word of it ("BÍ MẬT")."""
    if place.layer == "coloured" or not there:
        return False
    within = [word for _, word in there]
    if _is_print(box, within) or _in_its_line(reading, there, box, place):
        return True
    alone = [(number, word) for number, word in there if word.agreed and says(word.text) is not None]
    if any(words.goes_on(reading, number, words.Group((word,))) for number, word in alone):
        return True  # the end of a heading, with what stands over it
    if any(word.agreed and word.text.isupper() and fold(word.text) in {*BEFORE, *AFTER} for word in within):
        return True
    flow = [(number, word) for number, line in enumerate(reading.lines) for word in line.words]
    inside = [i for i, (_, word) in enumerate(flow) if word in within]
    first, last = min(inside), max(inside)
    before = fold(flow[first - 1][1].text) if first else ""
    after = fold(flow[last + 1][1].text) if last + 1 < len(flow) else ""
    own = {number for number, _ in there}
    long = any(len(reading.lines[number].words) > len(inside) + 1 for number in own)
    if not any(map(_is_like, within)):
        return False  # what the sentence says here is another word: the mark lies on it
    return long and (before in BEFORE or after in AFTER or before.endswith("MAT"))


def _stands_out(
    place: Place, said: Said, there: Sequence[tuple[int, Word]], several: Sequence[Heard]
) -> bool:
    """Return whether a mark is read clearly in a frame, or where readers did not agree on what lies under it.

    MẬT must be read twice so, and what lies under it be no word like it.
    """
    if said.likeness < CLEAR:
        return False
    unsure = any(word.confidence < GUESSED for _, word in there)
    if place.frame is not None or not unsure or said.level is not Level.PLAIN:
        return place.frame is not None or unsure
    alike = any(_is_like(word) for _, word in there)
    return sum(map(_is_clear, several)) >= VOTES and not alike


def _is_like(word: Word) -> bool:
    """Return whether a word of the reading may be MẬT, or end with it, or a part of a mark."""
    letters = fold(word.text)
    return distance(letters[-3:], "MAT") <= 1 or (len(letters) > 1 and resembles(letters))


def _in_its_line(reading: Reading, there: Sequence[tuple[int, Word]], box: Box, place: Place) -> bool:
    """Return whether the place is a word of print: as tall as the agreed words beside it, on their line.

    Or a word by itself that goes on with the line above.
    """
    number = there[0][0]
    within = [word for _, word in there]
    if any(other != number for other, _ in there) or (place.row and abs(place.row.angle) > LEVEL):
        return False
    if words.goes_on(reading, number, words.Group(tuple(within))):
        return True
    sideways = reading.rotation in (90, 270)
    low, high = (0, 2) if sideways else (1, 3)
    group = next(
        (
            one.words
            for one in words.groups(reading.lines[number], rotation=reading.rotation)
            if within[0] in one.words
        ),
        (),
    )
    beside = [word for word in group if word not in within and word.agreed and not word.text.isupper()]
    if len(beside) < BESIDE:
        return False
    tall = max(word.box[high] - word.box[low] for word in beside)
    off = min(abs(word.box[high] - box[high]) for word in beside)
    return box[high] - box[low] <= AS_TALL * tall and off <= 0.25 * tall


def _is_print(box: Box, inside: Sequence[Word]) -> bool:
    """Return whether the place is no larger than the words in it, and those are in small letters.

    Only words on which the readers agreed: of a stamp one of them may make anything.
    """
    inside = [word for word in inside if word.agreed]
    if not inside:
        return False
    side = min(box[2] - box[0], box[3] - box[1])
    taller = max(min(word.box[2] - word.box[0], word.box[3] - word.box[1]) for word in inside)
    return side < 1.6 * taller and not any(words.capital(word.text) for word in inside)


def _well_read(there: Sequence[tuple[int, Word]]) -> bool:
    """Return whether the readers agreed on a word in the place, so that what may be a mark is that word."""
    return any(word.agreed and len(fold(word.text)) >= 3 for _, word in there)


def _mostly_in(word: Box, box: Box) -> bool:
    wide = min(word[2], box[2]) - max(word[0], box[0])
    high = min(word[3], box[3]) - max(word[1], box[1])
    area = (word[2] - word[0]) * (word[3] - word[1])
    return wide > 0 and high > 0 and wide * high > 0.5 * area
