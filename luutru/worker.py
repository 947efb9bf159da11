"""The loop that does the work: takes what the ledger says is next, until there is nothing left.

One worker to a home with an embedded register (it holds a lock); any number on a server's register, where
claims keep them apart. A worker that is killed loses nothing: its claims lapse, or its successor, who holds
the lock and so knows it dead, frees them.
"""

import contextlib
import errno
import hashlib
import itertools
import logging
import os
import queue
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from catalog import work
from luutru import binding, describing, dossier_typing, pipeline
from luutru.at_work import WorkerRuns, end_when_told, only_worker
from luutru.bootstrap import Archive
from luutru.errors import BackendError, Conflict, LuuTruError
from luutru.hands import EngineBroke, EnginesUnavailable, Hand, HandDied, Refused, sweep
from luutru.pipeline import Looked

log = logging.getLogger("luutru.worker")

IDLE_SECONDS = 0.25
"""Pause when there is nothing to do; a local SQLite query costs about a millisecond."""

TROUBLE_SECONDS = 60.0
"""Time for which a disk or server may fail every task before the worker ends, for somebody to act."""

LOCK_LOOKS = 4
"""Looks at the lock before somebody else is said to be at work: `status` holds it for a moment to ask."""

PAGES_TOGETHER = 8
"""Most pages that one hand looks at in one go: Tesseract starts once for them (0.09 s)."""

SWEEP_SECONDS = 60.0
"""How often the quay is looked over for what no record needs."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
"""What the system says when the machine, not the file, is at its end."""


class MachineExhausted(BackendError):
    """The machine has no room left: disk, memory or open files."""

    slug = "machine-exhausted"


class _Stopped(Conflict):
    """The worker was told to end before a hand was free."""

    slug = "worker-stopped"


class Worker:
    """Hands, and the threads that give them work: one more than hands, so that none waits for a record."""

    def __init__(self, archive: Archive) -> None:
        # What lies in a folder of the worker's own may go when the next worker starts, and nothing else.
        self._archive = replace(archive, scratch=archive.scratch / "worker")
        self._stop = threading.Event()
        self._claiming = threading.Lock()
        self._place = _place(archive.home)
        self._owner = f"{self._place}{os.getpid()}:{time.time_ns() % 10**9}"
        self._claims = itertools.count()
        self._in_hand: set[str] = set()
        self._idle = True
        self._hands: queue.SimpleQueue[Hand] = queue.SimpleQueue()
        self._trouble: dict[work.Stage, float] = {}
        self._ended_by: BackendError | None = None

    def run(self, *, stand_by: bool = False) -> None:
        """Work until `stop`; `stand_by`: wait while another worker is at work in this home.

        Raises:
            WorkerRuns: another worker is at work in this home.
            BackendError: what stops all work: the engines, a disk or a server.
        """
        looks = iter(range(LOCK_LOOKS))

        def wait() -> bool:
            return not self._stop.is_set() and (stand_by or next(looks, None) is not None)

        with only_worker(self._archive.home, wait=wait):
            self._clear_up()
            with self._archive.register.write() as conn:
                work.release_all(conn, self._archive.system, owner_prefix=self._place)
            hands = [self._new_hand() for _ in range(self._archive.hands)]
            for hand in hands:
                self._hands.put(hand)
            together = threading.Barrier(len(hands) + 1)
            threads = [
                threading.Thread(target=self._lead, args=(together,), name=f"lead-{number}")
                for number in range(together.parties)
            ]
            threads.append(threading.Thread(target=self._renew, name="renew"))
            threads.append(threading.Thread(target=self._sweep_quay, name="sweep"))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for hand in hands:
                hand.close()
            self._clear_up()
        if self._ended_by is not None:
            raise self._ended_by

    def stop(self) -> None:
        """Let every hand finish its page, then end."""
        self._stop.set()

    def _new_hand(self) -> Hand:
        return Hand(self._archive.engines, self._archive.limits, self._archive.scratch)

    @contextmanager
    def _hand(self) -> Iterator[Hand]:
        """Lend a hand that is free, when one is.

        Raises:
            _Stopped: the worker ends; the task waits for the next one.
        """
        hand = self._hands.get()
        try:
            if self._stop.is_set():
                raise _Stopped("the worker ends")
            yield hand
        finally:
            self._hands.put(hand)

    def _lead(self, together: threading.Barrier) -> None:
        while not self._stop.is_set():
            try:
                claims = self._next()
                if claims:
                    self._do(claims)
                else:
                    self._stop.wait(IDLE_SECONDS)
            except LuuTruError as error:
                log.warning("worker.trouble slug=%s", error.slug)
                self._stop.wait(1.0)
            except Exception:  # a leader must not be lost: its work would wait for ever
                log.exception("worker.broke")
                self._stop.wait(1.0)
        # A hand dies with the thread that started it, and another leader may be waiting for its answer.
        together.wait()

    def _next(self) -> list[work.Claim]:
        """Claim what is most urgent: one task, or some pages that are looked at together."""
        if self._idle:  # nobody who writes waits for a question that mostly comes to nothing
            with self._claiming, self._archive.register.read() as conn:
                if not work.any_free(conn, self._archive.system):
                    return []
        # Every claim has an owner of its own: one whose end could not be recorded is renewed no longer.
        owner, *others = (f"{self._owner}:{next(self._claims)}:" for _ in range(PAGES_TOGETHER))
        with self._claiming, self._archive.register.write() as conn:
            share = self._archive.hands
            ahead = PAGES_TOGETHER * share
            first = work.claim(conn, self._archive.system, owner=owner, ahead=ahead)
            self._idle = first is None
            if first is None or first.stage is not work.Stage.LOOK:
                return [] if first is None else [first]
            return [first, *work.claim_more(conn, self._archive.system, first, owners=others, share=share)]

    def _do(self, claims: list[work.Claim]) -> None:
        owners = {claim.owner for claim in claims}
        self._in_hand |= owners
        try:
            looked = self._look_together(claims) if len(claims) > 1 else [None]
            for claim, one in zip(claims, looked, strict=True):
                self._try(claim, one)
                self._in_hand.discard(claim.owner)
        finally:
            self._in_hand -= owners

    def _look_together(self, claims: list[work.Claim]) -> Sequence[Looked | None]:
        """Have pages looked at in one go; None where that fails: each is tried, and pays, alone."""
        try:
            with contextlib.ExitStack() as lent:
                orders = [self._order(claim, lent) for claim in claims]
                with self._hand() as hand:
                    return hand.look(orders)
        except Exception as error:  # whatever it is, the page that it is about will tell when it is alone
            said = error.slug if isinstance(error, LuuTruError) else type(error).__name__
            log.info("worker.apart pages=%d slug=%s", len(claims), said)
            return [None] * len(claims)

    def _order(self, claim: work.Claim, lent: contextlib.ExitStack) -> pipeline.LookOrder:
        wanted = pipeline.start_looking(self._archive, claim)
        path = lent.enter_context(pipeline.bytes_of(self._archive, wanted))
        return pipeline.LookOrder(path, wanted.image_index, wanted.media_type, wanted.mark_released)

    def _try(self, claim: work.Claim, looked: Looked | None) -> None:
        started = time.monotonic()
        try:
            match claim.stage:
                case work.Stage.OPEN:
                    pipeline.open_source_file(self._archive, claim)
                case work.Stage.LOOK:
                    if looked is None:
                        with contextlib.ExitStack() as lent, self._hand() as hand:
                            looked = hand.look([self._order(claim, lent)])[0]
                    pipeline.record_look(self._archive, claim, looked)
                case work.Stage.ADMIT:
                    pipeline.admit_source_file(self._archive, claim)
                case work.Stage.DESCRIBE:
                    described, document = describing.start_describing(self._archive, claim)
                    with self._hand() as hand:
                        made = hand.describe(described)
                    describing.record_description(self._archive, claim, document, made)
                    dossier_typing.type_dossier(self._archive, document.dossier)
                case work.Stage.BIND:
                    with binding.binding_order(self._archive, claim) as (order, found):
                        with self._hand() as hand:
                            hand.bind(order)
                        binding.record_binding(self._archive, claim, order, found)
        except _Stopped:
            with self._archive.register.write() as conn:
                work.release_all(conn, self._archive.system, owner_prefix=claim.owner)
        except work.ClaimLost:
            log.info("worker.claim_lost stage=%s id=%s", claim.stage, claim.id)
        except Refused as error:
            pipeline.give_up(self._archive, claim, code=error.code, reason=str(error))
        except EnginesUnavailable as error:
            with self._archive.register.write() as conn:
                work.release_all(conn, self._archive.system, owner_prefix=claim.owner)
            self._end(error)
        except (HandDied, EngineBroke) as error:
            self._put_back(claim, error.slug, str(error))
        except BackendError as error:
            self._house_fails(claim, error)
        except LuuTruError as error:
            pipeline.give_up(self._archive, claim, code=error.slug, reason=str(error))
        except OSError as error:
            if error.errno in NO_ROOM:
                self._house_fails(claim, MachineExhausted(f"{claim.stage}: {error.strerror}"))
            else:
                said = error.strerror or type(error).__name__
                self._put_back(claim, "system", f"the system said no: {said}")
        except Exception as error:  # a fault of ours costs its task some tries and is told; others go on
            log.exception("worker.broke stage=%s id=%s", claim.stage, claim.id)
            self._put_back(claim, "internal", f"{type(error).__name__} in the program; its log says more")
        else:
            self._trouble.pop(claim.stage, None)
            took = time.monotonic() - started
            log.debug("worker.done stage=%s id=%s seconds=%.2f", claim.stage, claim.id, took)

    def _put_back(self, claim: work.Claim, code: str, reason: str, *, may_hold: bool = True) -> None:
        log.warning("worker.failed stage=%s id=%s slug=%s", claim.stage, claim.id, code)
        with contextlib.suppress(work.ClaimLost):
            pipeline.put_back(self._archive, claim, code=code, reason=reason, may_hold=may_hold)

    def _house_fails(self, claim: work.Claim, error: BackendError) -> None:
        """Give a task back that a disk or server failed; where it fails them all, no task is to blame."""
        moment = time.monotonic()
        first = claim.stage not in self._trouble
        since = self._trouble.setdefault(claim.stage, moment)
        if moment - since > TROUBLE_SECONDS:
            self._end(error)
        self._put_back(claim, error.slug, str(error), may_hold=first)

    def _end(self, error: BackendError) -> None:
        self._ended_by = error
        self._stop.set()

    def _renew(self) -> None:
        while not self._stop.wait(work.LEASE.total_seconds() / 4):
            try:
                with self._archive.register.write() as conn:
                    for owner in tuple(self._in_hand):
                        work.renew(conn, self._archive.system, owner)
            except LuuTruError as error:
                log.warning("worker.renew slug=%s", error.slug)
            except Exception:  # without it every long task would be taken over, again and again
                log.exception("worker.renew")

    def _sweep_quay(self) -> None:
        while True:
            try:
                pipeline.sweep_quay(self._archive)
            except LuuTruError as error:
                log.warning("worker.sweep slug=%s", error.slug)
            except Exception:
                log.exception("worker.sweep")
            if self._stop.wait(SWEEP_SECONDS):
                return

    def _clear_up(self) -> None:
        """Remove the passing files that this worker, or one that was killed, left behind."""
        scratch = self._archive.scratch
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(scratch)
        for left in scratch.iterdir():
            if left.name.startswith("hand-"):
                continue  # swept above, or a living reader's
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _place(home: Path) -> str:
    """Return how owners of claims made by workers of this home on this machine begin."""
    return f"{socket.gethostname()[:24]}:{hashlib.sha256(str(home).encode()).hexdigest()[:8]}:"


def run_until_told(archive: Archive, *, helper: bool) -> None:
    """Work in this process until told to stop; a helper stands by while another worker is at work.

    Raises:
        WorkerRuns: another worker is at work in this home.
    """
    worker = Worker(archive)
    end_when_told(worker.stop, helper=helper)
    try:
        worker.run(stand_by=helper)
    except WorkerRuns:
        if not helper:
            raise
