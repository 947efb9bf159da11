"""Stacks of paper as they lie on the feeder: records one after another, with or without separator sheets."""

import functools
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pypdfium2

from paper.separator_sheet import Separator, print_separators
from paper.sheet_mark import Kind
from samples import scan
from samples.draw import Pixels
from samples.pages import SamplePage, blank_page, invent, scan_document
from samples.truth import TruePage


@dataclass(frozen=True, eq=False)
class StackSheet:
    """One page of a stack."""

    page: SamplePage
    starts: Kind | None = None  #: what begins with this page
    separator: Kind | None = None  #: it is a separator sheet


def make_stack(
    seed: int, *, records: int = 4, separators: bool = True, duplex: bool | None = None, cls: str = ""
) -> Iterator[StackSheet]:
    """Yield the pages of one stack; the same arguments give the same pages.

    Args:
        seed: where chance comes from.
        records: how many records lie in it.
        separators: a sheet before every record but the first; now and then one for a new dossier.
        duplex: both sides of every sheet are scanned; None leaves it to chance.
        cls: a key of `samples.scan.CLASSES` for all pages; "" leaves it to chance.
    """
    rng = random.Random(f"stack {seed}")
    cls = cls or rng.choice([name for name in scan.CLASSES if name not in ("hand", "table")])
    both = rng.random() < 0.4 if duplex is None else duplex
    dpi = scan.CLASSES[cls].dpi
    for record in range(records):
        kind: Kind = "document" if record else "dossier"
        if separators and record:
            kind = "dossier" if rng.random() < 0.3 else "document"
            yield StackSheet(separator_page(kind, cls, rng), separator=kind)
            if both:
                yield StackSheet(blank_page(dpi=dpi, rng=rng, bilevel=scan.CLASSES[cls].bilevel))
        document = invent(rng, paragraphs=rng.randrange(3, 22))
        for number, page in enumerate(scan_document(document, cls, rng=rng)):
            yield StackSheet(page, starts=kind if number == 0 else None)
            if both and rng.random() < 0.5:
                yield StackSheet(blank_page(dpi=dpi, rng=rng, bilevel=scan.CLASSES[cls].bilevel))


def separator_page(kind: Kind, cls: str, rng: random.Random) -> SamplePage:
    """Return a separator sheet as our printer prints it and class `cls` of scanner gives it."""
    pixels = scan.scan_print(_printed(kind, scan.CLASSES[cls].dpi), cls, rng=rng)
    height, width = pixels.shape[:2]
    truth = TruePage(lines=(), cls=cls, dpi=scan.CLASSES[cls].dpi, width=width, height=height)
    return SamplePage(pixels, truth)


@functools.cache
def _printed(kind: Kind, dpi: int) -> Pixels:
    out = io.BytesIO()
    print_separators([Separator(kind)], out, made_at=datetime(2026, 1, 1, tzinfo=UTC))
    with pypdfium2.PdfDocument(out.getvalue()) as pdf:
        return np.asarray(pdf[0].render(scale=dpi / 72).to_numpy()[:, :, :3], dtype=np.uint8)
