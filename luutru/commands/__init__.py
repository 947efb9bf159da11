"""Every verb of the command line, in the order people meet them.

A verb is loaded when it is called: the engines, the desk and the progress bar take a second, and a search
needs none of them.
"""

from importlib import import_module

from luutru.commands.verb import Verb

_MODULES = {
    "init": "init",
    "digitise": "digitise",
    "watch": "watch",
    "read": "read",
    "describe": "describe",
    "search": "search",
    "status": "status",
    "prioritise": "prioritise",
    "dossier": "dossier",
    "work": "work",
    "print": "print",
    "list": "list",
    "check": "check",
    "sign": "sign",
    "audit": "audit",
    "serve": "serve",
    "worker": "helpers",
    "reindex": "reindex",
    "handover": "handover",
    "secret": "secret",
    "user": "user",
    "unit": "unit",
    "fonds": "fonds",
    "model": "model",
    "hold-index": "helpers",
}

NAMES = tuple(_MODULES)


def load(name: str) -> Verb:
    """Return the verb called `name`, one of `NAMES`."""
    found = getattr(import_module(f"luutru.commands.{_MODULES[name]}"), name.upper().replace("-", "_"))
    assert isinstance(found, Verb)
    return found
