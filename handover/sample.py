"""The sample that a person looks at before deciding (R7): which dossiers, and what lies in them.

Drawn from the digest of all parcels, so that the giver cannot choose it and an auditor draws the same again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from catalog import transfer as transfers
from catalog import transfer_sample
from catalog.access import Scope
from catalog.identifiers import TransferId, TransferItemId
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_item import Item, items
from catalog.transfer_parcel import ParcelRow, parcels, total_digest
from catalog.transfer_sample import Mark, SampleNotHere, is_held, seen_digest
from catalog.transfer_state import State, require_state
from handover import ead, inside
from handover.description_reading import read_descriptions
from handover.package_check import MOST_XML_BYTES
from handover.receiving_room import Room
from ingest.limits import Limits
from luutru.errors import NotFound
from review.sampling import Plan, draw, plan_for
from storage.object_store import ObjectStore

DATA = "representations/rep1/data/"
_DESCRIBED = "representations/rep1/metadata/descriptive/"
_DOSSIER = "metadata/descriptive/EAD.xml"
MOST_SHOWN_BYTES = MOST_XML_BYTES
"""Of all descriptions of a dossier together, which lie in this process for a while; 300 of them have 2 MB."""


class DocumentNotDrawn(NotFound):
    """The document is none of those that were drawn of this dossier."""

    slug = "document-not-drawn"


@dataclass(frozen=True)
class Sample:
    """What was drawn of a handover, and what people saw of it so far."""

    transfer: Transfer
    lot: int  #: dossiers it was drawn from
    plan: Plan
    drawn: tuple[Item, ...]  #: in the order of the handover
    marks: Mapping[TransferItemId, Mark]
    here: frozenset[TransferItemId]  #: those that lie here to be looked at
    held: frozenset[TransferItemId]  #: those that the checks hold: nobody opens them

    @property
    def looked_at(self) -> int:
        """How many were looked at."""
        return sum(one.id in self.marks for one in self.drawn)

    @property
    def failed(self) -> int:
        """In how many of them something was wrong."""
        return sum(one.id in self.marks and self.marks[one.id].outcome == "failed" for one in self.drawn)

    @property
    def outcome(self) -> str:
        """Return "failed" once more are wrong than the plan takes, "passed" once all were seen, else ""."""
        if self.failed > self.plan.acceptance:
            return "failed"
        return "passed" if self.drawn and self.looked_at == len(self.drawn) else ""


def sample(conn: Connection, scope: Scope, transfer: TransferId) -> Sample:
    """Return the sample of a sealed handover; the same for the same parcels.

    Raises:
        TransferStateWrong: it is not sealed.
        TransferNotFound: there is none that the one who asks may see.
    """
    found = transfers.find(conn, scope, transfer)
    require_state(found.number, found.state, *(set(State) - {State.DRAFT, State.SEALING, State.DROPPED}))
    rows = {row.number: row for row in parcels(conn, scope, transfer)}
    lot = [one for one in items(conn, scope, transfer) if not one.withheld]
    plan = plan_for(max(1, len(lot)))
    names = set(draw([one.identifier for one in lot], plan.sample, total_digest(rows.values())))
    drawn = tuple(one for one in lot if one.identifier in names)
    come = frozenset(one.id for one in drawn if seen_digest(rows.get(one.parcel or 0)))
    held = frozenset(one.id for one in drawn if is_held(found, rows.get(one.parcel or 0), one.identifier))
    seen = transfer_sample.marks(conn, scope, transfer, rows.values())
    return Sample(found, len(lot), plan, drawn, seen, come - held, held)


# --- what lies in a dossier -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """One document of a dossier that was drawn."""

    name: str  #: of its PDF, without the ending
    described: Mapping[str, str] = field(default_factory=dict)  #: fields of the circular by name

    @property
    def pages(self) -> int:
        """How many pages its description says; 1 where it does not say."""
        said = self.described.get("numberOfPage", "")
        return int(said) if said.isdecimal() and 0 < len(said) <= 5 else 1


@dataclass(frozen=True)
class Opened:
    """A dossier of the sample, as it lies there: nothing of it is in the receiver's archive yet."""

    item: Item
    documents: tuple[Document, ...]  #: those drawn
    of: int  #: documents that it has
    digest: str  #: of its parcel
    files: Mapping[str, Callable[[], BinaryIO]]  #: how each file is opened, by its path within the package
    described: Mapping[str, str] = field(default_factory=dict)  #: fields of the circular by name

    def pdf(self, name: str) -> BinaryIO:
        """Open the PDF of a drawn document.

        Raises:
            DocumentNotDrawn: it is none.
        """
        for one in self.documents:
            if one.name == name:
                return self.files[f"{DATA}{name}.pdf"]()
        raise DocumentNotDrawn("no such document of the sample")


def opened(
    register: Register,
    store: ObjectStore,
    room: Room,
    scope: Scope,
    transfer: TransferId,
    item: TransferItemId,
) -> Opened:
    """Open a dossier of the sample for a person of the receiver, before it is decided on.

    What it says of itself is not read yet: `described` does.

    Raises:
        SampleNotHere: it was not drawn, has not come, or the checks hold it.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    with register.read() as conn:
        found = transfers.find(conn, scope, transfer)
        transfers.require_receiver(scope, found)
        require_state(found.number, found.state, State.DELIVERED, State.UNDER_CHECK)
        one = next((each for each in sample(conn, scope, transfer).drawn if each.id == item), None)
        row = next((r for r in parcels(conn, scope, transfer) if one and r.number == one.parcel), None)
    digest = seen_digest(row)
    if one is None or row is None or not digest:
        raise SampleNotHere("this dossier is not in the sample, or has not come")
    if is_held(found, row, one.identifier):  # a secret mark, a virus: no sample is worth opening it
        raise SampleNotHere("the checks hold this dossier: it is not opened for a sample")
    files = (
        _lying(room, found, row, one)
        if found.direction == "in"
        else _kept(register, store, scope, found, one)
    )
    names = sorted(path[len(DATA) : -4] for path in files if path.startswith(DATA) and path.endswith(".pdf"))
    chosen = sorted(draw(names, plan_for(len(names)).sample, digest)) if names else []
    return Opened(one, tuple(map(Document, chosen)), len(names), digest, files)


def described(found: Opened, *, limits: Limits) -> Opened:
    """Return the same dossier with what it and its drawn documents say of themselves; read in a child.

    Of descriptions that are too large, alone or together, nothing is shown; the others are.
    """
    paths = {path.lower(): path for path in found.files}
    names = [_DOSSIER, *(f"{_DESCRIBED}ead_doc_{one.name}.xml" for one in found.documents)]
    sent: list[bytes] = []
    for name in names:
        left = MOST_SHOWN_BYTES - sum(map(len, sent))
        sent.append(_bytes(found.files, paths.get(name.lower()), left))
    dossier, *each = read_descriptions(sent, limits=limits)
    documents = [replace(one, described=told) for one, told in zip(found.documents, each, strict=True)]
    return replace(found, described=dossier, documents=tuple(documents))


def _kept(
    register: Register, store: ObjectStore, scope: Scope, found: Transfer, item: Item
) -> dict[str, Callable[[], BinaryIO]]:
    entries = inside.packed(register, store, scope, found, item).entries
    return {entry.path.partition("/")[2]: entry.open for entry in entries}


def _lying(room: Room, found: Transfer, row: ParcelRow, item: Item) -> dict[str, Callable[[], BinaryIO]]:
    told = (row.verdict or {}).get("dossiers", ())
    name = next((one["folder"] for one in told if one["identifier"] == item.identifier), "")
    folder = room.parcel(found.id, row.name) / "data" / name
    if not name or "/" in name or name.startswith(".") or not folder.is_dir() or folder.is_symlink():
        raise SampleNotHere(f"{item.identifier}: its package does not lie here")
    paths = [
        *folder.glob(f"{DATA}*.pdf"),
        *folder.glob(f"{_DESCRIBED}*.xml"),
        *folder.glob("metadata/descriptive/*"),
    ]
    real = folder.resolve()
    safe = [path for path in paths if path.is_file() and path.resolve().is_relative_to(real)]
    return {path.relative_to(folder).as_posix(): _opener(path) for path in safe if not path.is_symlink()}


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _bytes(files: Mapping[str, Callable[[], BinaryIO]], path: str | None, most: int) -> bytes:
    """Return a description as it lies there; nothing where there is none, or it is over `most`."""
    if path is None:
        return b""
    with files[path]() as stream:
        data = stream.read(most + 1)
    return data if len(data) <= most else b""


def labels() -> Mapping[str, str]:
    """Return what people call the fields of descriptions, by name."""
    kinds: Sequence[ead.Kind] = ("aip-document", "sip-document", "aip-dossier", "sip-dossier")
    return {rule.name: rule.label for kind in kinds for rule in ead.rules(kind)}
