"""Handing over inside one installation: no byte moves, and every byte is checked all the same."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from catalog import transfer as transfers
from catalog import transfer_parcel
from catalog.access import Scope
from catalog.identifiers import TransferId
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_item import Item, frozen, items
from catalog.transfer_parcel import ParcelRow
from catalog.transfer_state import FROZEN, State, TransferStateWrong, require_state
from handover import parcels
from handover.outcome import AGAIN, Check, Outcome, could_not_run, failed, not_asked, passed
from handover.package import Entry
from handover.parcels import Packed
from handover.report import DossierReport, Finding, Level, ParcelReport, Proposal, plain_parcel
from luutru.errors import BackendError, IntegrityError, LuuTruError, NotFound
from storage.object_store import ObjectStore

_CHUNK = 1 << 20

Tell = Callable[[int, int], None]
"""Hears how many parcels of how many are checked."""


def check(
    register: Register,
    store: ObjectStore,
    scope: Scope,
    transfer: TransferId,
    *,
    tell: Tell = lambda _done, _of: None,
) -> tuple[ParcelReport, ...]:
    """Read every byte of a handover again, and hold it against what was sealed.

    A fault holds up its own dossier alone. What was checked already is checked again: the answer is about
    now. What the route does not need (a carrier, a signature over it) is told as not asked.

    Raises:
        TransferStateWrong: it is not on the way inside this installation.
        NotAllowed, TransferNotFound: as they say.
    """
    with register.read() as conn:
        found = transfers.find(conn, scope, transfer)
        transfers.require_receiver(scope, found)
        rows = transfer_parcel.parcels(conn, scope, transfer)
    if found.route != "inside":
        raise TransferStateWrong(f"{found.number} goes by parcels: check what arrived")
    require_state(found.number, found.state, *(set(FROZEN) - {State.SEALING}))
    told = []
    for done, row in enumerate(rows, start=1):
        report = _check(register, store, scope, found, row, len(rows))
        with register.write() as conn:
            verdict = plain_parcel(report)
            transfer_parcel.mark(conn, scope, transfer, row.number, "checked", verdict=verdict)
        told.append(report)
        tell(done, len(rows))
    return tuple(told)


def _check(
    register: Register, store: ObjectStore, scope: Scope, transfer: Transfer, row: ParcelRow, of: int
) -> ParcelReport:
    packages, dossiers = [], []
    with register.read() as conn:
        inside = items(conn, scope, transfer.id, parcel=row.number)
    for item in inside:
        try:
            one = packed(register, store, scope, transfer, item)
        except LuuTruError as error:
            check = failed(error.slug, item.identifier, str(error))
            dossiers.append(_dossier(item, "", [Finding(Level.R2, check)]))
            continue
        packages.append(one)
        folder = one.entries[0].path.split("/", 1)[0]
        dossiers.append(_dossier(item, folder, list(_findings(one))))
    return ParcelReport(row.name, row.digest, tuple(_of_parcel(transfer, row, of, packages)), tuple(dossiers))


def packed(register: Register, store: ObjectStore, scope: Scope, transfer: Transfer, item: Item) -> Packed:
    """Return the package of an item as it was sealed, nothing of it read.

    Raises:
        ParcelWithheld, HoldingChanged, TransferItemNotFound: as they say.
    """
    with register.read() as conn:
        fixed = frozen(conn, scope, item.id)
    if fixed is None or item.withheld:
        raise parcels.ParcelWithheld(f"{item.identifier} was withheld after sealing")
    frame, supplement = parcels.sealed(transfer), transfer.supplement_to is not None
    return parcels.packed(item, fixed, store, frame=frame, supplement=supplement)


def _of_parcel(transfer: Transfer, row: ParcelRow, of: int, packages: Sequence[Packed]) -> Iterator[Finding]:
    yield Finding(Level.R0, passed("delivery-for-us", row.name, transfer.to_name))
    yield Finding(Level.R1, not_asked("carrier", row.name, "inside one installation nothing was carried"))
    yield Finding(
        Level.R3, not_asked("signature", row.name, "the giver's act stands in the log of this installation")
    )
    if len(packages) < row.dossiers:
        said = "a dossier of it is gone; the others were checked one by one"
        yield Finding(Level.R2, failed("parcel-incomplete", row.name, said))
        return
    digest = parcels.made(parcels.sealed(transfer), row.number, of, packages).digest
    same = digest == row.digest
    said = f"sealed as {row.digest[:16]}…, made now {digest[:16]}…"
    yield Finding(
        Level.R2,
        passed("parcel-as-sealed", row.name) if same else failed("parcel-changed", row.name, said),
    )


def _findings(one: Packed) -> Iterator[Finding]:
    if one.digest != one.item.digest:
        said = f"sealed as {one.item.digest}, made now {one.digest}"
        yield Finding(Level.R2, failed("package-changed", one.item.identifier, said))
    good = 0
    for entry in one.entries:
        check = _read(entry)
        good += check is None
        if check is not None:
            yield Finding(Level.R2, check)
    if good:
        yield Finding(Level.R2, passed("bytes-as-sealed", one.item.identifier, f"{good} files"))


def _read(entry: Entry) -> Check | None:
    """Return what is wrong with the bytes of a file now; None: nothing."""
    digest, size = hashlib.sha256(), 0
    try:
        with entry.open() as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except BackendError as error:
        return could_not_run("bytes-unread", entry.path, str(error), unread=AGAIN)
    except (NotFound, IntegrityError) as error:
        return failed("bytes-missing", entry.path, str(error))
    if size != entry.size or digest.hexdigest() != entry.sha256:
        return failed("bytes-changed", entry.path, f"sealed as {entry.size} bytes, found {size}")
    return None


def _dossier(item: Item, folder: str, findings: list[Finding]) -> DossierReport:
    outcomes = {each.check.outcome for each in findings}
    proposal = Proposal.ACCEPT
    if Outcome.FAILED in outcomes:
        proposal = Proposal.RETURN
    elif Outcome.COULD_NOT_RUN in outcomes:
        proposal = Proposal.LOOK
    return DossierReport(item.identifier, folder, tuple(findings), proposal)
