"""The words a born-digital page carries itself, where they can be trusted more than a reading."""

import re
import unicodedata
from collections.abc import Iterator

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw

from catalog.scan import Pixels, TextLayer

Box = tuple[int, int, int, int]

BIG_IMAGE = 0.25
"""Share of the page under images from which the words may be an old OCR layer, not the author's."""
VIETNAMESE_SHARE = 0.95
"""Least share of the letters beyond ASCII that the Vietnamese alphabet knows; TCVN3 and VNI text shown
in Unicode ("Céng hßa x· héi", "Coäng hoøa") stays below 0.7."""
SYLLABLE_SHARE = 0.80
"""Least share of the accented words that are built like Vietnamese syllables."""
PRONOUNCEABLE_SHARE = 0.70
"""Least share of the longer unaccented words with a vowel: fonts with shifted codes give "&KL WKL"."""
INK_SHARE = 0.50
"""Least share of the page's ink that lies on its words; less, and most of the page is drawn, not text."""
FEWEST_LETTERS = 8

_ALPHABET = set("aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSET = r"(?:ngh|ng|nh|th|tr|ch|gh|gi|kh|ph|qu|[bcdđgkmps][hlr]|[bcdđghklmnpqrstvx])?"  # with Krông, Bhăm
_NUCLEUS = (
    r"(?:iêu|yêu|oai|oay|oeo|uây|uôi|ươi|ươu|uya|uyê|uyu|oao|uêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|yê|iu|oa|oă|oe"
    r"|oi|oo|ôi|ơi|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y)"
)
_CODA = r"(?:ch|ng|nh|[cklmnprt])?"  # with Đắk
_SYLLABLE = re.compile(_ONSET + _NUCLEUS + _CODA)
_VOWEL = re.compile("[aăâeêioôơuưy]")


def trusted_text(page: pypdfium2.PdfPage, pixels: Pixels) -> TextLayer | None:
    """Return the words of `page` in lines, boxes in `pixels` (its upright rendering), or None.

    None where there are none, or where a reading of the picture is the better witness: a big image on
    the page, invisible text, codes of pre-Unicode fonts, private-use letters, words apart from the ink.
    """
    if _has_big_image_or_hidden_text(page):
        return None
    words = list(_words(page, pixels))
    if not is_plausible(text for text, _ in words):
        return None
    lines = _lines(words)
    return TextLayer(lines=lines) if _ink_on_words(pixels, lines) >= INK_SHARE else None


def is_plausible(words: Iterator[str]) -> bool:
    """Return whether `words` (NFC) look like Vietnamese, or other Latin text, in real Unicode."""
    listed = [word for word in words if word]
    text = "".join(listed)
    if any(unicodedata.category(char) in ("Co", "Cn", "Cs", "Cc") or char == "\ufffd" for char in text):
        return False
    if "(cid:" in text:
        return False
    letters = [char for char in text.lower() if char.isalpha()]
    if len(letters) < FEWEST_LETTERS:
        return False
    beyond_ascii = [char for char in letters if not char.isascii()]
    known = sum(_base(char) in _ALPHABET for char in beyond_ascii)
    if beyond_ascii and known < VIETNAMESE_SHARE * len(beyond_ascii):
        return False
    bare = ["".join(char for char in word.lower() if char.isalpha()) for word in listed]
    accented = [word for word in bare if word and not word.isascii()]
    built = sum(bool(_SYLLABLE.fullmatch(_toneless(word))) for word in accented)
    if accented and built < SYLLABLE_SHARE * len(accented):
        return False
    longer = [word for word in bare if len(word) >= 3 and word.isascii()]
    spoken = sum(bool(_VOWEL.search(word)) for word in longer)
    return not longer or spoken >= PRONOUNCEABLE_SHARE * len(longer)


def _base(char: str) -> str:
    return _toneless(char)


def _toneless(word: str) -> str:
    """Return `word` without tone marks, the letters' own marks (ă â ê ô ơ ư) kept."""
    apart = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(char for char in apart if char not in _TONES))


def _has_big_image_or_hidden_text(page: pypdfium2.PdfPage) -> bool:
    left, bottom, right, top = page.get_cropbox()
    area = max(1.0, (right - left) * (top - bottom))
    covered = 0.0
    kinds = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE, pypdfium2.raw.FPDF_PAGEOBJ_TEXT]
    for item in page.get_objects(filter=kinds):
        if item.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = item.get_bounds()
            covered += max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, top) - max(y0, bottom))
        elif pypdfium2.raw.FPDFTextObj_GetTextRenderMode(item) == pypdfium2.raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            return True
    return bool(covered > BIG_IMAGE * area)


def _words(page: pypdfium2.PdfPage, pixels: Pixels) -> Iterator[tuple[str, Box]]:
    """Give the words in the order of the page's instructions, with boxes that lie on the page."""
    height, width = pixels.shape[:2]
    place = _placer(page, width, height)
    layer = page.get_textpage()
    try:
        letters: list[str] = []
        boxes: list[tuple[float, float, float, float]] = []
        count = layer.count_chars()
        for position in range(count + 1):
            code = pypdfium2.raw.FPDFText_GetUnicode(layer, position) if position < count else 0x20
            char = chr(code) if code < 0x110000 else "\ufffd"
            if char.isspace() or code == 0:
                if letters:
                    word = _word("".join(letters), boxes, width, height)
                    if word:
                        yield word
                letters, boxes = [], []
                continue
            if code in (0xFFFE, 0x02):  # pdfium's sign for a hyphen at a line's end
                char = "-"
            letters.append(char)
            if not pypdfium2.raw.FPDFText_IsGenerated(layer, position):
                boxes.append(place(*layer.get_charbox(position)))
    finally:
        layer.close()


def _placer(page: pypdfium2.PdfPage, width: int, height: int):  # type: ignore[no-untyped-def]  # local function
    """Return the function from a box in page units (bottom-left origin) to one in upright pixels."""
    left, bottom, right, top = page.get_cropbox()
    x_scale, y_scale = right - left, top - bottom
    rotation = page.get_rotation()

    def place(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        u0, u1 = (x0 - left) / x_scale, (x1 - left) / x_scale
        v0, v1 = (top - y1) / y_scale, (top - y0) / y_scale
        if rotation == 90:
            u0, v0, u1, v1 = 1 - v1, u0, 1 - v0, u1
        elif rotation == 180:
            u0, v0, u1, v1 = 1 - u1, 1 - v1, 1 - u0, 1 - v0
        elif rotation == 270:
            u0, v0, u1, v1 = v0, 1 - u1, v1, 1 - u0
        return u0 * width, v0 * height, u1 * width, v1 * height

    return place


def _word(
    text: str, boxes: list[tuple[float, float, float, float]], width: int, height: int
) -> tuple[str, Box] | None:
    word = unicodedata.normalize("NFC", text)
    if not boxes:
        return None
    x0, y0 = max(0, int(min(box[0] for box in boxes))), max(0, int(min(box[1] for box in boxes)))
    x1 = min(width, int(max(box[2] for box in boxes)) + 1)
    y1 = min(height, int(max(box[3] for box in boxes)) + 1)
    return (word, (x0, y0, x1, y1)) if x1 > x0 and y1 > y0 else None


def _lines(words: list[tuple[str, Box]]) -> tuple[tuple[tuple[str, Box], ...], ...]:
    """Join words into lines: the next word stays on the line if it stands beside the last, to its right."""
    lines: list[list[tuple[str, Box]]] = []
    for word in words:
        if lines and _beside(lines[-1][-1][1], word[1]):
            lines[-1].append(word)
        else:
            lines.append([word])
    return tuple(tuple(line) for line in lines)


def _beside(last: Box, box: Box) -> bool:
    shared = min(last[3], box[3]) - max(last[1], box[1])
    smaller = min(last[3] - last[1], box[3] - box[1])
    return shared >= 0.5 * smaller and box[0] >= last[2] - (last[3] - last[1])


def _ink_on_words(pixels: Pixels, lines: tuple[tuple[tuple[str, Box], ...], ...]) -> float:
    """Return the share of dark pixels that lie on words, 0.0 to 1.0."""
    small = cv2.resize(pixels, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    grey = small if small.ndim == 2 else small.min(axis=2)
    ink = grey < 200
    on_words = np.zeros(ink.shape, dtype=bool)
    for line in lines:
        for _, (x0, y0, x1, y1) in line:
            on_words[max(0, y0 // 4 - 1) : y1 // 4 + 2, max(0, x0 // 4 - 1) : x1 // 4 + 2] = True
    total = int(np.count_nonzero(ink))
    return float(np.count_nonzero(ink & on_words)) / total if total else 0.0
