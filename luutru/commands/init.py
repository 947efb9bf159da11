"""`luutru init`: make the archive ready for its first use, or bring it up to date."""

import argparse
import os

from luutru.bootstrap import FIRST_ADMINISTRATOR, set_up
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, say, say_json
from luutru.settings import Settings, from_environment

ONE_TIME = "one-time-password"
"""File in the home with the first administrator's password, for `serve` to show until it is changed."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def _run(args: argparse.Namespace) -> int:
    settings = from_environment()
    once = first_time(settings)
    if args.json:
        say_json({"home": str(settings.home), "administrator": FIRST_ADMINISTRATOR, "password": once})
    elif once:
        say(f"The archive in {settings.home} is ready.")
        say(f"First administrator: {FIRST_ADMINISTRATOR}   one-time password: {once}")
    else:
        say(f"The archive in {settings.home} is up to date.")
    return DONE


def first_time(settings: Settings) -> str | None:
    """Make the archive ready; return the first administrator's one-time password where one was made."""
    once = set_up(settings)
    if once is not None:
        handle = os.open(settings.home / ONE_TIME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(once + "\n")
    return once


INIT = Verb("init", _arguments, _run)
