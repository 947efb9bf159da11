"""What each check is called by people: paper and screens are Vietnamese, codes are for programs."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "checks.toml"


@cache
def check_words() -> Mapping[str, str]:
    """Return Vietnamese words by the code of a check."""
    with FILE.open("rb") as file:
        return tomllib.load(file)


def named(code: str) -> str:
    """Return a check's words with its code behind them; the code alone where no words are written."""
    words = check_words().get(code)
    return f"{words} ({code})" if words else code
