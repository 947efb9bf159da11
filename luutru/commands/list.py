"""`luutru list`: offices' lists of dossiers and documents, in from Excel and out to it."""

import argparse
import hashlib
from pathlib import Path
from typing import Any

from catalog import fonds as fondses
from catalog.instants import today
from ingest.list_columns import sets
from ingest.listing import Fault, read_list
from ingest.sandbox import run_in_child
from luutru.commands.exit_codes import DONE, FAULTS, exit_code
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.errors import InvalidInput
from review.list_export import export
from review.office_list import ListHasFaults, Plan, dry_run, enter

SHOWN = 200
"""Faults and changes that are told to a person; a program gets all."""


READING_SECONDS = 900.0
"""Wall clock for reading one list; 10,000 rows take about 5 s of one idle core, 100,000 ten times that."""


class ListNotThere(InvalidInput):
    """No such file."""

    slug = "list-not-there"


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    take = acts.add_parser("import", help="say what a list would change and what is wrong with it")
    take.add_argument("file", type=Path, metavar="FILE", help="an XLSX file")
    take.add_argument("--fonds", required=True, metavar="CODE")
    take.add_argument(
        "--apply", action="store_true", help="do it, if nothing is wrong: all of it, or nothing"
    )
    give = acts.add_parser("export", help="write a fonds as a list")
    give.add_argument("file", type=Path, metavar="FILE")
    give.add_argument("--fonds", required=True, metavar="CODE")
    give.add_argument(
        "--columns", default="tt05", choices=sorted(sets()), help="which columns (default tt05: TT 05/2025)"
    )


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    if args.act == "export":
        with archive.register.read() as conn:
            fonds = fondses.find(conn, scope, args.fonds)
            part = args.file.with_name(args.file.name + ".part")
            out = export(conn, scope, fonds, part, columns=args.columns)
            part.replace(args.file)
        if args.json:
            say_json(
                {
                    "file": str(args.file),
                    "dossiers": out.dossiers,
                    "documents": out.documents,
                    "too_long": list(out.too_long),
                }
            )
        else:
            say(f"{args.file}: {out.dossiers} hồ sơ, {out.documents} văn bản")
            for place in out.too_long[:SHOWN]:
                say(f"  {place}: dài hơn mức thông tư cho phép")
        return DONE
    if not args.file.is_file():
        raise ListNotThere(f"there is no file {args.file}")
    listing = run_in_child(
        read_list, args.file.absolute(), today(), limits=archive.limits, seconds=READING_SECONDS
    )
    refused = False
    if args.apply:
        digest = hashlib.sha256(args.file.read_bytes()).hexdigest()
        try:
            plan = enter(archive.register, scope, args.fonds, listing, digest=digest)
        except ListHasFaults as error:
            refused, plan = True, error.plan
    else:
        with archive.register.read() as conn:
            plan = dry_run(conn, scope, fondses.find(conn, scope, args.fonds), listing)
    done = args.apply and not refused
    if args.json:
        say_json(as_json(plan, listing.set, applied=done))
    else:
        tell(plan, applied=done)
    if refused:
        return exit_code(ListHasFaults(plan))
    return FAULTS if plan.faults else DONE


def as_json(plan: Plan, columns: str, *, applied: bool) -> dict[str, Any]:
    """Return a plan in the form that scripts read."""

    def fault(one: Fault) -> dict[str, str]:
        return {"sheet": one.sheet, "cell": one.cell, "found": one.found, "reason": one.reason}

    return {
        "columns": columns,
        "applied": applied,
        "faults": [fault(one) for one in plan.faults],
        "more_faults": plan.more_faults,
        "notices": [fault(one) for one in plan.notices],
        "dossiers": {
            "new": plan.new_dossiers, "changed": plan.changed_dossiers, "same": plan.same_dossiers,
        },
        "documents": {
            "new": plan.new_documents, "changed": plan.changed_documents, "same": plan.same_documents,
            "scanned": plan.scanned_documents,
        },
        "changes": [
            {"place": one.place, "field": one.field, "before": one.before, "after": one.after}
            for one in plan.changes
        ],
        "skipped": plan.skipped,
    }  # fmt: skip


def tell(plan: Plan, *, applied: bool) -> None:
    """Say to a person what was done, or would be."""
    for one in plan.faults[:SHOWN]:
        found = f"“{one.found}”: " if one.found else ""
        say(f"  {one.place}: {found}{one.reason}")
    more = len(plan.faults) - SHOWN + plan.more_faults if len(plan.faults) > SHOWN else plan.more_faults
    if more > 0:
        say(f"  … và {more} lỗi nữa")
    if plan.faults:
        say(f"{len(plan.faults) + plan.more_faults} lỗi. Chưa thay đổi gì; sửa hết lỗi rồi nhập lại.")
        return
    for change in plan.changes[:SHOWN]:
        say(f"  {change.place}: {change.before or '(trống)'} → {change.after}")
    if plan.notices:
        say("Nên xem lại (vẫn nhập được):")
    for one in plan.notices[:SHOWN]:
        say(f"  {one.place}: “{one.found}”: {one.reason}")
    if len(plan.notices) > SHOWN:
        say(f"  … và {len(plan.notices) - SHOWN} chỗ nữa")
    did = "Đã nhập" if applied else "Sẽ nhập (thêm --apply để nhập)"
    say(
        f"{did}: hồ sơ mới {plan.new_dossiers}, sửa {plan.changed_dossiers}, giữ nguyên {plan.same_dossiers};"
        f" văn bản mới {plan.new_documents}, sửa {plan.changed_documents}, giữ nguyên {plan.same_documents}"
        f" (có bản quét: {plan.scanned_documents}); bỏ qua {plan.skipped} hàng tiêu đề"
    )


LIST = Verb("list", _arguments, _run)
