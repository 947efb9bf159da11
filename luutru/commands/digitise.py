"""`luutru digitise`: take folders of scans in, watch them being read, and end with the ledger."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.wording import LANGUAGES
from api.wording import reason as reason_of
from catalog import batch as batches
from catalog import fonds as fondses
from catalog import source_file
from catalog import unit as units
from catalog.access import Scope
from catalog.batch import Ledger
from catalog.fonds import Fonds, FondsNotFound
from catalog.identifiers import BatchId, UnitId
from catalog.unit import UnitNotFound
from ingest.arrangement import Plan, plan
from ingest.receive import receive
from luutru.bootstrap import Archive, acting, open_archive
from luutru.commands.exit_codes import DONE
from luutru.commands.init import first_time
from luutru.commands.verb import Verb, say, say_json
from luutru.crew import Crew, crew
from luutru.errors import InvalidInput
from luutru.settings import from_environment

LOOK_SECONDS, LONGEST_LOOK_SECONDS = 0.5, 5.0
"""Shortest and longest pause between two questions to the register while the batch is worked on."""
LOOK_SHARE = 0.03
"""Share of a core that asking may take from those who read."""
SHOW_SECONDS = 2.0
"""Time for which what is shown stands while some task of the batch waits: its ledger takes 8 ms, or more; a
quiet one is asked after the longest pause only."""


class NothingThere(InvalidInput):
    """The folders that were named hold no file."""

    slug = "nothing-there"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder of scans")
    parser.add_argument("--fonds", required=True, metavar="CODE", help="fonds (phông) the records belong to")
    parser.add_argument("--unit", metavar="NAME", default="", help="unit (đơn vị) that made the records")
    parser.add_argument("--name", default="", help="name of the batch (default: that of the first folder)")
    parser.add_argument(
        "--priority", type=int, default=0, metavar="N", help="higher goes before other batches (default 0)"
    )


def _run(args: argparse.Namespace) -> int:
    settings = from_environment()
    planned = plan([path.absolute() for path in args.paths])
    if not planned.arrivals and not planned.refused:
        raise NothingThere("there is no file in what was named")
    first_time(settings)
    archive = open_archive(settings)
    scope = acting(archive, args.acting or settings.user)
    fonds = ensure_fonds(archive, scope, args.fonds, args.unit)
    with crew() as at_work:
        found, already = take_in(
            archive,
            scope,
            fonds,
            planned,
            origin="\n".join(str(path.absolute()) for path in args.paths),
            name=args.name or args.paths[0].absolute().name,
            priority=args.priority,
            quiet=args.json,
        )
        ledger = follow(archive, scope, found, at_work, quiet=args.json)
    if args.json:
        say_json(as_json(found, ledger, already))
    else:
        tell(ledger, already)
    return DONE


def ensure_fonds(archive: Archive, scope: Scope, code: str, unit: str = "") -> Fonds:
    """Return the fonds with this code; an unknown one, and an unknown unit, is entered "to confirm"."""
    with archive.register.write() as conn:
        try:
            return fondses.find(conn, scope, code)
        except FondsNotFound:
            of: UnitId | None = None
            if unit:
                try:
                    of = units.find(conn, scope, unit).id
                except UnitNotFound:
                    of = units.add(conn, scope, unit, to_confirm=True).id
            return fondses.add(conn, scope, code, unit=of, to_confirm=True)


def take_in(
    archive: Archive,
    scope: Scope,
    fonds: Fonds,
    planned: Plan,
    *,
    origin: str,
    name: str,
    priority: int = 0,
    quiet: bool = True,
) -> tuple[BatchId, int]:
    """Receive every arrival; return the batch, and how many files were here already.

    A batch of the same origin that was cut off is gone on with; where nothing is new, the batch that has it
    all is returned.
    """
    with archive.register.write() as conn:
        last = batches.latest_of(conn, scope, fonds.id, origin)
        fresh = last is None or last.closed_at is not None
        if fresh:
            identifier = batches.create(conn, scope, name, fonds, origin=origin, priority=priority)
            batch = batches.find(conn, scope, identifier)
        else:
            assert last is not None
            batch = last
    with archive.register.write() as conn:
        for item in planned.refused:
            source_file.turn_away(
                conn,
                scope,
                batch,
                origin=item.origin,
                path=item.relative,
                code=item.slug,
                reason=item.reason,
            )
    already = 0
    with _bar(quiet) as bar:
        task = bar.add_task("Tiếp nhận", total=len(planned), note="")
        for arrival in planned:
            received = receive(
                arrival,
                register=archive.register,
                scope=scope,
                quay=archive.quay,
                batch=batch,
                fonds=fonds,
                limit_bytes=archive.limits.bytes_per_file,
            )
            already += received.already
            bar.advance(task)
    with archive.register.write() as conn:
        if fresh and last is not None and not source_file.files(conn, scope, batch.id, limit=1):
            batches.drop_empty(conn, scope, batch.id)
            return last.id, already
        batches.close(conn, scope, batch.id)
    return batch.id, already


def follow(archive: Archive, scope: Scope, batch: BatchId, at_work: Crew, *, quiet: bool) -> Ledger:
    """Wait until the batch is through, showing how it goes; return its ledger."""
    started = time.monotonic()
    found = _ledger(archive, scope, batch)
    before = found.read + found.blank
    with _bar(quiet) as bar:
        reading = bar.add_task("Đọc", total=None, note="")
        binding = bar.add_task("PDF/A", total=None, visible=False, note="")
        while True:
            asked = time.thread_time()
            found = _ledger(archive, scope, batch)
            took = time.thread_time() - asked
            done = found.read + found.blank + found.held_pages
            if not found.files_to_open:
                bar.update(reading, total=found.received)
            minutes = (time.monotonic() - started) / 60
            rate = (found.read + found.blank - before) / minutes if minutes > 0.05 else 0.0
            bar.update(reading, completed=done, note=f"{rate:.0f} trang/phút")
            if found.findable:
                bar.update(
                    binding,
                    visible=True,
                    total=found.files,
                    completed=found.files - found.documents_to_bind,
                )
            if found.finished:
                return found
            stands_until = time.monotonic() + (LONGEST_LOOK_SECONDS if quiet else SHOW_SECONDS)
            while True:
                at_work.keep_up()
                time.sleep(min(max(LOOK_SECONDS, took / LOOK_SHARE), LONGEST_LOOK_SECONDS))
                asked = time.thread_time()
                if time.monotonic() >= stands_until or not _waits(archive, scope, batch):
                    break
                took = time.thread_time() - asked


def as_json(batch: BatchId, ledger: Ledger, already: int) -> dict[str, Any]:
    """Return the ledger in the form that scripts read; all counts are pages but `files` and `already`."""

    def listed(items: Sequence[batches.Unfinished]) -> list[dict[str, Any]]:
        return [
            {"name": item.name, "page": item.page, "code": item.code, "reason": item.reason} for item in items
        ]

    return {
        "batch": batch,
        "files": ledger.files,
        "already": already,
        "received": ledger.received,
        "read": ledger.read,
        "described": ledger.described,
        "indexed": ledger.indexed,
        "blank": ledger.blank,
        "duplicate": ledger.duplicate,
        "held": len(ledger.held),
        "secret_files": ledger.secret_files,
        "secret_pages": ledger.secret_pages,
        "held_items": listed(ledger.held),
        "refused": [{"name": item.name, "code": item.code, "reason": item.reason} for item in ledger.refused],
    }


def tell(ledger: Ledger, already: int) -> None:
    """Say the ledger to a person."""
    say(f"Nhận {ledger.files} tệp, {ledger.received} trang" + (f" ({already} tệp đã có)" if already else ""))
    say(
        f"  đã đọc {ledger.read} · đã mô tả {ledger.described} · tìm được {ledger.indexed}"
        f" · trang trắng {ledger.blank} · trùng {ledger.duplicate}"
        f" · giữ lại {len(ledger.held)} · từ chối {len(ledger.refused)}"
    )
    if ledger.secret_files:
        say(f"  giữ lại chờ xử lý (dấu mật): {ledger.secret_files} tệp")
    for title, items in (("Giữ lại", ledger.held), ("Từ chối", ledger.refused)):
        for item in items:
            page = f", trang {item.page}" if item.page else ""
            why = reason_of(LANGUAGES[0], item.code) or item.reason
            say(f"  {title}: {item.name}{page}: {why} [{item.code}]")


def _ledger(archive: Archive, scope: Scope, batch: BatchId) -> Ledger:
    with archive.register.read() as conn:
        return batches.ledger(conn, scope, batch)


def _waits(archive: Archive, scope: Scope, batch: BatchId) -> bool:
    with archive.register.read() as conn:
        return batches.at_work(conn, scope, batch)


def _bar(quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TextColumn("còn"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
    )


DIGITISE = Verb("digitise", _arguments, _run)
