"""What a digital signature looks like on paper: who signed and when, in letters, without a seal.

TT 05/2025/TT-BNV, Điều 8: at the top right of the first page, the agency and the time; Times New Roman
(or its metric twin), upright, size 10, black; the time with its zone.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from paper.pdf_writer import PdfWriter
from paper.typeface import Face, typeface

SIZE = 10.0
"""Points."""
LEADING = 1.2
"""Lines, in type sizes."""
WIDEST = 70 * 72 / 25.4
"""Points; a longer name goes on the next line. The corner of a page has about 7 cm free."""
MOST_LINES = 6

_VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class SignaturePicture:
    """A picture of a signature, as a PDF of one page of just its size."""

    pdf: bytes
    width: float  #: points
    height: float  #: points


def time_shown(at: datetime) -> str:
    """Return a moment as the circular has it: dd/mm/yyyy hh:mm:ss and the zone of Vietnam."""
    return f"{at.astimezone(_VIETNAM):%d/%m/%Y %H:%M:%S} +07:00"


def signature_picture(office: str, at: datetime, *, fonts: Path | None = None) -> SignaturePicture:
    """Return the picture of a signature that `office` made; `at` needs a time zone.

    Raises:
        TypefaceMissing: no typeface to print it in.
    """
    face = typeface(fonts)
    regular = face.faces["regular"]
    lines = [*_broken(regular, office), regular.shown(time_shown(at))]
    width = max(regular.width(line, SIZE) for line in lines)
    height = len(lines) * SIZE * LEADING
    drawn = []
    for number, line in enumerate(lines, start=1):
        left = width - regular.width(line, SIZE)  # it stands in a right corner
        base = height - number * SIZE * LEADING + (LEADING - 0.9) * SIZE
        code = face.use("regular", line)
        drawn.append(f"BT 0 g /Form {SIZE:g} Tf 1 0 0 1 {left:.3f} {base:.3f} Tm <{code}> Tj ET")
    out = io.BytesIO()
    writer = PdfWriter(out)
    tree, font = writer.reserve(), writer.reserve()
    face.embed(writer, {"regular": font})
    contents = writer.write_stream("\n".join(drawn).encode("ascii"))
    page = writer.write(
        f"<</Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width:.3f} {height:.3f}]"
        f" /Resources <</Font <</Form {font} 0 R>>>> /Contents {contents} 0 R>>".encode("ascii")
    )
    writer.write(b"<</Type /Pages /Count 1 /Kids [%d 0 R]>>" % page, tree)
    root = writer.write(b"<</Type /Catalog /Pages %d 0 R>>" % tree)
    writer.finish(root=root, info=writer.write(b"<<>>"))
    return SignaturePicture(out.getvalue(), width, height)


def _broken(face: Face, office: str) -> Sequence[str]:
    """Return the name in lines of at most `WIDEST`; what is longer than `MOST_LINES` of them is cut."""
    lines: list[str] = []
    for word in face.shown(office).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.width(longer, SIZE) <= WIDEST:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines[:MOST_LINES]
