"""The drop folder: what lies there unchanged long enough is taken, then put to done/, refused/ or held/.

Network shares send no events, so the folder is looked at again and again. A crash between taking a
file and moving it leaves it in place; taking it again does nothing twice.
"""

import contextlib
import ctypes
import errno
import fnmatch
import os
from dataclasses import dataclass
from pathlib import Path

from ingest.arrangement import FolderRule, list_key
from luutru.errors import BackendError

DONE, REFUSED, HELD = "done", "refused", "held"
REASON = ".reason.txt"

UNFINISHED = ("*.part", "*.partial", "*.filepart", "*.crdownload", "*.download", "*.tmp", "*.temp", "*.!ut")
"""Names that copying programs give to files they still write."""

_Signature = tuple[tuple[str, int, int, int], ...]
_AT_FDCWD, _RENAME_NOREPLACE = -100, 1


class FolderUnavailable(BackendError):
    """The drop folder cannot be listed or written; a share may be away."""

    slug = "folder-unavailable"


@dataclass
class _Seen:
    signature: _Signature
    unchanged: int = 0


class Watcher:
    """Knows what lay in a drop folder at the last scans."""

    def __init__(self, folder: Path, *, stable_scans: int = 3, rule: FolderRule | None = None) -> None:
        """Watch `folder`; an entry is ready when `stable_scans` scans in a row found it unchanged."""
        if stable_scans < 1:
            raise ValueError(f"stable_scans must be at least 1, found {stable_scans}")
        self._folder, self._stable_scans, self._rule = folder, stable_scans, rule or FolderRule()
        self._seen: dict[str, _Seen] = {}

    def scan(self) -> list[Path]:
        """Look once and return the ready files and folders at the top of the drop folder, in list order.

        An entry stays ready until it is moved. Empty folders, links, unfinished copies wait.

        Raises:
            FolderUnavailable: the folder can't be listed; what was seen before is kept.
        """
        try:
            names = sorted((entry.name for entry in self._folder.iterdir()), key=list_key)
        except OSError as error:
            raise FolderUnavailable(f"the drop folder cannot be listed: {error.strerror}") from error
        seen: dict[str, _Seen] = {}
        for name in names:
            if name in (DONE, REFUSED, HELD) or self._rule.ignores(name):
                continue
            signature = _signature(self._folder / name)
            if not signature:
                continue
            before = self._seen.get(name)
            same = before is not None and before.signature == signature
            seen[name] = _Seen(signature, before.unchanged + 1 if before is not None and same else 0)
        self._seen = seen
        return [self._folder / name for name, each in seen.items() if each.unchanged >= self._stable_scans]


def move_to_done(entry: Path) -> Path:
    """Move `entry` (at the top of a drop folder) to done/ and return its new place; nothing is overwritten.

    Raises:
        FolderUnavailable: it could not be moved and lies where it was.
    """
    with _moving():
        return _move(entry, entry.parent / DONE)


def move_to_refused(entry: Path, reason: str) -> Path:
    """Move `entry` to refused/, `reason` beside it in a text file, and return its new place.

    The reason is written first: a crash in between leaves it there, to be written again.

    Raises:
        FolderUnavailable: it could not be moved and lies where it was.
    """
    return _move_with_note(entry, REFUSED, reason)


def move_to_held(entry: Path, reason: str) -> Path:
    """Move `entry`, something of which is held for its custodian, to held/; else as `move_to_refused`."""
    return _move_with_note(entry, HELD, reason)


def _move_with_note(entry: Path, name: str, reason: str) -> Path:
    with _moving():
        folder = entry.parent / name
        folder.mkdir(exist_ok=True)
        target = _free(folder, entry.name)
        note = folder / (target.name + REASON)
        draft = folder / f".{target.name}{REASON}~"
        draft.write_text(reason.rstrip() + "\n", encoding="utf-8")
        draft.replace(note)
        moved = _move(entry, folder, first=target)
        if moved != target:
            note.replace(folder / (moved.name + REASON))
        return moved


def _signature(entry: Path) -> _Signature:
    """Return name, size, time of change and inode of every file in `entry`; empty: not to be taken yet."""
    found: list[tuple[str, int, int, int]] = []
    waiting = [entry]
    try:
        while waiting:
            here = waiting.pop()
            if here.is_symlink():
                if here == entry:
                    return ()
                continue
            facts = here.stat()
            if here.is_dir():
                waiting.extend(here.iterdir())
                continue
            if any(fnmatch.fnmatchcase(here.name.lower(), pattern) for pattern in UNFINISHED):
                return ()
            name = str(here.relative_to(entry.parent))
            found.append((name, facts.st_size, facts.st_mtime_ns, facts.st_ino))
    except OSError:  # gone or locked while we looked: still being worked on
        return ()
    return tuple(sorted(found))


class _moving(contextlib.AbstractContextManager[None]):  # noqa: N801  # reads as a statement
    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise FolderUnavailable(f"the drop folder cannot be written: {error.strerror}") from error


def _free(folder: Path, name: str) -> Path:
    """Return a place in `folder` where nothing lies: `name`, else `name (2)`, `name (3)`..."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122  # one suffix, and none of ".hidden"
    count = 1
    while True:
        place = folder / (name if count == 1 else f"{stem} ({count}){suffix}")
        if not os.path.lexists(place):
            return place
        count += 1


def _move(entry: Path, folder: Path, first: Path | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    target = first or _free(folder, entry.name)
    while True:
        try:
            _rename_without_overwriting(entry, target)
        except FileExistsError:
            target = _free(folder, entry.name)
        else:
            return target


def _rename_without_overwriting(source: Path, target: Path) -> None:
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None:
        given = (_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE)
        if rename(*given) == 0:
            return
        code = ctypes.get_errno()
        if code not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            raise OSError(code, os.strerror(code), str(source))
    if os.path.lexists(target):  # some network file systems know no other way
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)
