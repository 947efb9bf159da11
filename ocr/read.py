"""The reading stage: from one scanned page to the words on it."""

import dataclasses
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from catalog.reading import Box, Line, Reading, Word
from catalog.scan import PageImage, TextLayer
from ocr.clean import CleanPage, clean, resolution, straighten
from ocr.engines import Engines
from ocr.fuse import FusedWord, Ground, fuse
from ocr.language import Language, letters
from ocr.page_lines import INSIDE, lines_on, share
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
    pages = [_upright(image, engines) for image in images if image.text is None]
    given = _read(pages, engines.readers)
    read = iter([_reading(page, lines, engines) for page, lines in zip(pages, given, strict=True)])
    return [next(read) if image.text is None else _carried(image, image.text) for image in images]


@dataclass(frozen=True, eq=False)
class _Found:
    """A page and the lines on it, those under seals last, with what the quick reader gave for each."""

    image: PageImage
    clean: CleanPage
    boxes: list[Box]
    lines: list[LineImage]
    hidden: list[Hidden]
    to_read: list[LineImage]  #: the lines by themselves, then every look of those under seals
    quick: list[ReadLine] | None  #: what it gave for each of these; None: there is no such reader


def _upright(image: PageImage, engines: Engines) -> _Found:
    """Return the lines of a page, turned upright.

    Nearly every page reads as its file says that it lies, which what the quick reader gives shows. For the
    others, and for all without such a reader, the orienter is asked; if it isn't sure, the file counts.
    """
    page, told = straighten(image), image.rotation
    found = None
    if len(engines.readers) > 1 and page.lie.sideways == (told in (90, 270)):
        found = _find_lines(clean(page, rotation=told), image, engines)
        if found.quick is not None and _reads(found.quick, engines.language):
            return found
    seen = engines.orienter.orientation(page.pixels, dpi=page.dpi)
    rotation = seen.rotation if seen.sure else told
    if found is not None and rotation == told:
        return found
    return _find_lines(clean(page, rotation=rotation), image, engines)


_READS = 0.2
"""Share of a page's words that are Vietnamese and surely read from which it is taken to lie upright.

Of 86 pages the least had 0.39; upside down the most had 0.06."""
_SURE = 0.8
_ENOUGH_WORDS = 8


def _reads(lines: Sequence[ReadLine], language: Language) -> bool:
    """Return whether what was read off a page is Vietnamese, so that it lies upright."""
    words = [(letters(word.text), word.confidence) for line in lines for word in line.words]
    words = [(word, sure) for word, sure in words if len(word) > 1]
    good = sum(sure > _SURE and language.knows(word) for word, sure in words)
    return len(words) >= _ENOUGH_WORDS and good >= _READS * len(words)


def _find_lines(page: CleanPage, image: PageImage, engines: Engines) -> _Found:
    hidden = under_seals(page, engines.finder)
    found = lines_on(page, engines.finder)
    boxes = [box for box in found if all(share(box, line.box) < INSIDE for line in hidden)]
    lines = [page.line(box) for box in boxes]
    to_read = [*lines, *(look for line in hidden for look in line.looks)]
    quick = engines.readers[0].read(to_read) if len(engines.readers) > 1 else None
    return _Found(image, page, boxes, lines, hidden, to_read, quick)


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


def _read(pages: Sequence[_Found], readers: Sequence[Reader]) -> list[list[dict[str, ReadLine]]]:
    """Return for each line of each page what each reader gave, by the reader's name.

    The careful reader, which is started anew each time, gets all pages at once. The quick one got a page at
    a time: what it says of a line may depend in its last digits on the lines beside it; not on another page.
    """
    names = [reader.name for reader in readers]
    together = iter(readers[-1].read([line for page in pages for line in page.to_read]))
    given = []
    for page in pages:
        careful = list(islice(together, len(page.to_read)))
        each = [page.quick, careful] if page.quick is not None else [careful]
        given.append([dict(zip(names, line, strict=True)) for line in zip(*each, strict=True)])
    return given


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
