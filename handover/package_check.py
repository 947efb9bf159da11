"""Is a package what it says it is: METS and disk agree, file by file; descriptions hold the circular's rules.

What eark-validator leaves out is done here: representation METS are read too, and every digest is taken
again. Every fault is listed at once. METS are read as a stream; one of 100,000 files takes 30 MB.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree

from handover import bag_path, ead
from handover.mets import CSIP, METS, XLINK
from handover.outcome import Check, Verdict, could_not_run, failed, passed, verdict

SCHEMAS = Path(__file__).parent / "data" / "schemas"
MOST_METS_BYTES = 1 << 30
MOST_XML_BYTES = 16 << 20
_CHUNK = 1 << 20
_OPTIONS: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}


@dataclass(frozen=True)
class Named:
    """One file as a METS names it."""

    path: str
    size: int | None
    sha256: str | None  #: lower case
    algorithm: str
    media_type: str


@dataclass
class Mets:
    """What one METS tells."""

    path: str  #: of the METS, from the package's root
    profile: str = ""
    objid: str = ""
    kind: str = ""
    content_type: str = ""
    files: list[Named] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)
    has_map: bool = False


def check_package(folder: Path, *, digests: bool = True) -> Verdict:
    """Return every fault of the package in `folder`; nothing outside it is read, no link is followed.

    `digests`: take every digest again; False where the bag around it was checked a moment ago.
    """
    return verdict(_check(folder, digests=digests))


def _check(folder: Path, *, digests: bool) -> Iterator[Check]:
    all_told, faults = read_all(folder)
    yield from faults
    if not all_told:
        return
    told = all_told[0]
    yield from _frame(folder, told)
    if (folder / "representations").is_dir() and not told.pointers:
        yield failed("package-pointer-lacks", "METS.xml", "no mptr leads to the representations")
    yield from agreement(folder, all_told, lambda file, named: _same(file, named, digests=digests))
    yield from _descriptions(folder, all_told)
    yield passed("package-read", folder.name, f"{len(all_told)} METS")


def read_all(folder: Path) -> tuple[list[Mets], list[Check]]:
    """Return what the METS of a package tell, the root's first, and what is wrong with them as XML.

    Nothing, where the root's cannot be read.
    """
    root = folder / "METS.xml"
    if not root.is_file() or root.is_symlink():
        return [], [failed("package-mets-lacks", "METS.xml", "a package has one at its root")]
    told, faults = _read_mets(folder, "METS.xml")
    if told is None:
        return [], faults
    found = [told]
    for pointer in sorted(set(told.pointers)):
        if bag_path.fault(pointer) or not (folder / pointer).is_file():
            faults.append(failed("package-representation-lacks", pointer, "the METS points to it"))
            continue
        inner, more = _read_mets(folder, pointer)
        faults += more
        if inner is not None:
            found.append(inner)
    return found, faults


def _frame(folder: Path, told: Mets) -> Iterator[Check]:
    if told.objid.replace(":", "_") != folder.name:
        yield failed("package-objid-wrong", "METS.xml", f"OBJID {told.objid!r}, folder {folder.name!r}")
    if told.kind not in ("SIP", "AIP", "DIP", "AIU", "AIC"):
        yield failed("package-kind-unknown", "METS.xml", f"OAISPACKAGETYPE {told.kind!r}")
    if not told.has_map:
        yield failed("package-map-lacks", "METS.xml", "a structMap with LABEL CSIP")
    if told.kind == "AIP" and not (folder / "metadata" / "preservation").is_dir():
        yield failed("package-premis-lacks", "metadata/preservation", "an AIP has PREMIS (TT 05/2025, PL I)")


def _read_mets(folder: Path, path: str) -> tuple[Mets | None, list[Check]]:
    file = folder / path
    if file.stat().st_size > MOST_METS_BYTES:
        return None, [failed("package-mets-too-large", path, f"over {MOST_METS_BYTES >> 20} MiB")]
    told = Mets(path)
    base = path.rpartition("/")[0]
    wanted = [
        f"{{{METS}}}{name}" for name in ("mets", "metsHdr", "mdRef", "file", "fileGrp", "mptr", "structMap")
    ]
    try:
        for event, element in etree.iterparse(str(file), events=("start", "end"), tag=wanted, **_OPTIONS):
            name = etree.QName(element).localname
            if event == "start":
                _begin(told, name, element)
                continue
            _take(told, name, element, base)
            if name in ("file", "mdRef"):
                element.clear()
    except etree.XMLSyntaxError as error:
        return None, [failed("package-mets-not-xml", path, str(error))]
    return told, _schema_faults(file, path)


def _begin(told: Mets, name: str, element: etree._Element) -> None:
    if name == "mets":
        told.objid = element.get("OBJID", "")
        told.profile = element.get("PROFILE", "")
        told.content_type = element.get(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", "")
    elif name == "metsHdr":
        told.kind = element.get(f"{{{CSIP}}}OAISPACKAGETYPE", "")
    elif name == "fileGrp":
        told.groups.add(element.get("USE", ""))
    elif name == "structMap" and element.get("LABEL") == "CSIP":
        told.has_map = True


def _take(told: Mets, name: str, element: etree._Element, base: str) -> None:
    href = f"{{{XLINK}}}href"
    if name == "mptr":
        told.pointers.append(_within(base, element.get(href, "")))
    elif name in ("mdRef", "file"):
        place = element if name == "mdRef" else element.find(f"{{{METS}}}FLocat")
        size = element.get("SIZE", "")
        told.files.append(
            Named(
                _within(base, place.get(href, "") if place is not None else ""),
                int(size) if size.isdigit() else None,
                element.get("CHECKSUM", "").lower() or None,
                element.get("CHECKSUMTYPE", ""),
                element.get("MIMETYPE", ""),
            )
        )


def _within(base: str, href: str) -> str:
    path = unquote(bag_path.plain(href.removeprefix("file://").removeprefix("file:")))
    return f"{base}/{path}" if base else path


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / "csip.xsd")))


def _schema_faults(file: Path, path: str) -> list[Check]:
    if file.stat().st_size > MOST_XML_BYTES:
        return [could_not_run("package-mets-schema", path, "too large to hold against its schema")]
    tree = etree.parse(str(file), etree.XMLParser(**_OPTIONS))
    schema = _schema()
    if schema.validate(tree):
        return []
    return [
        failed("package-mets-schema", path, f"line {error.line}: {error.message}")
        for error in schema.error_log
    ]


Same = Callable[[Path, Named], Iterator[Check]]
"""Says what differs between a file and what a METS tells of it."""


def agreement(folder: Path, told: Sequence[Mets], same: Same) -> Iterator[Check]:
    """Yield where METS and disk differ, file by file."""
    named: dict[str, Named] = {}
    for mets in told:
        for file in mets.files:
            if reason := bag_path.fault(file.path):
                yield failed("package-path-unsafe", file.path, reason)
            elif file.path in named and named[file.path].sha256 != file.sha256:
                yield failed("package-named-twice", file.path, "two METS tell it differently")
            else:
                named[file.path] = file
    here = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    heads = {mets.path for mets in told}
    for path in sorted(named.keys() - here.keys()):
        yield failed("package-file-lacks", path, "a METS names it, and it is not there")
    for path in sorted(here.keys() - named.keys() - heads):
        yield failed("package-file-unnamed", path, "there, and in no METS")
    for path in sorted(named.keys() & here.keys()):
        yield from same(here[path], named[path])


def _same(file: Path, named: Named, *, digests: bool) -> Iterator[Check]:
    size = file.stat().st_size
    if named.size != size:
        yield failed("package-size-wrong", named.path, f"METS says {named.size}, found {size}")
    if named.algorithm != "SHA-256" or named.sha256 is None:
        yield failed("package-digest-lacks", named.path, f"SHA-256 for every file, found {named.algorithm!r}")
    elif digests:
        digest = hashlib.sha256()
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != named.sha256:
            yield failed("package-digest-wrong", named.path, "the content is not what the METS says")


def _descriptions(folder: Path, told: list[Mets]) -> Iterator[Check]:
    kind = told[0].kind
    if kind not in ("SIP", "AIP"):
        return
    of_dossier: ead.Kind = "sip-dossier" if kind == "SIP" else "aip-dossier"
    of_document: ead.Kind = "sip-document" if kind == "SIP" else "aip-document"
    descriptive = folder / "metadata" / "descriptive"
    path = next(iter(sorted(descriptive.glob("[Ee][Aa][Dd].xml"))), None) if descriptive.is_dir() else None
    if path is None:
        yield failed("package-ead-lacks", "metadata/descriptive/EAD.xml", "the dossier's description")
        return
    dossier, faults = _ead(folder, path, of_dossier)
    yield from faults
    documents = 0
    for each in sorted(folder.glob("representations/*/metadata/descriptive/[Ee][Aa][Dd]_[Dd][Oo][Cc]_*.xml")):
        documents += 1
        _values, faults = _ead(folder, each, of_document)
        yield from faults
    said = dossier.get("totalDoc", "")
    if said.isdigit() and int(said) != documents:
        yield failed(
            "package-count-wrong", "EAD.xml", f"totalDoc {said}, but {documents} documents described"
        )


def _ead(folder: Path, path: Path, kind: ead.Kind) -> tuple[Mapping[str, str], list[Check]]:
    subject = path.relative_to(folder).as_posix()
    if path.stat().st_size > MOST_XML_BYTES:
        return {}, [failed("package-ead-too-large", subject)]
    try:
        values = ead.read(path.read_bytes())
    except etree.XMLSyntaxError as error:
        return {}, [failed("package-ead-not-xml", subject, str(error))]
    return values, ead.faults(kind, values, subject)


def deviations(folder: Path) -> list[str]:
    """Return by name where a package follows the accepted one instead of the circular's wording."""
    root = (folder / "METS.xml").read_bytes()[:MOST_XML_BYTES]
    found = []
    if b'MDTYPE="DC"' in root:
        found.append("mdtype-dc")
    if (folder / "schemas" / "ead.xsd").is_file():
        found.append("ead-xsd-lower-case")
    if any(folder.glob("representations/*/metadata/descriptive/EAD_DOC_*.xml")):
        found.append("ead-doc-upper-case")
    for inner in folder.glob("representations/*/METS.xml"):
        told, _faults = _read_mets(folder, inner.relative_to(folder).as_posix())
        if told is not None and told.objid == inner.parent.name:
            found.append("representation-objid-is-its-folder")
            break
    return found
