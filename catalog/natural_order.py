"""The order in which people expect labels: 1, 2, ... 10, and letters as a Vietnamese dictionary has them.

A key holds digits and small Latin letters only, so that every database and every locale sorts it alike.
"""

import unicodedata

LONGEST_KEY = 2_000
"""Characters of a key; labels that are longer differ in what nobody reads."""

_LETTERS = (*"aăâbcdđeêfghijklmnoôơpqrstuưvwxyz",)
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng
_SHAPES = {"\u0306", "\u0302", "\u031b"}  # the marks that make ă, â, ơ letters of their own


def _letter_codes() -> dict[str, str]:
    seen: dict[str, int] = {}
    codes = {}
    for letter in _LETTERS:
        plain = "d" if letter == "đ" else unicodedata.normalize("NFD", letter)[0]
        seen[plain] = seen.get(plain, -1) + 1
        codes[letter] = f"{plain}{seen[plain]}"
    return codes


_CODES = _letter_codes()


def sort_key(label: str) -> str:
    """Return the key by which `label` is sorted: numbers by value, letters before tones, case told last."""
    letters, tones = [], []
    text = unicodedata.normalize("NFD", label.strip().casefold())
    at = 0
    while at < len(text):
        if text[at].isdecimal():
            end = at
            while end < len(text) and text[end].isdecimal():
                end += 1
            letters.append(_number(text[at:end]))
            at = end
            continue
        base, at = text[at], at + 1
        tone = 0
        while at < len(text) and unicodedata.combining(text[at]):
            if text[at] in _SHAPES:
                base = unicodedata.normalize("NFC", base + text[at])
            tone = _TONES.get(text[at], tone)
            at += 1
        if base in _CODES:
            letters.append(_CODES[base])
            tones.append(str(tone))
        elif not letters or letters[-1] != "01":
            letters.append("01")  # a gap: before numbers and letters, whatever it is made of
    return ("".join(letters) + "00" + "".join(tones).rstrip("0"))[:LONGEST_KEY]


def _number(digits: str) -> str:
    value = str(int(digits[:90]))
    return f"1{len(value):02d}{value}"
