"""A dossier as it was fixed at sealing: plain values that the register keeps, and the way back to a holding.

From them the same bytes come out for ever: every file is named with its digest, and what is made on the way
(the text of a document) is made of readings whose stored form does not change.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from catalog.identifiers import ObjectKey
from catalog.reading import from_bytes
from handover.holding import HeldDocument, HeldDossier, HeldFile
from handover.record import plain_bytes
from luutru.errors import IntegrityError
from storage.object_store import ObjectStore

FORMAT = 1
PAGE_BREAK = "\f"
"""Between the pages of a document's text, as plain text has marked them since the line printer."""


class FrozenUnknown(IntegrityError):
    """What the register keeps of a sealed dossier is not of a form that this version knows."""

    slug = "frozen-unknown"


def held(frozen: Mapping[str, Any], store: ObjectStore) -> HeldDossier:
    """Return the holding of which `handover.freezing` made `frozen`; its bytes come when they are asked for.

    Raises:
        FrozenUnknown: it is of another form.
    """
    if frozen.get("format") != FORMAT:
        raise FrozenUnknown(f"a sealed dossier of format {frozen.get('format')}, expected {FORMAT}")
    return HeldDossier(
        frozen["identifier"],
        frozen["fonds"],
        frozen["fields"],
        tuple(
            HeldDocument(
                each["identifier"],
                each["fields"],
                _file(each["access"], store),
                tuple(_file(file, store) for file in each["masters"]),
                tuple(_file(file, store) for file in each["readings"]),
            )
            for each in frozen["documents"]
        ),
        record=plain_bytes(frozen["record"]) if "record" in frozen else b"",
    )


def keys(frozen: Mapping[str, Any]) -> Iterator[ObjectKey]:
    """Yield every object that the package of a sealed dossier is made of."""
    for document in frozen["documents"]:
        for file in (document["access"], *document["masters"], *document["readings"]):
            yield from (ObjectKey(key) for key in file.get("of", [file["sha256"]]) if key)


def text_of(store: ObjectStore, readings: Sequence[str]) -> bytes:
    """Return the text of a document from its pages' readings, by key; "" stands for a page without words."""
    return PAGE_BREAK.join(_page_text(store, key) for key in readings).encode()


def _page_text(store: ObjectStore, key: str) -> str:
    if not key:
        return ""
    with store.get(ObjectKey(key)) as stream:
        return from_bytes(stream.read()).text


def _file(plain: Mapping[str, Any], store: ObjectStore) -> HeldFile:
    return HeldFile(
        plain["name"],
        plain["original"],
        plain["media_type"],
        plain["size"],
        plain["sha256"],
        _opener(plain, store),
        plain.get("format"),
    )


def _opener(plain: Mapping[str, Any], store: ObjectStore) -> Callable[[], BinaryIO]:
    if "of" in plain:
        return lambda: io.BytesIO(text_of(store, plain["of"]))
    return lambda: store.get(ObjectKey(plain["sha256"]))
