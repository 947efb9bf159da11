"""What a package of another system says of itself, read apart: METS, and descriptions of three kinds.

Some packages in one child (`handover.apart`); its files are hashed there too, for what METS say of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from handover import ead
from handover.apart import Lost, read_apart
from handover.csip_check import check_csip
from handover.outcome import Check, Plain, bounded, from_plain
from handover.package_check import MOST_XML_BYTES
from ingest.limits import Limits

AT_ONCE = 50
"""Packages read in one child."""

BYTES_PER_SECOND = 10 << 20
"""A slow disk, read and hashed once."""

LONGEST = 20_000
"""Characters of a field that are kept; the circular's longest has 4,000, a cell of a list 32,767."""


@dataclass(frozen=True)
class Read:
    """What was found in a package."""

    version: str  #: of CSIP; "": it says none
    checks: tuple[Check, ...]
    dossier: Mapping[str, str]  #: by the names of TT 05/2025; its code is never empty
    documents: Mapping[str, Mapping[str, str]]  #: by the name that their file bears


_Answer = tuple[str, list[Plain], dict[str, str], dict[str, dict[str, str]]]


def read_packages(packages: Sequence[Path], *, limits: Limits) -> Iterator[Read | Lost]:
    """Yield what is found in each package that has no links in it, in their order."""

    def seconds(some: Sequence[Path]) -> float:
        size = sum(path.stat().st_size for each in some for path in each.rglob("*") if path.is_file())
        return limits.seconds_per_file + size / BYTES_PER_SECOND

    for answer in read_apart(look_into, packages, limits=limits, at_once=AT_ONCE, seconds=seconds):
        if isinstance(answer, Lost):
            yield answer
            continue
        version, checks, dossier, documents = answer
        yield Read(version, tuple(map(from_plain, checks)), dossier, documents)


def look_into(packages: Sequence[Path], *, limits: Limits) -> list[_Answer]:
    """Return what is found in each package; runs in a child, whose bounds are set by then."""
    del limits
    return [_look_into(package) for package in packages]


def _look_into(package: Path) -> _Answer:
    version, checks = check_csip(package)
    return version, bounded(checks, package.name), _described(package, package.name), _documents(package)


def _described(package: Path, name: str) -> dict[str, str]:
    """Return the description of a dossier by the names of TT 05/2025; its code is never empty."""
    found: dict[str, str] = {}
    for path in sorted((package / "metadata" / "descriptive").glob("*.xml")):
        found = _read(path)
        if found.get("title"):
            break
    code = found.get("fileCode") or found.get("arcFileCode") or found.get("identifier") or name
    return {**found, "fileCode": code}


def _documents(package: Path) -> dict[str, dict[str, str]]:
    """Return the descriptions of documents by the name that their file bears."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(package.glob("representations/*/metadata/descriptive/*.xml")):
        if not path.stem.lower().startswith("ead_doc_"):
            continue
        values = _read(path)
        name = path.stem[len("ead_doc_") :]
        if values.get("subject"):
            code = values.get("docCode") or values.get("arcDocCode") or name
            found[name] = {**values, "docCode": code, "docId": values.get("docId") or name}
    return found


def _read(path: Path) -> dict[str, str]:
    """Return the fields of a description: the circular's, Dublin Core's, or of EAD3 the title and code."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_XML_BYTES:
        return {}
    data = path.read_bytes()
    try:
        values = ead.read(data)
    except etree.XMLSyntaxError:
        return {}  # what METS and bag say of the file is told apart
    if "archdesc" in values:
        values = dict(_archival(data))
    return {name: value[:LONGEST] for name, value in values.items() if value}


def _archival(data: bytes) -> Iterator[tuple[str, str]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(data, parser)
    for name, theirs in (("title", "unittitle"), ("fileCode", "unitid")):
        first = next(iter(root.iterfind(f".//{{*}}{theirs}")), None)
        if first is not None:
            yield name, " ".join("".join(first.itertext()).split())
