"""`luutru unit`: the offices that made, own, keep or may read records."""

import argparse
from datetime import date

from catalog import unit as units
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2025-07-01 for 1/7/2025") from error


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="enter a unit")
    add.add_argument("name")
    add.add_argument("--code", default=None, help="identification code (not unique over time)")
    add.add_argument("--from", dest="valid_from", type=_day, metavar="YYYY-MM-DD")
    add.add_argument("--until", dest="valid_until", type=_day, metavar="YYYY-MM-DD")
    add.add_argument(
        "--instrument", default=None, metavar="TEXT", help="the decision or law that made or ended it"
    )
    succeed = acts.add_parser("succeed", help="say which unit came after which")
    succeed.add_argument("predecessor")
    succeed.add_argument("successor")
    succeed.add_argument("--kind", choices=["merged", "split", "detached", "dissolved"], default="merged")
    succeed.add_argument(
        "--instrument", required=True, metavar="TEXT", help="the decision or law, as NQ 1679/NQ-UBTVQH15"
    )
    succeed.add_argument("--on", required=True, type=_day, metavar="YYYY-MM-DD")
    acts.add_parser("list", help="list all units")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    with archive.register.write() as conn:
        match args.act:
            case "add":
                unit = units.add(
                    conn,
                    scope,
                    args.name,
                    code=args.code,
                    valid_from=args.valid_from,
                    valid_until=args.valid_until,
                    instrument=args.instrument,
                )
                listed = [unit]
            case "succeed":
                before, after = (units.find(conn, scope, name) for name in (args.predecessor, args.successor))
                units.succeed(
                    conn,
                    scope,
                    before.id,
                    after.id,
                    kind=args.kind,
                    instrument=args.instrument,
                    on_date=args.on,
                )
                listed = [before, after]
            case _:
                listed = units.units(conn, scope)
    if args.json:
        say_json(
            {
                "units": [
                    {
                        "id": unit.id,
                        "name": unit.name,
                        "code": unit.code,
                        "valid_from": unit.valid_from and unit.valid_from.isoformat(),
                        "valid_until": unit.valid_until and unit.valid_until.isoformat(),
                        "to_confirm": unit.to_confirm,
                    }
                    for unit in listed
                ]
            }
        )
    else:
        for unit in listed:
            note = " (to confirm)" if unit.to_confirm else ""
            say(f"{unit.id}  {unit.code or '-':<14} {unit.name}{note}")
    return DONE


UNIT = Verb("unit", _arguments, _run)
