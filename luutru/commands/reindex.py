"""`luutru reindex`: build the index anew beside the old one, which answers until the new one is whole."""

import argparse

from rich.console import Console
from rich.progress import Progress

from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.index_holder import rebuild


def _arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def _run(args: argparse.Namespace) -> int:
    archive, _scope = opened(args)
    with Progress(console=Console(stderr=True), disable=args.json) as bar:
        task = bar.add_task("Lập chỉ mục", total=None)
        entries = rebuild(archive, tell=lambda done, total: bar.update(task, completed=done, total=total))
    if args.json:
        say_json({"entries": entries})
    else:
        say(f"{entries} entries")
    return DONE


REINDEX = Verb("reindex", _arguments, _run)
