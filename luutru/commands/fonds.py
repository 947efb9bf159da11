"""`luutru fonds`: the fonds that the archive holds."""

import argparse

from catalog import fonds as fondses
from catalog import unit as units
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, what in (("add", "enter a fonds"), ("confirm", "vouch for one that a batch named")):
        act = acts.add_parser(name, help=what)
        act.add_argument("code")
        act.add_argument("--title", default="")
        act.add_argument("--unit", default="", metavar="NAME", help="unit that made the records")
    acts.add_parser("list", help="list all fonds")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    with archive.register.write() as conn:
        unit = units.find(conn, scope, args.unit).id if getattr(args, "unit", "") else None
        match args.act:
            case "add":
                listed = [fondses.add(conn, scope, args.code, title=args.title, unit=unit)]
            case "confirm":
                found = fondses.find(conn, scope, args.code)
                fondses.confirm(
                    conn, scope, found.id, title=args.title or found.title, unit=unit or found.unit
                )
                listed = [fondses.find(conn, scope, args.code)]
            case _:
                listed = fondses.all_fonds(conn, scope)
    if args.json:
        say_json(
            {
                "fonds": [
                    {
                        "id": one.id,
                        "code": one.code,
                        "title": one.title,
                        "unit": one.unit,
                        "to_confirm": one.to_confirm,
                    }
                    for one in listed
                ]
            }
        )
    else:
        for one in listed:
            say(f"{one.code:<16} {one.title}{' (to confirm)' if one.to_confirm else ''}")
    return DONE


FONDS = Verb("fonds", _arguments, _run)
