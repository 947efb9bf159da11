"""`luutru prioritise`: put a batch's remaining work before or behind that of others."""

import argparse

from catalog import batch as batches
from catalog.identifiers import BatchId
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="BATCH", help="its id, as digitise and status --json tell it")
    parser.add_argument("priority", type=int, metavar="N", help="higher goes first; batches begin at 0")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    with archive.register.write() as conn:
        batches.prioritise(conn, scope, BatchId(args.batch), args.priority)
    if args.json:
        say_json({"batch": args.batch, "priority": args.priority})
    else:
        say(f"{args.batch}: {args.priority}")
    return DONE


PRIORITISE = Verb("prioritise", _arguments, _run)
