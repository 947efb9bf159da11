"""Whole records, page after page, in the styles of many offices, with the truth of every field."""

import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from samples import scan
from samples.layout import typeset
from samples.pages import SamplePage, invent, look_for, scan_sheet
from samples.styles import STYLES, dress


@dataclass(frozen=True, eq=False)
class SampleDocument:
    """One scanned record."""

    pages: tuple[SamplePage, ...]
    fields: Mapping[str, str]  #: see `samples.content.Document.fields`
    cls: str  #: key of `samples.scan.CLASSES`
    style: str  #: one of `samples.styles.STYLES`
    by_hand: frozenset[str]  #: fields of which a part was written with a pen


def make_documents(n: int, seed: int, classes: Sequence[str] | None = None) -> Iterator[SampleDocument]:
    """Yield `n` whole records, the classes in turn.

    The i-th depends on `seed`, i and `classes` alone, as with `samples.pages.make_pages`.

    Raises:
        KeyError: no such class.
    """
    names = tuple(classes) if classes is not None else tuple(scan.CLASSES)
    for i in range(n):
        yield make_document(random.Random(f"document {seed} {i}"), names[i % len(names)])


def make_document(rng: random.Random, cls: str) -> SampleDocument:
    """Return one record as class `cls` of scanner gives it."""
    style = rng.choice(STYLES)
    document = invent(rng, table=rng.randrange(5, 12)) if cls == "table" else invent(rng)
    document = dress(document, style, rng=rng)
    look = look_for(cls, rng)
    if cls == "hand":
        look = dataclasses.replace(look, hand_day=rng.random() < 0.6)
    sheets = typeset(document, dpi=scan.CLASSES[cls].dpi, look=look)
    pages = tuple(
        scan_sheet(sheet, cls, rng=rng, document=document, first=number == 0)
        for number, sheet in enumerate(sheets)
    )
    pens = {"code", "number"} if look.hand_number and document.issuer else set()
    pens |= {"date"} if look.hand_day and document.issuer else set()
    pens |= {"arrival_number", "arrival_date"} if document.arrival else set()
    return SampleDocument(pages, document.fields, cls, style, frozenset(pens))
