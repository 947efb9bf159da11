"""What people read: every sentence of the desk, in Vietnamese and in English."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

LANGUAGES = ("vi", "en")
"""The first is the one people get who did not choose."""

_FOLDER = Path(__file__).parent / "strings"

VIETNAM = timezone(timedelta(hours=7))
"""Vietnam keeps one time all year."""


def load(language: str) -> Mapping[str, str]:
    """Return the sentences of `language` by dotted key ("search.title")."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        sections = tomllib.load(file)
    return {f"{section}.{key}": text for section, texts in sections.items() for key, text in texts.items()}


SENTENCES: Mapping[str, Mapping[str, str]] = {language: load(language) for language in LANGUAGES}


def choose(wanted: str | None) -> str:
    """Return the language to speak: the one wanted where we know it, else Vietnamese."""
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def speaker(language: str) -> Callable[..., str]:
    """Return the function that gives a sentence in `language`, its {names} filled in.

    It raises KeyError for a key that does not exist: a page never shows a bare key.
    """
    sentences = SENTENCES[language]

    def say(key: str, **values: object) -> str:
        return sentences[key].format(**values) if values else sentences[key]

    return say


def reason(language: str, code: str) -> str | None:
    """Return what refusal `code` means for the one who must act; None where no sentence is written."""
    return SENTENCES[language].get(f"reason.{code}")


def named_dossier(language: str, title: str) -> str:
    """Return a dossier's title for a line where other things stand: "Hồ sơ 45", never "Hồ sơ Hồ sơ 45"."""
    says_so = title.casefold().startswith(SENTENCES["vi"]["search.dossier"].casefold())
    return title if says_so else speaker(language)("dossier.title", title=title)


def number(language: str, value: float, digits: int = 0) -> str:
    """Return `value` as written in `language`: 12.345,6 in Vietnamese, 12,345.6 in English."""
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def share(language: str, part: int, whole: int) -> str:
    """Return `part` of `whole` in per cent; 100 % only where it is all, 0 % only where it is nothing."""
    if not whole:
        return "0 %"
    percent = 100 * part / whole
    if 0 < part < whole:
        percent = min(max(percent, 0.1), 99.9)
    whole_percent = percent in (0, 100) or 10 <= percent <= 99
    return f"{number(language, int(percent) if whole_percent else percent, 0 if whole_percent else 1)} %"


def size(language: str, count: int) -> str:
    """Return a number of bytes for people: 1,5 MB."""
    amount = float(count)
    for name in ("B", "kB", "MB", "GB"):
        if amount < 1000 or name == "GB":
            return f"{number(language, amount, 0 if name == 'B' or amount >= 100 else 1)} {name}"
        amount /= 1000
    raise AssertionError("unreachable")


def moment(value: datetime) -> str:
    """Return a moment in Vietnam's time: 23/11/2026 14:05."""
    return value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def clock() -> str:
    """Return the time of day in Vietnam now: 14:05:31."""
    return datetime.now(VIETNAM).strftime("%H:%M:%S")


def day(value: date) -> str:
    """Return a day as written in Vietnam: 23/11/2026."""
    return value.strftime("%d/%m/%Y")


def duration(language: str, seconds: float) -> str:
    """Return how long something takes, as roughly as it is known."""
    say = speaker(language)
    if seconds < 90:
        return say("batch.seconds", count=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return say("batch.minutes", count=minutes)
    return say("batch.hours", hours=minutes // 60, minutes=minutes % 60)
