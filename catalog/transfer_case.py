"""What the rules propose for each case of a unit that ends or is changed; a person decides.

The rules stand in `data/handover_cases.toml` with their source. There is never a default receiver.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from luutru.errors import InvalidInput

PERMANENT = "01"
"""Code of permanent keeping (TT 05/2025/TT-BNV)."""


class CaseUnknown(InvalidInput):
    """No rules are known for such a case."""

    slug = "handover-case-unknown"


@dataclass(frozen=True)
class Case:
    """One case, and who by the rules receives what."""

    code: str
    name: str
    article: str
    permanent: tuple[str, ...]  #: what a receiver of permanent records is (`transfer.RECEIVES_AS`)
    fixed_term: tuple[str, ...]
    permanent_told: str  #: the rule in words, for the screen
    fixed_term_told: str
    digital_told: str
    succession: str  #: kind of succession when the receiver came after the giver; "" = none
    source: str
    verified: bool  #: somebody has held it against the official text


@cache
def cases() -> tuple[Case, ...]:
    """Return every case, in the order of the data file."""
    told = tomllib.loads((Path(__file__).parent / "data" / "handover_cases.toml").read_text("utf-8"))
    return tuple(
        Case(
            row["code"],
            row["name"],
            row["article"],
            tuple(row["permanent"]),
            tuple(row["fixed_term"]),
            row["permanent_told"],
            row["fixed_term_told"],
            row["digital_told"],
            row["succession"],
            told["source"],
            bool(told["verified"]),
        )
        for row in told["case"]
    )


def case(code: str) -> Case:
    """Return the case called `code`.

    Raises:
        CaseUnknown: there is none.
    """
    for each in cases():
        if each.code == code:
            return each
    raise CaseUnknown(f"no case {code!r}; there are {', '.join(each.code for each in cases())}")


def against(of: Case, receives_as: str | None, retention_codes: Iterable[str | None]) -> tuple[int, int]:
    """Return of how many (permanent, fixed-term) dossiers the rules name another receiver.

    For the screen: it warns and hinders nobody. Those whose retention nobody decided count in neither.
    """
    permanent = fixed = 0
    for code in retention_codes:
        if code == PERMANENT:
            permanent += receives_as not in of.permanent
        elif code is not None:
            fixed += receives_as not in of.fixed_term
    return permanent, fixed
