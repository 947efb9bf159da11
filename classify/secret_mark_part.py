"""The part of a line in which a mark may stand, told by what was read of the whole of it.

A mark beside print is read with it as one line (`MAT ỆN BẢN`): what its neighbours say makes it unlikely, but
a word of it is still there, and about where its letters are counted.
"""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from classify.secret_mark_text import AFTER, BEFORE, distance, fold, is_list

Grey = NDArray[np.uint8]

NEAR = 0.5
"""Letters of MẬT that may be off; those that look alike count half."""
AHEAD = 6
"""Letters before it in which TỐI or TUYỆT may stand."""
MORE = 0.7
"""Letters beside a part that are cut out with it: they are not all as broad."""
LEAST = 3
"""Letters beside a part from which a line is more than it."""
MOST = 2
"""Parts of one line, the last ones."""
SHORT = 3
"""Letters up to which a word with one misread is any word."""
GROWN_OTHERS = ("BI", "BAO", "GIAI", "KHONG")
"""The end of what before MẬT, grown together with it, makes another word of it, or denies it."""
GROWN_ALONE = ("ONG",)
"""What does so by itself alone: ONGMẬT is honey, but VĂN PHÒNGMẬT is not."""
NARROW = 8
"""Pixels of width under which there is nothing to see."""


def parts(text: str) -> list[tuple[float, float]]:
    """Return from where to where in a line, as shares of its width, its parts lie that may be a mark.

    Not what its neighbours make another word of, nor where several marks are named.
    """
    if is_list(text):
        return []
    words = [(match.group(), match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    letters = ["", *(fold(word) for word, _, _ in words), ""]
    likely = [
        (start, end)
        for number, (word, start, end) in enumerate(words, start=1)
        if _is_like(word) and not _makes_another(letters[number - 1], letters[number + 1])
    ]
    found = [
        ((end - 3 - more) / len(text), min(1.0, (end + MORE) / len(text)))
        for word, _, end in words
        if _ends_so(word)
        for more in (0.0, MORE)
    ]
    for start, end in likely[-MOST:]:
        for begin in dict.fromkeys((start, max(0, start - AHEAD))):
            if begin >= LEAST or len(text) - end >= LEAST:
                found.append((max(0.0, (begin - MORE) / len(text)), min(1.0, (end + MORE) / len(text))))
    return found


def cut(line: Grey, text: str) -> Iterator[Grey]:
    """Yield the parts of a line that may be a mark, by what was read of it."""
    wide = line.shape[1]
    for begin, end in parts(text):
        part = line[:, int(begin * wide) : int(end * wide)]
        if part.shape[1] >= NARROW:
            yield np.ascontiguousarray(part)


def _makes_another(before: str, after: str) -> bool:
    """Return whether the words beside MẬT make another word of it: BÍ MẬT, MẬT ĐỘ, MẶT TRẬN, a letter off."""
    if before in BEFORE or before.endswith("BI") or after in AFTER or before.startswith("GI"):
        return True
    return any(len(word) > SHORT and distance(after, word) <= 1 for word in AFTER)


def _ends_so(word: str) -> bool:
    """Return whether MẬT has grown together with print before it, to no word: `DAỀTMẬT`."""
    before = fold(word[:-3])
    so = word.isupper() and fold(word[-3:]) == "MAT" and len(before) >= LEAST
    return so and before not in GROWN_ALONE and not before.endswith(GROWN_OTHERS)


def _is_like(word: str) -> bool:
    letters = fold(word)
    capitals = 2 * sum(map(str.isupper, word)) >= sum(map(str.isalpha, word))
    return capitals and 2 <= len(letters) <= 4 and distance(letters, "MAT", 0.5) <= NEAR
