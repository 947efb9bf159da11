"""Names of dossiers, documents and files in a package, by the project's template (data/names.toml)."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/tiff": ".tif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/jp2": ".jp2",
    "application/xml": ".xml",
    "text/plain": ".txt",
}
_OTHER = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_DOSSIER = 60
"""Characters of a dossier's name: it stands in paths, which have 120 bytes."""


@cache
def templates() -> dict[str, Any]:
    """Return the templates in force."""
    return tomllib.loads((Path(__file__).parent / "data" / "names.toml").read_text("utf-8"))


def portable(text: str, *, longest: int = LONGEST_DOSSIER) -> str:
    """Return `text` in letters that every system keeps: "Hồ sơ 12/a" becomes "Ho-so-12-a"; "" of nothing."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _OTHER.sub("-", plain)[:longest].strip("._-")


def dossier_code(code: str | None, *, fonds: str, year: int | None, label: str) -> str:
    """Return a dossier's code, by the template where it has none of its own; "" where its year is unknown."""
    if code:
        return code
    number = label.split()[-1] if label.split() else ""
    if year is None or not number:
        return ""
    return str(templates()["dossier_code"].format(fonds=fonds, year=year, label=number))


def document(dossier: str, ordinal: int) -> str:
    """Return docId; of a dossier whose name is too long for it, its end."""
    longest = int(templates()["longest_document"])
    whole = str(templates()["document"].format(dossier=dossier, ordinal=ordinal))
    return whole[-longest:].lstrip("._-")


def document_code(code: str, ordinal: int) -> str:
    """Return docCode."""
    return str(templates()["document_code"].format(dossier_code=code, ordinal=ordinal))


def master(document: str, ordinal: int, media_type: str) -> str:
    """Return the name of a file as it came."""
    name = str(templates()["master"].format(document=document, ordinal=ordinal))
    return name + EXTENSIONS.get(media_type, ".bin")


def reading(document: str, ordinal: int) -> str:
    """Return the name of a page's ALTO; its text has the document's."""
    return str(templates()["reading"].format(document=document, ordinal=ordinal)) + ".xml"
