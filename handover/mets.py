"""METS of an E-ARK package (CSIP 2.0.4 and 2.1.0): what is in it, where, how large, with which digest.

The profile that eark-validator 1.1.3 takes without a word, root and representation alike
(docs/handover.md). Everything is given: no clock, no chance, so the same package gives the
same bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
SIP = "https://DILCIS.eu/XML/METS/SIPExtensionMETS"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CONTENT = "vn.digitised-records.v1"
PROFILES = {
    "AIP": "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml",
    "SIP": "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml",
}
TYPE = "Textual works \N{EN DASH} Digital"
"""A word of the Board's vocabulary, with its dash."""

REPRESENTATIONS = "Representations"

Package = Literal["AIP", "SIP"]


@dataclass(frozen=True)
class Part:
    """One file that a METS names."""

    path: str  #: from the folder of the METS
    media_type: str
    size: int
    sha256: str  #: lower case; METS gets it in upper case
    created: str  #: with its zone, "2026-11-26T10:00:00+07:00"
    original: str = ""  #: name it came with


@dataclass(frozen=True)
class Described:
    """A metadata file that a METS points to."""

    part: Part
    kind: str  #: EAD, DC, PREMIS, OTHER
    other: str = ""  #: what OTHER is


@dataclass(frozen=True)
class Agent:
    """Who made, sends or receives the package."""

    role: str  #: CREATOR, PRESERVATION, or OTHER
    name: str
    note: str
    note_type: str  #: SOFTWARE VERSION or IDENTIFICATIONCODE
    kind: str = "ORGANIZATION"  #: or OTHER, INDIVIDUAL
    other_role: str = ""  #: SUBMITTER, ...
    other_kind: str = ""  #: SOFTWARE


@dataclass(frozen=True)
class Group:
    """One fileGrp and the div that shows it."""

    use: str  #: Documentation, Schemas, Data, or Representations, whose parts are their METS
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class MetsOf:
    """What one METS says."""

    objid: str
    package: Package
    created: str
    status: str = "NEW"  #: NEW, SUPPLEMENT, VERSION
    agents: tuple[Agent, ...] = ()
    agreement: str = ""  #: number of the minutes or decision
    descriptive: tuple[Described, ...] = ()
    preservation: tuple[Described, ...] = ()
    groups: tuple[Group, ...] = ()
    identify: Callable[[str], str] = field(default=lambda what: what, compare=False)  #: what -> ID
    schemas: str = "schemas"  #: where the XSDs lie, from the folder of the METS


def mets(told: MetsOf) -> bytes:
    """Return the METS document as UTF-8 XML."""
    root = etree.Element(
        _q(METS, "mets"),
        {
            "OBJID": told.objid,
            "TYPE": TYPE,
            "PROFILE": PROFILES[told.package],
            **_content(),
        },
        nsmap={None: METS, "csip": CSIP, "sip": SIP, "xlink": XLINK, "xsi": XSI},
    )
    root.set(
        _q(XSI, "schemaLocation"),
        f"{METS} {told.schemas}/mets.xsd {CSIP} {told.schemas}/DILCISExtensionMETS.xsd "
        f"{SIP} {told.schemas}/DILCISExtensionSIPMETS.xsd",
    )
    _header(root, told)
    described = [_described(root, "dmdSec", each, told) for each in told.descriptive]
    administered: list[str] = []
    if told.preservation:
        section = etree.SubElement(root, _q(METS, "amdSec"))
        administered = [_described(section, "digiprovMD", each, told) for each in told.preservation]
    _files(root, told)
    _structure(root, told, described, administered)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _q(space: str, name: str) -> str:
    return f"{{{space}}}{name}"


def _content() -> dict[str, str]:
    return {
        _q(CSIP, "CONTENTINFORMATIONTYPE"): "OTHER",
        _q(CSIP, "OTHERCONTENTINFORMATIONTYPE"): CONTENT,
    }


def _header(root: etree._Element, told: MetsOf) -> None:
    header = etree.SubElement(
        root,
        _q(METS, "metsHdr"),
        {
            "CREATEDATE": told.created,
            "LASTMODDATE": told.created,
            "RECORDSTATUS": told.status,
            _q(CSIP, "OAISPACKAGETYPE"): told.package,
        },
    )
    for agent in told.agents:
        says = {"ROLE": agent.role, "TYPE": agent.kind}
        if agent.other_role:
            says["OTHERROLE"] = agent.other_role
        if agent.other_kind:
            says["OTHERTYPE"] = agent.other_kind
        element = etree.SubElement(header, _q(METS, "agent"), says)
        etree.SubElement(element, _q(METS, "name")).text = agent.name
        note = etree.SubElement(element, _q(METS, "note"), {_q(CSIP, "NOTETYPE"): agent.note_type})
        note.text = agent.note
    if told.agreement:
        agreed = etree.SubElement(header, _q(METS, "altRecordID"), {"TYPE": "SUBMISSIONAGREEMENT"})
        agreed.text = told.agreement


def _facts(part: Part) -> dict[str, str]:
    return {
        "MIMETYPE": part.media_type,
        "SIZE": str(part.size),
        "CREATED": part.created,
        "CHECKSUM": part.sha256.upper(),
        "CHECKSUMTYPE": "SHA-256",
    }


def _place(part: Part) -> dict[str, str]:
    return {"LOCTYPE": "URL", _q(XLINK, "type"): "simple", _q(XLINK, "href"): part.path}


def _described(parent: etree._Element, section: str, each: Described, told: MetsOf) -> str:
    name = told.identify(f"{section} {each.part.path}")
    around = etree.SubElement(
        parent, _q(METS, section), {"ID": name, "CREATED": each.part.created, "STATUS": "CURRENT"}
    )
    says = {**_place(each.part), "MDTYPE": each.kind, **_facts(each.part)}
    if each.other:
        says["OTHERMDTYPE"] = each.other
    etree.SubElement(around, _q(METS, "mdRef"), says)
    return name


def _files(root: etree._Element, told: MetsOf) -> None:
    section = etree.SubElement(root, _q(METS, "fileSec"), {"ID": told.identify("fileSec")})
    for group in told.groups:
        around = etree.SubElement(
            section,
            _q(METS, "fileGrp"),
            {"ID": told.identify(f"fileGrp {group.use}"), "USE": group.use, **_content()},
        )
        for part in group.parts:
            says = {"ID": told.identify(f"file {part.path}"), **_facts(part)}
            element = etree.SubElement(around, _q(METS, "file"), says)
            etree.SubElement(element, _q(METS, "FLocat"), _place(part))


def _structure(
    root: etree._Element, told: MetsOf, described: Sequence[str], administered: Sequence[str]
) -> None:
    structure = etree.SubElement(
        root, _q(METS, "structMap"), {"ID": told.identify("structMap"), "TYPE": "PHYSICAL", "LABEL": "CSIP"}
    )

    def div(parent: etree._Element, label: str) -> etree._Element:
        return etree.SubElement(
            parent, _q(METS, "div"), {"ID": told.identify(f"div {label}"), "LABEL": label}
        )

    top = div(structure, told.objid)
    metadata = div(top, "Metadata")
    if administered:
        metadata.set("ADMID", " ".join(administered))
    if described:
        metadata.set("DMDID", " ".join(described))
    for group in told.groups:
        shown = told.identify(f"fileGrp {group.use}")
        around = div(top, group.use)
        etree.SubElement(around, _q(METS, "fptr"), {"FILEID": shown})
        if group.use == REPRESENTATIONS:
            for part in group.parts:
                pointed = {**_place(part), _q(XLINK, "title"): shown}
                inner = div(around, f"{REPRESENTATIONS}/{part.path.split('/')[1]}")
                etree.SubElement(inner, _q(METS, "mptr"), pointed)
