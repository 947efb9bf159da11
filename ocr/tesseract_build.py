"""Which Tesseract is installed, and with which model of Vietnamese."""

import hashlib
import subprocess
from pathlib import Path

import pytesseract

from ocr.reader import EngineMissing

LANGUAGE = "vie"
TOLD = {"tessedit_do_invert": "0", "textord_all_prop": "1"}
"""What Tesseract is told beside the language.

Lines come dark on light: to read doubtful ones once more in reverse took a tenth of the time and gained
nothing (CER 0.91 with it, 0.89 without on 27 made-up pages; 2.04 and 2.06 on 11 real ones). Print is taken
for proportional: to find out whether letters stand at one distance takes 3 % of a line, and the network,
which tells by itself where words end, never asks (86 pages, typewriting among them, read the same).
"""

_SECONDS = 20


def tessdata_folder(chosen: Path | None = None) -> Path:
    """Return the folder of Tesseract's models, asking Tesseract itself unless one is `chosen`.

    Raises:
        EngineMissing: there is no Tesseract, or it has no model of Vietnamese.
    """
    folder = chosen or _ask()
    if not (folder / f"{LANGUAGE}.traineddata").is_file():
        raise EngineMissing(f"no {LANGUAGE}.traineddata in {folder}; install tesseract-ocr-{LANGUAGE}")
    return folder


def model_digest(folder: Path, model: str = LANGUAGE) -> str:
    """Return 12 hex digits of the SHA-256 of `model` in `folder`."""
    return hashlib.sha256((folder / f"{model}.traineddata").read_bytes()).hexdigest()[:12]


def program_version() -> str:
    """Return the version of the Tesseract program, such as `5.3.0`.

    Raises:
        EngineMissing: there is no Tesseract program.
    """
    try:
        return str(pytesseract.get_tesseract_version())
    except (pytesseract.TesseractNotFoundError, SystemExit) as error:
        raise EngineMissing("the program tesseract is not installed") from error


def _ask() -> Path:
    """Return the folder Tesseract names itself: the first line of --list-langs holds it in quotes."""
    command = [pytesseract.pytesseract.tesseract_cmd, "--list-langs"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603 - fixed program
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineMissing(f"tesseract does not say where its models lie: {error}") from error
    head = (done.stdout or done.stderr).partition("\n")[0]
    parts = head.split('"')
    if len(parts) < 3:
        raise EngineMissing(f"tesseract does not say where its models lie: {head!r}")
    return Path(parts[1])
