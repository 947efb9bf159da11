"""What a secret mark says, however badly it was read: MẬT, TỐI MẬT, TUYỆT MẬT alone, and nothing else."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Degree of secrecy (Luật Bảo vệ bí mật nhà nước 117/2025/QH15), lowest first."""

    PLAIN = "MẬT"
    HIGH = "TỐI MẬT"
    TOP = "TUYỆT MẬT"


@dataclass(frozen=True)
class Said:
    """What a few letters come to."""

    level: Level
    likeness: float  #: 0.0 to 1.0; 1.0: letter by letter


_LOOKALIKES = str.maketrans({"0": "O", "1": "I", "4": "A", "5": "S", "|": "I", "!": "I", "7": "T", "8": "B"})
_BESIDE = ("THUONGKHAN", "HOATOC", "HENGIO", "KHAN")
"""Urgency, which stands beside or under the mark and is read with it."""
_LABEL = re.compile(r"^(?:DO|MUCDO)MAT(?=MAT|TOIMAT|TUYETMAT)")
"""`Độ mật: Tối mật`: the label goes, its value counts."""
BEFORE = ("BI", "BAO", "DO", "GIAI", "KHONG", "THAN", "LO", "BIEN", "BE", "HE", "CO", "RA", "BO", "DA", "VA")
"""What before MẬT, MẶT, MẤT makes a word of it: bí mật, bảo mật, giải mật, không mật, có mặt, bề mặt..."""
AFTER = ("MA", "KHAU", "DO", "THU", "ONG", "VU", "NHA", "TRAN", "BANG", "VA", "HANG")
"""What after it makes a word of it: mật mã, mật khẩu, mật độ, mật ong, mặt trận, mặt bằng..."""

_ALIKE = frozenset(
    (a, b)
    for some in ("MNWH", "ITLJ", "OQCDGU", "EFB", "YVX", "UVN", "AR", "TY", "TF", "TP")
    for a in some
    for b in some
)
"""Letters that a worn stamp, an outline or a frame turns into each other."""

_FULL = (("TUYETMAT", Level.TOP), ("TOIMAT", Level.HIGH))
LONGEST = 9
"""Letters of the longest mark, and one more."""


def fold(text: str) -> str:
    """Return the capital letters of `text` without marks and blanks; figures become what they look like."""
    bare = unicodedata.normalize("NFD", text.upper().replace("Đ", "D").translate(_LOOKALIKES))
    return "".join(letter for letter in bare if "A" <= letter <= "Z")


def says(text: str) -> Said | None:
    """Return which mark `text` is as a whole; None: none."""
    letters = fold(text)
    small = 2 * sum(map(str.islower, text)) > len(letters)
    if not small or letters.startswith(("TOIMAT", "TUYETMAT")):  # small, it may be "Mật khẩu", misread
        for word in _BESIDE:
            letters = letters.replace(word, "")
    letters = _LABEL.sub("", letters)
    if letters == "MAT":
        return Said(Level.PLAIN, 1.0)
    if not 3 <= len(letters) <= LONGEST:
        return None
    for wanted, level in _FULL:
        likeness = _likeness(letters, wanted)
        if likeness is not None:
            return Said(level, likeness)
    return None


def _likeness(letters: str, wanted: str) -> float | None:
    """Return how alike `letters` are to `wanted`; None: not enough.

    One letter in four may be off, and the end must still look like MẬT.
    """
    off = distance(letters, wanted, 0.5)
    if off > max(1, len(wanted) // 4) or letters[: len(wanted) - 3] in BEFORE:
        return None
    if distance(letters[-3:], "MAT") > 1 and distance(letters[-4:], "MAT") > 1:
        return None
    return 1 - off / len(wanted)


def distance(one: str, other: str, alike: float = 1.0) -> float:
    """Return how many letters must be changed, put in or left out to turn `one` into `other`.

    `alike`: what it counts to change a letter for one that looks like it.
    """
    row = [float(j) for j in range(len(other) + 1)]
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], float(i)
        for j, b in enumerate(other, start=1):
            off = 0.0 if a == b else alike if (a, b) in _ALIKE else 1.0
            before, row[j] = row[j], min(before + off, row[j] + 1, row[j - 1] + 1)
    return row[-1]
