"""Is there a virus in what came: ClamAV is asked, where it is; else nobody says that there is none."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from handover.outcome import Check, could_not_run, failed, passed

PROGRAMS = ("clamdscan", "clamscan")
"""The daemon's client first: it has its signatures loaded; the other takes half a minute to load them."""

SECONDS = 3600.0  #: for one parcel of 3.9 GB on one old core


def scan(folder: Path, *, programs: Sequence[str] = PROGRAMS) -> list[Check]:
    """Return a failed check for every file below `folder` in which ClamAV finds something.

    `subject` is the path within `folder`; a scanner that broke or is not there is told as such.
    """
    program = next((where for name in programs if (where := shutil.which(name))), None)
    if program is None:
        return [could_not_run("virus", "", f"there is none of {', '.join(programs)} on this machine")]
    own = ["--fdpass", "--multiscan"] if Path(program).name == "clamdscan" else ["--recursive"]
    try:
        ran = subprocess.run(  # noqa: S603 - a program named here, a folder of ours
            [program, "--no-summary", "--infected", *own, str(folder)],
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [could_not_run("virus", "", f"{Path(program).name} did not answer: {type(error).__name__}")]
    found = [_found(line, folder) for line in ran.stdout.decode("utf-8", "replace").splitlines()]
    checks = [check for check in found if check is not None]
    if ran.returncode not in (0, 1) or (ran.returncode == 1 and not checks):
        checks.append(could_not_run("virus", "", f"{Path(program).name} ended with {ran.returncode}"))
    return checks or [passed("virus", "", Path(program).name)]


def _found(line: str, folder: Path) -> Check | None:
    where, colon, what = line.rpartition(": ")
    if not colon or not what.endswith(" FOUND"):
        return None
    path = Path(where)
    subject = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    return failed("virus", subject, what.removesuffix(" FOUND"))
