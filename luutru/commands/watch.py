"""`luutru watch`: take in whatever is put into a folder, once it lies there unchanged."""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog import batch as batches
from catalog.access import Scope
from catalog.fonds import Fonds
from catalog.identifiers import BatchId
from ingest.arrangement import NoSuchPath, plan
from ingest.watch import DONE as DONE_FOLDER
from ingest.watch import HELD, REFUSED, Watcher, move_to_done, move_to_held, move_to_refused
from luutru.bootstrap import Archive, acting, open_archive
from luutru.commands.digitise import ensure_fonds, take_in
from luutru.commands.exit_codes import DONE
from luutru.commands.init import first_time
from luutru.commands.verb import Verb, say, say_json
from luutru.crew import crew
from luutru.errors import BackendError
from luutru.settings import from_environment


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="where scans are put; done/, refused/ and held/ are made in it",
    )
    parser.add_argument("--fonds", required=True, metavar="CODE", help="fonds the records belong to")
    parser.add_argument("--unit", default="", metavar="NAME", help="unit that made the records")
    parser.add_argument(
        "--scans", type=int, default=3, metavar="N", help="looks an entry must stay unchanged (default 3)"
    )
    parser.add_argument(
        "--every", type=float, default=5.0, metavar="SECONDS", help="pause between two looks (default 5)"
    )
    parser.add_argument(
        "--once", action="store_true", help="end when the folder is empty and everything is read"
    )


def _run(args: argparse.Namespace) -> int:
    settings = from_environment()
    if not args.folder.is_dir():
        raise NoSuchPath(f"{args.folder} is not a folder")
    first_time(settings)
    archive = open_archive(settings)
    scope = acting(archive, args.acting or settings.user)
    fonds = ensure_fonds(archive, scope, args.fonds, args.unit)
    watch = Watch(archive, scope, fonds, args.folder.absolute(), stable_scans=args.scans)
    told = ""
    with crew() as at_work:
        while True:
            try:
                for away in watch.look():
                    _tell(away, as_json=args.json)
                told = ""
            except BackendError as error:  # a share may be away for a while; the next look tries again
                if str(error) != told:
                    told = str(error)
                    sys.stderr.write(f"luutru watch: {told}\n")
            at_work.keep_up()
            if args.once and not told and watch.through():
                return DONE
            time.sleep(args.every)


HELD_NOTE = (
    "Có tài liệu trong này bị giữ lại chờ người quản lý tài liệu mật xử lý. Không sao chép, không quét lại."
)
"""What is written beside such an entry: no name, no place in it."""


@dataclass(frozen=True)
class PutAway:
    """What became of one entry of the drop folder."""

    entry: str
    batch: BatchId | None  #: None: there was no file in it
    already: int  #: files that were here before
    moved: Path


class Watch:
    """A drop folder, and what was taken out of it and still lies there."""

    def __init__(
        self, archive: Archive, scope: Scope, fonds: Fonds, folder: Path, *, stable_scans: int
    ) -> None:
        self._archive = archive
        self._scope = scope
        self._fonds = fonds
        self._folder = folder
        self._watcher = Watcher(folder, stable_scans=stable_scans)
        self._taken: dict[Path, tuple[BatchId | None, int]] = {}
        self._batches: set[BatchId] = set()

    def look(self) -> Iterator[PutAway]:
        """Take in what is ready; yield what was put away: all of it received, and opened or refused.

        What changes after it was taken is taken again before it is put away.

        Raises:
            BackendError: the folder, the quay or the register is away; nothing is lost, look again.
        """
        ready = self._watcher.scan()
        self._taken = {entry: taken for entry, taken in self._taken.items() if entry in ready}
        for entry in ready:
            if entry in self._taken:
                moved = self._put_away(entry, self._taken[entry][0])
                if moved is not None:
                    batch, already = self._taken.pop(entry)
                    yield PutAway(entry.name, batch, already, moved)
            else:
                with contextlib.suppress(NoSuchPath):  # it was taken away again
                    self._taken[entry] = self._take(entry)

    def through(self) -> bool:
        """Return whether nothing lies in the folder, and all that was taken is read and findable."""
        try:
            left = [
                entry for entry in self._folder.iterdir() if entry.name not in (DONE_FOLDER, REFUSED, HELD)
            ]
        except OSError:
            return False
        if any(not entry.name.startswith(".") for entry in left):
            return False
        with self._archive.register.read() as conn:
            return all(batches.ledger(conn, self._scope, batch).finished for batch in self._batches)

    def _take(self, entry: Path) -> tuple[BatchId | None, int]:
        planned = plan([entry])
        if not planned.arrivals and not planned.refused:
            return None, 0
        batch, already = take_in(
            self._archive, self._scope, self._fonds, planned, origin=f"watch:{entry}", name=entry.name
        )
        self._batches.add(batch)
        return batch, already

    def _put_away(self, entry: Path, batch: BatchId | None) -> Path | None:
        """Move an entry to done/ or refused/ and return its new place; None: not all of it is opened yet."""
        if batch is None:
            return move_to_refused(entry, "no file in it that can be taken")
        with self._archive.register.read() as conn:
            found = batches.ledger(conn, self._scope, batch)
        if found.files_to_open or found.pages_to_read:
            return None  # until its last page was looked at, something of it may have to be held
        if found.secret_files:
            return move_to_held(entry, HELD_NOTE)
        if len(found.refused) < found.files or not found.files:  # without files: all were here before
            return move_to_done(entry)
        return move_to_refused(
            entry, "\n".join(f"{item.name}: {item.reason} [{item.code}]" for item in found.refused)
        )


def _tell(away: PutAway, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "entry": away.entry,
                "batch": away.batch,
                "already": away.already,
                "moved": str(away.moved),
            }
        )
    else:
        say(f"{away.entry}: đã chuyển vào {away.moved.parent.name}/")


WATCH = Verb("watch", _arguments, _run)
