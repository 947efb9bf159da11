"""Opens the doors over an archive that bootstrap built."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

from api.checking_room import CheckingRoom
from api.custody import Custody
from api.doors import Doors
from api.finding import Finding
from api.handing_over import HandingOver, make_receipt
from api.handover_room import HandoverRoom
from api.intake import Intake
from api.limits import Limits
from api.reading_room import ReadingRoom
from api.reception import Reception
from api.sample_room import SampleRoom
from api.signing_room import SigningRoom
from catalog.identifiers import TransferId
from handover.receiving_room import room_in
from handover.trust import trust_from
from ingest.picture_cache import PictureCache
from luutru.bootstrap import Archive
from luutru.rescreening import screen_archive
from luutru.signing_setup import KeySettings
from review.correcting import Correcting
from review.filling import Filling


class Hosts(KeySettings, Protocol):
    """The part of the settings that the doors need; `luutru.settings` itself is bootstrap's."""

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Names under which the desk may be asked for; "*" = any."""
        ...

    @property
    def fonts(self) -> Path | None:
        """Folder of the typeface that forms are printed in; None: the system's."""
        ...


def doors(archive: Archive, settings: Hosts, limits: Limits | None = None) -> Doors:
    """Return the doors over `archive`."""
    limits = limits or Limits(upload_bytes=archive.upload_bytes)
    room = ReadingRoom(
        archive.register,
        archive.store,
        limits=archive.limits,
        scratch=archive.scratch,
        pictures=PictureCache(archive.home / "pictures", limit_bytes=limits.picture_bytes),
    )
    index = archive.generations.reader()
    filling = Filling(archive.register)
    return Doors(
        reception=Reception(archive.register),
        room=room,
        finding=Finding(archive.register, index, room),
        intake=Intake(
            archive.register,
            archive.quay,
            notes_folder=archive.home / "uploads",
            limit_bytes=limits.upload_bytes,
        ),
        filling=filling,
        checking=CheckingRoom(archive.register, room, filling),
        correcting=Correcting(archive.register, archive.store, archive.quay),
        custody=Custody(archive),
        handing_over=HandingOver(archive, lambda: trust_from(settings.trust, settings.trust_stamps)),
        handovers=HandoverRoom(
            archive.register,
            archive.store,
            archive.system,
            room=room_in(archive.home),
            version=_version(),
            concluded=lambda scope, transfer: make_receipt(archive, scope, transfer, sign=False),
            look=lambda transfer, tell: _look(archive, transfer, tell),
            limits=archive.limits,
        ),
        samples=SampleRoom(
            archive.register,
            archive.store,
            room=room_in(archive.home),
            limits=archive.limits,
            scratch=archive.scratch,
        ),
        signing=SigningRoom(archive, settings, settings.fonts),
        register=archive.register,
        limits=limits,
        version=_version(),
        fonts=settings.fonts,
        allowed_hosts=settings.allowed_hosts,
    )


def _look(archive: Archive, transfer: TransferId, tell: Callable[[int, int], None]) -> int:
    return screen_archive(archive, of=transfer, tell=tell).held


def _version() -> str:
    try:
        return version("luutru")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"
