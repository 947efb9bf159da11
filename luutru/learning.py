"""Learning from the archive's own people: what a dossier shows, the models made of it, and the one in use."""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from catalog import document, dossier, page, type_label, type_model
from catalog.access import Scope
from catalog.identifiers import DossierId, ObjectKey
from catalog.reading import from_bytes as reading_from_bytes
from classify.dossier_evidence import MAX_PAPERS, Evidence, Labelled, Paper
from classify.dossier_model import LIMIT_BYTES, Model, ModelDamaged, from_bytes, shipped, to_bytes
from classify.dossier_taxonomy import taxonomy
from classify.dossier_training import EACH, train, training_digest
from classify.dossier_trial import beside
from luutru.bootstrap import Archive

PAGES_OF_A_PAPER = 2
"""Pages of a document whose heads are looked at; the kind and the subject stand on the first."""


def evidence_of(archive: Archive, scope: Scope, identifier: DossierId) -> Evidence:
    """Return what a dossier shows of itself: title, labels, and the heads of its documents.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
        ObjectNotFound, ReadingDamaged: a reading is not what was kept.
    """
    with archive.register.read() as conn:
        found = dossier.find(conn, scope, identifier)
        papers = [
            (one, page.of_document(conn, scope, one.id)[:PAGES_OF_A_PAPER])
            for one in document.of_dossier(conn, scope, identifier)[:MAX_PAPERS]
        ]
    labels = tuple(label for label in (found.label, found.box_label) if label)
    return Evidence(
        found.title,
        labels,
        tuple(Paper(one.type or "", Path(one.name).stem, _head(archive, pages)) for one, pages in papers),
    )


def _head(archive: Archive, pages: Sequence[page.Page]) -> str:
    texts = []
    for one in pages:
        if one.reading_key is not None:
            with archive.store.get(one.reading_key) as stream:
                texts.append(reading_from_bytes(stream.read()).text)
    return "\n".join(texts)


def confirmed(archive: Archive, scope: Scope) -> list[Labelled]:
    """Return every dossier whose type a person has confirmed, as it shows itself now."""
    with archive.register.read() as conn:
        labels = type_label.labels(conn, scope)
    return [Labelled(evidence_of(archive, scope, one.dossier), one.code, one.dossier) for one in labels]


def learn(
    archive: Archive, scope: Scope, labelled: list[Labelled], *, each: int = EACH
) -> type_model.TypeModel:
    """Train a model on `labelled` dossiers, try it beside the one in use, and enter it as a candidate.

    No transaction is open meanwhile; it takes minutes.

    Raises:
        NotAllowed: the one who asks is no administrator.
    """
    in_use, name = model_in_use(archive)
    new = train(labelled, each=each)
    tried = beside(new, in_use, name)
    kept = archive.store.put(io.BytesIO(to_bytes(new.model)))
    with archive.register.write() as conn:
        identifier = type_model.enter(
            conn,
            scope,
            key=kept.key,
            size=kept.size,
            trained_on=len(labelled),
            training_sha256=training_digest(labelled),
            evaluation=tried,
        )
        return type_model.find(conn, scope, identifier)


def model_in_use(archive: Archive) -> tuple[Model, str]:
    """Return the model by which dossiers are typed now, and its id (or "shipped").

    Raises:
        ObjectNotFound, ModelDamaged: it is not what was kept; `luutru model use` puts another in its place.
    """
    with archive.register.read() as conn:
        current = type_model.current(conn, archive.system)
    if current is None:
        return shipped(), type_model.SHIPPED
    return _load(archive, current.object_key), current.id


def _load(archive: Archive, key: ObjectKey) -> Model:
    with archive.store.get(key) as stream:
        data = stream.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        raise ModelDamaged(f"a model of more than {LIMIT_BYTES} bytes")
    return _understood(data)


@lru_cache(maxsize=2)
def _understood(data: bytes) -> Model:
    return from_bytes(data)


def confirm_type(archive: Archive, scope: Scope, identifier: DossierId, code: str) -> None:
    """Let a person say what type a dossier is; the next model learns from it.

    Raises:
        TypeUnknown: the code is none of the list.
        DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged, DossierInTransfer: as
            `catalog.type_label.confirm`.
    """
    with archive.register.write() as conn:
        type_label.confirm(conn, scope, identifier, taxonomy().code(code))
