"""What one office hands to another, as packages see it: dossiers, their documents, their files.

Values only. Where the bytes lie is known to whoever built the value: `open` gives them, whole, from the
start; their size and digest are known beforehand, so a package is written as one stream and every byte of
it is checked on its way.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from luutru.errors import InvalidInput

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class NameNotPortable(InvalidInput):
    """A name that not every system keeps as it is must not go into a package."""

    slug = "name-not-portable"


@dataclass(frozen=True)
class HeldFile:
    """One file of a document.

    Raises:
        NameNotPortable: `name` holds other signs than letters, digits, dot, underscore and hyphen.
    """

    name: str  #: within its folder of the package; the name it came with is `original`
    original: str  #: as it came, NFC; for people, never followed as a path
    media_type: str
    size: int
    sha256: str  #: 64 hex digits, lower case
    open: Callable[[], BinaryIO] = field(compare=False, repr=False)
    format: str | None = None  #: PRONOM identifier, "fmt/477"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise NameNotPortable(f"{self.name!r} is no name for a file in a package")


@dataclass(frozen=True)
class HeldDocument:
    """One document: what is known of it, and the files that are it."""

    identifier: str  #: docId, "H49.64.33.2001.160.1"
    fields: Mapping[str, str]  #: of EAD_doc by the circular's names; empty ones left out
    access: HeldFile  #: the (signed) PDF/A
    masters: tuple[HeldFile, ...] = ()
    readings: tuple[HeldFile, ...] = ()  #: ALTO and text of its pages
    own: Mapping[str, str] = field(default_factory=dict)  #: what no circular has a place for: signer, keys


@dataclass(frozen=True)
class HeldDossier:
    """One dossier, whole."""

    identifier: str  #: fileCode, "H49.64.33.2001.160"
    fonds: str  #: its code
    fields: Mapping[str, str]  #: of EAD by the circular's names; empty ones left out
    documents: tuple[HeldDocument, ...]
    own: Mapping[str, str] = field(default_factory=dict)
    record: bytes = b""  #: what another installation needs to take it over whole (`handover.record`)

    @property
    def files(self) -> tuple[HeldFile, ...]:
        """Every file of every document, access copy first, in order."""
        return tuple(
            file
            for document in self.documents
            for file in (document.access, *document.masters, *document.readings)
        )
