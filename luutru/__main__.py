"""The command line: `luutru VERB ...`."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from catalog.harmless import harmless_lines
from luutru.commands import NAMES, help_of, load
from luutru.commands.exit_codes import DONE, INTERRUPTED, PROGRAM_FAULT, USAGE, exit_code
from luutru.commands.verb import Verb, say_json
from luutru.errors import LuuTruError

EXIT_CODES = """\
exit codes:
  0 done   1 faults found   2 the words are off   3 input cannot be taken   4 not there
  5 cannot be done now   6 what is kept has changed   7 an engine, disk or server failed: try again
  70 a fault in the program   130 stopped from the keyboard; what was acknowledged is kept
"""


def parser(names: Sequence[str] = NAMES) -> argparse.ArgumentParser:
    """Return the command line: every verb is listed, and those in `names` are loaded with their words."""
    top = argparse.ArgumentParser(
        prog="luutru",
        description="Lưu Trữ: digitise, read, find and hand over records.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name in NAMES:
        one = _listed(verbs, name)
        if name not in names:
            continue
        verb = load(name)
        one.set_defaults(json=False, acting="", run=verb)
        _add_common(one)
        verb.arguments(one)
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):  # "user list --json" is what people write
                for act in action.choices.values():
                    _add_common(act)
    return top


def _listed(verbs: Any, name: str) -> argparse.ArgumentParser:
    """Add a verb with its help alone, which loads nothing."""
    told = help_of(name)
    words = {"help": told, "description": told, "epilog": EXIT_CODES} if told else {}
    one: argparse.ArgumentParser = verbs.add_parser(
        name, formatter_class=argparse.RawDescriptionHelpFormatter, **words
    )
    return one


def _add_common(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON, for programs"
    )
    one.add_argument(
        "--as",
        dest="acting",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="act as this person (default: LUUTRU_USER, else the first administrator)",
    )


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb; return the exit code (see `luutru.commands.exit_codes`)."""
    logging.basicConfig(
        level=os.environ.get("LUUTRU_LOG", "WARNING"), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    words = sys.argv[1:] if words is None else words
    called = next((word for word in words if word in NAMES), None)
    args = parser([called] if called else []).parse_args(words)
    verb: Verb = args.run
    try:
        return verb.run(args)
    except LuuTruError as error:
        if args.json:
            say_json({"error": {"code": error.slug, "reason": str(error)}})
        sys.stderr.write(harmless_lines(f"luutru {verb.name}: {error}") + "\n")
        return exit_code(error)
    except KeyboardInterrupt:
        sys.stderr.write(
            f"luutru {verb.name}: stopped; what was received is kept, the same command goes on\n"
        )
        return INTERRUPTED
    except BrokenPipeError:
        return DONE
    except Exception:  # never 1, which says that a check found faults
        logging.getLogger("luutru").exception("%s broke", verb.name)
        return PROGRAM_FAULT


__all__ = ["USAGE", "main", "parser"]

if __name__ == "__main__":
    sys.exit(main())
