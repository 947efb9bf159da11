"""The reading stage: from one scanned page to the words on it."""

import dataclasses
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from catalog.reading import Box, Line, Reading, Word
from catalog.scan import PageImage, TextLayer
from ocr.clean import CleanPage, Mask, clean, resolution
from ocr.engines import Engines
from ocr.fuse import FusedWord, Ground, fuse
from ocr.language import Language
from ocr.line_finder import LineFinder
from ocr.reader import LineImage, Reader, ReadLine
from ocr.seal import Hidden, clearest, under_seals

TEXT_LAYER = "text-layer"
"""Stands for a reader where the file itself carried its words."""


def read_page(image: PageImage, *, engines: Engines) -> Reading:
    """Return what is printed on `image`, every box in pixels of `image` itself.

    Raises:
        LineFinderError, OrienterError, ReaderError: an engine broke; nothing was read.
    """
    return read_pages([image], engines=engines)[0]


def read_pages(images: Sequence[PageImage], *, engines: Engines) -> list[Reading]:
    """Return what is printed on each of `images`, as `read_page` would of each by itself.

    The careful reader gets the lines of all of them at once: to start it costs as much as six lines.

    Raises:
        LineFinderError, OrienterError, ReaderError: an engine broke; nothing was read.
    """
    pages = [_find_lines(image, engines) for image in images if image.text is None]
    given = _read([page.to_read for page in pages], readers=engines.readers)
    read = iter([_reading(page, lines, engines) for page, lines in zip(pages, given, strict=True)])
    return [next(read) if image.text is None else _carried(image, image.text) for image in images]


@dataclass(frozen=True, eq=False)
class _Found:
    """A page and the lines on it, those under seals last."""

    image: PageImage
    clean: CleanPage
    boxes: list[Box]
    lines: list[LineImage]
    hidden: list[Hidden]

    @property
    def to_read(self) -> list[LineImage]:
        """The lines by themselves, then every look of those under seals."""
        return [*self.lines, *(look for line in self.hidden for look in line.looks)]


def _find_lines(image: PageImage, engines: Engines) -> _Found:
    page = clean(image, orienter=engines.orienter)
    hidden = under_seals(page, engines.finder)
    found = _find(page, engines.finder)
    boxes = [box for box in found if all(_share(box, line.box) < _INSIDE for line in hidden)]
    return _Found(image, page, boxes, [page.line(box) for box in boxes], hidden)


def _reading(found: _Found, given: list[dict[str, ReadLine]], engines: Engines) -> Reading:
    image, page, hidden = found.image, found.clean, found.hidden
    raw, looks = given[: len(found.boxes)], iter(given[len(found.boxes) :])
    boxes = [*found.boxes, *(line.box for line in hidden)]
    lines = [*found.lines, *(line.looks[0] for line in hidden)]
    told = [[next(looks) for _ in line.looks] for line in hidden]
    raw += [{name: clearest([one[name] for one in each]) for name in each[0]} for each in told]
    order = engines.finder.order(
        boxes, [next(iter(line.values())).text for line in raw], width=page.width, height=page.height
    )
    read = [_line(page, *of_line, engines.language) for of_line in zip(boxes, lines, raw, strict=True)]
    for i, each in enumerate(told, start=len(read) - len(told)):
        read[i] = _with_looks(read[i], each)
    printed = [read[i] for i in order if read[i].words]
    if engines.sealed is not None:
        printed = engines.sealed.put_right(page, printed)
    return Reading(
        lines=tuple(printed),
        width=image.width,
        height=image.height,
        dpi=page.dpi,
        rotation=page.turn.rotation,
        skew=page.turn.skew,
        engines=engines.builds(),
        degraded=engines.degraded,
    )


_INSIDE = 0.6
"""Share of a line's area from which it is taken for a part of another."""
_THE_SAME = 0.9
"""Share from which it is the other, found again."""
_UNDER_RED = 0.985
"""The same where red ink lies on it: one letter that a seal hides is a few hundredths of a name."""
_STAIN = 0.01
"""Share of red pixels in the box of a line from which red ink lies on it."""


def _find(page: CleanPage, finder: LineFinder) -> list[Box]:
    """Return where lines stand: as scanned and, where ink is red, also with the red lifted off.

    A seal hides the name under it from the finder, or leaves it half a name; red print shows as scanned only.
    """
    found = finder.find(page.plain)
    if page.red is None:
        return found
    for box in finder.find(page.cleaned):
        same = max((_share(box, other) for other in found), default=0.0)
        if same < (_UNDER_RED if _stained(page.red, box) else _THE_SAME):
            found = [other for other in found if _share(other, box) < _INSIDE]
            found.append(box)
    return found


def _stained(red: Mask, box: Box) -> bool:
    x0, y0, x1, y1 = box
    return float((red[y0:y1, x0:x1] > 127).mean()) > _STAIN


def _share(box: Box, other: Box) -> float:
    """Return the share of `box` that lies within `other`."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return width * height / area if width > 0 and height > 0 else 0.0


def _read(pages: Sequence[list[LineImage]], *, readers: Sequence[Reader]) -> list[list[dict[str, ReadLine]]]:
    """Return for each line of each page what each reader gave, by the reader's name.

    The last reader, which is started anew each time, gets all pages at once. The others get a page at a time:
    what they say of a line may depend in its last digits on the lines beside it; not on another page, then.
    """
    *quick, careful = readers
    together = iter(careful.read([line for lines in pages for line in lines]))
    return [
        [
            dict(zip([reader.name for reader in readers], line, strict=True))
            for line in zip(
                *(reader.read(lines) for reader in quick), list(islice(together, len(lines))), strict=True
            )
        ]
        for lines in pages
    ]


def _line(page: CleanPage, box: Box, image: LineImage, raw: dict[str, ReadLine], language: Language) -> Line:
    """Return the line with its words chosen, back in the place it has on the master."""
    x, y = box[0] - image.core[0], box[1] - image.core[1]
    words = []
    for word, confidence, agreed in _choose(raw, language):
        x0, y0, x1, y1 = word.box
        place = page.turn.box_to_master((x0 + x, y0 + y, x1 + x, y1 + y))
        words.append(Word(word.text, place, confidence, agreed))
    return Line(tuple(words), page.turn.box_to_master(box), {name: line.text for name, line in raw.items()})


def _with_looks(line: Line, looks: Sequence[dict[str, ReadLine]]) -> Line:
    """Return the line with what was read off each look of it, under the reader's name and a number."""
    others = {
        f"{name} {number}": read.text
        for number, look in enumerate(looks, start=2)
        for name, read in look.items()
        if read.words
    }
    return dataclasses.replace(line, raw={**line.raw, **others})


def _choose(raw: dict[str, ReadLine], language: Language) -> list[tuple[FusedWord, float, bool]]:
    readings = list(raw.values())
    if len(readings) == 2:
        fused = fuse(readings[0], readings[1], language=language)
        return [(word, word.sure, word.ground is Ground.AGREED) for word in fused]
    alone = readings[0]
    return [
        (FusedWord(word.text, word.box, Ground.ALONE, word.confidence), word.confidence, False)
        for word in alone.words
    ]


def _carried(image: PageImage, layer: TextLayer) -> Reading:
    """Return the words the file itself carries: they were typed, not read."""
    lines = []
    for carried in layer.lines:
        words = [
            Word(text, box, 1.0, True)
            for phrase, box in carried
            for text in unicodedata.normalize("NFC", phrase).split()
        ]
        if words:
            places = [word.box for word in words]
            whole = (
                min(place[0] for place in places),
                min(place[1] for place in places),
                max(place[2] for place in places),
                max(place[3] for place in places),
            )
            lines.append(Line(tuple(words), whole, {TEXT_LAYER: " ".join(word.text for word in words)}))
    return Reading(
        lines=tuple(lines),
        width=image.width,
        height=image.height,
        dpi=resolution(image),
        rotation=image.rotation,
        skew=0.0,
        engines={TEXT_LAYER: "file"},
    )
