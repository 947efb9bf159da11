"""A page description (ALTO) that somebody sent, as a reading: the words, their places, how sure they are."""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lxml import etree

from catalog.reading import Box, Line, Reading, Word
from luutru.errors import InvalidInput

MOST_BYTES = 32 << 20  #: a page of 2,000 words makes 400 kB
MOST_WORDS = 100_000
_OPTIONS: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}


class AltoInvalid(InvalidInput):
    """It is no page description that can be understood."""

    slug = "alto-invalid"


def reading_of(
    data: bytes,
    *,
    dpi: int,
    doubted: Collection[int] = (),
    engines: Mapping[str, str] | None = None,
    degraded: bool = False,
) -> Reading:
    """Return the one page of an ALTO file, of any version, in pixels.

    `doubted`: words, counted from 0, on which readers did not agree. `dpi` is not told by ALTO.

    Raises:
        AltoInvalid: it is too large, no XML, has no page or several, or measures otherwise than in pixels.
    """
    if len(data) > MOST_BYTES:
        raise AltoInvalid(f"{len(data)} bytes, at most {MOST_BYTES}")
    try:
        root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    except etree.XMLSyntaxError as error:
        raise AltoInvalid(f"no XML: {error}") from error
    pages = list(root.iter("{*}Page"))
    unit = root.find(".//{*}MeasurementUnit")
    if len(pages) != 1 or (unit is not None and unit.text != "pixel"):
        raise AltoInvalid(f"one page in pixels, found {len(pages)}")
    page = pages[0]
    turned = _turned(page)
    lines = tuple(_lines(page, frozenset(doubted)))
    return Reading(
        lines=lines,
        width=_number(page, "WIDTH"),
        height=_number(page, "HEIGHT"),
        dpi=dpi,
        rotation=round(turned / 90) * 90 % 360,
        skew=round((turned - round(turned / 90) * 90), 3),
        engines=engines if engines is not None else _engines(root),
        degraded=degraded,
    )


def _lines(page: etree._Element, doubted: frozenset[int]) -> Iterator[Line]:
    count = 0
    for line in page.iter("{*}TextLine"):
        words = []
        for string in line.iter("{*}String"):
            text = (string.get("CONTENT") or "").strip()
            if not text:
                continue
            words.append(Word(text, _box(string), _confidence(string), count not in doubted))
            count += 1
            if count > MOST_WORDS:
                raise AltoInvalid(f"more than {MOST_WORDS} words on a page")
        if words:
            yield Line(tuple(words), _box(line))


def _box(element: etree._Element) -> Box:
    x, y = _number(element, "HPOS"), _number(element, "VPOS")
    return x, y, x + _number(element, "WIDTH"), y + _number(element, "HEIGHT")


def _number(element: etree._Element, name: str) -> int:
    try:
        found = round(float(element.get(name, "")))
    except (ValueError, OverflowError) as error:
        raise AltoInvalid(f"{name} is no number") from error
    if not -1_000_000 <= found <= 1_000_000:
        raise AltoInvalid(f"{name} is {found}")
    return found


def _confidence(string: etree._Element) -> float:
    return min(max(_finite(string, "WC"), 0.0), 1.0)


def _turned(page: etree._Element) -> float:
    """Return how the print lies, in degrees from 0 to 360, as the first block says."""
    block = page.find(".//{*}TextBlock")
    return _finite(block, "ROTATION") % 360 if block is not None else 0.0


def _finite(element: etree._Element, name: str) -> float:
    try:
        found = float(element.get(name, "0"))
    except ValueError as error:
        raise AltoInvalid(f"{name} is no number") from error
    if not math.isfinite(found):
        raise AltoInvalid(f"{name} is no number")
    return found


def _engines(root: etree._Element) -> dict[str, str]:
    found = {}
    for software in root.iter("{*}processingSoftware"):
        name, build = software.find("{*}softwareName"), software.find("{*}softwareVersion")
        if name is not None and name.text:
            found[name.text[:100]] = (build.text or "")[:200] if build is not None else ""
    return found
