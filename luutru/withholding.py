"""Withholding: what has a secret mark stays on the quay, or goes back there; nothing of it lies elsewhere.

The order of steps is such that whatever is killed, whenever, the file stays held and nothing leaks: what a
person may need later is put on the quay, then one transaction holds the file and forgets it, then what is
left elsewhere is wiped; `finish_withholding` ends what broke off.
"""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from catalog import looking, secret_mark, work
from catalog.access import Scope
from catalog.identifiers import ObjectKey, SourceFileId
from catalog.register import lock_subject
from catalog.secret_mark import CopiesChanged, Found, Held, Hidden
from catalog.source_file import SourceFile
from ingest.picture_cache import PictureCache
from ingest.receive import QUAY, note_of
from luutru.bootstrap import Archive
from luutru.errors import BackendError, IntegrityError
from luutru.screening import FoundMark
from storage.object_store import ObjectNotFound, ObjectReferenced
from storage.putting import noted
from storage.quay import QuayName
from storage.quay_aside import NotAside

log = logging.getLogger("luutru.withholding")

PUT_SECONDS = 3600.0
"""Age from which nobody is still putting what a note says: a put is a minute's work, a claim lasts less."""
TRIES = 5
"""Looks at which files have the same bytes, while others are taken in."""


class NoteLost(IntegrityError):
    """What the quay knew of a held file is gone: it can be wiped, and not released."""

    slug = "secret-note-lost"


def hold_page(archive: Archive, claim: work.Claim, mark: FoundMark) -> None:
    """Hold the file of a claimed page on which a mark was found, and every file of the same bytes."""
    with archive.register.read() as conn:
        wanted = looking.to_look_at(conn, archive.system, claim)
    found = Found(wanted.image_index + 1, mark.level, mark.confidence, mark.found_by)
    hold_file(archive, wanted.source_file, found, claim=claim)


def hold_file(archive: Archive, file: SourceFileId, found: Found, *, claim: work.Claim | None = None) -> None:
    """Hold a file and every file of the same bytes; those a store kept go back to the quay.

    Raises:
        ClaimLost: somebody else looks at the page.
        CopiesChanged: files of the same bytes kept coming.
    """
    for tries_left in reversed(range(TRIES)):
        with archive.register.read() as conn:
            copies = secret_mark.copies(conn, archive.system, file)
        landed = {one.id: _land_again(archive, one) for one in copies if one.object_key}
        for one in copies:
            name = landed.get(one.id, one.quay_name)
            assert name is not None  # what is in no store lies on the quay
            archive.quay.held.keep(note_of(path=one.path, origin=one.origin, sha256=one.sha256), name)
        try:
            with archive.register.write() as conn:
                lock_subject(conn, QUAY)  # nobody sweeps until the register names what lies there
                _require_there(archive, copies, landed)
                held = secret_mark.hold(
                    conn,
                    archive.system,
                    file,
                    found,
                    seal=archive.quay.seal,
                    landed=landed,
                    noted=frozenset(one.id for one in copies),
                    claim=claim,
                )
        except CopiesChanged:
            if not tries_left:
                raise
        else:
            log.warning("secret.held file=%s", file)
            _clear(archive, held)
            return


def _require_there(
    archive: Archive, copies: Sequence[SourceFile], landed: Mapping[SourceFileId, QuayName]
) -> None:
    """Raise CopiesChanged where what was just put on the quay was swept away: to land many takes time."""
    notes = set(archive.quay.held.names())
    for one in copies:
        name = landed.get(one.id)
        if name is not None and not archive.quay.path(name).is_file():
            raise CopiesChanged("a file was swept from the quay before it was held")
        if (name or one.quay_name) not in notes:
            raise CopiesChanged("a note was swept from the quay before its file was held")


def _land_again(archive: Archive, file: SourceFile) -> QuayName:
    assert file.object_key is not None
    with archive.store.get(file.object_key) as data:
        return archive.quay.land(data, limit_bytes=file.size).name


def _clear(archive: Archive, held: Held) -> None:
    for name in held.quay_readings:
        archive.quay.readings.wipe(name)
    with suppress(BackendError):  # the file is held; whoever sweeps ends what broke off
        finish_withholding(archive)
    archive.register.scrub()


def pictures(archive: Archive) -> PictureCache:
    """Return the desk's cache of pictures."""
    return PictureCache(archive.home / "pictures")


def release(
    archive: Archive, scope: Scope, file: SourceFileId, *, reason: str, instrument: str | None = None
) -> list[SourceFileId]:
    """Let a held file go on as ordinary work: its custodian saw that there is no mark.

    Raises:
        MarkNotFound, ReasonNeeded, CopiesChanged: as they say.
        NoteLost: its name is no longer known.
    """
    with archive.register.read() as conn:
        mine = secret_mark.of_custodian(conn, scope, file)
    names = {one.id: QuayName(one.quay_name or "") for one in mine}
    hidden = {one: _hidden(archive, name) for one, name in names.items()}
    with archive.register.write() as conn:
        released = secret_mark.release(conn, scope, file, reason=reason, instrument=instrument, hidden=hidden)
    for name in names.values():
        archive.quay.held.wipe(name)
    return released


def _hidden(archive: Archive, name: QuayName) -> Hidden:
    try:
        return Hidden(**json.loads(archive.quay.held.get(name)))
    except (NotAside, ValueError, TypeError) as error:
        raise NoteLost("its name on the quay is gone; wipe it and scan the paper again") from error


def wipe(
    archive: Archive, scope: Scope, file: SourceFileId, *, reason: str, instrument: str
) -> list[SourceFileId]:
    """Write zeros over a held file and let it go, on its custodian's recorded act.

    Raises:
        MarkNotFound, ReasonNeeded: as they say.
    """
    with archive.register.write() as conn:
        names = secret_mark.wipe(conn, scope, file, reason=reason, instrument=instrument)
    finish_withholding(archive)
    archive.register.scrub()
    return names


def finish_withholding(archive: Archive) -> None:
    """Wipe from quay and store what the register says must be gone; twice is harmless.

    What fails keeps nothing else from going.

    Raises:
        BackendError: something is still there; it goes another time.
    """
    with archive.register.read() as conn:
        to_wipe = secret_mark.to_wipe(conn, archive.system)
        to_erase = secret_mark.to_erase(conn, archive.system)
        withheld = secret_mark.pages(conn, archive.system)
    pictures(archive).wipe_all(withheld)
    failed: list[BackendError] = []
    for file, name in to_wipe.items():
        try:
            archive.quay.wipe(QuayName(name))
            archive.quay.held.wipe(name)
        except BackendError as error:
            failed.append(error)
            continue
        with archive.register.write() as conn:
            secret_mark.wiped(conn, archive.system, file)
    for key in to_erase:
        try:
            _erase(archive, key)
        except BackendError as error:
            failed.append(error)
    if failed:
        log.warning("secret.unfinished steps=%s", len(failed))
        raise failed[0]


def let_go_of_strays(archive: Archive, *, older_seconds: float) -> None:
    """Have erased what somebody put and never recorded, where what it was made of is held by now.

    A note stays while its bytes may still be coming, or are there and may yet turn out to be of a held page.
    """
    putting, at = archive.quay.putting, time.time()
    for name in putting.names():
        age = putting.age(name, at)
        if age <= older_seconds:
            continue
        try:
            told = {ObjectKey(key): made_of for key, made_of in noted(putting, name).items()}
        except NotAside:  # its block ended meanwhile
            continue
        if age > PUT_SECONDS:
            told = {key: made_of for key, made_of in told.items() if _is_there(archive, key)}
        with archive.register.write() as conn:
            became = {secret_mark.settle(conn, archive.system, key, made_of) for key, made_of in told.items()}
        if "unknown" not in became and ("held" not in became or age > PUT_SECONDS):
            putting.wipe(name)


def _is_there(archive: Archive, key: ObjectKey) -> bool:
    with suppress(ObjectNotFound):
        archive.store.size(key)
        return True
    return False


def _erase(archive: Archive, key: ObjectKey) -> None:
    """Let the store let go of what is still to be erased; what a record stands on again is not."""
    with archive.register.read() as conn:
        if not secret_mark.is_to_erase(conn, archive.system, key):
            return
    with suppress(ObjectReferenced):
        archive.store.erase(key)
    with archive.register.write() as conn:
        secret_mark.erased(conn, archive.system, key)
