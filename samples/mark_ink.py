"""A stamp or a printed caption as ink: drawn, deformed, framed, turned, worn, and pressed onto a sheet."""

import functools
import random
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from samples.draw import Pixels
from samples.fonts import FOLDERS, FontMissing

Cover = NDArray[np.float32]
"""Height x width, how much of the paper the ink covers, 0.0 to 1.0."""

INKS: dict[str, tuple[int, int, int]] = {
    "black": (18, 18, 20),
    "red": (196, 32, 42),
    "blue": (28, 44, 128),
    "crimson": (150, 16, 60),
    "violet": (96, 40, 140),
    "orange": (222, 92, 40),
    "azure": (40, 110, 190),
    "green": (20, 110, 70),
    "grey": (90, 90, 92),
    "purple": (128, 28, 112),
    "stamp-blue": (58, 74, 172),
    "rust": (146, 66, 34),
    "pine": (22, 84, 58),
    "pale-red": (214, 84, 92),
    "worn-black": (66, 62, 70),
    "wine": (122, 22, 42),
    "navy": (26, 38, 98),
    "teal": (18, 104, 112),
    "plum": (94, 34, 92),
    "brown": (98, 62, 38),
    "graphite": (54, 54, 60),
}
"""RGB of the inks that stamps and ribbons come in."""

FACES: dict[str, tuple[str, ...]] = {
    "serif-bold": ("liberation2/LiberationSerif-Bold.ttf", "liberation/LiberationSerif-Bold.ttf"),
    "sans-bold": ("dejavu/DejaVuSans-Bold.ttf",),
    "narrow-sans": ("liberation2/LiberationSans-Bold.ttf", "liberation/LiberationSans-Bold.ttf"),
    "light-sans": ("liberation2/LiberationSans-Regular.ttf", "liberation/LiberationSans-Regular.ttf"),
    "slab": ("dejavu/DejaVuSerif-Bold.ttf",),
    "typewriter": ("liberation2/LiberationMono-Bold.ttf", "liberation/LiberationMono-Bold.ttf"),
    "mono": ("dejavu/DejaVuSansMono-Bold.ttf",),
    "slanted": ("liberation2/LiberationSerif-BoldItalic.ttf", "liberation/LiberationSerif-BoldItalic.ttf"),
    "slanted-sans": (
        "liberation2/LiberationSans-BoldItalic.ttf",
        "liberation/LiberationSans-BoldItalic.ttf",
    ),
    "charis": ("charis/CharisSIL-Bold.ttf",),
    "free-serif": ("freefont/FreeSerifBold.ttf",),
    "free-mono": ("freefont/FreeMonoBold.ttf",),
    "free-sans-slanted": ("freefont/FreeSansBoldOblique.ttf",),
    "lato-black": ("lato/Lato-Black.ttf",),
    "open-narrow": ("open-sans/OpenSans-CondBold.ttf",),
    "open-heavy-slanted": ("open-sans/OpenSans-ExtraBoldItalic.ttf",),
    "roboto-narrow": ("roboto/unhinted/RobotoCondensed-Bold.ttf",),
    "roboto-black": ("roboto/unhinted/RobotoTTF/Roboto-Black.ttf",),
    "comfortaa": ("comfortaa/Comfortaa-Bold.ttf",),
    "libertine": ("linux-libertine/LinLibertine_RB.otf",),
    "libertine-slanted": ("linux-libertine/LinLibertine_RBI.otf",),
    "libertine-half-bold": ("linux-libertine/LinLibertine_RZ.otf",),
    "biolinum": ("linux-libertine/LinBiolinum_RB.otf",),
    "lato-heavy-slanted": ("lato/Lato-HeavyItalic.ttf",),
    "open-bold": ("open-sans/OpenSans-Bold.ttf",),
    "roboto-medium-slanted": ("roboto/unhinted/RobotoTTF/Roboto-MediumItalic.ttf",),
    "free-mono-slanted": ("freefont/FreeMonoBoldOblique.ttf",),
    "charis-slanted": ("charis/CharisSIL-BoldItalic.ttf",),
    "open-heavy": ("open-sans/OpenSans-ExtraBold.ttf",),
}
"""Files of each face; the first one there is taken. Up to `slanted-sans` they are of the Debian packages that
the samples need anyway; the others, for judging alone, of fonts-sil-charis, fonts-freefont-ttf, fonts-lato,
fonts-open-sans, fonts-roboto-unhinted, fonts-comfortaa and fonts-linuxlibertine."""

FACE_FOLDERS: list[Path] = [*FOLDERS, Path("/usr/share/fonts/opentype")]
"""Where faces are looked for; a bench may add a folder of packages that are unpacked and not installed."""


@dataclass(frozen=True)
class Stamp:
    """What is pressed, and how."""

    text: str
    face: str = "serif-bold"  #: key of `FACES`
    ink: str = "red"  #: key of `INKS`
    shape: str = "plain"  #: plain, condensed, wide, spaced, outline, heavy, thin, hand or cut
    frame: str = "box"  #: none, box, double, round, lines, thick or corners
    cap_mm: float = 5.0  #: height of a capital letter
    angle: float = 0.0  #: degrees anticlockwise
    strength: float = 0.95  #: how much the ink covers, 0.0 to 1.0
    wear: float = 0.2  #: unevenness of the ink, 0.0 to 1.0


@functools.cache
def face_file(face: str) -> Path:
    """Return the font file of a face.

    Raises:
        FontMissing: it is not installed.
    """
    for folder in FACE_FOLDERS:
        for name in FACES[face]:
            if (folder / name).is_file():
                return folder / name
    raise FontMissing(f"no font file for the face {face!r}")


def draw(stamp: Stamp, *, dpi: int, rng: random.Random) -> Cover:
    """Return the stamp's ink, upright page up, cut to what the ink needs."""
    noise = np.random.default_rng(rng.randrange(2**32))
    cap = max(6, round(stamp.cap_mm * dpi / 25.4))
    letters = deformed(_letters(stamp, cap, rng), stamp.shape, cap, noise)
    turned = _turned(framed(letters, stamp.frame, cap), stamp.angle)
    return _worn(turned, stamp, noise)


def press(pixels: Pixels, cover: Cover, left: int, top: int, ink: str) -> None:
    """Darken `pixels` (RGB) where the ink covers them; what lies off the sheet is lost."""
    press_colour(pixels, cover, left, top, INKS[ink])


def press_colour(pixels: Pixels, cover: Cover, left: int, top: int, colour: tuple[int, int, int]) -> None:
    """Do what `press` does, in ink of any colour (RGB)."""
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(pixels.shape[1], left + cover.shape[1]), min(pixels.shape[0], top + cover.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = pixels[y0:y1, x0:x1].astype(np.float32)
    share = cover[y0 - top : y1 - top, x0 - left : x1 - left, None]
    light = np.array(colour, np.float32) / 255
    pixels[y0:y1, x0:x1] = np.round(part * (1 - share * (1 - light))).astype(np.uint8)


def _letters(stamp: Stamp, cap: int, rng: random.Random) -> Cover:
    face = ImageFont.truetype(
        str(face_file(stamp.face)), round(cap / 0.7), layout_engine=ImageFont.Layout.BASIC
    )
    if stamp.shape == "spaced":
        return one_by_one(stamp.text, face, cap, rng, gap=rng.uniform(0.35, 0.7), blank=0.9)
    if stamp.shape in ("hand", "cut"):
        return one_by_one(stamp.text, face, cap, rng, gap=rng.uniform(0.02, 0.12), blank=0.5, hand=True)
    return in_one(stamp.text, face, cap)


def in_one(text: str, face: ImageFont.FreeTypeFont, cap: int) -> Cover:
    """Return the letters as the face sets them; `cap` is the height of a capital letter in pixels."""
    width = round(face.getlength(text)) + 2 * cap
    image = Image.new("L", (width, 4 * cap), 0)
    ImageDraw.Draw(image).text((cap, round(2.6 * cap)), text, 255, face, anchor="ls")
    return cut(np.asarray(image).astype(np.float32) / np.float32(255))


def one_by_one(
    text: str, face: ImageFont.FreeTypeFont, cap: int, rng: random.Random, *, gap: float, blank: float,
    hand: bool = False,
) -> Cover:  # fmt: skip
    """Return the letters set one by one; `gap` and `blank` (between words) are shares of `cap`.

    Each stands a little turned and lifted where they are set by `hand`.
    """
    step = cap * gap
    words = text.count(" ") + 1
    width = round(sum(face.getlength(letter) + step for letter in text) + (3 + words * blank) * cap)
    whole = Image.new("L", (width, 4 * cap), 0)
    x = float(cap)
    for letter in text:
        if letter == " ":
            x += cap * blank
            continue
        wide = round(face.getlength(letter))
        tile = Image.new("L", (wide + 2 * cap, 4 * cap), 0)
        ImageDraw.Draw(tile).text((cap, round(2.6 * cap)), letter, 255, face, anchor="ls")
        if hand:
            scale = rng.uniform(0.88, 1.12)
            tile = tile.rotate(rng.uniform(-7, 7), Image.Resampling.BICUBIC)
            tile = tile.resize((round(tile.width * scale), round(tile.height * rng.uniform(0.92, 1.08))))
        lift = round(rng.uniform(-0.07, 0.07) * cap) if hand else 0
        whole.paste(255, (round(x) - cap, lift), tile)
        x += wide + step
    return cut(np.asarray(whole).astype(np.float32) / np.float32(255))


def deformed(letters: Cover, shape: str, cap: int, noise: np.random.Generator) -> Cover:
    """Return the letters in a `Stamp.shape`, cut to their ink."""
    thick = max(2, cap // 14)
    round_pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thick | 1, thick | 1))
    padded = np.pad(letters, thick * 2)
    match shape:
        case "condensed" | "wide":
            size = (
                max(8, round(letters.shape[1] * (0.68 if shape == "condensed" else 1.35))),
                letters.shape[0],
            )
            return np.asarray(cv2.resize(letters, size, interpolation=cv2.INTER_AREA), np.float32)
        case "outline":
            inner = cv2.erode(padded, round_pen)
            return cut(np.asarray(cv2.dilate(padded, np.ones((2, 2))) - inner, np.float32).clip(0, 1))
        case "heavy":
            return cut(np.asarray(cv2.dilate(padded, round_pen), np.float32))
        case "thin":
            small = np.ones((max(2, thick // 2 + 1),) * 2, np.uint8)
            return cut(np.asarray(cv2.erode(padded, small), np.float32))
        case "hand":
            return _wavy(np.pad(letters, cap // 3), cap, noise)
        case "cut":
            return _cut_by_knife(np.pad(letters, cap // 3), cap)
        case _:
            return letters


def _cut_by_knife(letters: Cover, cap: int) -> Cover:
    """Give letters straight edges and corners, as a knife leaves them in rubber."""
    full = np.asarray(cv2.resize(letters, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC), np.float32)
    inked = (full > 0.5).astype(np.uint8)
    edges, _ = cv2.findContours(inked, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    straight = [cv2.approxPolyDP(edge, 0.22 * cap, True) for edge in edges]
    canvas = np.zeros_like(inked)
    cv2.fillPoly(canvas, [edge for edge in straight if len(edge) >= 3], (255,))
    size = (letters.shape[1], letters.shape[0])
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    return cut(np.asarray(small, np.float32) / np.float32(255))


def _wavy(letters: Cover, cap: int, noise: np.random.Generator) -> Cover:
    """Bend the strokes as an unsteady hand does."""
    height, width = letters.shape
    cells = (max(3, width // cap + 2), max(3, height // cap + 2))
    dx, dy = (
        cv2.resize(
            noise.uniform(-0.09, 0.09, (cells[1], cells[0])).astype(np.float32) * cap,
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        for _ in range(2)
    )
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cut(np.asarray(cv2.remap(letters, x + dx, y + dy, cv2.INTER_LINEAR), np.float32))


def framed(letters: Cover, frame: str, cap: int) -> Cover:
    """Return the letters in the middle of a `Stamp.frame`."""
    if frame == "none":
        return letters
    room, thick = round(cap * 0.45), max(2, cap // 12)
    whole = np.pad(letters, room + 3 * thick)
    height, width = whole.shape
    corners = ((thick, thick), (width - 1 - thick, height - 1 - thick))
    canvas = np.ascontiguousarray(whole * 255).astype(np.uint8)
    if frame == "lines":
        for y in (thick, height - 1 - thick):
            cv2.line(canvas, (thick, y), (width - thick, y), (255,), thick)
    elif frame == "round":
        radius = height // 3
        ring = np.zeros_like(canvas)
        cv2.rectangle(ring, (radius, thick), (width - radius, height - thick), (255,), -1)
        cv2.rectangle(ring, (thick, radius), (width - thick, height - radius), (255,), -1)
        for x in (radius, width - radius):
            for y in (radius, height - radius):
                cv2.circle(ring, (x, y), radius - thick, (255,), -1)
        kernel = np.ones((2 * thick + 1, 2 * thick + 1), np.uint8)
        canvas = np.maximum(canvas, cv2.subtract(ring, cv2.erode(ring, kernel)))
    elif frame == "corners":
        off = height // 5
        x0, y0, x1, y1 = thick, thick, width - 1 - thick, height - 1 - thick
        upper = [(x0, y0 + off), (x0 + off, y0), (x1 - off, y0), (x1, y0 + off)]
        lower = [(x1, y1 - off), (x1 - off, y1), (x0 + off, y1), (x0, y1 - off)]
        cv2.polylines(canvas, [np.array([*upper, *lower], np.int32)], True, (255,), thick)
    else:
        cv2.rectangle(canvas, corners[0], corners[1], (255,), thick * (2 if frame == "thick" else 1))
    if frame == "double":
        step = 2 * thick + 1
        inner = ((thick + step, thick + step), (width - 1 - thick - step, height - 1 - thick - step))
        cv2.rectangle(canvas, inner[0], inner[1], (255,), max(1, thick // 2))
    return canvas.astype(np.float32) / np.float32(255)


def _turned(cover: Cover, angle: float) -> Cover:
    if not angle:
        return cover
    height, width = cover.shape
    side = round(np.hypot(height, width)) + 4
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    return cut(np.asarray(cv2.warpAffine(cover, matrix, (side, side)), np.float32))


def _worn(cover: Cover, stamp: Stamp, noise: np.random.Generator) -> Cover:
    """Ink unevenly, with specks the rubber left out."""
    height, width = cover.shape
    coarse = noise.uniform(1 - stamp.wear, 1.0, (5, 9)).astype(np.float32)
    even = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).clip(0.2, 1)
    fine = cv2.GaussianBlur(noise.standard_normal((height, width)).astype(np.float32), (0, 0), 1.2)
    gone = np.where(fine > 0.9 - 0.5 * stamp.wear, 1 - stamp.wear, 1.0)
    return np.asarray(cover * even * gone * stamp.strength, np.float32)


def cut(cover: Cover) -> Cover:
    """Return the part that the ink needs; all of it where there is none."""
    rows, columns = np.flatnonzero(cover.max(1) > 0.02), np.flatnonzero(cover.max(0) > 0.02)
    if not rows.size:
        return cover
    return np.ascontiguousarray(cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
