"""A delivery of two parcels with real files in it, as it lies on a disk, to be spoilt in many ways."""

import hashlib
import io
from dataclasses import replace
from functools import cache
from pathlib import Path

import pikepdf
from PIL import Image

from catalog.inventory import NOTHING, Counts, Inventory
from handover import bag
from handover.announcement import Announcement, Item, Parcel, to_json
from handover.holding import HeldDocument, HeldDossier, HeldFile
from handover.package import Entry, package
from handover.package_digest import package_digest
from handover.parcel import FolderSink, parcel, write
from handover.record import SourceFile
from handover.record import to_json as to_record
from tests.handover.holdings import SEALED, blank, dossier, record

CODE = "H49.64.33.2001."
RECEIVER = frozenset({"H49.64.34"})


@cache
def pdf(text: str) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(200, 280))
        made.docinfo["/Title"] = text
        made.save(target, deterministic_id=True)
    return target.getvalue()


@cache
def tiff(shade: int) -> bytes:
    target = io.BytesIO()
    Image.new("L", (40, 56), shade % 256).save(target, "TIFF")
    return target.getvalue()


def _file(name: str, data: bytes, media_type: str) -> HeldFile:
    digest = hashlib.sha256(data).hexdigest()
    return HeldFile(name, name, media_type, len(data), digest, lambda: io.BytesIO(data))


def real(number: int, documents: int = 2) -> HeldDossier:
    """Return a dossier whose files can be opened, with its record."""
    plain = dossier(number, documents)
    made: list[HeldDocument] = []
    for each in plain.documents:
        name = each.identifier
        made.append(
            replace(
                each,
                access=_file(f"{name}.pdf", pdf(name), "application/pdf"),
                masters=(_file(f"{name}.tif", tiff(number * 10 + len(made)), "image/tiff"),),
                readings=(_file(f"{name}.xml", b"<?xml version='1.0'?>\n<alto/>\n", "application/xml"),),
            )
        )
    told = [blank(number, each.identifier) for number, each in enumerate(made)]
    scans = [
        SourceFile(f"f{number}", file.sha256, file.size, file.media_type, file.name, 1, False)
        for number, file in enumerate(each.masters[0] for each in made)
    ]
    return replace(plain, documents=tuple(made), record=to_record(record(plain.identifier, told, scans)))


def make(disk: Path, parcels: tuple[tuple[int, ...], ...] = ((1, 2, 3), (4, 5))) -> Announcement:
    """Write a delivery of parcels, each of dossiers by their numbers, with handover.json; return it."""
    items: list[Item] = []
    told: list[Parcel] = []
    for number, inside in enumerate(parcels, 1):
        entries: list[Entry] = []
        for each in inside:
            held = real(each)
            package_ = package(held, kind="SIP", sealed=SEALED)
            entries += package_
            digest = package_digest((entry.path, entry.sha256) for entry in package_)
            items.append(
                Item(
                    len(items) + 1,
                    held.identifier,
                    held.fields["title"],
                    documents=2,
                    pages=2,
                    sheets=2,
                    parcel=number,
                    digest=digest,
                )
            )
        made = parcel(SEALED, number, len(parcels), entries)
        write(made, FolderSink(disk / "parcels"))
        told.append(Parcel(number, made.name, made.digest, made.files, made.size))
    counts = Counts(len(items), 2 * len(items), 2 * len(items), 2 * len(items))
    announcement = Announcement(
        transfer=SEALED.transfer,
        namespace=SEALED.namespace,
        title="Bàn giao hồ sơ",
        case="xa-merged",
        giver=SEALED.giver,
        receiver=SEALED.receiver,
        decision=SEALED.agreement,
        decided_on=None,
        article="",
        agreement=SEALED.agreement,
        receives_as="successor",
        sealed_at=SEALED.at,
        inventory=Inventory(counts, NOTHING, {"digital": counts}, 0, None),
        items=tuple(items),
        parcels=tuple(told),
    )
    (disk / "handover.json").write_bytes(to_json(announcement))
    return announcement


def rewrite_lists(parcel: Path) -> None:
    """Write the manifests anew over what is there, as a forger would."""
    rows = [
        (path.relative_to(parcel).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted((parcel / "data").rglob("*"))
        if path.is_file()
    ]
    sizes = [path.stat().st_size for path in (parcel / "data").rglob("*") if path.is_file()]
    info = parcel / "bag-info.txt"
    kept = [line for line in info.read_text("utf-8").splitlines() if not line.startswith("Payload-Oxum")]
    info.write_text("\n".join([*kept, f"Payload-Oxum: {sum(sizes)}.{len(sizes)}", ""]), "utf-8")
    (parcel / bag.MANIFEST).write_bytes(bag.manifest(rows))
    tags = ("bagit.txt", "bag-info.txt", bag.MANIFEST)
    digests = [(name, hashlib.sha256((parcel / name).read_bytes()).hexdigest()) for name in tags]
    (parcel / bag.TAG_MANIFEST).write_bytes(bag.manifest(digests))


def called_as_a_dossier(honest: Path) -> str:
    """Return the code of a dossier, where the honest folder lies."""
    return f"{CODE}1"


def claims_the_id(honest: Path) -> str:
    """Return a name that ends with the honest folder's."""
    return f"x{honest.name}"


def in_small_letters(honest: Path) -> str:
    """Return the honest folder's name in small letters."""
    return honest.name.lower()


def in_capitals(honest: Path) -> str:
    """Return the honest folder's name in capitals."""
    return honest.name.upper()


CALLED = (called_as_a_dossier, claims_the_id, in_small_letters, in_capitals)
"""Names beside an honest folder that some system takes for it."""
