"""Generations of the index: a new one is built beside the old, and takes its place in one stroke.

current             the name of the generation that answers; replaced as a whole, never written over
holder.lock         held by the one process that keeps the current generation up to the register
builder.lock        held by the one process that builds another
g-<id>/             one generation: format.json (what built it) and the engine's files
"""

import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from pathlib import Path

from catalog.access import Scope
from index.entry import Entry
from index.query import Query
from index.search_index import Found, IndexBusy, IndexDamaged, IndexMissing, IndexOutdated, SearchIndex

WAIT_SECONDS = 0.25
"""Pause between two looks at a lock that another process holds."""

_POINTER, _FORMAT = "current", "format.json"
_HOLDER, _BUILDER = "holder.lock", "builder.lock"


class IndexEngine(StrEnum):
    """Which engine an index is on."""

    TANTIVY = "tantivy"
    WHOOSH = "whoosh"


class Generations:
    """The generations of one index, in a folder that several processes of this machine may use at once."""

    def __init__(self, home: Path, *, engine: IndexEngine = IndexEngine.TANTIVY) -> None:
        self._home = home
        self._engine = engine

    def __repr__(self) -> str:
        return f"Generations({str(self._home)!r}, engine={self._engine})"

    def current(self) -> str | None:
        """Return the name of the generation that answers; None = there is none yet."""
        try:
            name = (self._home / _POINTER).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        return name or None

    def open_current(self) -> tuple[str, SearchIndex]:
        """Return the generation that answers.

        Raises:
            IndexMissing: there is none yet.
            IndexOutdated: another engine, or another version of it, built it: run `luutru reindex`.
        """
        name = self.current()
        if name is None:
            raise IndexMissing("there is no search index yet; run: luutru reindex")
        folder = self._home / name
        found = self._format(folder)
        if found != self._format_now():
            raise IndexOutdated(
                f"the index was built by {found}, this is {self._format_now()}; run: luutru reindex"
            )
        return name, self._open(folder, create=False)

    def reader(self) -> SearchIndex:
        """Return an index that follows: it always answers from the generation that is current."""
        return _Following(self)

    def begin(self) -> tuple[str, SearchIndex]:
        """Start a new, empty generation, which answers nothing until `switch`."""
        name = f"g-{time.strftime('%Y%m%d%H%M%S')}-{uuid.uuid4().hex[:8]}"
        folder = self._home / name
        folder.mkdir(mode=0o700, parents=True)
        index = self._open(folder, create=True)
        _replace(folder / _FORMAT, json.dumps({"built-by": self._format_now()}))
        return name, index

    def switch(self, name: str) -> None:
        """Let generation `name` answer from now on, for every process."""
        _replace(self._home / _POINTER, name + "\n")

    def sweep(self, *, keep: Sequence[str] = ()) -> list[str]:
        """Remove every generation but the current one and those in `keep`; return their names.

        A reader that has files of one open keeps them until it follows; the system frees them then.
        """
        current = self.current()
        gone = [
            folder.name
            for folder in sorted(self._home.glob("g-*"))
            if folder.name != current and folder.name not in keep
        ]
        for name in gone:
            shutil.rmtree(self._home / name, ignore_errors=True)
        return gone

    def holding(
        self, *, wait: Callable[[], bool] | None = None
    ) -> AbstractContextManager[Callable[[], bool]]:
        """Be the one process that keeps the current generation up to the register.

        What comes back tells whether it still is: not where the folder was removed or put back from a copy
        meanwhile, for then another process may hold the lock that lies there now.

        `wait`: asked again and again whether to go on waiting for the lock; None = do not wait.

        Raises:
            IndexBusy: another process is.
        """
        return self._alone(_HOLDER, wait)

    def building(
        self, *, wait: Callable[[], bool] | None = None
    ) -> AbstractContextManager[Callable[[], bool]]:
        """Be the one process that builds a generation; otherwise as `holding`."""
        return self._alone(_BUILDER, wait)

    @contextmanager
    def _alone(self, lock_name: str, wait: Callable[[], bool] | None) -> Iterator[Callable[[], bool]]:
        path = self._home / lock_name
        while True:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("a+") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    if wait is None or not wait():
                        raise IndexBusy("another process keeps this index") from error
                    time.sleep(WAIT_SECONDS)
                    continue
                if _lies_at(path, lock.fileno()):  # else it was removed between the two
                    yield lambda: _lies_at(path, lock.fileno())
                    return

    def _open(self, folder: Path, *, create: bool) -> SearchIndex:
        if self._engine is IndexEngine.WHOOSH:
            from index.whoosh_index import WhooshIndex

            return WhooshIndex(folder, create=create)
        from index.tantivy_index import TantivyIndex

        return TantivyIndex(folder, create=create)

    def _format_now(self) -> str:
        if self._engine is IndexEngine.WHOOSH:
            from index.whoosh_index import ENGINE as WHOOSH

            return WHOOSH
        from index.tantivy_index import ENGINE as TANTIVY

        return TANTIVY

    def _format(self, folder: Path) -> str:
        try:
            return str(json.loads((folder / _FORMAT).read_text(encoding="utf-8"))["built-by"])
        except FileNotFoundError as error:
            raise IndexMissing("the current generation of the index is gone; run: luutru reindex") from error
        except (ValueError, KeyError) as error:
            raise IndexDamaged("the index cannot be understood; run: luutru reindex") from error


class _Following:
    """An index that always answers from the current generation; for readers."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._name: str | None = None
        self._held: SearchIndex | None = None

    def _index(self) -> SearchIndex:
        name = self._generations.current()
        if self._held is None or name != self._name:
            self._name, self._held = self._generations.open_current()
        else:
            self._held.refresh()
        return self._held

    def apply(self, puts: Sequence[Entry], removes: Sequence[str], cursor: int) -> None:
        """Refuse: a reader does not write."""
        raise IndexBusy("this index is open for reading")

    def cursor(self) -> int:
        """See `SearchIndex.cursor`."""
        return self._index().cursor()

    def search(self, query: Query, *, scope: Scope, offset: int = 0, limit: int = 20) -> Found:
        """See `SearchIndex.search`."""
        return self._index().search(query, scope=scope, offset=offset, limit=limit)

    def suggest(self, prefix: str, *, scope: Scope, limit: int = 8) -> tuple[str, ...]:
        """See `SearchIndex.suggest`."""
        return self._index().suggest(prefix, scope=scope, limit=limit)

    def keys(self) -> Iterator[tuple[str, int]]:
        """See `SearchIndex.keys`."""
        return self._index().keys()

    def count(self) -> int:
        """See `SearchIndex.count`."""
        return self._index().count()

    def refresh(self) -> None:
        """See what other processes committed."""
        self._index()

    def close(self) -> None:
        """Let go of the files; may be called twice."""
        if self._held is not None:
            self._held.close()
        self._held = None


def _lies_at(path: Path, open_file: int) -> bool:
    """Return whether what is open is what lies at `path` now."""
    try:
        here = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(here, os.fstat(open_file))


def _replace(path: Path, text: str) -> None:
    """Put `text` at `path` in one stroke, on the disk itself."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
