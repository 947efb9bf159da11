"""The typefaces of the office, from Debian packages, checked for every Vietnamese letter."""

import functools
import itertools
import unicodedata
from pathlib import Path

from PIL import ImageFont

from luutru.errors import NotFound

FOLDERS = (Path("/usr/share/fonts/truetype"),)


def _liberation(name: str) -> tuple[tuple[str, ...], ...]:
    styles = [("Regular", "Bold", "Italic", "BoldItalic")]
    return tuple(
        tuple(f"{folder}/Liberation{name}-{style}.ttf" for style in row)
        for folder in ("liberation2", "liberation")
        for row in styles
    )


def _dejavu(name: str, slanted: str) -> tuple[tuple[str, ...], ...]:
    """With the slanted styles (fonts-dejavu-extra) where they are installed, else upright in their place."""
    upright = (f"dejavu/{name}.ttf", f"dejavu/{name}-Bold.ttf")
    return (
        (*upright, f"dejavu/{name}-{slanted}.ttf", f"dejavu/{name}-Bold{slanted}.ttf"),
        (*upright, *upright),
    )


FACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "serif": (*_liberation("Serif"), *_dejavu("DejaVuSerif", "Italic")),
    "sans": (*_liberation("Sans"), *_dejavu("DejaVuSans", "Oblique")),
    "typewriter": (*_liberation("Mono"), *_dejavu("DejaVuSansMono", "Oblique")),
}
"""Regular, bold, italic, bold italic by family; the first set that is whole and complete is taken.

Liberation 2 is Debian 12's fonts-liberation2 and Debian 13's fonts-liberation. Debian 12's fonts-liberation
is version 1, without most Vietnamese letters: it is found and passed over. The fall-back is
fonts-dejavu-core."""

STYLES = ("regular", "bold", "italic", "bold-italic")


class FontMissing(NotFound):
    """No installed typeface can print Vietnamese."""

    slug = "sample-font-missing"


def vietnamese_letters() -> str:
    """Return every letter Vietnamese is printed with, small and capital, NFC."""
    vowels = "aăâeêioôơuưy"
    tones = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
    small = "".join(unicodedata.normalize("NFC", v + t) for v, t in itertools.product(vowels, tones))
    small += "bcdđghklmnpqrstvx"
    return small + small.upper()


def complete(path: Path) -> bool:
    """Say whether the font file has a shape of its own for every Vietnamese letter."""
    face = ImageFont.truetype(str(path), 24)
    blank = bytes(face.getmask("\U0010fffd"))
    return all(bytes(face.getmask(letter)) != blank for letter in vietnamese_letters())


@functools.cache
def font_file(family: str, style: str) -> Path:
    """Return the font file for a family ("serif", "sans", "typewriter") and one of `STYLES`.

    Raises:
        FontMissing: no set of the family is installed and complete.
    """
    for names in FACES[family]:
        for folder in FOLDERS:
            paths = [folder / name for name in names]
            if all(path.is_file() for path in paths) and all(complete(path) for path in set(paths)):
                return paths[STYLES.index(style)]
    raise FontMissing(
        f"no {family} font with all Vietnamese letters under {', '.join(map(str, FOLDERS))}; "
        "install fonts-liberation2 (Debian 12), fonts-liberation (Debian 13) or fonts-dejavu-core"
    )


@functools.cache
def font(family: str, style: str, pixels: int) -> ImageFont.FreeTypeFont:
    """Return the typeface at a height of `pixels` an em."""
    return ImageFont.truetype(str(font_file(family, style)), pixels, layout_engine=ImageFont.Layout.BASIC)
