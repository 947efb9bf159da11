"""What is known of a document: one value a field, where it stands on the page, and how sure that is.

A machine's answer and a person's have the same shape. Nothing here is ever invented: a field that cannot
be read has no value, and a field that a person must give is said to be so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.reading import Box

CONFIDENT = 0.90
"""From here on an answer may be taken without a person looking at it (domain policy of the field: 90 %)."""

FIELDS = (
    "code",  # number + "/" + notation, as a registrar writes it
    "number",
    "notation",
    "date",  # of issue, ISO 8601
    "place",  # where it was issued
    "issuer",
    "issuer_parent",
    "type",  # Vietnamese name of one of the 29 kinds (NĐ 30/2020, Phụ lục III)
    "subject",  # trích yếu, without a leading "V/v"
    "signer",
    "signer_title",
    "authority",  # TM., KT., TL., TUQ., Q. with what follows, as printed
    "addressees",  # Kính gửi
    "recipients",  # Nơi nhận
    "urgency",  # HỎA TỐC, THƯỢNG KHẨN, KHẨN
    "copy_form",  # SAO Y, SAO LỤC, TRÍCH SAO
    "circulation",  # LƯU HÀNH NỘI BỘ, XEM XONG TRẢ LẠI
    "arrival_number",  # of the incoming stamp "ĐẾN"
    "arrival_date",  # the same, ISO 8601
)
"""Names of the fields of one document, in the order a registrar fills them."""


@dataclass(frozen=True)
class Evidence:
    """Where a value stands: pixels of the page's master image, as readings give boxes."""

    page: int  #: 1, 2, ... of the pages that were described
    box: Box


@dataclass(frozen=True)
class Value:
    """One field's answer."""

    value: str | None  #: NFC; None: not there, not readable, or a person must give it
    confidence: float = 0.0  #: 0.0 to 1.0: how often answers like this one are exactly right
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[str, ...] = ()  #: what else it could be, likeliest first
    asked: bool = False  #: something stands there that no machine reads: a person must give the value

    @property
    def confident(self) -> bool:
        """It has a value that may be taken without a look."""
        return self.value is not None and self.confidence >= CONFIDENT


@dataclass(frozen=True)
class Description:
    """One document of a stack of pages, described."""

    pages: tuple[int, ...]  #: 1, 2, ... of the stack
    fields: Mapping[str, Value] = field(default_factory=dict)  #: by name, only names of `FIELDS`
