"""Are the files of a package what they say they are, and can they be opened: looked at in a child process.

The format by its bytes (PRONOM, by Siegfried's signatures) against the name; a PDF read object by object, a
picture decoded to its last row; how many pages. A format's number is no verdict on PDF/A: that is asked
of veraPDF, apart, and only where somebody asks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from handover.apart import Lost, read_apart
from handover.outcome import Check, could_not_run, failed, not_asked, passed
from ingest.limits import Limits
from ingest.open_file import open_file
from ingest.refusal import Refused

PAGED = frozenset({".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2"})
"""Names of files that have pages; others are read as text or XML by those who need them."""


AT_ONCE = 200
"""Files looked at in one child; one that kills it is found by looking at each alone."""

PdfaJudge = Callable[[Sequence[Path]], Mapping[Path, bool | None]]
"""Says of each PDF whether it is PDF/A; None: it could not say."""


@dataclass(frozen=True)
class Looked:
    """What was seen of one file."""

    pronom: str  #: "fmt/477"; "" where nothing knows it
    pages: int  #: 0: it has none
    fault: str  #: code of what is wrong; "" where nothing is
    detail: str
    unread: str = ""  #: where it was not looked at: `handover.outcome.AGAIN` or `LEFT`


def look_at(paths: Sequence[Path], *, limits: Limits) -> list[tuple[str, int, str, str]]:
    """Return what is seen of each file; runs in a child (`ingest.sandbox`)."""
    return [_look(path, limits) for path in paths]


def _look(path: Path, limits: Limits) -> tuple[str, int, str, str]:
    import pygfried  # its library takes a while to load, and only children need it

    if path.stat().st_size == 0:
        return "", 0, "file-empty", "it has no bytes"
    told = pygfried.identify(str(path), detailed=True)["files"][0]["matches"]
    best = told[0] if told else {"id": "UNKNOWN", "warning": ""}
    pronom = "" if best["id"] == "UNKNOWN" else best["id"]
    suffix = path.suffix.lower()
    if "extension mismatch" in best["warning"]:
        return pronom, 0, "format-not-its-name", f"the bytes are {pronom}, the name ends in {suffix}"
    if suffix not in PAGED:
        return pronom, 0, "", ""
    if not pronom or "match on extension only" in best["warning"]:
        return pronom, 0, "format-unknown", f"no signature of {suffix} in its bytes"
    try:
        opened = open_file(path, limits=limits)
        _decode(path, suffix)
    except Refused as refusal:
        return pronom, 0, f"file-{refusal.slug}", str(refusal)
    except Exception as error:  # whatever a parser throws at foreign bytes
        return pronom, 0, "file-unreadable", type(error).__name__
    return pronom, opened.pages, "", ""


def _decode(path: Path, suffix: str) -> None:
    """Read a PDF's objects and streams, or a picture's last row.

    Raises:
        ValueError: a PDF whose streams do not decode.
    """
    if suffix == ".pdf":
        import pikepdf

        with pikepdf.open(path) as pdf:
            faults = pdf.check_pdf_syntax()
        if faults:
            raise ValueError(faults[0])
        return
    from PIL import Image, ImageSequence

    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            frame.load()


def look(paths: Sequence[Path], *, limits: Limits) -> dict[Path, Looked]:
    """Return what is seen of each file; children that die are told of the file that killed them."""

    def seconds(some: Sequence[Path]) -> float:
        return limits.seconds_per_file + limits.seconds_per_page * (len(some) - 1) / 4

    answers = read_apart(look_at, paths, limits=limits, at_once=AT_ONCE, seconds=seconds)
    return {path: _told(answer) for path, answer in zip(paths, answers, strict=True)}


def _told(answer: tuple[str, int, str, str] | Lost) -> Looked:
    if isinstance(answer, Lost):
        return Looked("", 0, f"file-{answer.slug}" if answer.slug else "unread", answer.reason, answer.unread)
    return Looked(*answer)


def check_content(seen: Mapping[str, Looked]) -> Iterator[Check]:
    """Yield what is wrong with files of which is known what was seen, by their path."""
    for subject, one in sorted(seen.items()):
        if one.unread:
            yield could_not_run("content", subject, one.detail, unread=one.unread)
        elif one.fault:
            yield failed(one.fault, subject, one.detail)
    if not any(one.fault for one in seen.values()):
        yield passed("content", "", f"{len(seen)} files opened")


def check_pdfa(folder: Path, paths: Sequence[Path], judge: PdfaJudge | None) -> Iterator[Check]:
    """Yield what veraPDF says of the PDFs among files below `folder`; None: nobody asked."""
    if judge is None:
        yield not_asked("pdfa", "", "whether they are PDF/A was not asked of veraPDF")
        return
    judged = judge([path for path in paths if path.suffix.lower() == ".pdf"])
    wrong = 0
    for path, good in sorted(judged.items()):
        subject = path.relative_to(folder).as_posix()
        if good is None:
            wrong += 1
            yield could_not_run("pdfa", subject, "veraPDF could not say")
        elif not good:
            wrong += 1
            yield failed("pdfa", subject, "veraPDF says that it is no PDF/A")
    if not wrong:
        yield passed("pdfa", "", f"{len(judged)} PDF/A by veraPDF")
