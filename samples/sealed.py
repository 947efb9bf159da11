"""Signatures under a seal, as scanners without colour give them: the seal is as black as the name below it.

A seal covers about a third of the signature, on its left (NĐ 30/2020, Phụ lục I, boxes 7 and 8), and the
name stands under the signature: the seal's lower edge laps over its first words.
"""

import dataclasses
import functools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from samples import scan
from samples.content import Document
from samples.draw import Pixels
from samples.fonts import font
from samples.layout import typeset
from samples.pages import invent, look_for
from samples.sheet import Sheet

CLASSES = ("bilevel200", "skew", "typewriter", "bleed", "bilevel200", "upside")
"""Scanners without colour, in turn (`samples.scan.CLASSES`); one-bit scans are the hardest and come twice."""
_INK = 82
"""Grey of a seal's red."""


@dataclass(frozen=True, eq=False)
class SealedPage:
    """The page that a record is signed on."""

    image: Pixels
    dpi: int
    cls: str  #: key of `samples.scan.CLASSES`
    signer: str  #: NFC


def sealed_pages(n: int, seed: int) -> Iterator[SealedPage]:
    """Yield `n` signed pages; the i-th depends on `seed` and i alone."""
    for i in range(n):
        yield sealed_page(random.Random(f"sealed {seed} {i}"), CLASSES[i % len(CLASSES)])


def sealed_page(rng: random.Random, cls: str) -> SealedPage:
    """Return one signed page as class `cls` of scanner gives it.

    Raises:
        KeyError: no such class.
    """
    document = invent(rng, paragraphs=rng.randrange(2, 5))
    while not document.issuer or len(document.signers) > 1:
        document = invent(rng, paragraphs=rng.randrange(2, 5))
    look = dataclasses.replace(look_for(cls, rng), name_stamp=False)
    sheet = typeset(document, dpi=scan.CLASSES[cls].dpi, look=look)[-1]
    back = _back(sheet.dpi, rng) if scan.CLASSES[cls].bleed else None
    made = scan.scan(sheet, cls, rng=rng, back=back, stamped=functools.partial(_press, sheet, document, rng))
    return SealedPage(made.pixels, made.dpi, cls, document.signers[-1].name)


def _back(dpi: int, rng: random.Random) -> Pixels:
    return scan.blank(dpi=dpi, rng=rng)


def _press(sheet: Sheet, document: Document, rng: random.Random, pixels: Pixels) -> None:
    """Press a seal onto the sheet: unevenly inked, darkening what it covers."""
    mm = sheet.dpi / 25.4
    x, y, agency = sheet.seals[-1]
    stamp = _seal(agency, sheet.dpi, rng)
    side = stamp.shape[0]
    middle = x + round(rng.uniform(-5, 8) * mm), y + round(rng.uniform(-3, 6) * mm)
    noise = np.random.default_rng(rng.randrange(2**32))
    coarse = noise.uniform(rng.choice((0.5, 0.75, 0.95)), 1.0, (9, 9)).astype(np.float32)
    worn = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    cover = (255 - stamp.astype(np.float32)) / 255 * np.clip(worn, 0.2, 1) * rng.uniform(0.8, 1.0)
    x0, y0 = max(0, middle[0] - side // 2), max(0, middle[1] - side // 2)
    part = pixels[y0 : y0 + side, x0 : x0 + side]
    cover = cover[: part.shape[0], : part.shape[1], None]
    part[:] = np.round(part * (1 - cover * (1 - _INK / 255))).astype(np.uint8)


def _seal(agency: str, dpi: int, rng: random.Random) -> Pixels:
    """Return a round stamp of 32 to 38 mm with rings as offices have them; it says that it is a sample."""
    side = round(rng.uniform(32, 38) * dpi / 25.4)
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    middle, thin = side / 2, max(1, round(dpi / rng.uniform(70, 130)))
    inner = rng.uniform(0.26, 0.31)
    for share, thick in (
        (0.49, thin * rng.choice((1, 2, 3))),
        (rng.uniform(0.43, 0.46), thin),
        (inner, thin),
    ):
        r = side * share
        pen.ellipse((middle - r, middle - r, middle + r, middle + r), outline=0, width=thick)
    size = round(side / rng.uniform(11, 14))
    words = f"{rng.choice(('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'HUYỆN - TỈNH'))} * {agency} * MẪU THỬ * "
    _round(
        image, words, side * (inner + 0.445) / 2, size, rng.choice(("serif", "sans")), rng.uniform(0, 6.28)
    )
    for i, text in enumerate(("MẪU", "THỬ")):
        pen.text(
            (middle, middle + (i - 0.5) * side * 0.16), text, 0, font("sans", "bold", side // 8), anchor="mm"
        )
    turn = cv2.getRotationMatrix2D((middle, middle), rng.uniform(-25, 25), 1.0)
    return cv2.warpAffine(np.array(image), turn, (side, side), borderValue=(255,)).astype(np.uint8)


def _round(image: Image.Image, words: str, radius: float, size: int, family: str, start: float) -> None:
    """Write words round a circle, narrowing the type where they would not go round."""
    middle = image.width / 2
    size = min(size, round(2 * math.pi * radius / len(words) * 1.35))
    face = font(family, "bold", size)
    for i, letter in enumerate(words):
        angle = 2 * math.pi * i / len(words) + start
        tile = Image.new("L", (size * 2, size * 2), 255)
        ImageDraw.Draw(tile).text((size, size), letter, 0, face, anchor="mm")
        tile = tile.rotate(-math.degrees(angle) - 90, Image.Resampling.BICUBIC, fillcolor=255)
        at = round(middle + radius * math.cos(angle) - size), round(middle + radius * math.sin(angle) - size)
        image.paste(0, at, Image.eval(tile, lambda v: 255 - v))
