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
_NONE = (("KHONGMAT", 1), ("HONGMAT", 1), ("GIAIMAT", 1), ("DAGIAIMAT", 2))
"""What says that there is none, and how many letters of it may be off."""
_ABSOLUTE = re.compile(r"\bTUY[EỆÊ]T(?! ?[ĐD])")
"""The first word of a mark whose second lies under print: not TUYỆT ĐỐI, nor TUYẾT, which is a name."""
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

CLEAR = 0.85
"""Likeness from which one reading of a place is enough."""
DOUBTFUL = 0.75
"""Likeness up to which a word that the readers agreed on in the same place counts for more."""
WEAK = 0.4
"""Likeness of what may be a mark, and may be nothing: one reading of it is not enough."""

MISSING = 2.5
"""Letters of TUYỆT MẬT that may be missing or off in what is still half of it."""

_NEAR = (("TUYETMAT", 3.0), ("TOIMAT", 2.0), ("TUYET", 1.5))
"""Words, and how many letters of them may be off in a hint; those that look alike count half."""
LONGEST_HINT = 13
"""Letters of the longest mark, and what a frame or a neighbour may have added."""

_FULL = (("TUYETMAT", Level.TOP), ("TOIMAT", Level.HIGH))
_WHOLE = ("TUYETMAT", "TOIMAT", "TUYET")
_MAT = ("MAT", "NAT", "HAT", "MAI", "MAF", "WAT", "MAY", "IVIAT", "MOT", "IMT", "MAP", "MAR", "MHT", "MAE")
"""The three letters, and what they were misread as."""


def fold(text: str) -> str:
    """Return the capital letters of `text` without marks and blanks; figures become what they look like."""
    bare = unicodedata.normalize("NFD", text.upper().replace("Đ", "D").translate(_LOOKALIKES))
    return "".join(letter for letter in bare if "A" <= letter <= "Z")


def says(text: str, *, spare: int = 0) -> Said | None:
    """Return which mark `text` is as a whole; None: none.

    `spare`: letters before and after it that a frame or a neighbour may have given.
    """
    letters = fold(text)
    small = 2 * sum(map(str.islower, text)) > len(letters)
    if not small or letters.startswith(("TOIMAT", "TUYETMAT")):  # small, it may be "Mật khẩu", misread
        for word in _BESIDE:
            letters = letters.replace(word, "")
    letters = _LABEL.sub("", letters)
    if letters.startswith("QUYET") and letters[5:8] not in _MAT:
        return None  # QUYẾT ĐỊNH, however the rest was read
    if spare and len(letters) > LONGEST_HINT and _ABSOLUTE.search(text):
        return Said(Level.TOP, WEAK)
    if not 3 <= len(letters) <= 9 + spare + 3:
        return None
    for wanted, level in _FULL:
        likeness = _likeness(letters, wanted, spare)
        if likeness is not None:
            return Said(level, likeness)
    return _lone(letters, spare) or (_half(text, letters) if spare else None)


def _half(text: str, letters: str) -> Said | None:
    """Return what a mark comes to of which letters are missing, or whose second word is hardly one."""
    acute = "\u0301" in unicodedata.normalize("NFD", text)  # TUYẾT is what is left of QUYẾT ĐỊNH
    if letters.startswith("TUYET") and len(letters) <= 9 and not (acute and len(letters) < 7):
        return Said(Level.TOP, WEAK)
    if 5 <= len(letters) <= 10 and letters != "TUYET":
        off = distance(letters, "TUYETMAT", 0.5)
        sure = letters[:3] == "TUY" or letters[-3:] == "MAT" or "ETM" in letters
        if off <= MISSING or (sure and off <= MISSING + 0.5):
            return Said(Level.TOP, WEAK)
    at = letters.find("TOI", 0, 4)
    rest = letters[at + 3 :]
    if at >= 0 and 1 <= len(rest) <= 5 and (rest[0] == "M" or (distance(rest, "MAT") <= 2 and "A" in rest)):
        return Said(Level.HIGH, WEAK)
    return None


def is_absolute(text: str) -> bool:
    """Return whether `text` is the first word of TUYỆT MẬT and nothing else; TUYẾT is a name."""
    return fold(text) == "TUYET" and "\u0301" not in unicodedata.normalize("NFD", text)


def is_list(text: str) -> bool:
    """Return whether `text` names several marks ("TUYỆT MẬT, TỐI MẬT VÀ MẬT"), as a title does."""
    first, _, rest = text.partition(",")
    after = fold(rest)
    return fold(first).endswith("MAT") and ("MAT" in after or after.startswith(("TOI", "TUYET")))


def urges(text: str) -> bool:
    """Return whether `text` is about haste: KHẨN, HỎA TỐC..., one letter in five misread at most."""
    letters = fold(text)
    return any(word in letters or distance(letters, word) <= len(word) // 5 for word in _BESIDE)


def denies(text: str) -> bool:
    """Return whether `text` says that there is no mark, or none any more: KHÔNG MẬT, ĐÃ GIẢI MẬT."""
    letters = fold(text)
    return len(letters) <= 12 and any(
        distance(letters[-long:], word) <= off
        for word, off in _NONE
        for long in range(len(word) - 1, len(word) + 2)
    )


def hints(text: str) -> bool:
    """Return whether `text`, read once and quickly, comes near enough to a mark to look at its place again.

    Far less than a mark: three letters of which two are right, or half a word. Haste is none; nor is what is
    mostly in small letters.
    """
    capitals = sum(letter.isupper() for letter in text)
    if not capitals or (2 * capitals < sum(letter.isalpha() for letter in text) and len(fold(text)) > 3):
        return False
    if says(text, spare=2) is not None:
        return True
    letters = fold("".join(each for each in text if each.isalpha() or each in "|!&()"))
    if not 2 <= len(letters) <= LONGEST_HINT or urges(text):
        return False
    if any(distance(letters, word, 0.5) <= off for word, off in _NEAR):
        return True
    return any(
        distance(letters[start : start + size], "MAT", 0.5) <= 1.0
        for size in (2, 3, 4)
        for start in range(len(letters) - size + 1)
    )


def resembles(letters: str) -> bool:
    """Return whether folded `letters` may be what is left of a mark: two letters off, or a part of one."""
    if any(letters in word or (len(letters) > 3 and distance(letters, word) <= 2) for word in _WHOLE):
        return True
    return distance(letters, "MAT") <= 1


def _lone(letters: str, spare: int) -> Said | None:
    at = letters.find("MAT")
    if at >= 0:
        before, after = letters[:at], letters[at + 3 :]
        if before in BEFORE or after in AFTER or len(before) + len(after) > spare:
            return None
        return Said(Level.PLAIN, 1.0 if not before + after else 0.9 - 0.1 * len(before + after))
    if letters in _MAT:
        return Said(Level.PLAIN, WEAK)
    return None


def _likeness(letters: str, wanted: str, spare: int) -> float | None:
    """Return how alike the best stretch of `letters` is to `wanted`; None: not enough.

    One letter in four may be off, and the end must still look like MẬT.
    """
    best: float | None = None
    most = max(1, len(wanted) // 4)
    for start in range(len(letters)):
        for end in range(
            max(start + 1, start + len(wanted) - most), min(len(letters), start + len(wanted) + most) + 1
        ):
            if start + len(letters) - end > spare:
                continue
            part = letters[start:end]
            off = distance(part, wanted, 0.5)
            if off > most or part[: len(wanted) - 3] in BEFORE:
                continue
            if distance(part[-3:], "MAT") > 1 and distance(part[-4:], "MAT") > 1:
                continue
            found = 1 - off / len(wanted) - 0.05 * (start + len(letters) - end)
            best = found if best is None else max(best, found)
    return best


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
