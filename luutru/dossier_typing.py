"""The type step: of a dossier whose documents are all described, what kind it is; or a person is asked."""

import logging

from catalog import described, dossier, dossier_change
from catalog.identifiers import DossierId
from classify import retention
from classify.dossier_type import classify
from luutru.bootstrap import Archive
from luutru.errors import LuuTruError
from luutru.learning import evidence_of, model_in_use

log = logging.getLogger("luutru.dossier_typing")


def type_dossier(archive: Archive, identifier: DossierId | None) -> None:
    """Propose type and retention of a dossier whose documents are all described; what people said stands.

    Nothing waits for it: where it fails, the dossier is one that a person is asked about. Twice is harmless.
    """
    if identifier is None:
        return
    try:
        _type(archive, identifier)
    except LuuTruError as error:
        log.warning("type.failed dossier=%s slug=%s", identifier, error.slug)


def _type(archive: Archive, identifier: DossierId) -> None:
    with archive.register.read() as conn:
        found = dossier.find(conn, archive.system, identifier)
        if found.type_source == "person" or described.any_waits(conn, archive.system, identifier):
            return
    answer = classify(evidence_of(archive, archive.system, identifier), model=model_in_use(archive)[0])
    if answer.code is None or (answer.code == found.type and found.type_source == "machine"):
        return
    kept = retention.propose(answer.code)
    with archive.register.write() as conn:
        if not dossier_change.propose_type(conn, archive.system, identifier, answer.code, answer.confidence):
            return
        if kept.value and kept.code and kept.rule and kept.source:
            dossier_change.propose_retention(
                conn,
                archive.system,
                identifier,
                value=kept.value,
                code=kept.code,
                rule=kept.rule,
                source=kept.source,
            )
