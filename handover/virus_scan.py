"""Is there a virus in what came: ClamAV is asked, where it is; else nobody says that there is none.

What it would pass over for its size is looked at without its limits, or told as not looked at: silence over
a file that was skipped is no word about it.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from handover.outcome import Check, could_not_run, failed, passed

PROGRAMS = ("clamdscan", "clamscan")
"""The daemon's client first: it has its signatures loaded; the other takes half a minute to load them."""

SECONDS = 3600.0  #: for one parcel of 3.9 GB on one old core

DAEMON_BYTES = 25_000_000
"""Largest file that every daemon reads: its own limit stands in clamd.conf, 25 MB as Debian ships it."""
MOST_BYTES = (1 << 31) - 2
"""Largest file that ClamAV reads at all, whatever it is told (clamscan(1), --max-filesize)."""
_UNBOUND = ("--max-filesize=0", "--max-scansize=0", "--max-files=0", "--max-scantime=0")
"""Without them clamscan passes over what is larger than 100 MB, or longer than two minutes, and says "OK"."""
_EXCEEDS = "Heuristics.Limits.Exceeded"


def scan(folder: Path, *, programs: Sequence[str] = PROGRAMS) -> list[Check]:
    """Return a failed check for every file below `folder` in which ClamAV finds something.

    `subject` is the path within `folder`; a scanner that broke or is not there is told as such, and so is
    every file that it does not read whole.
    """
    found = {Path(where).name: where for name in programs if (where := shutil.which(name))}
    if not found:
        return [could_not_run("virus", "", f"there is none of {', '.join(programs)} on this machine")]
    program = Path(next(iter(found.values())))
    checks = _asked(program, [folder], folder)
    if program.name == "clamdscan":
        large = _larger(folder, DAEMON_BYTES)
        if large and "clamscan" in found:
            checks += _asked(Path(found["clamscan"]), large, folder)
        elif large:
            checks += _unread(large, folder, f"over {DAEMON_BYTES} bytes, and there is no clamscan for it")
    checks += _unread(_larger(folder, MOST_BYTES), folder, f"over {MOST_BYTES} bytes: ClamAV reads no more")
    return checks or [passed("virus", "", program.name)]


def _asked(program: Path, places: Sequence[Path], folder: Path) -> list[Check]:
    """Return what one of its programs finds in these places below `folder`; nothing: it read all of it."""
    own = ["--fdpass", "--multiscan"]
    if program.name != "clamdscan":
        own = ["--recursive", *_UNBOUND, "--alert-exceeds-max=yes"]
    try:
        ran = subprocess.run(  # noqa: S603 - a program named here, a folder of ours
            [str(program), "--no-summary", "--infected", *own, *map(str, places)],
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [could_not_run("virus", "", f"{program.name} did not answer: {type(error).__name__}")]
    found = [_found(line, folder) for line in ran.stdout.decode("utf-8", "replace").splitlines()]
    checks = [check for check in found if check is not None]
    if ran.returncode not in (0, 1) or (ran.returncode == 1 and not checks):
        checks.append(could_not_run("virus", "", f"{program.name} ended with {ran.returncode}"))
    return checks


def _found(line: str, folder: Path) -> Check | None:
    where, colon, what = line.rpartition(": ")
    if not colon or not what.endswith(" FOUND"):
        return None
    subject, name = _within(Path(where), folder), what.removesuffix(" FOUND")
    if name.startswith(_EXCEEDS):
        return could_not_run("virus", subject, f"not read whole: {name}")
    return failed("virus", subject, name)


def _larger(folder: Path, size: int) -> list[Path]:
    every = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path for path in every if path.stat().st_size > size]


def _unread(files: Sequence[Path], folder: Path, why: str) -> Iterator[Check]:
    return (could_not_run("virus", _within(path, folder), why) for path in files)


def _within(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
