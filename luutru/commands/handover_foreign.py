"""`luutru handover receive --foreign`: a package of another system becomes an ordinary batch with a list."""

import argparse
import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog import event
from catalog import fonds as fondses
from catalog.access import Role, Scope
from catalog.fonds import Fonds
from catalog.identifiers import BatchId
from catalog.instants import today
from handover.foreign import Foreign, recognise, write_list
from handover.outcome import Check, Outcome
from handover.unpack import unpack_apart
from handover.virus_scan import scan
from ingest.limits import Limits
from ingest.listing import read_list
from ingest.sandbox import run_in_child
from luutru.bootstrap import Archive
from luutru.commands import digitise
from luutru.commands import list as lists
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.handover_told import say_check
from luutru.commands.verb import say, say_json
from luutru.crew import crew
from luutru.errors import InvalidInput
from review.office_list import ListHasFaults, Plan, apply

KINDS = {"csip": "gói CSIP", "bag": "túi BagIt", "folder": "thư mục"}
SHOWN = 200


class PackageUnsafe(InvalidInput):
    """The archive reaches beyond its own folder, or unpacks to far more than it is: nothing was taken."""

    slug = "package-unsafe"


@dataclass(frozen=True)
class _Entered:
    """What became of its list."""

    columns: str
    plan: Plan
    applied: bool


def take_foreign(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    """Take a package in: its scans, then, once they are read, what it says of them; tell how it went."""
    with archive.register.read() as conn:
        fonds = fondses.find(conn, scope, args.foreign)
    scope.require(Role.ARCHIVIST, fonds.unit)
    with tempfile.TemporaryDirectory(prefix="foreign-", dir=archive.scratch) as room:
        place = _laid_open(args.place.absolute(), Path(room) / "package", archive.limits)
        virus = [] if args.no_virus_scan else list(scan(place))
        unfit = [each.subject for each in virus if each.outcome is Outcome.FAILED]
        found = recognise(place, str(args.place.absolute()), unfit=unfit, limits=archive.limits)
        checks = (*virus, *found.checks)
        if not found.scans.arrivals:  # all of it is unfit: told below
            return _tell(args, found, checks, {"batch": None, "files": 0}, None)
        batch, already, ledger = _scans(archive, scope, fonds, found, args)
        with archive.register.write() as conn:
            event.record(
                conn,
                scope,
                "package-taken",
                f"batch:{batch}",
                {
                    "kind": found.kind,
                    "version": found.version,
                    "files": len(found.scans),
                    "faults": sum(each.outcome is Outcome.FAILED for each in checks),
                },
            )
        told = _list_of(found, Path(room) / "list.xlsx")
        if told is not None and args.list:
            shutil.copyfile(told, args.list)
        entered = _enter(archive, scope, fonds, told) if told is not None else None
    return _tell(args, found, checks, digitise.as_json(batch, ledger, already), entered)


def _laid_open(place: Path, room: Path, limits: Limits) -> Path:
    """Return the package as a folder; of an archive that was not opened whole, nothing.

    Raises:
        PackageUnsafe, NotAnArchive: as they say.
    """
    if not place.is_file():
        return place
    told = unpack_apart(place, room, limits=limits)
    faults = [each for each in told if each.outcome is not Outcome.PASSED]
    if faults or not room.exists():
        said = "; ".join(f"{each.code} {each.subject}".strip() for each in faults[:5])
        raise PackageUnsafe(f"{place.name} is not opened: {said}")
    inside = list(room.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else room


def _scans(
    archive: Archive, scope: Scope, fonds: Fonds, found: Foreign, args: argparse.Namespace
) -> tuple[BatchId, int, Any]:
    place = args.place.absolute()
    with crew() as at_work:
        batch, already = digitise.take_in(
            archive, scope, fonds, found.scans, origin=str(place), name=place.stem, quiet=args.json
        )
        return batch, already, digitise.follow(archive, scope, batch, at_work, quiet=args.json)


def _list_of(found: Foreign, target: Path) -> Path | None:
    if found.office_list is not None:
        return found.office_list
    if not found.dossiers and not found.documents:
        return None
    write_list(found, target)
    return target


def _enter(archive: Archive, scope: Scope, fonds: Fonds, file: Path) -> _Entered:
    listing = run_in_child(read_list, file, today(), limits=archive.limits, seconds=lists.READING_SECONDS)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    try:
        with archive.register.write() as conn:
            return _Entered(listing.set, apply(conn, scope, fonds, listing, digest=digest), applied=True)
    except ListHasFaults as error:
        return _Entered(listing.set, error.plan, applied=False)


def _tell(
    args: argparse.Namespace,
    found: Foreign,
    checks: tuple[Check, ...],
    batch: dict[str, Any],
    entered: _Entered | None,
) -> int:
    bad = [each for each in checks if each.outcome is Outcome.FAILED]
    unsure = [each for each in checks if each.outcome is Outcome.COULD_NOT_RUN]
    code = FAULTS if bad or unsure or (entered is not None and not entered.applied) else DONE
    if args.json:
        plain = (
            lists.as_json(entered.plan, entered.columns, applied=entered.applied)
            if entered is not None
            else None
        )
        told = [
            {"code": one.code, "outcome": one.outcome.value, "subject": one.subject, "detail": one.detail}
            for one in checks
            if one.outcome is not Outcome.PASSED
        ]
        say_json({"kind": found.kind, "version": found.version, "checks": told, "list": plain, **batch})
        return code
    say(f"{KINDS[found.kind]} {found.version}".strip() + f": {len(found.scans)} tệp quét")
    for each in [*bad, *unsure][:SHOWN]:
        say_check(each)
    if entered is not None:
        lists.tell(entered.plan, applied=entered.applied)
    elif found.scans.arrivals:
        say("Không có danh mục kèm theo: hồ sơ chờ mô tả như mọi đợt số hóa.")
    return code
