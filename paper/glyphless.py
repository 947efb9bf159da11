"""The invisible type in which a PDF/A repeats what its picture shows."""

import zlib
from functools import cache
from pathlib import Path

from paper.pdf_writer import PdfWriter

FONT_FILE = Path(__file__).parent / "data" / "glyphless.ttf"
UNITS_PER_EM = 1000
ADVANCE = 500
ASCENT = 800
DESCENT = -200
EM = ADVANCE / UNITS_PER_EM
"""Width of every letter, as a share of the type size."""
WIDE_GAP = "  "
"""Stands for a gap wider than a blank: poppler takes one blank for the end of a column, two for print."""

_PRIVATE = range(0xE000, 0xF900)
_PER_BLOCK = 100  # entries in one block of a character map (Adobe Technical Note 5014)


class Alphabet:
    """The letters one document uses, each under the two-byte code by which its pages show it.

    A letter of the basic plane is its own code; the wide gap and letters beyond it take private codes in
    the order of their first use.
    """

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._next_private = _PRIVATE.start
        self._hexadecimal: dict[str, str] = {}

    def code(self, letter: str) -> int:
        """Return the code of `letter`: one character, or `WIDE_GAP`."""
        known = self._codes.get(letter)
        if known is not None:
            return known
        if len(letter) == 1 and ord(letter) < 0x10000 and ord(letter) not in _PRIVATE:
            code = ord(letter)
        elif self._next_private in _PRIVATE:
            code = self._next_private
            self._next_private += 1
        else:
            return self.code("\N{REPLACEMENT CHARACTER}")
        self._codes[letter] = code
        return code

    def show(self, text: str) -> str:
        """Return `text` as the hexadecimal string a content stream shows, without its brackets."""
        known = self._hexadecimal
        for letter in text:
            if letter not in known:
                known[letter] = f"{self.code(letter):04x}"
        return "".join([known[letter] for letter in text])

    def to_unicode(self) -> bytes:
        """Return the character map by which a reader of the PDF gets the letters back."""
        entries = [
            f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>"
            for letter, code in sorted(self._codes.items(), key=lambda item: item[1])
        ]
        blocks = [entries[start : start + _PER_BLOCK] for start in range(0, len(entries), _PER_BLOCK)]
        maps = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return _CHARACTER_MAP.replace("MAPS", maps).encode("ascii")


def write_font(writer: PdfWriter, alphabet: Alphabet, number: int) -> None:
    """Write the font for the letters of `alphabet` as object `number`; every code shows the empty glyph."""
    data = FONT_FILE.read_bytes()
    file = writer.write_stream(data, b" /Length1 %d" % len(data))
    # Flags 4: symbolic, the codes follow no standard order.
    descriptor = writer.write(
        b"<</Type /FontDescriptor /FontName /LuuTruGlyphless /Flags 4 /FontBBox [0 %d %d %d] /ItalicAngle 0"
        b" /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R>>"
        % (DESCENT, ADVANCE, ASCENT, ASCENT, DESCENT, ASCENT, file)
    )
    glyphs = writer.write_stream(_empty_glyphs(), b" /Filter /FlateDecode")
    descendant = writer.write(
        b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /LuuTruGlyphless"
        b" /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>"
        b" /CIDToGIDMap %d 0 R /DW %d /FontDescriptor %d 0 R>>" % (glyphs, ADVANCE, descriptor)
    )
    letters = writer.write_stream(alphabet.to_unicode())
    writer.write(
        b"<</Type /Font /Subtype /Type0 /BaseFont /LuuTruGlyphless /Encoding /Identity-H"
        b" /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>" % (descendant, letters),
        number,
    )


@cache
def _empty_glyphs() -> bytes:
    """Return the map by which every code shows the empty glyph, compressed: the same in every document."""
    return zlib.compress(b"\x00\x01" * 0x10000, 6)


_CHARACTER_MAP = """\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
MAPS
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""
