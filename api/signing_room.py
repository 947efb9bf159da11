"""The room where documents, minutes and receipts are signed, with the key that a person opens on the server.

The passphrase is asked of the person each time, also where the settings hold one for the command line: who
is signed in at the desk is not yet who may use the office's key. It opens the key and is let go of.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from api.backoff import Backoff
from api.handing_over import receipt_of
from api.problems import BadRequest, TooManyTries
from catalog import signed_pdf
from catalog import transfer as transfers
from catalog.access import Role, Scope
from catalog.identifiers import TransferId
from catalog.transfer import Transfer
from catalog.transfer_paper import TransferPaper
from catalog.transfer_state import CONCLUDED
from handover import kept_receipt
from handover.kept_receipt import KeptReceipt, ReceiptSigner
from handover.signing import Side, Stamped
from handover.signing_key import KeyUnusable
from luutru.bootstrap import Archive
from luutru.errors import Conflict, LuuTruError
from luutru.signing import Done, Signer, dossiers_of_transfer, sign_documents, sign_transfer_minutes
from luutru.signing_setup import KeySettings, has_signing_key, signing_key, signing_office, stamp_server

log = logging.getLogger("luutru.signing")

LONGEST_PASSPHRASE = 1000
KEY = "signing-key"
"""All who try the key wait together: a token locks itself after few wrong tries, whoever made them."""


class SigningAtWork(Conflict):
    """Documents are being signed right now."""

    slug = "signing-at-work"


@dataclass(frozen=True)
class SigningJob:
    """A run of signing, as far as it is."""

    actor: str
    done: int = 0
    of: int = 0  #: documents that waited when it began
    over: bool = False
    slug: str = ""  #: of the error that ended it; "" = none
    result: Done | None = None


class SigningRoom:
    """Signs what waits, one run at a time; a run that broke off goes on when it is asked for again."""

    def __init__(self, archive: Archive, settings: KeySettings, fonts: Path | None) -> None:
        self._archive, self._settings, self._fonts = archive, settings, fonts
        self._hands = ThreadPoolExecutor(1, thread_name_prefix="signing")
        self._tries, self._trying = Backoff(), threading.Lock()
        self._lock = threading.Lock()
        self._job: SigningJob | None = None

    @property
    def has_key(self) -> bool:
        """Whether this server holds a key at all."""
        return has_signing_key(self._settings)

    def job(self, scope: Scope) -> SigningJob | None:
        """Return the last run since the desk was opened, for archivists; None: there was none.

        What it came to is for the one who began it: it names documents.
        """
        scope.require(Role.ARCHIVIST)
        job = self._job
        if job is None or job.actor == scope.actor:
            return job
        return None if job.over else replace(job, result=None)

    def waiting(self, scope: Scope, transfer: TransferId | None = None) -> int:
        """Return how many documents wait for a signature; 0 where this server has no key."""
        scope.require(Role.ARCHIVIST)
        if not self.has_key:
            return 0
        with self._archive.register.read() as conn:
            return signed_pdf.count_to_sign(conn, scope, transfer=transfer)

    def pending(self, scope: Scope) -> int:
        """Return how many signed documents still lack their time stamp."""
        with self._archive.register.read() as conn:
            return signed_pdf.count_pending(conn, scope)

    def sign_documents(self, scope: Scope, passphrase: str, transfer: TransferId | None = None) -> None:
        """Open the key, and begin to sign what waits: of a handover that is not sealed yet, or all one keeps.

        Raises:
            KeyUnusable, NoSigningKey, KeyOutOfTime, TokenAway, TooManyTries: the key was not opened.
            SigningAtWork, NotAllowed, TransferNotFound: as they say.
        """
        scope.require(Role.ARCHIVIST)
        of = None
        if transfer is not None:
            with self._archive.register.read() as conn:
                transfers.require_giver(scope, transfers.find(conn, scope, transfer))
            of = dossiers_of_transfer(self._archive, scope, transfer)
        count = self.waiting(scope, transfer)
        with self._lock:
            if self._job is not None and not self._job.over:
                raise SigningAtWork(f"{self._job.done} of {self._job.of} are through")
            with ExitStack() as held:
                signer = held.enter_context(self._signer(passphrase))
                self._job = SigningJob(scope.actor, of=count)
                lent = held.pop_all()

        def act(tell: Callable[[int], None]) -> Done:
            return sign_documents(self._archive, scope, signer, of=of, tell=tell)

        self._hands.submit(self._do, lent, act)

    def sign_minutes(self, scope: Scope, passphrase: str, transfer: TransferId, side: Side) -> Stamped:
        """Sign the newest minutes of a handover for one side.

        Raises:
            KeyUnusable, NoSigningKey, KeyOutOfTime, TokenAway, TooManyTries: the key was not opened.
            MinutesOutdated, TransferPaperNotFound, SignedAlready, NotAllowed, TransferNotFound: as they say.
        """
        scope.require(Role.ARCHIVIST)
        with self._archive.register.read() as conn:
            found = transfers.find(conn, scope, transfer)
            (transfers.require_giver if side is Side.GIVER else transfers.require_receiver)(scope, found)
        with self._signer(passphrase) as signer:
            return sign_transfer_minutes(self._archive, scope, signer, transfer, side)[1]

    def receipt_waits(self, scope: Scope, found: Transfer, kept: Sequence[TransferPaper]) -> bool:
        """Return whether the receipt of a handover waits for this office's signature, or for its time stamp.

        `kept`: the papers of the handover. A receipt that nobody made yet waits too: signing makes it.
        """
        made_here = found.direction == "in" or found.route == "inside"
        if not (self.has_key and made_here and found.state in CONCLUDED):
            return False
        if not scope.may(Role.ARCHIVIST, found.to_unit):
            return False
        stamps = stamp_server(self._settings) is not None
        return not any(kept_receipt.is_signed(each, stamped=stamps) for each in kept)

    def sign_receipt(self, scope: Scope, passphrase: str, transfer: TransferId) -> KeptReceipt:
        """Sign the receipt of a concluded handover for the receiver; make it first where nobody did.

        Raises:
            KeyUnusable, NoSigningKey, KeyOutOfTime, TokenAway, TooManyTries: the key was not opened.
            ReceiptElsewhere, TransferStateWrong, NotAllowed, TransferNotFound: as they say.
        """
        archive = self._archive
        with archive.register.read() as conn:
            transfers.require_receiver(scope, transfers.find(conn, scope, transfer))
        found = receipt_of(archive, scope, transfer)
        with self._signer(passphrase) as signer:
            by = ReceiptSigner(signer.key, signer.office, signer.server)
            return kept_receipt.sign(archive.register, archive.store, scope, found, by)

    @contextmanager
    def _signer(self, passphrase: str) -> Iterator[Signer]:
        if len(passphrase) > LONGEST_PASSPHRASE:
            raise BadRequest(f"a passphrase has at most {LONGEST_PASSPHRASE} characters")
        with ExitStack() as held:
            with self._trying:  # one try at a time: else as many as are asked at once pass the wait
                if wait := self._tries.wait(KEY):
                    raise TooManyTries(f"the key was tried too often; wait {wait} seconds", retry_after=wait)
                try:
                    key = held.enter_context(signing_key(self._settings, password=passphrase))
                except KeyUnusable:
                    self._tries.failed(KEY)
                    raise
                self._tries.succeeded(KEY)
            office = signing_office(key, self._settings)
            yield Signer(key, office, stamp_server(self._settings), self._fonts)

    def _do(self, lent: ExitStack, act: Callable[[Callable[[int], None]], Done]) -> None:
        assert self._job is not None

        def tell(done: int) -> None:
            assert self._job is not None
            self._job = replace(self._job, done=done)

        result, slug = None, ""
        try:
            with lent:  # a token's session ends with it
                result = act(tell)
        except LuuTruError as error:
            slug = error.slug
        except Exception as error:  # a fault of ours: told in the log, and that it ended, to people
            log.error("signing.broke error=%s", type(error).__name__)
            slug = "broke"
        self._job = replace(self._job, over=True, slug=slug, result=result)
