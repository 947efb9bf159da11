"""Single pages with their truth, as many as a bench asks for."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from samples import scan
from samples.content import Document, compose, matters
from samples.draw import Pixels, paint
from samples.forms import fill, forms
from samples.layout import Look, Sheet, typeset
from samples.truth import TruePage, TrueWord


@dataclass(frozen=True, eq=False)
class SamplePage:
    """One scanned page and what really stands on it."""

    image: Pixels
    truth: TruePage

    @property
    def text(self) -> str:
        """The printed lines, one a line, NFC."""
        return self.truth.text

    @property
    def words(self) -> tuple[TrueWord, ...]:
        """All words with their boxes in pixels of `image`."""
        return self.truth.words

    @property
    def fields(self) -> Mapping[str, str]:
        """Agency, number, date, ...: see `samples.content.Document.fields`."""
        return self.truth.fields

    @property
    def cls(self) -> str:
        """Key of `samples.scan.CLASSES`, or "blank"."""
        return self.truth.cls

    @property
    def dpi(self) -> int:
        """True dots per inch of `image`."""
        return self.truth.dpi


def make_pages(n: int, seed: int, classes: Sequence[str] | None = None) -> Iterator[SamplePage]:
    """Yield `n` first pages of invented records, the classes in turn.

    The i-th page depends on `seed`, i and `classes` alone, so a bench may stop early and come back.

    Args:
        n: how many.
        seed: the same seed gives the same pages.
        classes: keys of `samples.scan.CLASSES`; None for all of them.

    Raises:
        KeyError: no such class.
    """
    names = tuple(classes) if classes is not None else tuple(scan.CLASSES)
    for i in range(n):
        rng = random.Random(f"page {seed} {i}")
        cls = names[i % len(names)]
        document = invent(rng, table=rng.randrange(5, 12)) if cls == "table" else invent(rng)
        yield next(scan_document(document, cls, rng=rng))


def invent(rng: random.Random, *, matter: str | None = None, abbreviation: str | None = None,
           paragraphs: int | None = None, table: int = 0) -> Document:  # fmt: skip
    """Return an invented record; what is not given is left to chance."""
    matter = matter or rng.choice(sorted(matters()))
    kinds = [kind for kind in matters()[matter]["kinds"] if not table or kind in WITH_TABLE]
    abbreviation = abbreviation or rng.choice(kinds)
    if abbreviation in forms():
        return fill(rng, form=abbreviation, matter=str(matters()[matter]["code"]))
    paragraphs = paragraphs or rng.randrange(4, 9)
    return compose(rng, matter=matter, abbreviation=abbreviation, paragraphs=paragraphs, table=table)


WITH_TABLE = ("BC", "TTr", "CV", "TB", "BB")
"""The kinds of record that carry a table before the signature."""


def look_for(cls: str, rng: random.Random) -> Look:
    """Return how a page of the class is printed."""
    return Look(
        family="typewriter" if cls == "typewriter" else "serif",
        body_pt=rng.choice((13, 13.5, 14)),
        leading=rng.choice((1.25, 1.32, 1.4)),
        hand_number=cls == "hand",
        name_stamp=scan.CLASSES[cls].seal and rng.random() < 0.5,
    )


def scan_document(document: Document, cls: str, *, rng: random.Random) -> Iterator[SamplePage]:
    """Yield every page of the document as class `cls` of scanner gives it."""
    sheets = typeset(document, dpi=scan.CLASSES[cls].dpi, look=look_for(cls, rng))
    for number, sheet in enumerate(sheets):
        yield scan_sheet(sheet, cls, rng=rng, document=document, first=number == 0)


def scan_sheet(sheet: Sheet, cls: str, *, rng: random.Random, document: Document, first: bool) -> SamplePage:
    """Return one page of the document; `first` says whether the record's fields belong to it."""
    back = None
    if scan.CLASSES[cls].bleed:
        other = typeset(invent(rng, paragraphs=9), dpi=100)[0]
        back = paint(other, rng=rng, seal=False)
    made = scan.scan(sheet, cls, rng=rng, back=back)
    truth = TruePage(
        lines=made.lines, cls=cls, dpi=made.dpi, width=made.pixels.shape[1], height=made.pixels.shape[0],
        fields=document.fields if first else {}, matter=document.matter, rotation=made.rotation,
        skew=made.skew,
    )  # fmt: skip
    return SamplePage(made.pixels, truth)


def blank_page(*, dpi: int, rng: random.Random, bilevel: bool = False) -> SamplePage:
    """Return the empty back of a sheet."""
    pixels = scan.blank(dpi=dpi, rng=rng)
    if bilevel:
        pixels = (pixels > 128).astype(pixels.dtype) * 255
    height, width = pixels.shape
    return SamplePage(
        pixels, TruePage(lines=(), cls="blank", dpi=dpi, width=width, height=height, blank=True)
    )
