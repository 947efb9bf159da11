"""`luutru secret`: what is held for a secret mark; its custodian lets it go on, or wipes it."""

import argparse
from typing import Any

from rich.console import Console
from rich.progress import Progress

from catalog import secret_report
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import SourceFileId
from catalog.secret_report import Report
from luutru.bootstrap import Archive
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.rescreening import screen_archive
from luutru.withholding import release, wipe


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list what is held: where its paper lies, not what it says")
    listing.add_argument("--all", action="store_true", help="what was decided too")
    let = acts.add_parser("release", help="say that there is no mark: the file goes on as ordinary work")
    end = acts.add_parser("wipe", help="write zeros over the file and let it go, for good")
    for act in (let, end):
        act.add_argument("file", help="as `list` names it")
        act.add_argument("--reason", required=True, metavar="TEXT", help="why; no name, no content")
    let.add_argument("--instrument", default=None, metavar="TEXT", help="decision or minutes, if any")
    end.add_argument("--instrument", required=True, metavar="TEXT", help="decision, minutes or article")
    acts.add_parser("screen", help="look through what was kept before this was looked for")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    match args.act:
        case "list":
            with archive.register.read() as conn:
                found = secret_report.reports(conn, scope, all_states=args.all)
            _list(found, as_json=args.json)
        case "release":
            files = release(
                archive, scope, SourceFileId(args.file), reason=args.reason, instrument=args.instrument
            )
            _done(args, "released", files)
        case "wipe":
            files = wipe(
                archive, scope, SourceFileId(args.file), reason=args.reason, instrument=args.instrument
            )
            _done(args, "wiped", files)
        case _:
            _screen(archive, scope, as_json=args.json)
    return DONE


def _screen(archive: Archive, scope: Scope, *, as_json: bool) -> None:
    if not (scope.may(Role.ADMINISTRATOR) or scope.may_everywhere(Role.CUSTODIAN)):
        raise NotAllowed(f"{scope.actor} is neither administrator nor custodian of all units")
    with Progress(console=Console(stderr=True), disable=as_json) as bar:
        task = bar.add_task("Rà soát dấu mật", total=None)
        found = screen_archive(
            archive, tell=lambda done, total: bar.update(task, completed=done, total=total)
        )
    if as_json:
        say_json({"looked": found.looked, "held": found.held, "unseen": found.unseen})
    else:
        say(f"Đã rà soát {found.looked} trang; giữ lại {found.held} tệp có dấu mật.")
        if found.unseen:
            say(f"{found.unseen} trang không máy nào đọc được: chưa rà soát, phải xem bản giấy.")


def _done(args: argparse.Namespace, what: str, files: list[SourceFileId]) -> None:
    if args.json:
        say_json({what: files})
    else:
        say("Đã bỏ giữ; tệp được xử lý tiếp." if what == "released" else "Đã xoá.")


def _list(found: list[Report], *, as_json: bool) -> None:
    if as_json:
        say_json({"held": [_as_json(one) for one in found]})
        return
    if not found:
        say("Không có tài liệu nào đang giữ lại vì dấu mật.")
    for one in found:
        place = " · ".join(part for part in (one.fonds_code, one.box, one.dossier) if part)
        page = f", trang {one.page_number}" if one.page_number else ""
        say(f"{one.file}  {one.level or 'đã biết'}  {place}, tệp thứ {one.position}{page}")
        say(
            f"    lô {one.batch_name}, {one.found_at:%d/%m/%Y %H:%M}"
            + (f"  [{one.state}]" * (one.state != "held"))
        )


def _as_json(one: Report) -> dict[str, Any]:
    return {
        "file": one.file,
        "state": one.state,
        "batch": one.batch,
        "batch_name": one.batch_name,
        "fonds": one.fonds_code,
        "box": one.box,
        "dossier": one.dossier,
        "position": one.position,
        "page": one.page_number,
        "level": one.level,
        "confidence": one.confidence,
        "found_by": one.found_by,
        "found_at": one.found_at.isoformat(),
        "decided_by": one.decided_by,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "reason": one.reason,
        "instrument": one.instrument,
    }


SECRET = Verb("secret", _arguments, _run)
