"""The typeface that forms are printed in: measured letter by letter, embedded as what was used of it."""

import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont, TTLibError

from luutru.errors import NotFound
from paper.pdf_writer import PdfWriter

FOLDERS = (
    Path("/usr/share/fonts/truetype/liberation2"),  # Debian 12
    Path("/usr/share/fonts/truetype/liberation"),  # Debian 13
    Path("/usr/share/fonts/truetype/dejavu"),
)
"""Where a typeface is looked for when none is named. NĐ 30/2020, Phụ lục I asks for Times New Roman, which
may not be passed on; Liberation Serif has its widths to the unit."""

FAMILIES = ("Times New Roman", "Liberation Serif", "Tinos", "DejaVu Serif")
"""Taken in this order where a folder holds several."""

STYLES = ("regular", "bold", "italic", "bold-italic")

PROBE = "ẪẵỬữỖỡẶặỴỵĐđƠơƯưÂâĂă"
"""Letters that typefaces which only look Vietnamese lack."""

_NO_EMBEDDING = 0x0002
"""OS/2 fsType: restricted licence embedding."""

_UNKNOWN = "?"
"""Stands for a letter that the typeface lacks: PDF/A-2 (6.2.11.8) forbids its empty box, and no reader
could tell an empty box from nothing."""


class TypefaceMissing(NotFound):
    """No typeface that can print Vietnamese and may be embedded."""

    slug = "typeface-missing"


@dataclass
class Face:
    """One style of a typeface."""

    path: Path
    units: int  #: to the em
    ascent: int  #: units
    descent: int  #: units, below zero
    box: tuple[int, int, int, int]  #: units
    italic_angle: float
    glyphs: Mapping[int, int] = field(repr=False)  #: glyph by code point
    advances: tuple[int, ...] = field(repr=False)  #: units, by glyph
    name: str = "Form"

    def shown(self, text: str) -> str:
        """Return `text` as it will stand on paper: NFC, no controls, "?" for what the face lacks."""
        kept = []
        for letter in unicodedata.normalize("NFC", text):
            if letter.isspace() or letter == "\u00ad":
                kept.append(" ")
            elif unicodedata.category(letter) not in ("Cc", "Cf", "Cs"):
                kept.append(letter if self.glyphs.get(ord(letter)) else _UNKNOWN)
        return "".join(kept)

    def width(self, text: str, size: float) -> float:
        """Return the points that `text`, as `shown`, takes at `size` points."""
        glyphs, advances = self.glyphs, self.advances
        return sum(advances[glyphs[ord(letter)]] for letter in text) * size / self.units

    def encode(self, text: str) -> str:
        """Return `text`, as `shown`, in the hexadecimal of a page's stream."""
        return "".join(f"{self.glyphs[ord(letter)]:04x}" for letter in text)


class Typeface:
    """Four styles, and which letters of them a PDF has used so far."""

    def __init__(self, faces: Mapping[str, Face]) -> None:
        self.faces = faces
        self._used: dict[str, set[str]] = {style: set() for style in faces}

    def use(self, style: str, text: str) -> str:
        """Return the code of `text`, as `shown`, and remember its letters for the embedding."""
        self._used[style].update(text)
        return self.faces[style].encode(text)

    def embed(self, writer: PdfWriter, numbers: Mapping[str, int]) -> None:
        """Write the styles, each under its reserved number, with the letters used and no others."""
        for style, number in numbers.items():
            _embed(writer, self.faces[style], self._used[style] or {" "}, number)


def typeface(folder: Path | None = None) -> Typeface:
    """Return the first typeface of `folder` (None: of `FOLDERS`) that prints Vietnamese; nothing used yet.

    Raises:
        TypefaceMissing: there is none.
    """
    for place in (folder,) if folder is not None else FOLDERS:
        faces = _in_folder(place)
        if faces is not None:
            return Typeface(faces)
    where = folder if folder is not None else ", ".join(map(str, FOLDERS))
    raise TypefaceMissing(
        f"no typeface for forms in {where}: four styles of one of {', '.join(FAMILIES)} with all Vietnamese "
        "letters, free to be embedded; install fonts-liberation2 (Debian 12) or fonts-liberation (Debian 13)"
    )


@cache
def _in_folder(folder: Path) -> Mapping[str, Face] | None:
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.[tT][tT][fF]")) if folder.is_dir() else ():
        named = _named(path)
        if named is not None:
            found.setdefault(named[0], {}).setdefault(named[1], path)
    for family in FAMILIES:
        styles = found.get(family, {})
        if set(styles) == set(STYLES):
            return {style: _load(styles[style], style) for style in STYLES}
    return None


def _named(path: Path) -> tuple[str, str] | None:
    """Return (family, style) of a font file that may serve; None: it may not."""
    try:
        with TTFont(path, lazy=True) as font:
            family = font["name"].getDebugName(1) or ""
            cmap = font.getBestCmap() or {}
            if (
                family not in FAMILIES
                or "glyf" not in font
                or font["OS/2"].fsType & _NO_EMBEDDING
                or any(ord(letter) not in cmap for letter in PROBE)
            ):
                return None
            bold, italic = font["head"].macStyle & 1, font["head"].macStyle & 2
    except (TTLibError, OSError, KeyError, AttributeError):
        return None
    return family, STYLES[bold + italic]


def _load(path: Path, style: str) -> Face:
    with TTFont(path, lazy=True) as font:
        order = font.getReverseGlyphMap()
        widths = font["hmtx"].metrics
        head, hhea = font["head"], font["hhea"]
        return Face(
            path=path,
            units=head.unitsPerEm,
            ascent=hhea.ascent,
            descent=hhea.descent,
            box=(head.xMin, head.yMin, head.xMax, head.yMax),
            italic_angle=float(font["post"].italicAngle),
            glyphs={code: order[name] for code, name in font.getBestCmap().items()},
            advances=tuple(widths[name][0] for name in font.getGlyphOrder()),
            name=f"LuuTru-{style}",
        )


def _embed(writer: PdfWriter, face: Face, letters: set[str], number: int) -> None:
    glyphs = {face.glyphs[ord(letter)]: letter for letter in sorted(letters)}
    program = writer.write_stream(_subset(face, set(glyphs)))
    scale = 1000 / face.units
    x0, y0, x1, y1 = (round(side * scale) for side in face.box)
    name = f"/AAAAAA+{face.name}".encode()
    descriptor = writer.write(
        b"<</Type /FontDescriptor /FontName %s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle %d"
        b" /Ascent %d /Descent %d /CapHeight %d /StemV %d /FontFile2 %d 0 R>>"
        % (name, x0, y0, x1, y1, round(face.italic_angle), round(face.ascent * scale),
           round(face.descent * scale), 660, 120 if "bold" in face.name else 80, program)
    )  # fmt: skip
    widths = b" ".join(b"%d [%d]" % (glyph, round(face.advances[glyph] * scale)) for glyph in sorted(glyphs))
    inner = writer.write(
        b"<</Type /Font /Subtype /CIDFontType2 /BaseFont %s /CIDToGIDMap /Identity"
        b" /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>"
        b" /FontDescriptor %d 0 R /DW 0 /W [%s]>>" % (name, descriptor, widths)
    )
    unicode_map = writer.write_stream(_to_unicode(glyphs))
    writer.write(
        b"<</Type /Font /Subtype /Type0 /BaseFont %s /Encoding /Identity-H /DescendantFonts [%d 0 R]"
        b" /ToUnicode %d 0 R>>" % (name, inner, unicode_map),
        number,
    )


def _subset(face: Face, glyphs: set[int]) -> bytes:
    """Return the font file with the outlines of `glyphs` alone, under their old numbers."""
    options = subset.Options()
    options.retain_gids = True
    options.hinting = False
    options.notdef_outline = True
    options.layout_features = []
    options.name_IDs = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "FFTM", "DSIG"]
    font: Any = TTFont(face.path, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(gids=sorted(glyphs))
    cutter.subset(font)
    written = io.BytesIO()
    font.save(written, reorderTables=False)
    font.close()
    return written.getvalue()


def _to_unicode(glyphs: Mapping[int, str]) -> bytes:
    rows = [f"<{glyph:04x}> <{letter.encode('utf-16-be').hex()}>" for glyph, letter in sorted(glyphs.items())]
    parts = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    maps = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
    return f"""\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
{maps}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
""".encode("ascii")
