"""`luutru watch`: take in whatever is put into a folder, once it lies there unchanged."""

import argparse
import time
from pathlib import Path

from catalog import batch as batches
from ingest.arrangement import NoSuchPath, plan
from ingest.watch import Watcher, move_to_done, move_to_refused
from luutru.bootstrap import acting, open_archive
from luutru.commands.digitise import ensure_fonds, take_in
from luutru.commands.exit_codes import DONE
from luutru.commands.init import first_time
from luutru.commands.verb import Verb, say, say_json
from luutru.crew import crew
from luutru.errors import BackendError
from luutru.settings import from_environment


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="where scans are put; done/ and refused/ are made in it"
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
    watcher = Watcher(args.folder.absolute(), stable_scans=args.scans)
    with crew() as at_work:
        while True:
            try:
                ready = watcher.scan()
                for entry in ready:
                    planned = plan([entry])
                    batch, already = take_in(
                        archive, scope, fonds, planned, origin=f"watch:{entry}", name=entry.name
                    )
                    with archive.register.read() as conn:
                        refused = batches.ledger(conn, scope, batch).refused
                    if len(planned) == 0 or (refused and len(refused) == len(planned.arrivals)):
                        reasons = "\n".join(f"{item.name}: {item.reason} [{item.code}]" for item in refused)
                        moved = move_to_refused(entry, reasons or "no file in it that can be taken")
                    else:
                        moved = move_to_done(entry)
                    if args.json:
                        say_json(
                            {"entry": entry.name, "batch": batch, "already": already, "moved": str(moved)}
                        )
                    else:
                        say(f"{entry.name}: lô {batch}, đã chuyển vào {moved.parent.name}/")
            except BackendError as error:
                say(f"{error}")  # a share may be away for a while; the next look tries again
            at_work.keep_up()
            if args.once and not _waiting(args.folder):
                return DONE
            time.sleep(args.every)


def _waiting(folder: Path) -> bool:
    return any(
        entry.name not in ("done", "refused") and not entry.name.startswith(".") for entry in folder.iterdir()
    )


WATCH = Verb("watch", "take in whatever is put into a folder, once it lies there unchanged", _arguments, _run)
