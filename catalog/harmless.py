"""What a stranger wrote, as a register, a screen and a terminal can take it.

Names on a disk may hold any bytes: signs that terminals obey, or that have a reader see a line in another
order, and bytes that are no text at all, which no register keeps.
"""

import unicodedata

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def harmless(text: str) -> str:
    r"""Return `text` with such signs told as `\x1b`, `\u202e`, `\udcff`; all other text is as it was."""
    if text.isprintable() and _TURNING.isdisjoint(text):
        return text
    return "".join(sign.encode("unicode_escape").decode() if _harms(sign) else sign for sign in text)


def harmless_lines(text: str) -> str:
    """Return the same of several lines, which stay several."""
    return "\n".join(map(harmless, text.split("\n")))


def _harms(sign: str) -> bool:
    return sign in _TURNING or (sign != "\t" and unicodedata.category(sign) in ("Cc", "Cs"))
