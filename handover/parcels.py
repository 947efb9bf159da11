"""The parcels of a sealed handover, made of what the register fixed: the same bytes however often."""

import csv
import io
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from catalog.access import Scope
from catalog.transfer import Transfer
from catalog.transfer_item import Item, frozen, items
from catalog.transfer_parcel import ParcelRow
from handover.frozen import held
from handover.holding import HeldDossier
from handover.package import Entry, Provenance, package
from handover.package_digest import package_digest
from handover.parcel import Load, Parcel, parcel
from handover.premis import AgentFacts, EventFacts
from handover.profile import CSIP
from handover.sealed import Office, Sealed
from luutru.errors import Conflict, IntegrityError
from storage.object_store import ObjectStore

LIST = "muc-luc.csv"
HISTORY = "nhat-ky.jsonl"
BESIDE = 2
"""Files that every parcel carries beside its dossiers: their list, and what happened to them."""
TAGS = 4
"""Tag files of a parcel's bag: its declaration, information and two manifests."""

_HEAD = (
    "STT",
    "Mã hồ sơ",
    "Tiêu đề",
    "Thời hạn",
    "Bắt đầu",
    "Kết thúc",
    "Số tài liệu",
    "Số tờ",
    "Số trang",
    "Dạng",
    "Công việc",
    "Thư mục trong gói",
)
_MEDIA = {"paper": "giấy", "digital": "số", "both": "giấy và số"}


class ParcelWithheld(Conflict):
    """A dossier of the parcel was withheld after sealing: the parcel is written nowhere any more."""

    slug = "parcel-withheld"


class ParcelChanged(IntegrityError):
    """The parcel that was made now is not the one that was sealed."""

    slug = "parcel-changed"


@dataclass(frozen=True)
class Packed:
    """One item with the files of its package, nothing of them read."""

    item: Item
    frozen: Mapping[str, Any]
    entries: tuple[Entry, ...]

    @property
    def load(self) -> Load:
        """How much room it takes."""
        return Load(self.item.id, len(self.entries), sum(entry.size for entry in self.entries))

    @property
    def digest(self) -> str:
        """The one name of all that is in the package: SHA-256 over its sorted manifest."""
        return package_digest((entry.path, entry.sha256) for entry in self.entries)


def sealed(transfer: Transfer) -> Sealed:
    """Return the frame of every package of a handover, as it was fixed when sealing began."""
    frame = transfer.frame
    assert frame is not None and transfer.sealed_at is not None and transfer.namespace is not None
    return Sealed(
        transfer.number,
        uuid.UUID(transfer.namespace),
        transfer.sealed_at,
        Office(frame["giver"]["name"], frame["giver"]["code"]),
        Office(frame["receiver"]["name"], frame["receiver"]["code"]),
        frame["agreement"],
        version=frame["version"],
        profile=frame.get("profile", CSIP.name),  # sealed before there was a choice
    )


def packed(
    item: Item,
    fixed: Mapping[str, Any],
    store: ObjectStore,
    *,
    frame: Sealed,
    supplement: bool,
) -> Packed:
    """Return the package of an item; the same for the same."""
    dossier = held(fixed, store)
    entries = package(
        dossier,
        kind="SIP",
        sealed=frame,
        provenance=_provenance(dossier, fixed),
        status="SUPPLEMENT" if supplement else "NEW",
    )
    return Packed(item, fixed, entries)


def made(frame: Sealed, number: int, of: int, inside: Sequence[Packed]) -> Parcel:
    """Return a parcel of these packages with its list and their history; nothing is read yet."""
    beside = [
        Entry.made(LIST, _list(inside), "text/csv"),
        Entry.made(HISTORY, _history(inside), "application/jsonl"),
    ]
    entries = [entry for each in inside for entry in each.entries]
    return parcel(frame, number, of, [*beside, *entries])


def again(
    conn: Connection, scope: Scope, transfer: Transfer, row: ParcelRow, of: int, store: ObjectStore
) -> Parcel:
    """Return a parcel of a sealed handover, ready to be written.

    Raises:
        ParcelWithheld: a dossier of it was withheld since.
        ParcelChanged: this version makes other bytes of it than were sealed.
    """
    frame = sealed(transfer)
    inside = []
    for item in items(conn, scope, transfer.id, parcel=row.number):
        fixed = frozen(conn, scope, item.id)
        if item.withheld or fixed is None:
            raise ParcelWithheld(f"{row.name}: {item.identifier} was withheld after sealing")
        supplement = transfer.supplement_to is not None
        inside.append(packed(item, fixed, store, frame=frame, supplement=supplement))
    found = made(frame, row.number, of, inside)
    if found.digest != row.digest:
        raise ParcelChanged(
            f"{row.name}: sealed as {row.digest[:16]}…, made now {found.digest[:16]}… by this version"
        )
    return found


def _list(inside: Sequence[Packed]) -> bytes:
    out = io.StringIO()
    out.write("\ufeff")  # else Excel takes Vietnamese letters for others
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for each in inside:
        fields = each.frozen["fields"]
        row = (
            str(each.item.ordinal),
            fields.get("fileCode", ""),
            fields.get("title", ""),
            each.frozen["retention"],
            fields.get("startDate", ""),
            fields.get("endDate", ""),
            fields.get("totalDoc", ""),
            fields.get("numberOfPaper", ""),
            fields.get("numberOfPage", ""),
            _MEDIA[each.frozen["medium"]],
            "chưa giải quyết xong" if each.frozen["unfinished"] else "đã giải quyết xong",
            each.entries[0].path.split("/", 1)[0],
        )
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _history(inside: Sequence[Packed]) -> bytes:
    return b"".join(
        json.dumps(dict(event), ensure_ascii=False, sort_keys=True).encode() + b"\n"
        for each in inside
        for event in each.frozen["events"]
    )


_EVENTS = {
    "dossier-added": "creation",
    "dossier-signed-off": "validation",
    "dossier-checked": "quality review",
}
"""Acts on a dossier that PREMIS is told of, by a word of its vocabulary; the rest stands in the history."""


def _provenance(dossier: HeldDossier, fixed: Mapping[str, Any]) -> Provenance:
    told = [event for event in fixed["events"] if event["kind"] in _EVENTS]
    actors = sorted({event["actor"] for event in told})
    return Provenance(
        tuple(
            EventFacts(
                event["id"],
                _EVENTS[event["kind"]],
                event["at"],
                detail=event["kind"],
                agents=(event["actor"],),
                objects=(dossier.identifier,),
            )
            for event in told
        ),
        tuple(AgentFacts(actor, actor, "person") for actor in actors),
    )
