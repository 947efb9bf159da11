"""The custodian's desk: what is held for a secret mark, and what becomes of it."""

from catalog import secret_report
from catalog.access import Scope
from catalog.identifiers import SourceFileId
from catalog.secret_report import Report
from luutru.bootstrap import Archive
from luutru.withholding import release, wipe


class Custody:
    """What is held, for those who answer for it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def reports(self, scope: Scope) -> list[Report]:
        """Return what is held and what was decided, the newest first, for the custodian who asks.

        Raises:
            NotAllowed: they are custodian nowhere.
        """
        with self._archive.register.read() as conn:
            return secret_report.reports(conn, scope, all_states=True)

    def release(self, scope: Scope, file: SourceFileId, *, reason: str, instrument: str) -> None:
        """Let a file go on: there is no mark."""
        release(self._archive, scope, file, reason=reason, instrument=instrument.strip() or None)

    def wipe(self, scope: Scope, file: SourceFileId, *, reason: str, instrument: str) -> None:
        """Write zeros over a file and let it go, for good."""
        wipe(self._archive, scope, file, reason=reason, instrument=instrument)
