"""Lines that one reader has surely right, so that the second need not read them."""

from ocr.language import Language
from ocr.reader import ReadLine

SURE = 0.995
"""Share of words in such lines that are right (docs/reading.md)."""
LEAST = 2.0
"""Confidence that every word must reach. Above 1.0: no line is spared."""


def is_sure(line: ReadLine, *, language: Language) -> bool:
    """Return whether trueocr has read `line` so well that a second reading would change nothing."""
    del language
    return bool(line.words) and all(word.confidence >= LEAST for word in line.words)
