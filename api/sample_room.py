"""The room where a person looks at the sample of a handover, before any of it is in the archive."""

import hashlib
import shutil
import tempfile
import threading
from pathlib import Path

from api import page_picture
from catalog import event, transfer_sample
from catalog.access import Scope
from catalog.identifiers import TransferId, TransferItemId
from catalog.register import Register
from catalog.transfer_sample import Mark
from handover import sample as samples
from handover.receiving_room import Room
from handover.sample import Opened, Sample
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.sandbox import run_in_child
from luutru.errors import InvalidInput
from storage.object_store import ObjectStore

MOST_PAGES = 60
"""Pages shown of one document; a person who needs more asks for the file."""

MOST_DRAWN_AT_ONCE = 2


class NoSuchPicture(InvalidInput):
    """A page or a width that is not shown."""

    slug = "no-such-picture"


class SampleRoom:
    """The sample of each handover, and what lies in its dossiers."""

    def __init__(
        self, register: Register, store: ObjectStore, *, room: Room, limits: Limits, scratch: Path
    ) -> None:
        self._register, self._store, self._room = register, store, room
        self._limits, self._scratch = limits, scratch
        self._drawing = threading.BoundedSemaphore(MOST_DRAWN_AT_ONCE)

    def sample(self, scope: Scope, transfer: TransferId) -> Sample:
        """Return which dossiers were drawn, and what people saw of them."""
        with self._register.read() as conn:
            return samples.sample(conn, scope, transfer)

    def opened(self, scope: Scope, transfer: TransferId, item: TransferItemId) -> Opened:
        """Open a dossier of the sample; the log knows who looked at what was not theirs yet."""
        found = self._opened(scope, transfer, item)
        with self._register.write() as conn:
            event.record(conn, scope, "sample-opened", f"transfer:{transfer}", {"item": item})
        return samples.described(found, limits=self._limits)

    def mark(self, scope: Scope, transfer: TransferId, item: TransferItemId, outcome: str, note: str) -> Mark:
        """Write down what a person saw."""
        with self._register.write() as conn:
            return transfer_sample.mark(conn, scope, transfer, item, outcome, note)

    def picture(
        self, scope: Scope, transfer: TransferId, item: TransferItemId, name: str, page: int, width: int
    ) -> tuple[bytes, str]:
        """Return a page of a drawn document as JPEG, and what stands for it as long as nothing changes.

        Raises:
            NoSuchPicture: pages are counted from 1, and come in a few widths.
            Refused: it cannot be drawn.
        """
        if width not in page_picture.WIDTHS or not 1 <= page <= MOST_PAGES:
            raise NoSuchPicture(f"pages 1 to {MOST_PAGES}, widths {page_picture.WIDTHS}")
        found = self._opened(scope, transfer, item)
        tag = hashlib.sha256(f"{found.digest}:{item}:{name}:{page}:{width}".encode()).hexdigest()[:32]
        with (
            tempfile.NamedTemporaryFile(dir=self._scratch, prefix="sample-", suffix=".pdf") as copy,
            found.pdf(name) as stream,
        ):
            shutil.copyfileobj(stream, copy)
            copy.flush()
            with self._drawing:
                data = run_in_child(
                    page_picture.draw,
                    Path(copy.name),
                    page - 1,
                    MediaType.PDF.value,
                    0,
                    width,
                    limits=self._limits,
                )
        return data, tag

    def _opened(self, scope: Scope, transfer: TransferId, item: TransferItemId) -> Opened:
        return samples.opened(self._register, self._store, self._room, scope, transfer, item)
