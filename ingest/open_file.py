"""A foreign file opened for the first time: what it is, how many pages, what may stand in its way.

Runs inside a child (`ingest.sandbox.run_in_child(open_file, path, limits=limits)`).
"""

from dataclasses import dataclass
from pathlib import Path

from ingest.limits import Limits
from ingest.media import MediaType, sniff
from ingest.pdf_file import PdfFile
from ingest.pixels import check_size
from ingest.raster import RasterFile
from ingest.refusal import TooLarge
from ingest.unpack import Member, list_members


@dataclass(frozen=True)
class Opened:
    """What can be said of a file without decoding a page of it."""

    media_type: MediaType
    pages: int  #: at least 1; 0 for an archive
    signed: bool = False  #: carries a digital signature, valid or not
    encrypted: bool = False  #: with an empty password
    members: tuple[Member, ...] = ()  #: of an archive, those refused among them


def open_file(path: Path, *, limits: Limits) -> Opened:
    """Return what the file at `path` is.

    Raises:
        Refused: it can't be taken in; the leaf says why.
        OSError: it cannot be read at all.
    """
    size = path.lstat().st_size
    media_type = sniff(path)
    if size > limits.bytes_per_file and media_type is not MediaType.ZIP:
        raise TooLarge(f"{size} bytes, allowed are {limits.bytes_per_file} in one file")
    if media_type is MediaType.ZIP:
        return Opened(media_type, pages=0, members=list_members(path, limits=limits))
    if media_type is MediaType.PDF:
        pdf = PdfFile(path, limits)
        try:
            return Opened(media_type, pages=pdf.pages, signed=pdf.signed, encrypted=pdf.encrypted)
        finally:
            pdf.close()
    with RasterFile(path, media_type, limits) as file:
        for width, height in file.sizes():
            check_size(width, height, limits)
        return Opened(media_type, pages=file.pages)
