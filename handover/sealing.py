"""Sealing: what hinders it, all at once; then every dossier fixed, and the parcels cut."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import audit_chain, described, in_transfer, transfer_sealing
from catalog import dossier as dossiers
from catalog import holding as holdings
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.audit_chain import LogDamaged
from catalog.authority import authorities
from catalog.checkpoint import Checkpoint
from catalog.dossier import DossierNotFound
from catalog.identifiers import DossierId, TransferId, TransferItemId
from catalog.in_transfer import HoldingWithheld
from catalog.instants import now
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_item import Item, frozen, items
from catalog.transfer_parcel import ParcelRow
from catalog.transfer_state import State, TransferStateWrong, require_state
from handover import ead, freezing, parcels, recorded
from handover.freezing import Fixed
from handover.frozen import keys
from handover.names import portable
from handover.outcome import Check, failed
from handover.parcel import MOST_BYTES, MOST_FILES, Load, plan
from handover.profile import CSIP, profile
from handover.sealed import Sealed
from handover.unpack import Bounds
from luutru.errors import BackendError, Conflict, InvalidInput, LuuTruError
from review import sign_off
from storage.object_store import ObjectStore

Tell = Callable[[int, int], None]
"""Hears how many dossiers of how many are fixed."""


class SealingRefused(Conflict):
    """The handover cannot be sealed as it is; the faults say what is wrong with which dossier."""

    slug = "sealing-refused"

    def __init__(self, number: str, faults: list[Check]) -> None:
        told = "; ".join(f"{one.subject}: {one.code} {one.detail}".strip() for one in faults[:5])
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        super().__init__(f"{number} cannot be sealed: {told}{more}")
        self.faults = tuple(faults)


class ProfileFixed(Conflict):
    """It was sealed, or is being sealed, by another profile: unseal it first."""

    slug = "profile-fixed"


class ProfileNotForRoute(InvalidInput):
    """Inside one installation nothing is packed for anybody else."""

    slug = "profile-not-for-route"


LARGEST_FILES = Bounds().entries // 2  # folders count where a receiver opens an archive
LARGEST_BYTES = Bounds().bytes


class LimitsInvalid(InvalidInput):
    """Parcels so small that nothing fits, or larger than any receiver opens."""

    slug = "parcel-limits-invalid"


@dataclass(frozen=True)
class Limits:
    """How large a parcel may be.

    Raises:
        LimitsInvalid: no receiver would open it.
    """

    files: int = MOST_FILES
    bytes: int = MOST_BYTES

    def __post_init__(self) -> None:
        if not (0 < self.files <= LARGEST_FILES and 0 < self.bytes <= LARGEST_BYTES):
            said = f"{self.files} files and {self.bytes} bytes"
            raise LimitsInvalid(
                f"a parcel has 1 to {LARGEST_FILES} files and up to {LARGEST_BYTES} bytes, not {said}"
            )


@dataclass(frozen=True)
class Sealing:
    """What sealing came to."""

    transfer: Transfer
    warnings: tuple[Check, ...]  #: what the circular asks and nobody knows; hinders nothing


def hindrances(register: Register, scope: Scope, service: Scope, transfer: TransferId) -> Iterator[Check]:
    """Yield everything that hinders a handover's sealing, dossier by dossier, and hold up nobody meanwhile.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    with register.read() as conn:
        found = transfers.find(conn, scope, transfer)
        inside = items(conn, scope, transfer)
    called: dict[str, str] = {}
    for item in inside:
        assert item.dossier is not None  # a draft is ours
        with register.read() as conn:
            try:
                one = dossiers.find(conn, service, item.dossier)
            except DossierNotFound:
                yield failed("dossier-not-here", item.identifier, "it may not be served any more")
                continue
            if found.from_unit not in authorities(conn, service, item.dossier):
                yield failed("dossier-not-givers", item.identifier, f"{found.from_name} does not govern it")
            if one.state == "merged":
                yield failed("dossier-merged", item.identifier)
            elif one.state != "signed-off" and not item.unfinished:
                said = "sign it off, or list it as unfinished work"
                yield failed("dossier-not-signed-off", item.identifier, said)
            for gap in sign_off.held_back(conn, service, item.dossier):
                yield failed(f"dossier-{gap.code}", item.identifier, f"{gap.count}")
            if described.any_waits(conn, service, item.dossier):
                said = "documents wait for their description: what is read off them would come too late"
                yield failed("dossier-describing", item.identifier, said)
            if waiting := holdings.unbound(conn, service, item.dossier):
                yield failed("dossier-not-bound", item.identifier, f"{waiting} documents lack their PDF/A")
        yield from freezing.faults(one)
        code = portable(freezing.code_of(one)).casefold()
        if code in called:
            yield failed("dossier-code-twice", item.identifier, f"{called[code]} is called so too")
        called.setdefault(code, item.identifier)


def seal(
    register: Register,
    store: ObjectStore,
    scope: Scope,
    service: Scope,
    transfer: TransferId,
    *,
    version: str,
    limits: Limits = Limits(),
    by_profile: str | None = None,
    tell: Tell = lambda _done, _of: None,
) -> Sealing:
    """Seal a handover, or go on with what was broken off; the same bytes either way, and twice is harmless.

    Args:
        service: on whose behalf the dossiers are read, once `scope` was found to be the giver's archivist.
        by_profile: that packages follow (`handover.profile`); None: as it was begun, else `csip-2.0.4`.

    Raises:
        ProfileUnknown, ProfileFixed: there is no such profile, or it was begun by another.
        ProfileNotForRoute: one without scans and readings, inside one installation.
        SealingRefused: something hinders it; it is a draft (again).
        DossierTooLarge: no parcel holds a dossier; it is a draft again.
        DecisionNeeded, TransferEmpty, TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    if by_profile is not None:
        profile(by_profile)
    with register.read() as conn:
        found = transfers.find(conn, scope, transfer)
        transfers.require_giver(scope, found)
        require_state(found.number, found.state, State.DRAFT, State.SEALING, State.SEALED)
    if found.route == "inside" and by_profile not in (None, CSIP.name):
        raise ProfileNotForRoute(f"{found.number} passes inside one installation, where all of it stays")
    if found.state is not State.DRAFT:
        _require_profile(found, by_profile)
    if found.state is State.SEALED:
        return Sealing(found, ())
    if found.state is State.DRAFT and (faults := list(hindrances(register, scope, service, transfer))):
        raise SealingRefused(found.number, faults)
    with register.write() as conn:
        found = transfer_sealing.begin(
            conn, scope, transfer, version=version, profile=by_profile or CSIP.name
        )
    _require_profile(found, by_profile)
    try:
        # Asked again now that nothing changes any more; until then somebody may have been quicker.
        if faults := list(hindrances(register, scope, service, transfer)):
            raise SealingRefused(found.number, faults)
        warnings = _fix_all(register, store, scope, service, found, tell)
        planned, inside = _cut(register, store, scope, found, limits)
    except (BackendError, TransferStateWrong):
        raise  # it goes on where it was, as soon as store and register answer; or somebody else was quicker
    except LuuTruError as error:
        with register.write() as conn:
            transfer_sealing.abandon(conn, scope, transfer, reason=error.slug)
        raise
    log = _checkpoint(register, service)
    with register.write() as conn:
        _require_same(transfers.held(conn, scope, transfer), found)
        found = transfer_sealing.finish(conn, scope, transfer, planned, inside, checkpoint=log)
    return Sealing(found, tuple(warnings))


def _require_profile(transfer: Transfer, asked: str | None) -> None:
    """Pass if what was begun follows the profile that is asked for now."""
    begun = parcels.sealed(transfer).profile
    if asked not in (None, begun):
        raise ProfileFixed(f"{transfer.number} is sealed by {begun}: unseal it to seal it by {asked}")


def _checkpoint(register: Register, service: Scope) -> Checkpoint | None:
    """Seal the events so far, some at a time, and return how far the log is; None: it is damaged.

    A damaged log hinders no handover: `luutru audit verify` tells what was done to it.
    """
    full = True
    while full:
        with register.write() as conn:
            full = audit_chain.seal(conn, service) == audit_chain.AT_ONCE
    with suppress(LogDamaged), register.read() as conn:
        return audit_chain.checkpoint(conn, service)
    return None


def _fix_all(
    register: Register,
    store: ObjectStore,
    scope: Scope,
    service: Scope,
    transfer: Transfer,
    tell: Tell,
) -> list[Check]:
    frame = parcels.sealed(transfer)
    warnings: list[Check] = []
    with register.read() as conn:
        inside = items(conn, scope, transfer.id)
    for done, item in enumerate(inside, start=1):
        assert item.dossier is not None
        if item.digest is None:
            warnings += _fix(register, store, scope, service, transfer, frame, item, item.dossier)
        tell(done, len(inside))
    return warnings


def _fix(
    register: Register,
    store: ObjectStore,
    scope: Scope,
    service: Scope,
    transfer: Transfer,
    frame: Sealed,
    item: Item,
    dossier: DossierId,
) -> list[Check]:
    with register.read() as conn:
        holding = holdings.holding(conn, service, dossier)
    fixed = freezing.freeze(
        holding,
        store,
        archive_code=frame.giver.code,
        unfinished=item.unfinished,
        medium=item.medium,
    )
    with register.read() as conn:
        fixed = recorded.with_record(conn, service, fixed, holding, store)
    supplement = transfer.supplement_to is not None
    one = parcels.packed(item, fixed.frozen, store, frame=frame, supplement=supplement)
    load = one.load
    with register.write() as conn:
        _require_same(transfers.held(conn, scope, transfer.id), transfer)
        _require_kept(conn, service, transfer, fixed, dossier)
        transfer_sealing.fix(
            conn,
            scope,
            transfer.id,
            item.id,
            identifier=fixed.identifier,
            title=fixed.title,
            retention_code=holding.dossier.retention.code,
            counts=fixed.counts,
            frozen=fixed.frozen,
            keys=set(keys(fixed.frozen)),
            files=load.files,
            bytes=load.bytes,
            digest=one.digest,
        )
    warnings = ead.faults("sip-dossier", fixed.frozen["fields"], fixed.identifier)
    for document in fixed.frozen["documents"]:
        warnings += ead.faults("sip-document", document["fields"], document["identifier"])
    if fixed.left_out:
        said = f"{fixed.left_out} files hold pages of other dossiers too: their PDF/A go alone"
        warnings.append(failed("master-left-out", fixed.identifier, said))
    return warnings


def _require_kept(
    conn: Connection, service: Scope, transfer: Transfer, fixed: Fixed, dossier: DossierId
) -> None:
    """Pass if what was read of a dossier minutes ago may still go; nobody holds any of it meanwhile."""
    try:
        in_transfer.require_kept(conn, service, dossier, set(keys(fixed.frozen)))
    except HoldingWithheld as error:
        gone = failed("dossier-withheld", fixed.identifier, "it was held while the handover was sealed")
        raise SealingRefused(transfer.number, [gone]) from error
    if held := sign_off.held_back(conn, service, dossier):
        gaps = [failed(f"dossier-{gap.code}", fixed.identifier, f"{gap.count}") for gap in held]
        raise SealingRefused(transfer.number, gaps)


def _require_same(now: Transfer, begun: Transfer) -> None:
    """Pass if it is still the sealing that was begun; else it was opened and sealed again meanwhile."""
    if now.namespace != begun.namespace:
        raise TransferStateWrong(f"{now.number} was opened again while it was sealed")


def _cut(
    register: Register, store: ObjectStore, scope: Scope, transfer: Transfer, limits: Limits
) -> tuple[list[ParcelRow], dict[int, list[TransferItemId]]]:
    """Return the parcels with their digests, and what lies in each; one at a time is in memory."""
    frame = parcels.sealed(transfer)
    with register.read() as conn:
        inside = {item.id: item for item in items(conn, scope, transfer.id)}
    plans = plan(
        (Load(item.id, item.files, item.bytes) for item in inside.values()),
        most_files=limits.files,
        most_bytes=limits.bytes,
        beside=parcels.BESIDE + parcels.TAGS,
    )
    rows, placed = [], {}
    supplement = transfer.supplement_to is not None
    for each in plans:
        names = [TransferItemId(name) for name in each.dossiers]
        packages = []
        for name in names:
            with register.read() as conn:
                fixed = frozen(conn, scope, name)
            if fixed is None:  # a secret mark was found meanwhile
                said = "it was withheld while the handover was sealed"
                fault = failed("dossier-withheld", inside[name].identifier, said)
                raise SealingRefused(transfer.number, [fault])
            packages.append(parcels.packed(inside[name], fixed, store, frame=frame, supplement=supplement))
        made = parcels.made(frame, each.number, len(plans), packages)
        placed[each.number] = names
        rows.append(
            ParcelRow(
                each.number,
                made.name,
                made.digest,
                made.files,
                made.size,
                len(names),
                "planned",
                None,
                now(),
            )
        )
    return rows, placed
