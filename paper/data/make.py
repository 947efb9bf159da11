"""Makes the two small files that every PDF/A carries: `python -m paper.data.make`.

`glyphless.ttf`: our own font of two glyphs (0 = .notdef, 1 = any letter, half an em wide) that show nothing
but have the height of a letter, by which viewers mark what is selected.
`srgb.icc`: the sRGB profile of Little CMS (no copyright claimed), its time of making set to a constant.
"""

import io
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph
from PIL import ImageCms

from paper.glyphless import ADVANCE, ASCENT, DESCENT, UNITS_PER_EM

HERE = Path(__file__).parent
MADE_AT = bytes.fromhex("07e8 0001 0001 0000 0000 0000")
"""2024-01-01 00:00:00 as six big-endian 16-bit numbers, the form of an ICC header."""


def font() -> bytes:
    """Return the glyphless font, the same bytes each time."""
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    names = [".notdef", "any"]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "any"})
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((ADVANCE, ASCENT))  # there and back: an outline without an inside
    pen.closePath()
    builder.setupGlyf({".notdef": Glyph(), "any": pen.glyph()})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "LuuTruGlyphless", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT)
    builder.setupPost()
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    data = io.BytesIO()
    builder.save(data)
    return data.getvalue()


def profile() -> bytes:
    """Return an sRGB profile, the same bytes for the same Little CMS."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    data = bytearray(made.tobytes())
    data[24:36] = MADE_AT
    return bytes(data)


if __name__ == "__main__":
    (HERE / "glyphless.ttf").write_bytes(font())
    (HERE / "srgb.icc").write_bytes(profile())
