"""Who signed: the block at the foot, at the right (box 7), authority line, post and name."""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from classify.found import Found
from classify.page_words import PageWords
from classify.spelling import bare, capitals, marked, squeezed, tidy
from classify.sureness import both, sure
from classify.upright import Piece, Sheet, cut

_POST_ALIKE = 82
_GAP = 7.0
"""mm between the recipients and the signature block at the least."""
_DEEPEST = 75.0
"""mm from the post down to the name: signature and seal stand between."""
_ASIDE = 26.0
"""mm by which the middle of a name may lie beside the middle of the post."""
_AUTHORITY = re.compile(r"^\W{0,3}(TM|KT|TL|TUQ|Q|T/M|K/T|T/L|1M|IM|TI|KI)\s*[.,:;/]\s*(?=\S)", re.IGNORECASE)
_NAME_WORD = re.compile(r"^[^\W\d_][^\W\d_'’.]*$")


@functools.cache
def titles() -> Mapping[str, tuple[str, ...]]:
    """Return the lists of `titles.toml`, NFC."""
    text = Path(__file__).with_name("titles.toml").read_text(encoding="utf-8")
    return {key: tuple(value) for key, value in tomllib.loads(unicodedata.normalize("NFC", text)).items()}


@dataclass(frozen=True)
class _Block:
    """Lines of posts over one another, and the piece of print taken for the name under them."""

    posts: tuple[tuple[Piece, str, float], ...]  #: piece, text, likeness to a known post
    name: Piece | None


def read_signature(sheets: Sequence[Sheet], *, after: float, words: PageWords) -> dict[str, Found]:
    """Return signer, signer_title and authority.

    Args:
        sheets: the pages of one document; the last that carries a block counts.
        after: mm on the first sheet below which a block may stand.
        words: for putting names right.
    """
    for sheet in reversed(sheets):
        low = after + 8 if sheet is sheets[0] else 12.0
        block = _find(sheet, low)
        if block is not None:
            return _read(block, words)
    return {"signer": Found(None), "signer_title": Found(None), "authority": Found(None)}


def _find(sheet: Sheet, low: float) -> _Block | None:
    """Return the right-most block of the page; the lowest where several stand over one another."""
    parts = [part for piece in sheet.pieces if piece.y > low for part in _parts(piece)]
    heads = [(part, post) for part in parts if (post := _post(part.text)) is not None]
    groups: list[list[tuple[Piece, str, float]]] = []
    for part, (text, alike) in heads:
        for group in groups:
            above = group[-1][0]
            if abs(above.centre - part.centre) < _ASIDE and 0 < part.y - above.y < 3.2 * max(
                part.height, 3.5
            ):
                group.append((part, text, alike))
                break
        else:
            groups.append([(part, text, alike)])
    blocks = [_Block(tuple(group), _name(group[-1][0], parts)) for group in groups]
    blocks = [block for block in blocks if block.posts[0][0].centre > sheet.width * 0.3]
    named = [block for block in blocks if block.name is not None]
    if named:
        lowest = max(block.posts[-1][0].y for block in named)
        last = [block for block in named if lowest - block.posts[-1][0].y < 25]
        return max(last, key=lambda block: block.posts[-1][0].centre)
    if blocks:
        return max(
            blocks, key=lambda block: (block.posts[-1][0].centre > sheet.width * 0.5, block.posts[-1][0].y)
        )
    return None


def _parts(piece: Piece) -> list[Piece]:
    """Cut recipients and signature block apart where the line finder took them for one line."""
    found: list[Piece] = []
    for part in cut(piece, _GAP):
        for i in range(1, len(part.words)):
            rest = part.part(i)
            if capitals(part.part(0, i).text) < 0.5 and capitals(rest.text) > 0.9 and _post(rest.text):
                found += [part.part(0, i), rest]
                break
        else:
            found.append(part)
    return found


def _post(text: str) -> tuple[str, float] | None:
    """Return a post or authority line as it should be spelt, with its likeness; None where it is none."""
    line = tidy(text).strip(" .,;:_-|~'\"“”*()„")
    if capitals(line) < 0.8 or len(squeezed(line)) < 5 or len(line.split()) > 12:
        return None
    authority = _AUTHORITY.match(line)
    rest = line[authority.end() :] if authority else line
    letters = squeezed(rest)
    if not letters:
        return None
    best, score = "", 0.0
    for known in titles()["posts"]:
        one = squeezed(known)
        alike = fuzz.ratio(letters, one)
        if alike > score:
            best, score = known, alike
    if score >= _POST_ALIKE:
        kept = rest if bare(rest) == bare(best) and marked(rest) == marked(best) else best
        return (f"{authority[0].strip().upper()} {kept}" if authority else kept), score / 100
    opened = next(
        (known for known in titles()["posts"] if letters.startswith(squeezed(known)) and len(known) > 5), None
    )
    if authority or opened:
        return line, 0.8
    # Noise before the post: a stroke of the signature, an edge of the seal.
    words = rest.split()
    if len(words) > 2 and len(squeezed(words[0])) <= 2:
        return _post(" ".join(words[1:]))
    return None


def _name(post: Piece, parts: Sequence[Piece]) -> Piece | None:
    """Return the name under the post: capitalised words in its column; the lowest likely one."""
    under = [
        part for part in parts
        if 2 < part.y - post.y < _DEEPEST and abs(part.centre - post.centre) < _ASIDE
        and _like_name(part.text)
    ]  # fmt: skip
    if not under:
        return None
    return max(under, key=lambda part: (_worth(part), part.y))


def _trimmed(text: str) -> list[str]:
    words = [word.strip(".,;:|~_-–'\"“”()*/\\!„") for word in tidy(text).split()]
    return [word for word in words if word]


def _like_name(text: str) -> bool:
    words = _trimmed(text)
    if not 2 <= len(words) <= 7:
        return False
    good = [word for word in words if _NAME_WORD.match(word) and word[0].isupper()]
    if len(good) < 2 or len(good) < len(words) - 1:
        return False
    return _post(text) is None and not bare(text).startswith(("noi nhan", "kinh gui", "luu"))


def _worth(part: Piece) -> float:
    words = _trimmed(part.text)
    worth = 2.0 if words and words[0] in titles()["families"] else 0.0
    worth += sum(word.word.agreed for word in part.words) / len(part.words)
    worth += 1.0 if 2 <= len(words) <= 5 else 0.0
    return worth


def _read(block: _Block, words: PageWords) -> dict[str, Found]:
    authority = [(piece, text) for piece, text, _ in block.posts if _AUTHORITY.match(text)]
    own = [(piece, text, alike) for piece, text, alike in block.posts if not _AUTHORITY.match(text)]
    if not own and block.posts and bare(block.posts[-1][1]).startswith("q."):
        own = [block.posts[-1]]
    title = Found(None)
    if own:
        piece, text, alike = own[-1]
        title = Found(text, 0.97 if both(piece) else 0.93 if alike > 0.9 else 0.8, (piece,))
    power = Found(None)
    if authority:
        chance = min(max(sure([piece]), 0.93 if _known(text) else 0.0) for piece, text in authority)
        power = Found(
            "; ".join(text for _, text in authority), chance, tuple(piece for piece, _ in authority)
        )
    return {"signer": _signer(block, words), "signer_title": title, "authority": power}


def _known(text: str) -> bool:
    rest = squeezed(_AUTHORITY.sub("", text))
    return any(squeezed(known) == rest for known in titles()["posts"])


def _signer(block: _Block, words: PageWords) -> Found:
    if block.name is None:
        return Found(None, pieces=(block.posts[-1][0],), asked=True)
    piece = block.name
    text, chance = words.mended(piece)
    parts = _trimmed(text)
    if (
        len(parts) > 2
        and len(parts[0]) == 1
        and parts[0] not in titles()["families"]
        and parts[1] in titles()["families"]
    ):
        parts = parts[1:]
    value = " ".join(parts)
    if parts and parts[0] not in titles()["families"]:
        near = [known for known in titles()["families"] if bare(known) == bare(parts[0])]
        if len(near) == 1 and len(parts) > 2:
            return Found(" ".join([near[0], *parts[1:]]), min(chance, 0.85), (piece,), (value,))
        return Found(None, 0.0, (piece,), (value,), asked=True)
    if len(parts) < 2:
        return Found(None, 0.0, (piece,), (value,), asked=True)
    if both(piece):
        chance = max(chance, 0.985)
    return Found(value, chance, (piece,), tuple(" ".join(_trimmed(v)) for v in piece.versions() if v))
