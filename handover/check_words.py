"""What each check is called by people: paper and screens are Vietnamese, codes are for programs."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from handover.outcome import Outcome

FILE = Path(__file__).parent / "data" / "checks.toml"


@cache
def _file() -> Mapping[str, Any]:
    with FILE.open("rb") as file:
        return tomllib.load(file)


@cache
def check_words() -> Mapping[str, str]:
    """Return Vietnamese words by the code of a check."""
    return {code: words for code, words in _file().items() if isinstance(words, str)}


def reason_of(code: str, outcome: str) -> str:
    """Return a check that did not pass as the reason why, in the middle of a sentence."""
    own: Mapping[str, str] = _file()["unchecked" if outcome == Outcome.COULD_NOT_RUN.value else "found"]
    if code in own:
        return own[code]
    words = check_words().get(code, code)
    small = words[:1].lower() + words[1:]
    return f"{small}: chưa kiểm tra được" if outcome == Outcome.COULD_NOT_RUN.value else small


def named(code: str) -> str:
    """Return a check's words with its code behind them; the code alone where no words are written."""
    words = check_words().get(code)
    return f"{words} ({code})" if words else code
