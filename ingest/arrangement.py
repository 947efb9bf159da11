"""How a folder of scans is laid out: which sub-folder is a box, which a dossier (docs/intake.md)."""

import fnmatch
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self

from ingest.refusal import Refused, SpecialFile
from luutru.errors import InvalidInput

IGNORED = (
    ".*",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "~$*",
    "~*.tmp",
    "*~",
    "__MACOSX",
    "$RECYCLE.BIN",
    "System Volume Information",
    "@eaDir",
)
"""What operating systems, office programs and network stores leave between scans; never records."""


class NoSuchPath(InvalidInput):
    """A file or folder that was named is not there."""

    slug = "no-such-path"


class Unreadable(Refused):
    """The system gives no access to a file or folder."""

    slug = "unreadable"


@dataclass(frozen=True)
class FolderRule:
    """Which folders are boxes and dossiers.

    With `boxes`: of two or more levels the first is the box (hộp), the second the dossier (hồ sơ), and
    deeper ones are part of the dossier's name; a first-level folder with no folder of files inside is
    itself a dossier. Without: every level is part of the dossier's name. Files at the root belong to
    neither.
    """

    boxes: bool = True
    joiner: str = " / "  #: between the levels of a dossier's name
    ignored: tuple[str, ...] = IGNORED  #: patterns of file and folder names, compared without case

    def ignores(self, name: str) -> bool:
        """Return whether a file or folder of that name is no record."""
        return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in self.ignored)

    def place(self, folders: Sequence[str], *, deep: bool) -> tuple[str | None, str | None]:
        """Return (box, dossier) of a file in `folders`; `deep`: its first folder has folders of files."""
        if not folders:
            return None, None
        if self.boxes and (deep or len(folders) > 1):
            return folders[0], self.joiner.join(folders[1:]) or None
        return None, self.joiner.join(folders)


@dataclass(frozen=True)
class Arrival:
    """One file that waits to be received, and where it belongs."""

    path: Path
    origin: str  #: absolute path as text, NFC: the same file next time has the same origin
    relative: str  #: path under the folder that was named, parts joined by "/", NFC
    box: str | None = None
    dossier: str | None = None

    @classmethod
    def of_member(cls, path: Path, *, origin: str, relative: str, rule: FolderRule | None = None) -> Self:
        """Return the arrival of a file out of an archive; the archive counts as a folder with its name."""
        parts = PurePosixPath(relative).parts
        folders = [re.sub(r"\.zip$", "", part, flags=re.IGNORECASE) for part in parts[:-1]]
        box, dossier = (rule or FolderRule()).place(folders, deep=False)
        return cls(path, origin, relative, box, dossier)


@dataclass(frozen=True)
class TurnedAway:
    """Something in the folder that cannot be received."""

    origin: str
    relative: str
    slug: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """What a folder holds: arrivals in the order of a person's list, what is turned away or ignored."""

    arrivals: tuple[Arrival, ...]
    refused: tuple[TurnedAway, ...] = ()
    ignored: int = 0  #: files and folders passed over as no records

    def __iter__(self) -> Iterator[Arrival]:
        return iter(self.arrivals)

    def __len__(self) -> int:
        return len(self.arrivals)


@dataclass
class _Walk:
    rule: FolderRule
    arrivals: list[tuple[Path, str, tuple[str, ...]]] = field(default_factory=list)
    refused: list[TurnedAway] = field(default_factory=list)
    ignored: int = 0


def plan(paths: Sequence[Path], *, rule: FolderRule | None = None) -> Plan:
    """Return what lies at `paths`, files or folders; nothing is opened, no link is followed.

    Raises:
        NoSuchPath: one of `paths` isn't there.
    """
    rule = rule or FolderRule()
    arrivals: list[Arrival] = []
    refused: list[TurnedAway] = []
    ignored = 0
    for path in map(as_spelled, paths):
        if not path.exists():
            raise NoSuchPath(f"{path} is not there")
        root = Path(os.path.abspath(path))  # noqa: PTH100  # resolve() would follow links on the way
        walk = _Walk(rule)
        if path.is_dir():
            _walk(root, root, walk)
        else:
            _look_at(root, root.parent, walk)
        deep = {folders[0] for _, _, folders in walk.arrivals if len(folders) > 1}
        for file, relative, folders in walk.arrivals:
            box, dossier = rule.place(folders, deep=bool(folders) and folders[0] in deep)
            arrivals.append(Arrival(file, as_text(file), relative, box, dossier))
        refused.extend(walk.refused)
        ignored += walk.ignored
    return Plan(tuple(arrivals), tuple(refused), ignored)


def as_spelled(path: Path) -> Path:
    """Return `path` with its names spelled as the disk has them.

    A Mac writes "Hồ sơ" in decomposed letters (NFD), a keyboard elsewhere in composed ones (NFC).
    """
    if path.exists() or path.parent == path:
        return path
    folder = as_spelled(path.parent)
    if not folder.is_dir():
        return path
    try:
        names = os.listdir(folder)  # noqa: PTH208  # names, not paths: nothing is opened
    except OSError:
        return path
    wanted = unicodedata.normalize("NFC", path.name)
    return folder / next((name for name in names if unicodedata.normalize("NFC", name) == wanted), path.name)


def as_text(path: Path) -> str:
    """Return `path` as text in NFC; bytes that are no UTF-8 are written as \\xNN."""
    return unicodedata.normalize("NFC", os.fsencode(path).decode("utf-8", "backslashreplace"))


def _walk(folder: Path, root: Path, walk: _Walk) -> None:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listing:
                entries = sorted(
                    (Path(entry.path) for entry in listing), key=lambda each: list_key(each.name)
                )
        except OSError as error:
            _turn_away(here, root, Unreadable(f"the folder cannot be read: {error.strerror}"), walk)
            continue
        inner: list[Path] = []
        for entry in entries:
            if walk.rule.ignores(entry.name):
                walk.ignored += 1
            elif entry.is_dir() and not entry.is_symlink():
                inner.append(entry)
            else:
                _look_at(entry, root, walk)
        waiting.extend(reversed(inner))


def _look_at(file: Path, root: Path, walk: _Walk) -> None:
    try:
        mode = file.lstat().st_mode
    except OSError as error:
        _turn_away(file, root, Unreadable(f"it cannot be read: {error.strerror}"), walk)
        return
    if stat.S_ISLNK(mode):
        _turn_away(file, root, SpecialFile("a link, which is not followed"), walk)
    elif not stat.S_ISREG(mode):
        _turn_away(file, root, SpecialFile("not a plain file: a pipe, socket or device"), walk)
    else:
        parts = as_text(file.relative_to(root)).split("/")
        walk.arrivals.append((file, "/".join(parts), tuple(parts[:-1])))


def _turn_away(path: Path, root: Path, refusal: Refused, walk: _Walk) -> None:
    relative = as_text(path.relative_to(root))
    walk.refused.append(TurnedAway(as_text(path), relative, refusal.slug, str(refusal)))


_LETTERS = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng


def list_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], tuple[int, ...], str]:
    """Return the key by which names stand in a person's list: 2 before 10, d before đ, a before ă.

    Letters decide first, tones after them (TCVN 6909 order), the name itself last.
    """
    letters: list[tuple[int, int, str]] = []
    tones: list[int] = []
    for run in re.findall(r"\d+|\D", unicodedata.normalize("NFC", name).lower()):
        if run.isdecimal():
            letters.append((1, int(run) if len(run) < 4000 else 0, ""))
            continue
        apart = unicodedata.normalize("NFD", run)
        tone = next((char for char in apart if char in _TONES), "")
        letter = unicodedata.normalize("NFC", apart.replace(tone, "")) if tone else run
        place = _LETTERS.get(letter)
        letters.append((2, place, "") if place is not None else (0 if not letter.isalpha() else 3, 0, letter))
        tones.append(_TONES.get(tone, 0))
    return tuple(letters), tuple(tones), name
