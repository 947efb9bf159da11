"""`luutru user`: who may sign in, and what they may do."""

import argparse
from datetime import timedelta

from catalog import people, tokens
from catalog import unit as units
from catalog.access import Role
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="enter a person; prints a one-time password")
    add.add_argument("name", help="what they sign in with")
    add.add_argument("--full-name", default="", help="as on papers")
    for act in (
        add,
        acts.add_parser("grant", help="give a role"),
        acts.add_parser("revoke", help="take one back"),
    ):
        if act is not add:
            act.add_argument("name")
        act.add_argument(
            "--role",
            choices=[role.value for role in Role],
            default="reader",
            required=act is not add,
            help="what they may do (default reader)" if act is add else "which role",
        )
        act.add_argument("--unit", default="", metavar="NAME", help="in this unit only (default: everywhere)")
    for name, what in (
        ("password", "give a new one-time password"),
        ("close", "close the account"),
        ("open", "open it again"),
    ):
        acts.add_parser(name, help=what).add_argument("name")
    token = acts.add_parser("token", help="make a token for a program that acts as --as")
    token.add_argument("label", help="what the program is")
    token.add_argument("--days", type=int, default=365)
    acts.add_parser("list", help="list everybody")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    with archive.register.write() as conn:
        unit = units.find(conn, scope, args.unit).id if getattr(args, "unit", "") else None
        match args.act:
            case "add":
                person, once = people.add(conn, scope, args.name, full_name=args.full_name)
                people.grant(conn, scope, person, Role(args.role), unit)
                _answer(args, {"name": args.name, "password": once}, f"{args.name}: one-time password {once}")
            case "grant" | "revoke":
                change = people.grant if args.act == "grant" else people.revoke
                change(conn, scope, people.find(conn, scope, args.name).id, Role(args.role), unit)
                _answer(args, {"name": args.name}, f"{args.name}: done")
            case "password":
                once = people.reset_password(conn, scope, people.find(conn, scope, args.name).id)
                _answer(args, {"name": args.name, "password": once}, f"{args.name}: one-time password {once}")
            case "close" | "open":
                people.set_active(conn, scope, people.find(conn, scope, args.name).id, args.act == "open")
                _answer(args, {"name": args.name}, f"{args.name}: done")
            case "token":
                secret = tokens.add(conn, scope, args.label, lasts=timedelta(days=args.days))
                _answer(args, {"token": secret}, secret)
            case _:
                listed = people.people(conn, scope)
                called = {unit.id: unit.name for unit in units.units(conn, scope)}
                if args.json:
                    say_json(
                        {
                            "users": [
                                {
                                    "name": one.name,
                                    "full_name": one.full_name,
                                    "active": one.active,
                                    "roles": sorted([role.value, unit or ""] for role, unit in one.grants),
                                }
                                for one in listed
                            ]
                        }
                    )
                else:
                    for one in listed:
                        roles = ", ".join(
                            sorted(
                                f"{role.value} in {called.get(where, where)}"
                                if where
                                else f"{role.value} everywhere"
                                for role, where in one.grants
                            )
                        )
                        closed = "" if one.active else " (closed)"
                        say(f"{one.name:<20} {one.full_name:<30} {roles}{closed}")
    return DONE


def _answer(args: argparse.Namespace, document: dict[str, str], text: str) -> None:
    if args.json:
        say_json(document)
    else:
        say(text)


USER = Verb("user", _arguments, _run)
