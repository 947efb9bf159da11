"""What is printed of a dossier or box: list of contents, closing sheet, cover, labels; as PDF/A and XLSX."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Literal

from fastapi import APIRouter
from fastapi.responses import Response

from api.asking import Rooms, Who
from api.desk.viewer import disposition
from catalog.access import Role
from catalog.identifiers import DossierId
from catalog.instants import now
from paper.cover import print_covers
from paper.form import Form
from paper.form_pdf import print_form
from paper.form_xlsx import save_form
from paper.label_sheet import print_labels
from review import form_data
from review.form_data import Office

router = APIRouter()

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS_PER_SHEET = 8


@router.get("/dossiers/{dossier}/print/{what}.{kind}")
def printed(
    visitor: Who,
    rooms: Rooms,
    dossier: DossierId,
    what: Literal["contents", "closing", "cover", "labels"],
    kind: Literal["pdf", "xlsx"],
) -> Response:
    """Send a form of the dossier."""
    visitor.scope.require(Role.ARCHIVIST)
    rooms.room.dossier(visitor.scope, dossier)  # a look at it
    made_at, fonts = now(), rooms.fonts
    form: Form | None = None
    with rooms.register.read() as conn:
        fonds = form_data.fonds_of(conn, visitor.scope, dossier)
        match what:
            case "contents" | "closing":
                make = form_data.contents if what == "contents" else form_data.closing
                form = make(conn, visitor.scope, dossier, office=Office())
            case "cover":
                covers = list(
                    form_data.covers(conn, visitor.scope, fonds, dossier=dossier, box="", office=Office())
                )
            case "labels":
                labels = list(form_data.dossier_labels(conn, visitor.scope, fonds, dossier=dossier))

    def pdf(out: BinaryIO) -> int:
        if form is not None:
            return print_form(form, out, made_at=made_at, fonts=fonts)
        if what == "cover":
            return print_covers(covers, out, made_at=made_at, fonts=fonts)
        return print_labels(labels, out, per_sheet=LABELS_PER_SHEET, made_at=made_at, fonts=fonts)

    if kind == "xlsx" and form is not None:
        table = form
        data, media_type = written_bytes(lambda path: save_form(table, path)), XLSX
    else:
        data, media_type = printed_bytes(pdf), PDF
    ending = "xlsx" if media_type == XLSX else "pdf"
    headers = {"Content-Disposition": disposition(f"{what}-{dossier}.{ending}")}
    return Response(data, media_type=media_type, headers=headers)


def printed_bytes(write: Callable[[BinaryIO], int]) -> bytes:
    """Return what `write` puts into a file; large ones lie on the disk meanwhile."""
    with tempfile.TemporaryFile() as file:
        write(file)
        file.seek(0)
        return file.read()


def written_bytes(write: Callable[[Path], object]) -> bytes:
    """Return what `write` puts at a path."""
    with tempfile.TemporaryDirectory(prefix="luutru-print-") as folder:
        path = Path(folder) / "form.xlsx"
        write(path)
        return path.read_bytes()
