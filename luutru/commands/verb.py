"""A verb of the command line: its words, and what it does."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.access import Scope
from catalog.harmless import harmless_lines
from luutru.bootstrap import Archive, acting, open_archive
from luutru.settings import from_environment


@dataclass(frozen=True)
class Verb:
    """One verb; `run` returns the exit code."""

    name: str  #: `luutru.commands` has its help
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def opened(args: argparse.Namespace) -> tuple[Archive, Scope]:
    """Return the archive, and on whose behalf the command asks.

    Raises:
        NotSetUp: there is no archive here and this verb does not make one.
        PersonNotFound: nobody is called what --as says.
    """
    settings = from_environment()
    archive = open_archive(settings, prepare=False)
    return archive, acting(archive, args.acting or settings.user)


def say(text: str = "") -> None:
    """Tell a person; what strangers wrote into it does nothing to their terminal."""
    sys.stdout.write(harmless_lines(text) + "\n")
    sys.stdout.flush()


def say_json(document: Mapping[str, Any]) -> None:
    """Tell a program: one JSON document on a line of its own."""
    text = json.dumps(document, ensure_ascii=False)
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")  # a name that is no text
    sys.stdout.flush()
