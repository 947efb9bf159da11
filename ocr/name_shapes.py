"""How the names of people look in print: every letter they are made of, in the type that records are set in.

NĐ 30/2020 (Phụ lục I) sets the signer's name in Times New Roman, bold, 13 to 14 points, and offices did so
before. Liberation Serif has its widths to the unit, and letters like enough to be laid over them.
"""

import functools
import hashlib
import math
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FACES = tuple(
    Path("/usr/share/fonts/truetype") / folder / "LiberationSerif-Bold.ttf"
    for folder in ("liberation2", "liberation")  # Debian 12, Debian 13
)
"""Where Debian keeps it. Where there is none of these, no name is laid over ink."""
_PROBE = "ẪẵỬữỖỡẶặỴỵĐđƠơƯư"
"""Letters that version 1 of the typeface lacks."""
_DRAWN = 80
"""Pixels an em at which letters are drawn, once: other sizes are made of that in a fiftieth of the time."""
_CORE, _TOUCHED = 0.6, 0.15
"""Share of a pixel that a letter covers from which it is ink, and from which it may be."""
_ABOVE, _TALL, _BESIDE = 1.0, 1.32, 0.1
"""Ems above the line, altogether, and beside a letter that its picture has room for: "Ổ", "ỵ", "ơ" fit."""
_FLAT = 0.7
"""Power of the shares of family names: the people who sign are not drawn like lots."""
_MIDDLE, _RARE_MIDDLE, _GIVEN = -4.0, -9.0, -6.5
"""Natural logarithms of the chance of a usual middle name, of any other, and of a given name."""


@dataclass(frozen=True, eq=False)
class Letters:
    """All letters of names at one size."""

    size: float  #: pixels an em
    columns: NDArray[
        np.float32
    ]  #: of their pixels x letters x rows x 2: ink, and round it what may be either
    advances: NDArray[np.float32]  #: pixels to the next letter
    blank: float  #: pixels between words
    above: int  #: rows of a letter over the line it stands on
    before: int  #: columns before the place where a letter begins

    @property
    def tall(self) -> int:
        """Rows of a letter."""
        return int(self.columns.shape[2])

    @property
    def wide(self) -> int:
        """Columns of a letter, of all the same."""
        return len(self.columns)

    @cached_property
    def halved(self) -> "Letters":
        """The letters at half the size, each pixel worth the four that it is made of."""
        twos = self.columns[::2] + self.columns[1::2]
        fours = twos[:, :, ::2] + twos[:, :, 1::2]
        half = np.float32(0.5)
        return Letters(
            self.size / 2, fours, self.advances * half, self.blank / 2, self.above // 2, self.before // 2
        )


@dataclass(frozen=True, eq=False)
class NameShapes:
    """Words that names are made of, how likely each is where, and how they look."""

    face: Path  #: the typeface, bold
    families: Mapping[str, float]  #: logarithm of how likely each is
    middles: frozenset[str]  #: those that most middle names are
    given: frozenset[str]
    build: str  #: digest of names and typeface

    @classmethod
    def load(cls, faces: Sequence[Path] = FACES) -> Self | None:
        """Return the names carried in `ocr/data`; None where none of `faces` can be laid over ink."""
        packed = (files("ocr") / "data" / "names.toml").read_bytes()
        told = tomllib.loads(unicodedata.normalize("NFC", packed.decode("utf-8")))
        shares = dict.fromkeys(told["words"]["families"].split(), float(told["rare"])) | told["families"]
        total = sum(shares.values())
        middles = frozenset(told["words"]["middles"].split())
        given = middles | frozenset(told["words"]["given"].split())
        letters = set("".join([*shares, *given])) | set(_PROBE)
        face = next((path for path in faces if _complete(path, letters)), None)
        if face is None:
            return None
        digest = hashlib.sha256(packed + face.read_bytes()).hexdigest()[:12]
        return cls(
            face=face,
            families={word: _FLAT * math.log(share / total) for word, share in shares.items()},
            middles=middles,
            given=given,
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


@functools.lru_cache(maxsize=16)
def _letters(face: Path, letters: tuple[str, ...], size: float) -> Letters:
    drawn, advances, blank = _drawn(face, letters)
    scale = size / _DRAWN
    widest = float(advances.max()) / _DRAWN + 2 * _BESIDE
    above, tall, before, wide = (2 * math.ceil(ems * size / 2) for ems in (_ABOVE, _TALL, _BESIDE, widest))
    top, left = _DRAWN * 3 // 2 - round(above / scale), _DRAWN // 2 - round(before / scale)
    drawn = drawn[:, top : top + round(tall / scale), left : left + round(wide / scale)]
    one_under_the_other = drawn.reshape(-1, drawn.shape[2])
    covered = cv2.resize(one_under_the_other, (wide, len(letters) * tall))
    core = covered > 255 * _CORE
    touched = cv2.dilate((covered > 255 * _TOUCHED).astype(np.uint8), np.ones((3, 3), np.uint8)) > core
    columns = np.empty((wide, len(letters), tall, 2), np.float32)
    columns[..., 0], columns[..., 1] = (each.T.reshape(columns.shape[:3]) for each in (core, touched))
    return Letters(size, columns, advances * np.float32(scale), blank * scale, above, before)


@functools.lru_cache(maxsize=1)
def _drawn(face: Path, letters: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.float32], float]:
    """Return each letter, half an em from the left and an em and a half from above, and how far each goes."""
    font = ImageFont.truetype(str(face), _DRAWN)
    drawn = []
    for letter in letters:
        image = Image.new("L", (_DRAWN * 2, _DRAWN * 2), 0)
        ImageDraw.Draw(image).text((_DRAWN // 2, _DRAWN * 3 // 2), letter, 255, font, anchor="ls")
        drawn.append(np.asarray(image))
    advances = [font.getlength(letter) for letter in letters]
    return np.stack(drawn), np.array(advances, np.float32), font.getlength(" ")


def _complete(path: Path, letters: Collection[str]) -> bool:
    """Whether there is a typeface that has all letters; one that is broken is as good as none."""
    if not path.is_file():  # asked for one that is not there, Pillow opens another of the same name
        return False
    try:
        font = ImageFont.truetype(str(path), 20)
        missing = font.getmask("\uffff").getbbox()
        return all(font.getmask(letter).getbbox() != missing for letter in sorted(letters))
    except OSError:
        return False
