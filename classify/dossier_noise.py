"""What OCR does to words: lost marks, letters taken for others, words lost or run together. Seeded."""

import random

from classify.dossier_evidence import Evidence, Paper
from classify.dossier_words import strip_marks

_TAKEN_FOR = {
    "l": "1it",
    "i": "l1!",
    "o": "0c",
    "ô": "ơo",
    "e": "c",
    "c": "eo",
    "n": "un",
    "u": "n",
    "h": "b",
    "b": "h6",
    "g": "9q",
    "t": "lf",
    "đ": "dđ",
    "s": "5",
    "a": "o",
    "m": "rn",
    "ư": "u",
    "ấ": "ắ",
    "ế": "é",
}
"""Pairs seen in our own readings of faded and bilevel pages."""


def noised(text: str, rng: random.Random, *, level: float) -> str:
    """Return `text` as a poor scan would be read.

    Args:
        text: what stands on the paper.
        rng: where chance comes from.
        level: 0.0 nothing happens; 0.1 a fair scan; 0.3 hardly legible.
    """
    lines = []
    for line in text.split("\n"):
        kept = []
        for word in line.split(" "):
            if rng.random() < level * 0.35:
                continue
            if rng.random() < level * 1.5:
                word = strip_marks(word)
            kept.append("".join(_letter(letter, rng, level) for letter in word))
            if kept and rng.random() < level * 0.15:
                kept[-1:] = [kept[-1] + "\0"]  # runs into the next word
        lines.append(" ".join(kept).replace("\0 ", "").replace("\0", ""))
    return "\n".join(lines)


def _letter(letter: str, rng: random.Random, level: float) -> str:
    if rng.random() < level * 0.25:
        if letter.lower() in _TAKEN_FOR:
            return rng.choice(_TAKEN_FOR[letter.lower()])
        if rng.random() < 0.3:
            return ""
    return letter


def noised_evidence(evidence: Evidence, rng: random.Random, *, level: float, title: bool = True) -> Evidence:
    """Return the dossier as a poor scan would show it; `title`: what was typed on the folder suffers too."""

    def bad(text: str) -> str:
        return noised(text, rng, level=level)

    return Evidence(
        bad(evidence.title) if title else evidence.title,
        tuple(map(bad, evidence.labels)) if title else evidence.labels,
        tuple(Paper(bad(one.type), bad(one.subject), bad(one.text)) for one in evidence.papers),
    )
