"""Numbers as a Vietnamese clerk writes them out: 1.205 is "một nghìn hai trăm linh năm"."""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", " nghìn", " triệu", " tỷ")

LARGEST = 999_999_999_999


def in_words(number: int) -> str:
    """Return `number` (0 to `LARGEST`) in words, small letters.

    Raises:
        ValueError: it is below zero or above `LARGEST`.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"a number of things is 0 to {LARGEST}, found {number}")
    if number == 0:
        return _DIGITS[0]
    groups = []
    rest = number
    while rest:
        groups.append(rest % 1000)
        rest //= 1000
    words = []
    for place in reversed(range(len(groups))):
        if groups[place]:
            first = place == len(groups) - 1
            words.append(_hundreds(groups[place], leading=first) + _GROUPS[place])
    return " ".join(words)


def _hundreds(number: int, *, leading: bool) -> str:
    """Return up to 999 in words; after a larger group the hundreds are said even if there are none."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = [] if leading and not hundreds else [f"{_DIGITS[hundreds]} trăm"]
    if tens == 0:
        if ones:
            words += [f"linh {_DIGITS[ones]}" if words else _DIGITS[ones]]
        return " ".join(words)
    words.append("mười" if tens == 1 else f"{_DIGITS[tens]} mươi")
    if ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 5:
        words.append("lăm")
    elif ones:
        words.append(_DIGITS[ones])
    return " ".join(words)
