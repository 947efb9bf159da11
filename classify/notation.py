"""Number and notation: what stands after "Số:" under the office.

Since 2005 "12/QĐ-UBND", normative acts "12/2016/QĐ-UBND"; before, "12/QĐ-UB", "12 QĐ/UB" or "12-QĐ/UB";
in the Party "12-QĐ/HU" to this day. The number is often written by hand: then no machine reads it, the two
readers disagree, and a person is asked.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from classify.found import Found
from classify.kinds import Kind, by_abbreviation
from classify.letterhead import NUMBER
from classify.spelling import bare, squeezed, tidy
from classify.upright import Piece

_NUMBER = re.compile(r"\d{1,5}[a-dA-DđĐ]?")
_LOOKS = str.maketrans("OoQDlIi|Ss", "0000111155")
"""Letters that readers give for figures."""
_SHAPE = re.compile(
    r"^(?P<number>[^/\-–\s]{0,7}?(?:\s[^/\-–\s]{1,3})??)\s*(?P<mark>[/\-–\s])\s*(?P<notation>.+)$"
)
_NOTATION = re.compile(r"(?:\d{4}/)?[^\W\d_][\w&.]*(?:[-/][\w&.]+)*")
_LONGEST = 30
"""Characters of a notation (codeNotation, TT 05/2025/TT-BNV)."""


_STRAY = re.compile(r"[^/\-–]/(?P<rest>.+)")
"""One sign and a stroke before the kind ("b/TB-SYT"): what is left of a number written by hand."""


@dataclass(frozen=True)
class Parsed:
    """A number line taken apart; what is not plainly there is ""."""

    number: str
    mark: str  #: between number and notation: "/", "-" or " "
    notation: str

    @property
    def code(self) -> str:
        """As a registrar writes it: number + "/" + notation; the Party keeps its hyphen."""
        if not self.number or not self.notation:
            return ""
        return f"{self.number}{'-' if self.mark == '-' else '/'}{self.notation}"


def parse(text: str) -> Parsed:
    """Take a number line apart."""
    rest = NUMBER.sub("", tidy(text).strip(), count=1).strip(" .,;:_|~'\"“”*")
    rest = re.sub(r"\s*([/\-])\s*", r"\1", rest)
    rest = re.sub(r"([/\-])\1+", r"\1", rest)
    found = _SHAPE.match(rest)
    if found is None:
        whole = _NUMBER.fullmatch(rest)
        return Parsed(whole[0] if whole else "", "", "")
    number = re.sub(r"\s", "", found["number"])
    tail = re.split(r"\s", found["notation"])[0].strip(" .,;:_|~'\"“”*/-")
    if (stray := _STRAY.fullmatch(tail)) and kind_of(stray["rest"]) is not None:
        tail = stray["rest"]
    notation = tail if _NOTATION.fullmatch(tail) and len(tail) <= _LONGEST else ""
    mark = found["mark"].replace("–", "-")
    return Parsed(number if _NUMBER.fullmatch(number) else "", mark if mark.strip() else " ", notation)


def read_number(piece: Piece, *, issuer: str, kind: Kind | None) -> dict[str, Found]:
    """Return number, notation and code of the number line.

    Args:
        piece: the line that opens with "Số".
        issuer: the office's name, whose first letters the notation should hold; "" if unknown.
        kind: the kind on the type line, which the notation should open with; None if unknown.
    """
    fused = parse(piece.text)
    given = [parse(text) for text in piece.versions() if text] or [fused]
    typed = all(word.word.agreed for word in piece.words)
    number = _number(piece, fused, given, typed)
    notation = _notation(piece, fused, given, typed, issuer, kind)
    mark = fused.mark or next((one.mark for one in given if one.mark), "/")
    code = _code(number, notation, mark, given, piece)
    return {"code": code, "number": number, "notation": notation}


def _number(piece: Piece, fused: Parsed, given: Sequence[Parsed], typed: bool) -> Found:
    votes = Counter(one.number for one in given if one.number)
    seen = (piece,)
    if fused.number and typed:
        return Found(fused.number, 0.99, seen)
    if votes and len(given) > 1:
        best, count = votes.most_common(1)[0]
        if count == len(given):
            return Found(best, 0.98, seen)
        # A figure taken for a letter is print; anything else the readers differ over is a pen.
        heads = [re.sub(r"\s", "", NUMBER.sub("", text).split("/")[0]) for text in piece.versions()]
        plain = {head.strip(" .,:;").translate(_LOOKS) for head in heads}
        if len(plain) == 1 and (lone := plain.pop()).isdecimal():
            return Found(lone, 0.8, seen, tuple(votes))
        return Found(None, 0.0, seen, tuple(votes), asked=True)
    if len(given) == 1 and fused.number:
        return Found(fused.number, min(word.word.confidence for word in piece.words) * 0.95, seen)
    return Found(None, 0.0, seen, tuple(votes), asked=True)


def _notation(
    piece: Piece, fused: Parsed, given: Sequence[Parsed], typed: bool, issuer: str, kind: Kind | None
) -> Found:
    seen = (piece,)
    candidates = Counter(one.notation for one in given if one.notation)
    if fused.notation:
        candidates[fused.notation] += 0
    if not candidates:
        return Found(None, 0.0, seen, asked=True)
    mended = Counter[str]()
    for text, count in candidates.items():
        said_by_all = count == len(given) > 1
        mended[mend(text, issuer="" if said_by_all else issuer, kind=kind)] += count
    worth = {text: _worth(text, issuer, kind) for text in mended}
    best = max(mended, key=lambda text: (worth[text] + mended[text], text == fused.notation))
    agreed = mended[best] == len(given) and (len(given) > 1 or typed)
    unmended = best in candidates
    if agreed:
        sure = 0.98 if unmended and candidates[best] == len(given) else 0.95
        if worth[best] <= 0 and not typed and kind is not None:
            sure = 0.93
    elif worth[best] >= 2:
        sure = 0.93
    else:
        sure = 0.7 if worth[best] >= 1 else 0.45
    others = [text for text, _ in (mended + candidates).most_common() if text != best]
    return Found(best, sure, seen, tuple(others))


def _worth(notation: str, issuer: str, kind: Kind | None) -> float:
    """How far kind and office bear the notation out: 0 not at all, 2 both."""
    parts = [part for part in re.split(r"[-/]", notation) if part]
    worth = 0.0
    if kind is not None and any(part in (kind.abbreviation, *kind.also) for part in parts):
        worth += 1
    if any(part in _KNOWN for part in parts) or (issuer and any(_initials(part, issuer) for part in parts)):
        worth += 1
    return worth


_KNOWN = ("UBND", "HĐND", "UB", "HĐ", "UBHC")


def mend(notation: str, *, issuer: str, kind: Kind | None) -> str:
    """Return the notation with parts put right that kind or office vouch for; the rest as it is.

    "QD-UBND" over a QUYẾT ĐỊNH is "QĐ-UBND"; "UBNĐ" is "UBND"; "SYT" stays.
    """
    parts = re.split(r"([-/])", notation)
    for i, part in enumerate(parts):
        if i % 2 or part.isdigit() or not part:
            continue
        if kind is not None and i in (0, 2):
            known = next(
                (known for known in (kind.abbreviation, *kind.also) if known and _damaged(part, known)), None
            )
            if known:
                parts[i] = known
                continue
        known = next((known for known in _KNOWN[:2] if _damaged(part, known)), None)
        if known:
            parts[i] = known
        elif issuer:
            initials = _first_letters(issuer)
            if len(initials) >= 3 and len(part) == len(initials) and _damaged(part, initials):
                parts[i] = initials
    return "".join(parts)


def _damaged(part: str, known: str) -> bool:
    """Whether `part` is `known` with a letter or a mark misread."""
    if part == known:
        return False
    if squeezed(part) == squeezed(known):
        return True
    look = str.maketrans({"ọ": "q", "o": "q", "0": "o", "1": "i", "8": "b", "6": "b"})
    one, other = bare(part).translate(look), bare(known).translate(look)
    return len(known) >= 4 and abs(len(part) - len(known)) <= 1 and Levenshtein.distance(one, other) == 1


_SILENT = {"và", "-", "của", ",", "–"}


def _first_letters(issuer: str) -> str:
    words = [word.strip(",.-–") for word in issuer.split() if word.lower() not in _SILENT]
    return "".join(word[0] for word in words if word)


def _initials(part: str, issuer: str) -> bool:
    """Whether `part` is made of first letters of the office's words, in their order."""
    initials = bare(_first_letters(issuer))
    rest = iter(initials)
    return len(part) >= 2 and all(letter in rest for letter in bare(part))


def _code(number: Found, notation: Found, mark: str, given: Sequence[Parsed], piece: Piece) -> Found:
    if number.value is None or notation.value is None:
        heads = number.others if number.value is None else (number.value,)
        others = [Parsed(head, mark, notation.value or "").code for head in heads]
        return Found(None, 0.0, (piece,), tuple(others), asked=True)
    value = Parsed(number.value, mark, notation.value).code
    others = [one.code for one in given if one.code]
    return Found(value, min(number.confidence, notation.confidence), (piece,), tuple(others))


def kind_of(notation: str | None) -> Kind | None:
    """Return the kind whose abbreviation stands in the notation, None where none does (a công văn)."""
    if not notation:
        return None
    parts = [part for part in re.split(r"[-/]", notation) if part and not part.isdigit()]
    return by_abbreviation(parts[0]) if len(parts) > 1 else None
