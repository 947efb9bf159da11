"""Receiving: what came by disk or shared folder is checked, entered and kept in the room until it is decided.

Any parcel, by any route, in any order, twice: a parcel that lies here whole is looked at no more, a better
one takes the place of a worse one, and a worse one never of a better.
"""

import logging
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from catalog import transfer as transfers
from catalog import transfer_arrival, transfer_fonds, transfer_item, transfer_parcel, transfer_sample
from catalog.access import Scope
from catalog.identifiers import DossierId, TransferId, UnitId
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_item import Item
from catalog.transfer_state import CONCLUDED, State
from handover import landing, listed
from handover.announcement import Announcement
from handover.announcing import arrived
from handover.landing import Landed
from handover.looked_for import Verdict, finds_more, of_minutes, with_what_stands
from handover.minutes import total_digest
from handover.receiving import Expecting, check_delivery, check_parcel
from handover.receiving_room import ParcelAtWork, ParcelNotCopied, Room
from handover.report import DeliveryReport, ParcelReport, plain_parcel
from handover.signed_parcel import SIGNATURE, STAMP
from handover.taking_in import House, is_as_announced, left, take_in, waits
from handover.weighing import asks_again, bears_none, checked_again, not_as_sent, unspoilt, weighed, whole
from luutru.errors import InvalidInput, LuuTruError

log = logging.getLogger("luutru.handover")

Tell = Callable[[ParcelReport], None]

UNCOPIED = frozenset({"bag-file-unreadable", "bag-file-unlisted"})
"""Checks of files of which a parcel is no whole one: where one cannot be read, the others are kept."""
BROKE = "broke"
"""Slug of a failure that nobody foresaw."""


class NoAnnouncement(InvalidInput):
    """There is no handover.json beside the parcels: it may be a foreign package."""

    slug = "no-announcement"


@dataclass(frozen=True)
class Received:
    """What receiving came to."""

    transfer: Transfer
    report: DeliveryReport


def receive(
    place: Path,
    *,
    register: Register,
    scope: Scope,
    room: Room,
    expecting: Expecting,
    receiver: UnitId | None = None,
    giver: UnitId | None = None,
    fonds: Mapping[str, str] | None = None,
    scratch: Path | None = None,
    tell: Tell | None = None,
) -> Received:
    """Receive what lies in `place`: enter the handover, check every parcel, keep it in the room.

    `receiver`, `giver`: which units they are here, as a person says. `fonds`: their code -> ours, likewise.

    Raises:
        NoAnnouncement, AnnouncementInvalid, NothingToReceive: as they say.
        ReceiverUnknown, GiverUnclear, TransferDiffers, NotAllowed: as `catalog.transfer_arrival` says.
        FondsNotFound: as `catalog.transfer_fonds` says.
        ParcelAtWork, ParcelNotCopied: a parcel could not be kept; all others were.
    """
    told = landing.announced(place)
    if told is None:
        raise NoAnnouncement(f"there is no handover.json in {place}")
    with register.write() as conn:
        transfer = transfer_arrival.arrive(conn, scope, arrived(told), receiver=receiver, giver=giver)
        if fonds:
            transfer_fonds.say(conn, scope, transfer.id, fonds)
    expecting = known(register, scope, transfer, expecting)
    held_up: list[LuuTruError] = []
    with tempfile.TemporaryDirectory(prefix="receive-", dir=scratch) as opened:

        def keep(report: ParcelReport, folder: Path | None) -> None:
            if folder is not None:
                try:
                    _keep(register, scope, room, transfer, told, report, folder)
                except (ParcelAtWork, ParcelNotCopied) as error:  # of this one alone
                    held_up.append(error)
            if tell:
                tell(report)

        report = check_delivery(place, expecting, scratch=Path(opened), keep=keep)
    for error in held_up:
        raise error
    return Received(transfer, report)


def known(register: Register, scope: Scope, transfer: Transfer, expecting: Expecting) -> Expecting:
    """Return what the receiver expects, with what the register knows of this handover.

    The right digest of the minutes is typed once: what is announced never changes, and no line has a place
    for it.
    """
    with register.read() as conn:
        rows = transfer_parcel.parcels(conn, scope, transfer.id)
    settled = {row.name: row.digest for row in rows if row.state == "checked" and whole(row.verdict)}
    assert transfer.frame is not None  # every handover that came has one
    names = {transfer.to_name, transfer.to_code or "", *transfer.frame["receiver"].values()} - {""}
    digest = expecting.digest
    if digest is None and of_minutes(row.verdict for row in rows):
        digest = total_digest((row.name, row.digest) for row in rows)
    return replace(expecting, offices=frozenset(names), settled=settled, digest=digest)


def _keep(
    register: Register,
    scope: Scope,
    room: Room,
    transfer: Transfer,
    told: Announcement,
    report: ParcelReport,
    folder: Path,
) -> None:
    """Keep a parcel in the room with its verdict, unless a better one lies there."""
    number = next((each.number for each in told.parcels if each.name == report.name), None)
    if number is None or not report.here:
        return  # nothing of the kind was announced: it stays where it is
    verdict = plain_parcel(report)
    with room.at_work(transfer.id, report.name):
        with register.read() as conn:
            before = {row.number: row for row in transfer_parcel.parcels(conn, scope, transfer.id)}[number]
        counts = _weighed(register, scope, room, transfer, before, verdict, folder)
        if counts is None:
            return
        if not counts.lies:
            _forget_seen(register, scope, transfer, before)
            room.bring(folder, transfer.id, report.name, unread=_unread(report))
        with register.write() as conn:
            transfer_parcel.mark(conn, scope, transfer.id, number, "checked", verdict=counts.verdict)


def _unread(report: ParcelReport) -> frozenset[str]:
    """Return the files that are told not to be given back, or not to be listed, by path within the parcel."""
    around = {each.check.subject for each in report.findings if each.check.code in UNCOPIED}
    if any(each.check.code == "signature-unreadable" for each in report.findings):
        around |= {SIGNATURE, STAMP}
    inside = {
        f"data/{one.folder}/{each.check.subject}"
        for one in report.dossiers
        for each in one.findings
        if each.check.code in UNCOPIED
    }
    return frozenset(around | inside)


def _forget_seen(
    register: Register, scope: Scope, transfer: Transfer, row: transfer_parcel.ParcelRow
) -> None:
    """Let go of what people saw of dossiers that are spoilt here, before whole ones take their place."""
    spoilt = not_as_sent(row.verdict)
    if spoilt:
        with register.write() as conn:
            transfer_sample.forget(conn, scope, transfer.id, row.number, spoilt)


@dataclass(frozen=True)
class _Counts:
    """The verdict that counts of a parcel that came, and whether the very same bytes lie here already."""

    verdict: Verdict
    lies: bool = False


def _weighed(
    register: Register,
    scope: Scope,
    room: Room,
    transfer: Transfer,
    before: transfer_parcel.ParcelRow,
    verdict: Verdict,
    folder: Path,
) -> _Counts | None:
    """Return what counts of a parcel of that verdict that came, open in `folder`; None: what lies here stays.

    It stays unless the other one outranks it. Once somebody decided on what is in it, only what is said of
    the same bytes changes, until all is concluded; then only one that is whole takes the place of one that
    can no longer be taken in.
    """
    if _done(register, scope, transfer, before.number):
        return None
    if not room.has(transfer.id, before.name):
        return _Counts(_beside(verdict, before.verdict))
    same = cache(partial(room.holds, folder, transfer.id, before.name))
    state, inside = _inside(register, scope, transfer, before.number)
    if state in CONCLUDED:
        return _healed(room, transfer, before, verdict, folder, inside)
    if any(item.decision is not None for item in inside):
        again = checked_again(verdict, before.verdict) if before.verdict and same() else None
        return None if again is None else _Counts(again, lies=True)
    announced = {item.identifier for item in inside}
    counts = weighed(verdict, before.verdict, announced, same=same)
    return None if counts is None else _Counts(counts, lies=before.verdict is not None and same())


def _healed(
    room: Room,
    transfer: Transfer,
    before: transfer_parcel.ParcelRow,
    verdict: Verdict,
    folder: Path,
    inside: Sequence[Item],
) -> _Counts | None:
    """Return what counts where a parcel is whole of which one lies here that cannot be taken in; else None.

    Whole: of every dossier that waits, the package is byte for byte what was announced, as was decided on.
    """
    here = room.parcel(transfer.id, before.name)
    if before.verdict is None or _is_whole(here, before.verdict, inside):
        return None
    if finds_more(verdict, before.verdict) or not _is_whole(folder, verdict, inside):
        return None
    return _Counts(_beside(verdict, before.verdict))


def _beside(verdict: Verdict, before: Verdict | None) -> Verdict:
    """Return a verdict on what takes an empty or spoilt place, with what nobody looked for this time."""
    return with_what_stands(verdict, before) if before is not None else verdict


def _is_whole(parcel: Path, verdict: Verdict | None, inside: Iterable[Item]) -> bool:
    """Return whether every dossier that waits to be taken in lies in a parcel as it was announced."""
    for item in filter(waits, inside):
        name = _folder(verdict, item.identifier)
        if not name or not is_as_announced(parcel / "data" / name, item):
            return False
    return True


def _inside(
    register: Register, scope: Scope, transfer: Transfer, number: int
) -> tuple[State, Sequence[Item]]:
    """Return how far a handover is by now, and what is in one of its parcels."""
    with register.read() as conn:
        state = transfers.find(conn, scope, transfer.id).state
        return state, transfer_item.items(conn, scope, transfer.id, parcel=number)


def _done(register: Register, scope: Scope, transfer: Transfer, number: int) -> bool:
    """Return whether all is concluded and what was accepted of a parcel is taken in: it need not lie here."""
    state, inside = _inside(register, scope, transfer, number)
    if state not in CONCLUDED:
        return False  # until then it may be decided otherwise: what was missing may come
    return all(item.decision is not None and (not item.decision.passes or item.dossier) for item in inside)


def settled_here(
    register: Register,
    scope: Scope,
    room: Room,
    transfer: Transfer,
    row: transfer_parcel.ParcelRow,
    *,
    brings: Collection[str] = (),
) -> bool:
    """Return whether a parcel need not come again: it lies here as announced, is decided on, or taken in.

    As announced: its bytes are, whatever else is said of it; the same bytes once more would not be better.
    But where no signature lies here that can be read, one is that has it: `brings`, its files.
    """
    if _done(register, scope, transfer, row.number):
        return True  # whatever came of it: nobody waits for it any more
    if row.state != "checked" or not room.has(transfer.id, row.name):
        return False
    state, inside = _inside(register, scope, transfer, row.number)
    if any(item.decision is not None for item in inside):
        return state not in CONCLUDED or _is_whole(room.parcel(transfer.id, row.name), row.verdict, inside)
    if room.digest(transfer.id, row.name) != row.digest or not unspoilt(row.verdict):
        return False
    return SIGNATURE not in brings or not bears_none(row.verdict)


def unread_here(
    register: Register, scope: Scope, room: Room, transfer: Transfer, row: transfer_parcel.ParcelRow
) -> bool:
    """Return whether a parcel that lies here is to be checked again: this machine could not read all of it.

    Once all is concluded it is not; nor for what we would not read.
    """
    if row.state != "checked" or not asks_again(row.verdict) or not room.has(transfer.id, row.name):
        return False
    state, _items = _inside(register, scope, transfer, row.number)
    return state not in CONCLUDED


# --- checking what came by the line ---------------------------------------------------------------------


def check_here(
    *,
    register: Register,
    scope: Scope,
    room: Room,
    transfer: Transfer,
    told: Announcement,
    row: transfer_parcel.ParcelRow,
    expecting: Expecting,
    scratch: Path | None = None,
) -> ParcelReport | None:
    """Check a parcel that came, let it lie in its place, and write down what was found.

    None: what lies there stays, and what came goes, unless this machine could not read it: then it waits to
    be checked again. Where nothing came, that which lies here is checked again, and what was found of it
    gives way only as `handover.weighing.checked_again` says. Be `at_work` on it.
    """
    coming = room.coming(transfer.id, row.name)
    folder = coming if coming.is_dir() else room.parcel(transfer.id, row.name)
    with tempfile.TemporaryDirectory(prefix="receive-", dir=scratch) as opened:
        report = check_parcel(
            Landed(row.name, folder, packed=False),
            told,
            known(register, scope, transfer, expecting),
            room=Path(opened) / "parcel",
        )
    verdict = plain_parcel(report)
    counts: Verdict | None = verdict
    if row.state == "checked" and folder == coming:
        better = _weighed(register, scope, room, transfer, row, verdict, folder)
        counts = better.verdict if better else None
    elif row.state == "checked" and row.verdict:
        counts = checked_again(verdict, row.verdict)
    if counts is None:
        if folder == coming and not asks_again(verdict):
            room.drop_coming(transfer.id, row.name)
        return None
    if folder == coming:
        _forget_seen(register, scope, transfer, row)
        room.settle(transfer.id, row.name)
    with register.write() as conn:
        transfer_parcel.mark(conn, scope, transfer.id, row.number, "checked", verdict=counts)
    return report


# --- taking in what was accepted --------------------------------------------------------------------------


@dataclass(frozen=True)
class TakenIn:
    """What taking in came to."""

    dossiers: tuple[DossierId, ...]
    failed: tuple[tuple[str, str, str], ...]  #: identifier, slug and reason of each that could not be


def take_in_accepted(
    house: House, room: Room, transfer: TransferId, *, tell: Callable[[int, int], None] | None = None
) -> TakenIn:
    """Take in every accepted dossier that is not taken in yet; what was broken off goes on where it was.

    One that cannot be taken in holds up no other, and is told.

    Raises:
        TransferNotFound, BackendError: as they say.
    """
    with house.register.read() as conn:
        found = transfers.find(conn, house.scope, transfer)
        rows = {row.number: row for row in transfer_parcel.parcels(conn, house.scope, transfer)}
    waiting = left(house, transfer)
    done: list[DossierId] = []
    failed: list[tuple[str, str, str]] = []
    for count, item in enumerate(waiting):
        if tell:
            tell(count, len(waiting))
        row = rows.get(item.parcel or 0)
        folder = _folder(row.verdict if row else None, item.identifier)
        if row is None or not folder:
            failed.append((item.identifier, "package-not-here", "its parcel has not come"))
            continue
        package = room.parcel(transfer, row.name) / "data" / folder
        if not package.is_dir():
            room.put_back(transfer, row.name)
        if not package.is_dir():
            failed.append((item.identifier, "package-not-here", "its parcel lies here no more"))
            continue
        try:
            done.append(take_in(house, found, item, package))
        except LuuTruError as error:
            failed.append((item.identifier, error.slug, str(error)))
        except Exception as error:
            # Whoever wrote the package is a stranger: what nobody thought of in one holds up no other.
            log.error("a dossier could not be taken in: %s", type(error).__name__)
            failed.append((item.identifier, BROKE, f"it broke: {type(error).__name__}"))
    clear_room(house.register, house.scope, room, transfer)
    return TakenIn(tuple(done), tuple(failed))


def clear_room(register: Register, scope: Scope, room: Room, transfer: TransferId) -> None:
    """Let go of every parcel of a concluded handover that nothing is waited for in; twice is harmless.

    Taken in, returned, refused: none of it need lie here any more, whole or half. One that is worked on
    just now stays until it is asked again.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    with register.read() as conn:
        found = transfers.find(conn, scope, transfer)
        rows = transfer_parcel.parcels(conn, scope, transfer)
    if found.direction != "in" or found.state not in CONCLUDED:
        return
    for row in rows:
        if _done(register, scope, found, row.number):
            with suppress(ParcelAtWork), room.at_work(transfer, row.name):
                room.clear(transfer, row.name)
                with register.write() as conn:
                    listed.forget(conn, transfer, row.number)


def _folder(verdict: object, identifier: str) -> str:
    if not isinstance(verdict, dict):
        return ""
    for one in verdict["dossiers"]:
        if one["identifier"] == identifier and one["folder"]:
            folder: str = one["folder"]
            return folder if "/" not in folder and not folder.startswith(".") else ""
    return ""
