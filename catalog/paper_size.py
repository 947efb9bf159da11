"""Which paper a page is, and how many A4 pages it counts for."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_MILLIMETRES_PER_INCH = 25.4


@dataclass(frozen=True)
class PaperSize:
    """One size of paper."""

    name: str  #: A5, A4, ... A0
    area: float  #: square millimetres
    a4: float  #: pages of A4 that a page of it counts for


@dataclass(frozen=True)
class Conversion:
    """The rules by which pages are converted; they come from `data/paper_sizes.toml`."""

    sizes: tuple[PaperSize, ...]  #: smallest first
    oversize: float  #: a page up to so many times a size's area is still of that size
    source: str
    unverified: bool  #: no circular was seen that says so


@cache
def conversion() -> Conversion:
    """Return the rules in force."""
    told = tomllib.loads((Path(__file__).parent / "data" / "paper_sizes.toml").read_text("utf-8"))
    sizes = (
        PaperSize(size["name"], size["sides"][0] * size["sides"][1], float(size["a4"]))
        for size in told["size"]
    )
    return Conversion(
        tuple(sorted(sizes, key=lambda size: size.area)),
        float(told["oversize"]),
        told["source"],
        told["unverified"],
    )


def size_of(width: int | None, height: int | None, dpi: int | None) -> PaperSize | None:
    """Return the size that a page of so many pixels counts as; None = its size is not known.

    What is larger than the largest counts as the largest.
    """
    if not width or not height or not dpi or min(width, height, dpi) < 0:
        return None
    area = width * height * (_MILLIMETRES_PER_INCH / dpi) ** 2
    rules = conversion()
    return next((size for size in rules.sizes if area <= size.area * rules.oversize), rules.sizes[-1])
