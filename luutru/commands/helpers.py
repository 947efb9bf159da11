"""`luutru worker` and `luutru hold-index`: the processes that do the work for the others."""

import argparse

from luutru.bootstrap import open_archive
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stand-by",
        action="store_true",
        help="wait for another one to end, and end with the one who started this",
    )


def _work(args: argparse.Namespace) -> int:
    from luutru.worker import run_until_told  # takes a while to load, as does the holder below

    run_until_told(open_archive(prepare=False), helper=args.stand_by)
    return DONE


def _hold(args: argparse.Namespace) -> int:
    from luutru.index_holder import hold_until_told

    hold_until_told(open_archive(prepare=False), helper=args.stand_by)
    return DONE


WORKER = Verb("worker", _arguments, _work)
HOLD_INDEX = Verb("hold-index", _arguments, _hold)
