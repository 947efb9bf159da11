"""What the QR codes on the archive's own sheets and labels say.

Capital letters, digits and colons only, which a QR code packs tightest:

    LUUTRU:1:S:DOCUMENT             separator sheet: a new document begins after it
    LUUTRU:1:S:DOSSIER:018F...      the same for a dossier, here a known one
    LUUTRU:1:L:BOX:018F...          label of a box

An id only names a record; whoever reads it off a label still has to be let in.
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import zxingcpp
from numpy.typing import NDArray

Role = Literal["separator", "label"]
Kind = Literal["document", "dossier", "box"]

_FORM = re.compile(r"LUUTRU:1:([SL]):(DOCUMENT|DOSSIER|BOX)(?::([0-9A-F]{32}))?")
_ROLES: dict[str, Role] = {"S": "separator", "L": "label"}

CORRECTION = "Q"
"""A quarter of the code may be dirt, a punch hole or a crease."""


@dataclass(frozen=True)
class SheetMark:
    """What one of our sheets says of itself."""

    role: Role
    kind: Kind
    id: str = ""  #: of the dossier or box, 32 hex digits; "" = only that something new begins

    @property
    def text(self) -> str:
        """What stands in the QR code."""
        letter = next(letter for letter, role in _ROLES.items() if role == self.role)
        return ":".join(filter(None, ("LUUTRU", "1", letter, self.kind.upper(), self.id.upper())))


def understood(text: str) -> SheetMark | None:
    """Return what a QR code says; None: it is none of ours."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    letter, kind, identifier = found.groups()
    return SheetMark(_ROLES[letter], cast(Kind, kind.lower()), (identifier or "").lower())


def squares(mark: SheetMark) -> list[list[bool]]:
    """Return the cells of the QR code of `mark`, True = dark, without the white around it."""
    return squares_of(mark.text)


def squares_of(text: str, *, correction: str = CORRECTION) -> list[list[bool]]:
    """Return the cells of a QR code that says `text`, True = dark, without the white around it."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=correction)
    drawn: NDArray[np.uint8] = np.array(code.to_image(scale=1, add_quiet_zones=False))
    return [[bool(cell) for cell in row] for row in drawn < 128]
