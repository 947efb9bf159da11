"""Pictures of pages drawn before, on disk, so that leafing through a dossier is quick.

One folder for each page, so that a page whose keeping ends takes its pictures along (`wipe`).
Everything here may be thrown away at any time.
"""

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from catalog.identifiers import PageId

_PAGE = re.compile(r"[0-9a-f]{32}")
SWEEP_EVERY = 64
"""Pictures put between two looks at the size of the whole."""


class PictureCache:
    """At most about `limit_bytes` of pictures; the least recently used go first."""

    def __init__(self, folder: Path, *, limit_bytes: int = 1 << 30) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._put = 0
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get(
        self, page: PageId, name: str, draw: Callable[[], bytes], *, check: Callable[[], object] | None = None
    ) -> Path:
        """Return the file of the page's picture `name`; `draw` makes it where it is not there yet.

        `check` is asked once it lies here: the page may have been wiped while it was drawn. What either
        raises passes through, and nothing is kept.
        """
        if not _PAGE.fullmatch(page):
            raise ValueError("a page id is 32 hex digits")
        path = self._folder / page[-2:] / page / f"{name}.jpg"
        try:
            os.utime(path)
            return path
        except FileNotFoundError:
            pass
        picture = draw()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            file.write(picture)
        Path(file.name).replace(path)
        if check is not None:
            try:
                check()
            except BaseException:
                self.wipe(page)
                raise
        self._sweep_now_and_then()
        return path

    def wipe(self, page: PageId) -> None:
        """Let go of every picture of a page; twice is harmless."""
        if _PAGE.fullmatch(page):
            shutil.rmtree(self._folder / page[-2:] / page, ignore_errors=True)

    def wipe_all(self, pages: Iterable[PageId]) -> None:
        """Let go of every picture of every one of `pages`."""
        for page in pages:
            self.wipe(page)

    def sweep(self) -> None:
        """Let the least recently used pictures go until nine tenths of the limit are left."""
        files = []
        for path in self._folder.glob("*/*/*"):
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue
            files.append((facts.st_mtime, facts.st_size, path))
        total = sum(size for _, size, _ in files)
        if total <= self._limit:
            return
        for _, size, path in sorted(files, key=lambda file: file[0]):
            path.unlink(missing_ok=True)
            total -= size
            if total <= self._limit * 0.9:
                return

    def _sweep_now_and_then(self) -> None:
        with self._lock:
            self._put += 1
            due = self._put % SWEEP_EVERY == 0
        if due:
            self.sweep()
