"""PREMIS 3.0 of a package: what is kept, what was done to it, by whom or by which program.

One event a dossier or document, never one a file: per-file detail stays in the register. (Systems that inline
seven events for each of 200,000 files cannot write their own METS any more.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree

PREMIS = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
IDENTIFIER_TYPE = "local"


@dataclass(frozen=True)
class Entity:
    """A dossier or a document."""

    identifier: str
    name: str


@dataclass(frozen=True)
class FileFacts:
    """A file as PREMIS sees it."""

    identifier: str
    sha256: str
    size: int
    media_type: str
    original: str
    format: str | None = None  #: PRONOM
    pages: int | None = None
    derived_from: tuple[str, ...] = ()  #: identifiers of the files it was made from


@dataclass(frozen=True)
class AgentFacts:
    """Who or what acted."""

    identifier: str
    name: str
    kind: Literal["person", "organization", "software"]
    version: str = ""


@dataclass(frozen=True)
class EventFacts:
    """One act; `type` is a word of the PREMIS event vocabulary where it has one."""

    identifier: str
    type: str
    at: str  #: with its zone
    detail: str = ""
    outcome: str = ""
    agents: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()


def premis(
    *,
    entities: Sequence[Entity],
    files: Sequence[FileFacts],
    events: Sequence[EventFacts],
    agents: Sequence[AgentFacts],
) -> bytes:
    """Return the PREMIS document as UTF-8 XML."""
    root = etree.Element(_q("premis"), {"version": "3.0"}, nsmap={None: PREMIS, "xsi": XSI})
    for entity in entities:
        _entity(root, entity)
    for file in files:
        _file(root, file)
    for event in events:
        _event(root, event)
    for agent in agents:
        element = _sub(root, "agent")
        _identifier(element, "agent", agent.identifier)
        _sub(element, "agentName", agent.name)
        _sub(element, "agentType", agent.kind)
        if agent.version:
            _sub(element, "agentVersion", agent.version)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _q(name: str) -> str:
    return f"{{{PREMIS}}}{name}"


def _sub(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, _q(name))
    element.text = text
    return element


def _identifier(parent: etree._Element, what: str, value: str) -> None:
    around = _sub(parent, f"{what}Identifier")
    _sub(around, f"{what}IdentifierType", IDENTIFIER_TYPE)
    _sub(around, f"{what}IdentifierValue", value)


def _linked(parent: etree._Element, what: str, value: str) -> None:
    around = _sub(parent, f"linking{what}Identifier")
    _sub(around, f"linking{what}IdentifierType", IDENTIFIER_TYPE)
    _sub(around, f"linking{what}IdentifierValue", value)


def _object(root: etree._Element, kind: str, identifier: str) -> etree._Element:
    element = _sub(root, "object")
    element.set(f"{{{XSI}}}type", kind)
    _identifier(element, "object", identifier)
    return element


def _entity(root: etree._Element, entity: Entity) -> None:
    element = _object(root, "intellectualEntity", entity.identifier)
    if entity.name:
        _sub(element, "originalName", entity.name)


def _file(root: etree._Element, file: FileFacts) -> None:
    element = _object(root, "file", file.identifier)
    if file.pages is not None:
        property_ = _sub(element, "significantProperties")
        _sub(property_, "significantPropertiesType", "pages")
        _sub(property_, "significantPropertiesValue", str(file.pages))
    facts = _sub(element, "objectCharacteristics")
    fixity = _sub(facts, "fixity")
    _sub(fixity, "messageDigestAlgorithm", "SHA-256")
    _sub(fixity, "messageDigest", file.sha256)
    _sub(facts, "size", str(file.size))
    form = _sub(facts, "format")
    named = _sub(form, "formatDesignation")
    _sub(named, "formatName", file.media_type)
    if file.format:
        registry = _sub(form, "formatRegistry")
        _sub(registry, "formatRegistryName", "PRONOM")
        _sub(registry, "formatRegistryKey", file.format)
    if file.original:
        _sub(element, "originalName", file.original)
    if file.derived_from:
        relation = _sub(element, "relationship")
        _sub(relation, "relationshipType", "derivation")
        _sub(relation, "relationshipSubType", "has source")
        for source in file.derived_from:
            around = _sub(relation, "relatedObjectIdentifier")
            _sub(around, "relatedObjectIdentifierType", IDENTIFIER_TYPE)
            _sub(around, "relatedObjectIdentifierValue", source)


def _event(root: etree._Element, event: EventFacts) -> None:
    element = _sub(root, "event")
    _identifier(element, "event", event.identifier)
    _sub(element, "eventType", event.type)
    _sub(element, "eventDateTime", event.at)
    if event.detail:
        _sub(_sub(element, "eventDetailInformation"), "eventDetail", event.detail)
    if event.outcome:
        _sub(_sub(element, "eventOutcomeInformation"), "eventOutcome", event.outcome)
    for agent in event.agents:
        _linked(element, "Agent", agent)
    for subject in event.objects:
        _linked(element, "Object", subject)
