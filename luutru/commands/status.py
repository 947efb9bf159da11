"""`luutru status`: what waits, what is at work, how far the batches are."""

import argparse

from catalog import batch as batches
from catalog import coverage, index_feed, work
from catalog.work import Stage
from luutru.at_work import is_worked_on
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json

STAGES = {
    Stage.OPEN: "mở tệp",
    Stage.LOOK: "đọc trang",
    Stage.ADMIT: "nhập kho",
    Stage.DESCRIBE: "mô tả",
    Stage.BIND: "lập PDF/A",
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--batches", type=int, default=10, metavar="N", help="batches listed (default 10)")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    with archive.register.read() as conn:
        waiting = work.waiting(conn, scope)
        covered = coverage.coverage(conn, scope)
        latest = index_feed.latest(conn, scope)
        listed = [
            (batch, batches.ledger(conn, scope, batch.id))
            for batch in batches.batches(conn, scope, limit=args.batches)
        ]
    running = is_worked_on(archive.home)
    if args.json:
        say_json(
            {
                "worker": running,
                "waiting": {str(stage): count for stage, count in waiting.items()},
                "pages": covered.pages,
                "read": covered.pages_read,
                "dossiers": covered.dossiers,
                "index_change": latest,
                "batches": [
                    {
                        "batch": batch.id,
                        "name": batch.name,
                        "fonds": batch.fonds_code,
                        "received": ledger.received,
                        "read": ledger.read,
                        "described": ledger.described,
                        "indexed": ledger.indexed,
                        "blank": ledger.blank,
                        "held": len(ledger.held),
                        "refused": len(ledger.refused),
                        "finished": ledger.finished,
                    }
                    for batch, ledger in listed
                ],
            }
        )
        return DONE
    say(f"Máy đọc: {'đang chạy' if running else 'đang nghỉ'}")
    say(f"Trang: {covered.pages_read}/{covered.pages} đã đọc · hồ sơ: {covered.dossiers}")
    say("Đang chờ: " + " · ".join(f"{STAGES[stage]} {count}" for stage, count in waiting.items()))
    for batch, ledger in listed:
        state = "xong" if ledger.finished else "đang làm"
        held, refused = len(ledger.held), len(ledger.refused)
        say(
            f"  {batch.created_at:%d/%m/%Y %H:%M}  {batch.fonds_code:<10} {batch.name}: "
            f"{ledger.received} trang, {ledger.described} đã mô tả, {ledger.indexed} tìm được, "
            f"{held} giữ lại, {refused} từ chối · {state}"
        )
    return DONE


STATUS = Verb("status", _arguments, _run)
