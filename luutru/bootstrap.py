"""Builds the archive once from its settings: register, store, quay, and who the service itself is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from catalog import event, objects, people
from catalog.access import Role, Scope
from catalog.identifiers import ObjectKey
from catalog.register import Register
from index.generations import Generations, IndexEngine
from ingest.limits import Limits
from luutru.errors import InvalidInput
from luutru.settings import Settings, from_environment
from storage.local import LocalStore
from storage.object_store import ObjectStore
from storage.quay import Quay

SYSTEM = Scope(
    actor="luutru",
    user=None,
    units=frozenset(),
    everywhere=True,
    grants=frozenset({(Role.ADMINISTRATOR, None)}),
)
"""The service itself; built here and nowhere else."""

FIRST_ADMINISTRATOR = "quantri"
"""Sign-in name of the first administrator."""


class NotSetUp(InvalidInput):
    """There is no archive here yet; `luutru init` makes one."""

    slug = "not-set-up"


@dataclass(frozen=True)
class EngineChoice:
    """Which engines read; opened anew in every reading child."""

    tesseract: Literal["pytesseract", "tesserocr"]
    trueocr: bool
    tessdata: Path | None
    sealed_names: bool = True


@dataclass(frozen=True)
class Archive:
    """Everything the work is done with."""

    register: Register
    store: ObjectStore
    quay: Quay
    generations: Generations
    limits: Limits
    engines: EngineChoice
    scratch: Path  #: wiped at will
    system: Scope
    hands: int
    upload_bytes: int
    home: Path

    def close(self) -> None:
        """Let go of the register."""
        self.register.close()


def open_archive(settings: Settings | None = None, *, prepare: bool = True) -> Archive:
    """Return the archive that `settings` describe (None: those of the environment).

    The embedded register is brought up to date by itself, a server's only by `luutru init`.

    Raises:
        NotSetUp: `prepare` is False and there is nothing here.
        SettingInvalid, RegisterOutOfDate, BackendError: as they say.
    """
    settings = settings or from_environment()
    if not prepare and not settings.home.exists():
        raise NotSetUp(f"there is no archive in {settings.home}; run 'luutru init' first")
    for folder in (settings.home, settings.scratch, settings.quay.parent, settings.index.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    register = Register(settings.database_url)
    if register.embedded:
        with _one_at_a_time(settings.home / "migrate.lock"):
            register.migrate()
    else:
        register.require_current()
    return Archive(
        register=register,
        store=_store(settings, register),
        quay=Quay(settings.quay),
        generations=Generations(settings.index, engine=IndexEngine(settings.index_engine)),
        limits=Limits(bytes_per_file=settings.upload_bytes),
        engines=engine_choice(settings),
        scratch=settings.scratch,
        system=SYSTEM,
        hands=settings.hands,
        upload_bytes=settings.upload_bytes,
        home=settings.home,
    )


def set_up(settings: Settings | None = None) -> str | None:
    """Make the archive ready for its first use; return the first administrator's one-time password.

    None: there is an administrator already. Twice is harmless.
    """
    settings = settings or from_environment()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    register = Register(settings.database_url)
    try:
        with _one_at_a_time(settings.home / "migrate.lock"):
            register.migrate()
            with register.write() as conn:
                if people.people(conn, SYSTEM):
                    return None
                first, once = people.add(conn, SYSTEM, FIRST_ADMINISTRATOR, full_name="Quản trị")
                people.grant(conn, SYSTEM, first, Role.ADMINISTRATOR)
                event.record(conn, SYSTEM, "archive-set-up", "archive:0", {})
    finally:
        register.close()
    open_archive(settings).close()
    return once


def acting(archive: Archive, name: str) -> Scope:
    """Return the scope of the person that the command line acts as ("" = the first administrator).

    Whoever can run commands in the archive's home can read its files anyway; the name says in the record
    of events who did it.

    Raises:
        PersonNotFound: nobody signs in under this name.
    """
    with archive.register.read() as conn:
        return people.find(conn, SYSTEM, name or FIRST_ADMINISTRATOR).scope


def _store(settings: Settings, register: Register) -> ObjectStore:
    def is_referenced(key: ObjectKey) -> bool:
        with register.read() as conn:
            return objects.is_referenced(conn, SYSTEM, key)

    if settings.store == "folder":
        return LocalStore(settings.objects, is_referenced=is_referenced)
    from storage.s3 import S3Store  # its client takes a while to load, and a folder needs none

    return S3Store(
        endpoint=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        scratch=settings.scratch,
        is_referenced=is_referenced,
        secure=settings.s3_secure,
        region=settings.s3_region or "us-east-1",
        make_bucket=True,
    )


def engine_choice(settings: Settings) -> EngineChoice:
    """Return which engines `settings` ask for."""
    return EngineChoice(
        _tesseract(settings.tesseract), settings.trueocr, settings.tessdata, settings.sealed_names
    )


def _tesseract(wanted: str) -> Literal["pytesseract", "tesserocr"]:
    if wanted == "tesserocr" or (wanted == "auto" and find_spec("tesserocr") is not None):
        return "tesserocr"
    return "pytesseract"


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    import fcntl

    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
