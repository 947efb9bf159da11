"""What a sender said of a file whose bytes are still coming, kept so that a broken line costs nothing.

One small file for each upload, in the archive's home; the bytes themselves lie on the quay.
"""

import json
import os
import re
import tempfile
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from catalog.identifiers import BatchId
from luutru.errors import NotFound
from storage.quay import STALE_SECONDS, UploadId

_NAME = re.compile(r"[0-9a-f]{32}")


class UploadNotFound(NotFound):
    """No such upload, or not of the one who asks; begin it again."""

    slug = "upload-not-found"


@dataclass(frozen=True)
class Announced:
    """One file that is being sent."""

    actor: str
    batch: BatchId
    path: str  #: within the batch
    size: int  #: bytes
    deep: bool = False  #: its first folder holds folders of files (`ingest.arrangement`)
    changed: int = 0  #: when its sender says it was last changed, in any unit; 0: not said

    @property
    def key(self) -> str:
        """The same for the same file sent again by the same person into the same batch.

        Not for one that was scanned anew meanwhile: uncompressed scans are all of one size.
        """
        facts = "\0".join((self.actor, self.batch, self.path, str(self.size), str(self.changed)))
        return sha256(facts.encode()).hexdigest()[:32]


class Announcements:
    """The notes, by upload and by key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.clear_stale()

    def note(self, upload: UploadId, announced: Announced) -> None:
        """Keep what was said of `upload`."""
        self._write(f"u-{upload}", asdict(announced))
        self._write(f"k-{announced.key}", {"upload": upload})

    def get(self, upload: str, actor: str) -> Announced:
        """Return what `actor` said of `upload`.

        Raises:
            UploadNotFound: nothing, or another said it.
        """
        said = self._read(f"u-{upload}") if _NAME.fullmatch(upload) else None
        announced = None
        if said:
            announced = Announced(
                str(said["actor"]),
                BatchId(str(said["batch"])),
                str(said["path"]),
                int(said["size"]),
                bool(said["deep"]),
                int(said.get("changed", 0)),
            )
        if announced is None or announced.actor != actor:
            raise UploadNotFound("no such upload; begin it again")
        return announced

    def find(self, announced: Announced) -> UploadId | None:
        """Return the upload that was begun for the same file; None: there is none."""
        said = self._read(f"k-{announced.key}")
        return UploadId(str(said["upload"])) if said else None

    def forget(self, upload: str, announced: Announced) -> None:
        """Let the notes go; twice is harmless."""
        for name in (f"u-{upload}", f"k-{announced.key}"):
            (self._folder / name).unlink(missing_ok=True)

    def clear_stale(self) -> None:
        """Let go of notes as old as the uploads that the quay clears."""
        before = time.time() - STALE_SECONDS - 86_400
        for path in self._folder.iterdir():
            if path.lstat().st_mtime < before:
                path.unlink(missing_ok=True)

    def _write(self, name: str, said: dict[str, object]) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self._folder, delete=False, encoding="utf-8") as file:
            json.dump(said, file)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self._folder / name)

    def _read(self, name: str) -> dict[str, str | int] | None:
        try:
            said: dict[str, str | int] = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return said
