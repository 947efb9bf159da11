"""Acts of `luutru handover` for people at their desks: the progress board, what offices hold, the papers."""

import argparse
from dataclasses import fields
from typing import Any

from catalog import transfer as transfers
from catalog import unit as units
from catalog import unit_holding
from catalog.access import Scope
from catalog.instants import now, today
from handover import drawing_up
from handover.board import STAGE_NAMES, Board, Line, as_plain, board, board_form, spoken_finish
from handover.minutes import Signatories
from luutru.bootstrap import Archive
from luutru.commands.exit_codes import DONE
from luutru.commands.new_file import replacing
from luutru.commands.verb import say, say_json
from luutru.errors import InvalidInput
from luutru.settings import from_environment
from paper.form import Form
from paper.form_pdf import print_form
from paper.form_xlsx import save_form


class NowhereToPrint(InvalidInput):
    """The words do not say where to."""

    slug = "nowhere-to-print"


def run(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    """Do one of these acts: board, holding, minutes, print."""
    match args.act:
        case "board":
            return _board(archive, scope, args)
        case "holding":
            return _holding(archive, scope, args)
        case "minutes":
            return _minutes(archive, scope, args)
        case _:
            return _print(archive, scope, args)


def _board(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    with archive.register.read() as conn:
        found = board(conn, scope, today=today())
    _written(board_form(found, scope=args.scope), args)
    if args.json:
        say_json(as_plain(found))
    else:
        _say(found)
    return DONE


def _holding(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    with archive.register.write() as conn:
        unit = units.find(conn, scope, args.unit)
        unit_holding.say(
            conn,
            scope,
            unit.id,
            centimetres=args.metres,
            dossiers=args.dossiers,
            deadline=args.deadline,
            instrument=args.instrument,
        )
    if args.json:
        deadline = args.deadline.isoformat() if args.deadline else None
        told = {"unit": unit.id, "centimetres": args.metres, "dossiers": args.dossiers, "deadline": deadline}
        say_json(told)
    else:
        say(f"{unit.name}: đã ghi")
    return DONE


def _minutes(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    said = Signatories(**{each.name: getattr(args, each.name) for each in fields(Signatories)})
    with archive.register.read() as conn:
        found = transfers.find(conn, scope, args.number, giver=args.from_unit)
    paper = drawing_up.draw_up(
        archive.register,
        archive.store,
        scope,
        archive.system,
        found.id,
        said,
        fonts=from_environment().fonts,
    )
    if args.pdf is not None:
        with archive.store.get(paper.object_key) as stream, replacing(args.pdf) as part:
            part.write_bytes(stream.read())
    if args.json:
        say_json({"number": found.number, "paper": paper.id, "sha256": paper.sha256})
    else:
        say(f"{found.number}: biên bản {paper.id}, SHA-256 {paper.sha256}")
    return DONE


def _print(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    if args.pdf is None and args.xlsx is None:
        raise NowhereToPrint("say where to: --pdf FILE, --xlsx FILE or both")
    with archive.register.read() as conn:
        found = transfers.find(conn, scope, args.number, giver=args.from_unit)
        form = drawing_up.list_form(conn, scope, found.id, args.which, part=max(0, args.part - 1))
    told = {"number": found.number, "list": args.which} | _written(form, args)
    if args.json:
        say_json(told)
    else:
        for name in ("xlsx", "pdf"):
            if name in told:
                say(str(told[name]))
    return DONE


def _written(form: Form, args: argparse.Namespace) -> dict[str, Any]:
    """Write a form to the files that were named, each whole or not at all."""
    told: dict[str, Any] = {}
    if args.xlsx is not None:
        with replacing(args.xlsx) as part:
            save_form(form, part)
        told["xlsx"] = str(args.xlsx)
    if args.pdf is not None:
        with replacing(args.pdf) as part, part.open("wb") as file:
            told["pages"] = print_form(form, file, made_at=now(), fonts=from_environment().fonts)
        told["pdf"] = str(args.pdf)
    return told


def _say(found: Board) -> None:
    for line in found.lines:
        _say_line(line, line.progress.name or "chưa rõ đơn vị")
    if len(found.lines) > 1:
        _say_line(found.whole, "TẤT CẢ")


def _say_line(line: Line, name: str) -> None:
    one, told = line.progress, line.forecast
    metres = "" if one.metres is None else f", {'' if one.metres_said else '~'}{_figure(one.metres)} m"
    say(f"{name}: {one.announced} hồ sơ{metres}")
    done = (f"{STAGE_NAMES[stage].lower()} {one.done[stage]}" for stage in STAGE_NAMES)
    say(f"  {' · '.join(done)}")
    finish = spoken_finish(told) or ("chưa tính được" if told.stuck else "đã xong")
    late = " (trễ hạn)" if told.late else ""
    due = f", hạn {one.deadline:%d/%m/%Y}" if one.deadline else ""
    say(f"  dự kiến xong: {finish}{due}{late}")
    if told.stuck:
        stage = STAGE_NAMES[told.stuck.stage].lower()
        say(f"  chờ {stage}: {told.stuck.waiting} hồ sơ, {_figure(told.stuck.weekly)} hồ sơ/tuần")


def _figure(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
