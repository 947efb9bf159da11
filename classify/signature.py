"""Who signed: the block at the foot, at the right (box 7), authority line, post and name."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from catalog.reading import LAID
from classify.found import Found
from classify.known_words import name_words, titles
from classify.page_words import PageWords
from classify.person import counted
from classify.person import parts as _trimmed
from classify.spelling import bare, capitals, letters_of, marked, same_tone, share, squeezed, tidy
from classify.sureness import both, sure
from classify.upright import Piece, Sheet, cut

_POST_ALIKE = 86
_GAP = 7.0
"""mm between the recipients and the signature block at the least."""
_DEEPEST = 75.0
"""mm from the post down to the name: signature and seal stand between."""
_ASIDE = 26.0
"""mm by which the middle of a name may lie beside the middle of the post."""
_AUTHORITY = re.compile(
    r"^\W{0,3}(?:(?:TM|KT|TL|TUQ|Q)\s*[.,:;]{1,2}|T/M\.?|K/T\.?|T/L\.?)\s*(?=\S)", re.IGNORECASE
)
_SHORT_POINT = re.compile(r"^(TM|KT|TL|TUQ|Q)\s*[.,:;]{1,2}(?=\s*\S)", re.IGNORECASE)
"""A short word ends with a point, however a speck makes it look: "KT, CHỦ TỊCH"."""
_MIDDLES = ("Văn", "Thị", "Hữu", "Đức", "Thanh", "Ngọc", "Xuân", "Đình", "Quang", "Minh")
"""Middle names: where one opens a name of two words, a seal hides the family name."""
_LAID_WORTH = 0.9
"""For a name that was laid over the ink under a black seal: more than one that readers half agreed on, less
than one that they gave both."""
_STRANGE = 0.88
"""Most that is believed of a name with such a word, though both readers gave it."""
_NAME_WORD = re.compile(r"^[^\W\d_][^\W\d_'’.]*$")


@dataclass(frozen=True)
class _Block:
    """Lines of posts over one another, and the piece of print taken for the name under them."""

    posts: tuple[tuple[Piece, str, float], ...]  #: piece, text, likeness to a known post
    name: Piece | None
    hidden: bool = False  #: print that nobody reads stands between post and name, where a deputy's post would


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
    blocks = [
        _Block(tuple(group), _name(group[-1][0], parts), _hidden(group[-1][0], parts)) for group in groups
    ]
    blocks = [block for block in blocks if block.posts[0][0].centre > sheet.width * 0.3]
    named = [block for block in blocks if block.name is not None]
    if named:
        lowest = max(block.posts[-1][0].y for block in named)
        last = [block for block in named if lowest - block.posts[-1][0].y < 25]
        best = max(last, key=lambda block: block.posts[-1][0].centre)
        beside = [block for block in blocks if _level(block, best)]  # one whose name cannot be read
        return max([best, *beside], key=lambda block: block.posts[-1][0].centre)
    other = _unlisted(parts, sheet) or _name_alone(parts, sheet)
    if other is not None:
        return other
    if blocks:
        return max(
            blocks, key=lambda block: (block.posts[-1][0].centre > sheet.width * 0.5, block.posts[-1][0].y)
        )
    return None


def _level(block: _Block, best: _Block) -> bool:
    """Whether two posts stand side by side."""
    return abs(block.posts[0][0].y - best.posts[0][0].y) < 6 and block.posts[0][0].x0 > best.posts[0][0].x1


def _hidden(post: Piece, parts: Sequence[Piece]) -> bool:
    """Whether something unreadable stands right under the post: a stamped PHÓ GIÁM ĐỐC at times."""
    return any(
        2 < part.y - post.y < 9 and part.trust < 0.65 and part.x0 < post.x1 and part.x1 > post.x0
        for part in parts
    )


def _unlisted(parts: Sequence[Piece], sheet: Sheet) -> _Block | None:
    """Return a block whose post is on no list: capitals at the right, a name below, nothing under it."""
    found = [
        _Block(((part, tidy(part.text).strip(" .,;:_-|~'\""), 0.7),), name)
        for part in parts
        if part.trust > 0.6 and capitals(part.text) > 0.9 and 6 <= len(squeezed(part.text)) <= 40
        and part.centre > sheet.width * 0.5
        and (name := _name(part, parts)) is not None and name.y - part.y > 10
    ]  # fmt: skip
    return found[-1] if found else None


def _name_alone(parts: Sequence[Piece], sheet: Sheet) -> _Block | None:
    """Return a name across from the recipients, under a post that a seal or a signature hides."""
    start = next((part.y for part in parts if fuzz.ratio(squeezed(part.text), "noinhan") >= 85), None)
    if start is None:
        return None
    found = [
        part for part in parts
        if part.centre > sheet.width * 0.5 and -3 < part.y - start < _DEEPEST and _like_name(part.text)
        and _trimmed(part.text)[0] in titles()["families"] and len(_trimmed(part.text)) > 2
    ]  # fmt: skip
    return _Block((), max(found, key=lambda part: part.y)) if found else None


def _parts(piece: Piece) -> list[Piece]:
    """Cut recipients and signature block apart where the line finder took them for one line."""
    found: list[Piece] = []
    for part in cut(piece, _GAP):
        for i in _turns(part):
            rest = part.part(i)
            if _post(rest.text):
                found += [part.part(0, i), rest]
                break
        else:
            found.append(part)
    return found


def _turns(part: Piece) -> Iterator[int]:
    """Yield the words before which a part is in small letters, and from which on it is in capitals."""
    counted = [letters_of(word.text) for word in part.words]
    after, upper_after = map(sum, zip(*counted, strict=True))
    before = upper_before = 0
    for i, (letters, upper) in enumerate(counted):
        if i and share(before, upper_before) < 0.5 and share(after, upper_after) > 0.9:
            yield i
        before, upper_before = before + letters, upper_before + upper
        after, upper_after = after - letters, upper_after - upper


@functools.cache
def _posts() -> Mapping[str, str]:
    """Return the known posts, in the order of the list, each with its letters."""
    return {known: squeezed(known) for known in titles()["posts"]}


def _post(text: str) -> tuple[str, float] | None:
    """Return a post or authority line as it should be spelt, with its likeness; None where it is none."""
    line = tidy(text).strip(" .,;:_-|~'\"`“”*()„")
    if capitals(line) < 0.8 or len(squeezed(line)) < 5 or len(line.split()) > 12:
        return None
    line = _SHORT_POINT.sub(r"\1.", line)
    authority = _AUTHORITY.match(line)
    rest = line[authority.end() :] if authority else line
    letters = squeezed(rest)
    if not letters:
        return None
    best, score = "", 0.0
    for known, one in _posts().items():
        alike = fuzz.ratio(letters, one, score_cutoff=score)
        if alike > score:
            best, score = known, alike
    if score >= _POST_ALIKE or (
        score > 70 and len(letters) >= 4 and best and _one_off(letters, squeezed(best))
    ):
        spaced = len(rest.split()) == len(best.split()) and same_tone(marked(rest), marked(best))
        kept = " ".join(rest.split()) if spaced else best
        return (f"{authority[0].strip().upper()} {kept}" if authority else kept), score / 100
    opened = next(
        (known for known, one in _posts().items() if letters.startswith(one) and len(known) > 5), None
    )
    if authority or opened:
        return line, 0.8
    # Noise before the post: a stroke of the signature, an edge of the seal.
    words = rest.split()
    if len(words) > 2 and len(squeezed(words[0])) <= 2:
        return _post(" ".join(words[1:]))
    return None


def _one_off(letters: str, known: str) -> bool:
    """Whether a post lacks or garbles only its first letter, which a seal covers."""
    return (
        letters.lstrip("0123456789")[-len(known) + 1 :] == known[1:] and abs(len(letters) - len(known)) <= 1
    )


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


def _like_name(text: str) -> bool:
    words = _trimmed(text)
    if not 2 <= len(words) <= 7:
        return False
    good = [word for word in words if _NAME_WORD.match(word) and word[0].isupper()]
    if len(good) < 2 or len(good) < len(words) - 1:
        return False
    letters = bare(text)
    return _post(text) is None and not letters.startswith(("noi nhan", "kinh gui")) and "luu:" not in letters


def _worth(part: Piece) -> float:
    words = _trimmed(part.text)
    worth = 2.0 if words and words[0] in titles()["families"] else 0.0
    worth += sum(word.word.agreed for word in part.words) / len(part.words)
    worth += 1.0 if 2 <= len(words) <= 5 else 0.0
    worth += _LAID_WORTH if LAID in part.raw else 0.0
    return worth


def _read(block: _Block, words: PageWords) -> dict[str, Found]:
    authority = [(piece, text) for piece, text, _ in block.posts if _AUTHORITY.match(text)]
    own = [(piece, text, alike) for piece, text, alike in block.posts if not _AUTHORITY.match(text)]
    if not own and block.posts and bare(block.posts[-1][1]).startswith("q."):
        own = [block.posts[-1]]
    title = Found(None)
    if not block.posts and block.name is not None:
        title = Found(None, pieces=(block.name,), asked=True)
    if own:
        piece, text, alike = own[-1]
        chance = 0.97 if both(piece) else 0.89 if alike > 0.9 else 0.8
        title = Found(text, 0.8 if block.hidden else chance, (piece,))
    power = Found(None)
    if authority:
        chance = min(max(sure([piece]), 0.93 if _known(text) else 0.0) for piece, text in authority)
        power = Found(
            "; ".join(text for _, text in authority), chance, tuple(piece for piece, _ in authority)
        )
    return {"signer": _signer(block, words), "signer_title": title, "authority": power}


def _known(text: str) -> bool:
    rest = squeezed(_AUTHORITY.sub("", text))
    return rest in _posts().values()


def _signer(block: _Block, words: PageWords) -> Found:
    if block.name is None:
        return Found(None, pieces=(block.posts[-1][0],), asked=True)
    piece = block.name
    if LAID in piece.raw:
        return _laid(piece)
    text, chance = counted(piece) or words.mended(piece, names=name_words())
    parts = _trimmed(text)
    families = titles()["families"]
    if len(parts) > 3 and len(parts[0]) == 1 and parts[0] not in families and parts[1] in families:
        parts = parts[1:]  # a stroke of the signature
    value = " ".join(parts)
    whole = len(parts) > 1 and len(parts[0]) > 1 and not (len(parts) == 2 and parts[0] in _MIDDLES)
    if whole and parts[0] not in families:
        near = sorted({known for known in families if bare(known) == bare(parts[0])})
        if len(near) == 1 and len(parts) > 2:
            return Found(" ".join([near[0], *parts[1:]]), min(chance, 0.85), (piece,), (value,))
        whole = False
    if not whole:
        return Found(None, 0.0, (piece,), (value,), asked=True)
    if both(piece):
        chance = max(chance, 0.985)
    if len(parts) == 2:  # few names have two words; more often the first is hidden
        chance = min(chance, 0.5)
    if any(map(_doubtful, parts[1:])):
        chance = min(chance, _STRANGE)
    if not block.posts:
        chance = min(chance, 0.85)
    return Found(value, chance, (piece,), tuple(" ".join(_trimmed(v)) for v in piece.versions() if v))


def _doubtful(word: str) -> bool:
    """Whether a word of a name has a figure, or names have it with other marks only: Mình, 0anh."""
    if any(letter.isdigit() for letter in word):
        return True
    return word not in name_words() and bare(word) in {bare(known) for known in name_words()}


def _laid(piece: Piece) -> Found:
    """Return a name that was read under a black seal, as sure as it was then; what readers saw beside it."""
    value = " ".join(_trimmed(piece.text))
    others = [" ".join(_trimmed(version)) for version in piece.versions() if version]
    chance = min(_STRANGE, *(word.word.confidence for word in piece.words))
    others = [one for one in others if " " in one and one != value]  # not the scraps between rings
    return Found(value, chance, (piece,), tuple(others))
