"""How many documents of a lot are looked at, and which: a draw that an auditor can repeat."""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from luutru.errors import InvalidInput


class LimitUnknown(InvalidInput):
    """No plan for this acceptance quality limit, or for a lot so large."""

    slug = "limit-unknown"


@dataclass(frozen=True)
class Plan:
    """How a lot is judged by a sample."""

    sample: int  #: documents to look at
    acceptance: int  #: faulty ones at most
    name: str  #: table, code letter and limit
    unverified: bool  #: the table was not compared with the standard yet


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "sampling.toml").read_text("utf-8"))


def limits() -> list[str]:
    """Return the acceptance quality limits that have a plan, in percent, strictest first."""
    return sorted(_table()["limit"], key=float)


def plan_for(documents: int, limit: str | None = None) -> Plan:
    """Return the plan for a lot of so many documents; the whole lot where the sample is no smaller.

    `limit`: acceptance quality limit in percent, one of `limits()`; None: the usual one.

    Raises:
        LimitUnknown: there is no plan for it.
    """
    table = _table()
    limit = limit or table["usual_limit"]
    letter = next((each["code"] for each in table["letter"] if documents <= each["lot"]), None)
    if limit not in table["limit"] or letter is None:
        raise LimitUnknown(f"no plan for {documents} documents at a limit of {limit} %")
    sample, acceptance = table["limit"][limit][letter]
    name = f"{table['source']}, {letter}, {limit} %"
    return Plan(min(sample, documents), acceptance, name, table["unverified"])


def draw(names: Iterable[str], sample: int, seed: str) -> list[str]:
    """Return `sample` of `names`: those with the least SHA-256 of "seed:name".

    The order of `names` does not matter, and no program's random numbers: anybody can repeat it.
    """
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())[:sample]
