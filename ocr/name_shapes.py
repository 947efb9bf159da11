"""How the names of people look in print: every letter they are made of, in the type that records are set in.

NĐ 30/2020 (Phụ lục I) sets the signer's name in Times New Roman, bold, 13 to 14 points, and offices did so
before. Liberation Serif has its widths to the unit, and letters like enough to be laid over them.
"""

import functools
import hashlib
import math
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Shape = NDArray[np.float32]
"""Height x width x 2: where a letter is ink, and the pixels round it that may be either."""

_FACES = tuple(
    Path("/usr/share/fonts/truetype") / folder / "LiberationSerif-Bold.ttf"
    for folder in ("liberation2", "liberation")  # Debian 12, Debian 13
)
_PROBE = "ẪẵỬữỖỡẶặỴỵĐđƠơƯư"
"""Letters that version 1 of the typeface lacks."""
_FINE = 8
"""Times as large as needed that letters are drawn, so that they can be of any size."""
_CORE, _TOUCHED = 0.6, 0.15
"""Share of a pixel that a letter covers from which it is ink, and from which it may be."""
_ABOVE, _TALL, _BESIDE = 1.15, 1.6, 0.3
"""Ems above the line, altogether, and beside a letter that its picture has room for."""
_FLAT = 0.7
"""Power of the shares of family names: the people who sign are not drawn like lots."""
_MIDDLE, _RARE_MIDDLE, _GIVEN = -4.0, -9.0, -6.5
"""Natural logarithms of the chance of a usual middle name, of any other, and of a given name."""


@dataclass(frozen=True, eq=False)
class Letters:
    """All letters of names at one size."""

    shapes: Sequence[Shape]  #: all of one size
    advances: NDArray[np.float32]  #: pixels to the next letter
    blank: float  #: pixels between words
    above: int  #: rows of a shape over the line it stands on
    before: int  #: columns of a shape before the place where the letter begins

    def table(self, every: int = 1) -> NDArray[np.float32]:
        """Return each `every`-th row of pixels of the shapes, each shape as one row, worth what all are."""
        known = self._tables.get(every)
        if known is None:
            known = np.stack(self.shapes)[:, ::every].reshape(len(self.shapes), -1) * np.float32(every)
            self._tables[every] = known
        return known

    @cached_property
    def _tables(self) -> dict[int, NDArray[np.float32]]:
        return {}


@dataclass(frozen=True, eq=False)
class NameShapes:
    """Words that names are made of, how likely each is where, and how they look."""

    face: Path  #: the typeface, bold
    families: Mapping[str, float]  #: logarithm of how likely each is
    middles: frozenset[str]  #: those that most middle names are
    given: frozenset[str]
    build: str  #: digest of names and typeface

    @classmethod
    def load(cls) -> Self | None:
        """Return the names carried in `ocr/data`; None where there is no typeface to lay them in."""
        face = next((path for path in _FACES if path.is_file() and _complete(path)), None)
        if face is None:
            return None
        packed = (files("ocr") / "data" / "names.toml").read_bytes()
        told = tomllib.loads(unicodedata.normalize("NFC", packed.decode("utf-8")))
        shares = dict.fromkeys(told["words"]["families"].split(), float(told["rare"])) | told["families"]
        total = sum(shares.values())
        middles = frozenset(told["words"]["middles"].split())
        digest = hashlib.sha256(packed + face.read_bytes()).hexdigest()[:12]
        return cls(
            face=face,
            families={word: _FLAT * math.log(share / total) for word, share in shares.items()},
            middles=middles,
            given=middles | frozenset(told["words"]["given"].split()),
            build=digest,
        )

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every word of a name, in order."""
        return tuple(sorted({*self.families, *self.given}))

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """Every letter of a name, in order."""
        return tuple(sorted(set("".join(self.words))))

    def chances(self, place: str) -> NDArray[np.float32]:
        """Return the logarithm of each word's chance as "family", "middle" or "given" name; -inf: never."""
        if place == "family":
            told = [self.families.get(word, -math.inf) for word in self.words]
        elif place == "middle":
            told = [_MIDDLE if word in self.middles else _RARE_MIDDLE for word in self.words]
        else:
            told = [_GIVEN if word in self.given else _RARE_MIDDLE for word in self.words]
        return np.array(told, np.float32)

    def at(self, size: float) -> Letters:
        """Return the letters at `size` pixels an em."""
        return _letters(self.face, self.letters, size)


@functools.lru_cache(maxsize=32)
def _letters(face: Path, letters: tuple[str, ...], size: float) -> Letters:
    font = ImageFont.truetype(str(face), round(size * _FINE))
    tall, above, before = int(size * _TALL), int(size * _ABOVE), int(size * _BESIDE)
    advances = [font.getlength(letter) / _FINE for letter in letters]
    wide = int(max(advances) + size * 2 * _BESIDE) + 1
    shapes = []
    for letter in letters:
        image = Image.new("L", (wide * _FINE, tall * _FINE), 0)
        ImageDraw.Draw(image).text((before * _FINE, above * _FINE), letter, 255, font, anchor="ls")
        covered = np.asarray(image.resize((wide, tall), Image.Resampling.BOX), np.float32) / 255
        core = (covered > _CORE).astype(np.float32)
        touched = cv2.dilate((covered > _TOUCHED).astype(np.uint8), np.ones((3, 3), np.uint8))
        shapes.append(np.dstack([core, touched.astype(np.float32) - core]))
    return Letters(shapes, np.array(advances, np.float32), font.getlength(" ") / _FINE, above, before)


def _complete(path: Path) -> bool:
    font = ImageFont.truetype(str(path), 20)
    missing = font.getmask("\uffff").getbbox()
    return all(font.getmask(letter).getbbox() != missing for letter in _PROBE)
