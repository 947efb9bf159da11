"""The room for handovers: what takes long (sealing, checking, passing) is done here while people watch."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

from catalog import secret_screen, taken_over, transfer_acceptance
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import TransferId
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_state import CONCLUDED
from handover import inside, sealing
from handover.outcome import Check, failed
from handover.profile import profile
from handover.receiving_room import Room
from handover.reception import take_in_accepted
from handover.sealing import SealingRefused
from handover.taking_in import House
from ingest.limits import Limits
from luutru.errors import Conflict, LuuTruError
from luutru.screening import SCREENED_BY
from storage.object_store import ObjectStore

log = logging.getLogger("luutru.handover")

AT_ONCE = 2
"""Long acts at the same time, per process; more wait their turn."""

Tell = Callable[[int, int], None]
Concluded = Callable[[Scope, TransferId], None]
"""Makes the receipt of a handover that came and was just concluded."""
Look = Callable[[TransferId, Tell], int]
"""Looks through the pictures of what was taken in, for secret marks that its words do not show.

Returns how many files it held."""


class AtWorkAlready(Conflict):
    """Something long is being done with this handover right now."""

    slug = "handover-at-work"


@dataclass(frozen=True)
class Job:
    """A long act on one handover, as far as it is."""

    act: str  #: seal, check or accept
    done: int = 0
    of: int = 0
    over: bool = False
    slug: str = ""  #: of the error that ended it; "" = none
    reason: str = ""
    faults: tuple[Check, ...] = ()  #: what hinders a sealing or a taking in, dossier by dossier
    held: int = 0  #: files of what was taken in on which a secret mark was seen


class HandoverRoom:
    """Does long acts one after another, and knows how far each is; a broken one goes on when asked again."""

    def __init__(
        self,
        register: Register,
        store: ObjectStore,
        system: Scope,
        *,
        room: Room,
        version: str,
        concluded: Concluded,
        look: Look,
        limits: Limits,
    ) -> None:
        self.register, self.store, self.system = register, store, system
        self._room, self._version = room, version
        self._concluded, self._look, self._limits = concluded, look, limits
        self._hands = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="handover")
        self._jobs: dict[TransferId, Job] = {}
        self._lock = threading.Lock()

    def job(self, scope: Scope, transfer: TransferId) -> Job | None:
        """Return the last long act on a handover since the desk was opened; None: there was none.

        Raises:
            TransferNotFound: there is none that the one who asks may see.
        """
        with self.register.read() as conn:
            transfers.find(conn, scope, transfer)
        return self._jobs.get(transfer)

    def unscreened(self, scope: Scope, transfer: Transfer) -> int:
        """Return how many pages of what was taken in nobody looked through yet for secret marks.

        They can be found already: to accept again goes on with them. What nothing could decode stays one.

        Raises:
            TransferNotFound: there is none that the one who asks may see.
        """
        with self.register.read() as conn:
            found = transfers.find(conn, scope, transfer.id)
            if found.direction != "in" or found.state not in CONCLUDED:
                return 0
            origin = taken_over.origin_of(found.id)
            return secret_screen.left(conn, self.system, SCREENED_BY, origin=origin)

    def hindrances(self, scope: Scope, transfer: TransferId) -> list[Check]:
        """Return everything that hinders sealing a draft."""
        return list(sealing.hindrances(self.register, scope, self.system, transfer))

    def seal(self, scope: Scope, transfer: Transfer, *, by_profile: str | None = None) -> None:
        """Begin to seal by a profile (`handover.profile`), or go on where it was broken off.

        Raises:
            ProfileUnknown: there is no such profile.
            NotAllowed: the one who asks is no archivist of the giver.
            AtWorkAlready: as it says.
        """
        transfers.require_giver(scope, transfer)
        if by_profile is not None:
            profile(by_profile)

        def act(tell: Tell) -> None:
            sealing.seal(
                self.register,
                self.store,
                scope,
                self.system,
                transfer.id,
                version=self._version,
                by_profile=by_profile,
                tell=tell,
            )

        self._begin(transfer.id, "seal", act)

    def check(self, scope: Scope, transfer: Transfer) -> None:
        """Begin to read every byte of a handover inside this installation again.

        Raises:
            NotAllowed: the one who asks is no archivist of the receiver.
            AtWorkAlready: as it says.
        """
        transfers.require_receiver(scope, transfer)

        def act(tell: Tell) -> None:
            inside.check(self.register, self.store, scope, transfer.id, tell=tell)

        self._begin(transfer.id, "check", act)

    def accept(
        self, scope: Scope, transfer: Transfer, *, paper: bool = False, copy_until: date | None = None
    ) -> None:
        """Conclude a handover and let its dossiers pass; or let those pass that have not yet.

        Raises:
            TransferNotDecided, TotalsDiffer: the decisions do not add up; nothing was concluded.
            TransferStateWrong, NotAllowed, AtWorkAlready: as they say.
        """
        with self._lock:
            self._require_free(transfer.id)
        with self.register.write() as conn:
            concluded = transfer_acceptance.conclude(
                conn, scope, transfer.id, paper=paper, copy_until=copy_until
            )

        def act(tell: Tell) -> None:
            if concluded.direction == "in":
                self._concluded(scope, transfer.id)
                self._take_in(scope, transfer.id, tell)
                return
            whole = 0
            while True:
                with self.register.write() as conn:
                    left = transfer_acceptance.pass_next(conn, scope, transfer.id)
                whole = whole or left + transfer_acceptance.AT_ONCE
                tell(whole - left, whole)
                if not left:
                    return

        self._begin(transfer.id, "accept", act)

    def _take_in(self, scope: Scope, transfer: TransferId, tell: Tell) -> None:
        house = House(self.register, self.store, self.system, scope, limits=self._limits)
        came = take_in_accepted(house, self._room, transfer, tell=tell)
        held = self._look(transfer, tell)
        self._jobs[transfer] = replace(self._jobs[transfer], held=held)
        if came.failed:
            raise NotTakenIn([failed(slug, identifier, why) for identifier, slug, why in came.failed])

    def _require_free(self, transfer: TransferId) -> None:
        job = self._jobs.get(transfer)
        if job is not None and not job.over:
            raise AtWorkAlready(f"{job.act} is under way: {job.done} of {job.of}")

    def _begin(self, transfer: TransferId, name: str, act: Callable[[Tell], None]) -> None:
        with self._lock:
            self._require_free(transfer)
            self._jobs[transfer] = Job(name)
        self._hands.submit(self._do, transfer, act)

    def _do(self, transfer: TransferId, act: Callable[[Tell], None]) -> None:
        def tell(done: int, of: int) -> None:
            self._jobs[transfer] = replace(self._jobs[transfer], done=done, of=of)

        slug, reason = "", ""
        faults: tuple[Check, ...] = ()
        try:
            act(tell)
        except (SealingRefused, NotTakenIn) as error:
            slug, reason, faults = error.slug, str(error), error.faults
        except LuuTruError as error:
            slug, reason = error.slug, str(error)
        except Exception as error:  # a fault of ours: told in the log, and that it ended, to people
            log.exception("handover.broke error=%s", type(error).__name__)
            slug = "broke"
        self._jobs[transfer] = replace(
            self._jobs[transfer], over=True, slug=slug, reason=reason, faults=faults
        )


class NotTakenIn(Conflict):
    """Accepted dossiers could not be taken in; the others were. Accept it again: it goes on where it was."""

    slug = "not-taken-in"

    def __init__(self, faults: Sequence[Check]) -> None:
        self.faults = tuple(faults)  #: one a dossier, by its identifier
        super().__init__(f"{len(self.faults)} accepted dossiers could not be taken in")
