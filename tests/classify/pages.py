"""Readings as a perfect reader would give them, for tests that are not about reading."""

from catalog.reading import Line, Reading, Word


def page(text: str, *, confidence: float = 0.98) -> Reading:
    """Return the reading of a page that bears `text`, one line of print a line."""
    lines = []
    for number, said in enumerate(text.strip().splitlines()):
        left, top, words = 100, 100 + 40 * number, []
        for word in said.split():
            words.append(Word(word, (left, top, left + 12 * len(word), top + 30), confidence, True))
            left += 12 * len(word) + 10
        lines.append(Line(tuple(words), (100, top, left, top + 30)))
    return Reading(tuple(lines), 1654, 2339, 200, 0, 0.0, {})
