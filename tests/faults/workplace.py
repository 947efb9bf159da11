"""An archive in this process, with a worker that can be watched and disturbed at its work."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog import batch as batches
from catalog.batch import Ledger
from catalog.identifiers import BatchId
from ingest.arrangement import plan
from luutru.bootstrap import Archive, acting, open_archive, set_up
from luutru.commands.digitise import ensure_fonds, take_in
from luutru.settings import from_environment
from luutru.worker import Worker


def new_archive(home: Path, **settings: str) -> Archive:
    """Make an archive that one hand works in, reading with Tesseract alone: the quickest."""
    found = from_environment(
        {"LUUTRU_HOME": str(home), "LUUTRU_TRUEOCR": "no", "LUUTRU_HANDS": "1", **settings}
    )
    set_up(found)
    return open_archive(found)


def received(archive: Archive, folder: Path) -> BatchId:
    """Take a folder in, as `digitise` does, and let nobody work on it yet."""
    scope = acting(archive, "")
    fonds = ensure_fonds(archive, scope, "SYT")
    batch, _already = take_in(archive, scope, fonds, plan([folder]), origin=str(folder), name=folder.name)
    return batch


@contextmanager
def at_work(archive: Archive) -> Iterator[Worker]:
    """Let a worker work while the block lasts."""
    worker = Worker(archive)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(60)
        assert not thread.is_alive()


def ledger(archive: Archive, batch: BatchId) -> Ledger:
    """Return where every page of the batch is."""
    with archive.register.read() as conn:
        return batches.ledger(conn, archive.system, batch)


def read_through(archive: Archive, batch: BatchId, *, seconds: float = 60.0) -> Ledger:
    """Wait until nothing of the batch waits but for the index; return its ledger."""

    def done() -> bool:
        found = ledger(archive, batch)
        return not (
            found.files_to_open or found.pages_to_read or found.files_to_admit or found.documents_to_bind
        )

    wait_until(done, seconds=seconds)
    return ledger(archive, batch)


def wait_until(true: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Return when `true` answers yes.

    Raises:
        TimeoutError: it did not within `seconds`.
    """
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds} s in vain")
        time.sleep(0.05)
