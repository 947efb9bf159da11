"""One dossier as a package: SIP_hoso to another system, AIP_hoso for our own keeping (TT 05/2025, PL III, I).

What stands where:

    <OBJID>/METS.xml                                     all of it, with digests
    <OBJID>/metadata/descriptive/EAD.xml                 the dossier, 18 fields
    <OBJID>/metadata/preservation/PREMIS.xml             an AIP's always; a SIP's where it has events
    <OBJID>/documentation/DOC-TRUOC.txt                  how to read the package
    <OBJID>/documentation/luutru.json                    by what another Lưu Trữ takes it over (likewise)
    <OBJID>/schemas/...                                  the schemas it is written by
    <OBJID>/representations/rep1/METS.xml                the documents as PDF/A
    <OBJID>/representations/rep1/metadata/descriptive/EAD_doc_<docId>.xml
    <OBJID>/representations/rep1/data/<docId>.pdf
    <OBJID>/representations/rep2/...                     the masters, as scanned (by the profile)
    <OBJID>/representations/rep3/...                     ALTO and text (by the profile)
"""

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

from handover import ead, premis
from handover.holding import HeldDocument, HeldDossier, HeldFile
from handover.mets import REPRESENTATIONS, Agent, Described, Group, MetsOf, Package, Part, mets
from handover.profile import Profile, profile
from handover.record import PATH as RECORD
from handover.sealed import Sealed

SCHEMAS = ("mets.xsd", "xlink.xsd", "DILCISExtensionMETS.xsd", "DILCISExtensionSIPMETS.xsd")


@dataclass(frozen=True)
class Entry:
    """One file of a package or parcel, by its path."""

    path: str
    media_type: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO] = field(compare=False, repr=False)
    original: str = ""

    @classmethod
    def made(cls, path: str, data: bytes, media_type: str = "application/xml") -> "Entry":
        """Return an entry of bytes that are at hand."""
        digest = hashlib.sha256(data).hexdigest()
        return cls(path, media_type, len(data), digest, lambda: io.BytesIO(data))

    @classmethod
    def of(cls, path: str, file: HeldFile) -> "Entry":
        """Return an entry of a file that the store keeps."""
        return cls(path, file.media_type, file.size, file.sha256, file.open, file.original)


@dataclass(frozen=True)
class Provenance:
    """What is told in PREMIS of a dossier."""

    events: tuple[premis.EventFacts, ...] = ()
    agents: tuple[premis.AgentFacts, ...] = ()


def object_id(kind: Package, dossier: HeldDossier, sealed: Sealed) -> str:
    """Return the package's OBJID: `uuid-...` in upper case of a SIP, `urn:<fonds>:uuid-...` of an AIP."""
    name = str(sealed.uuid(f"{kind} {dossier.identifier}")).upper()
    return f"uuid-{name}" if kind == "SIP" else f"urn:{dossier.fonds}:uuid-{name}"


def folder_of(objid: str) -> str:
    """Return the folder a package lies in: its OBJID, with `_` for `:`, which Windows does not take."""
    return objid.replace(":", "_")


def package(
    dossier: HeldDossier,
    *,
    kind: Package,
    sealed: Sealed,
    provenance: Provenance = Provenance(),
    status: str = "NEW",
) -> tuple[Entry, ...]:
    """Return the files of the dossier's package in the order they are written, below its own folder.

    They follow the profile of `sealed`. Nothing is read but what is small and made here: masters stay where
    they are until the stream asks.
    """
    return tuple(_Builder(dossier, kind, sealed, profile(sealed.profile), provenance, status).entries())


@dataclass
class _Builder:
    dossier: HeldDossier
    kind: Package
    sealed: Sealed
    profile: Profile
    provenance: Provenance
    status: str

    def entries(self) -> Iterator[Entry]:
        objid = object_id(self.kind, self.dossier, self.sealed)
        root = folder_of(objid)
        inside: list[Entry] = []
        described = self._made("metadata/descriptive/EAD.xml", ead.ead(self._ead, self.dossier.fields))
        inside.append(described)
        preservation = []
        if self.kind == "AIP" or self.provenance.events:
            preservation = [self._made("metadata/preservation/PREMIS.xml", self._premis())]
            inside += preservation
        documentation = [self._made("documentation/DOC-TRUOC.txt", self._readme(), "text/plain")]
        if self.profile.record and self.dossier.record:
            documentation.append(self._made(RECORD, self.dossier.record, "application/json"))
        schemas = [self._made(f"schemas/{name}", data) for name, data in self._schemas()]
        inside += [*documentation, *schemas]
        groups = [Group("Documentation", _parts(documentation, self.sealed))] if documentation else []
        groups.append(Group("Schemas", _parts(schemas, self.sealed)))
        heads: list[Entry] = []
        for name, files in self._representations():
            made = list(self._representation(name, files))
            inside += made
            heads.append(made[-1])  # its METS comes last: it has the digests of all others
        if heads:  # a dossier that is on paper only has none
            groups.append(Group(REPRESENTATIONS, _parts(heads, self.sealed)))
        told = MetsOf(
            objid=objid,
            package=self.kind,
            created=self.sealed.time,
            status=self.status,
            agents=self._agents(),
            agreement=self.sealed.agreement,
            descriptive=(self._pointed(described),),
            preservation=tuple(Described(part, "PREMIS") for part in _parts(preservation, self.sealed)),
            groups=tuple(groups),
            identify=lambda what: self.sealed.identifier(f"{objid} {what}"),
        )
        inside.append(self._made("METS.xml", mets(told)))
        for entry in inside:
            path = f"{root}/{entry.path}"
            yield Entry(path, entry.media_type, entry.size, entry.sha256, entry.open, entry.original)

    @property
    def _ead(self) -> ead.Kind:
        return "sip-dossier" if self.kind == "SIP" else "aip-dossier"

    @property
    def _ead_doc(self) -> ead.Kind:
        return "sip-document" if self.kind == "SIP" else "aip-document"

    def _made(self, path: str, data: bytes, media_type: str = "application/xml") -> Entry:
        return Entry.made(path, data, media_type)

    def _pointed(self, entry: Entry) -> Described:
        part = _parts([entry], self.sealed)[0]
        return Described(part, "DC") if self.profile.circular else Described(part, "OTHER", "TT05-2025-EAD")

    def _representations(self) -> Iterator[tuple[str, Sequence[tuple[HeldDocument, HeldFile]]]]:
        documents = self.dossier.documents
        if documents:
            yield "rep1", [(each, each.access) for each in documents]
        if self.profile.masters and any(each.masters for each in documents):
            yield "rep2", [(each, file) for each in documents for file in each.masters]
        if self.profile.readings and any(each.readings for each in documents):
            yield "rep3", [(each, file) for each in documents for file in each.readings]

    def _representation(self, name: str, files: Sequence[tuple[HeldDocument, HeldFile]]) -> Iterator[Entry]:
        base = f"representations/{name}"
        descriptions: list[Entry] = []
        if name == "rep1":
            for document in self.dossier.documents:
                prefix = "EAD_DOC" if self.profile.circular else "EAD_doc"
                path = f"metadata/descriptive/{prefix}_{document.identifier}.xml"
                descriptions.append(self._made(path, ead.ead(self._ead_doc, document.fields)))
        preservation: list[Entry] = []
        if self.kind == "AIP" or not self.profile.circular:
            path = f"metadata/preservation/PREMIS_{name}.xml"
            preservation = [self._made(path, self._premis_of(files))]
        data = [Entry.of(f"data/{file.name}", file) for _document, file in files]
        objid = name if self.profile.circular else f"{self.dossier.identifier}-{name}"
        told = MetsOf(
            objid=objid,
            package=self.kind,
            created=self.sealed.time,
            status=self.status,
            agents=self._agents(),
            descriptive=tuple(self._pointed(entry) for entry in descriptions),
            preservation=tuple(Described(part, "PREMIS") for part in _parts(preservation, self.sealed)),
            groups=(Group("Data", _parts(data, self.sealed)),),
            identify=lambda what: self.sealed.identifier(f"{self.dossier.identifier} {name} {what}"),
            schemas="../../schemas",
        )
        for entry in [*descriptions, *preservation, *data, self._made("METS.xml", mets(told))]:
            path = f"{base}/{entry.path}"
            yield Entry(path, entry.media_type, entry.size, entry.sha256, entry.open, entry.original)

    def _agents(self) -> tuple[Agent, ...]:
        giver, receiver = self.sealed.giver, self.sealed.receiver
        note = self.dossier.fonds if self.profile.circular else giver.code
        return (
            Agent("CREATOR", self.sealed.software, self.sealed.version, "SOFTWARE VERSION", "OTHER",
                  other_kind="SOFTWARE"),
            Agent("OTHER", giver.name, note, "IDENTIFICATIONCODE", other_role="SUBMITTER"),
            Agent("PRESERVATION", receiver.name, receiver.code, "IDENTIFICATIONCODE"),
        )  # fmt: skip

    def _premis(self) -> bytes:
        entities = [premis.Entity(self.dossier.identifier, self.dossier.fields.get("title", ""))]
        entities += [
            premis.Entity(each.identifier, each.fields.get("subject", "")) for each in self.dossier.documents
        ]
        told = self.provenance
        return premis.premis(entities=entities, files=(), events=told.events, agents=told.agents)

    def _premis_of(self, files: Sequence[tuple[HeldDocument, HeldFile]]) -> bytes:
        facts = [
            premis.FileFacts(
                f"{document.identifier}/{file.name}",
                file.sha256,
                file.size,
                file.media_type,
                file.original,
                file.format,
                derived_from=tuple(f"{document.identifier}/{master.name}" for master in document.masters)
                if file is document.access
                else (),
            )
            for document, file in files
        ]
        return premis.premis(entities=(), files=facts, events=(), agents=())

    def _schemas(self) -> Iterator[tuple[str, bytes]]:
        for name in SCHEMAS:
            yield name, _schema(name)
        yield ("ead.xsd" if self.profile.circular else "EAD.xsd"), ead.schema(self._ead)
        yield ("ead_doc.xsd" if self.profile.circular else "EAD_doc.xsd"), ead.schema(self._ead_doc)

    def _readme(self) -> bytes:
        return (
            f"Gói {self.kind}_hoso của hồ sơ {self.dossier.identifier}, phông {self.dossier.fonds}.\n"
            f"Đóng gói theo TT 05/2025/TT-BNV và E-ARK CSIP 2.0.4 ({self.profile.name}), "
            f"lần bàn giao {self.sealed.transfer}, {self.sealed.time}.\n"
            "METS.xml liệt kê mọi tệp với dung lượng và mã băm SHA-256; tài liệu nằm trong "
            "representations/rep1/data.\n"
        ).encode()


def _parts(entries: Sequence[Entry], sealed: Sealed) -> tuple[Part, ...]:
    return tuple(
        Part(entry.path, entry.media_type, entry.size, entry.sha256, sealed.time, entry.original)
        for entry in entries
    )


@cache
def _schema(name: str) -> bytes:
    return (Path(__file__).parent / "data" / "schemas" / name).read_bytes()
