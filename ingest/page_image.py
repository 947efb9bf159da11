"""The page stage's eye: page N of a file as pixels, decoded once.

The file of the last call stays open, so that a dossier of 500 pages is parsed once, not 500 times.
Call it only in a process bound by `ingest.limits.apply_to_this_process`, one call at a time.
"""

from pathlib import Path

from catalog.scan import PageImage
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.pdf_file import PdfFile
from ingest.raster import RasterFile
from ingest.refusal import Unsupported

_Key = tuple[str, int, int, int, MediaType, Limits]
_open: tuple[_Key, PdfFile | RasterFile] | None = None


def page_image(path: Path, index: int, *, media_type: MediaType, limits: Limits) -> PageImage:
    """Return page `index` (from 0) of the file at `path`.

    A page that is one image comes in that image's own pixels with `embedded=True`; `rotation` says how a
    viewer turns it. Any other page is drawn upright at 300 dpi. Pixels made anew (fax with unequal
    resolutions, mirrored) are not the master's: `embedded=False`.

    Raises:
        Refused: the leaf says why; `Bomb` is raised before anything is decoded.
        OSError: the file cannot be read at all.
    """
    return _opened(path, media_type, limits).page(index)


def close_file() -> None:
    """Let go of the file that the last call kept open; may be called twice."""
    global _open  # the one open file of this process
    if _open is not None:
        _open[1].close()
        _open = None


def _opened(path: Path, media_type: MediaType, limits: Limits) -> PdfFile | RasterFile:
    global _open  # the one open file of this process
    facts = path.stat()
    key = (str(path), facts.st_ino, facts.st_size, facts.st_mtime_ns, media_type, limits)
    if _open is not None and _open[0] == key:
        return _open[1]
    close_file()
    if media_type is MediaType.ZIP:
        raise Unsupported("an archive has no pages of its own")
    file = PdfFile(path, limits) if media_type is MediaType.PDF else RasterFile(path, media_type, limits)
    _open = (key, file)
    return file
